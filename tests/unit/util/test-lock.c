/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/lock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "temp-dir.h"
#include "util/error.h"
#include "util/fd.h"

#define N_PROCESSES 32
#define N_ROUNDS    25

static void
test_take_and_release(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) dir_fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autoptr(GError) error = NULL;
    int fd = lock_take(dir_fd, "l", 0, "guest 'x'", &error);

    g_assert_no_error(error);
    g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, !=, 0);
    g_assert_true(lock_is_held(dir_fd, "l"));
    lock_release(dir_fd, "l", fd, FALSE);
    g_assert_false(lock_is_held(dir_fd, "l"));
    g_assert_cmpint(faccessat(dir_fd, "l", F_OK, 0), ==, 0);
    fd = lock_take(dir_fd, "l", 0, "guest 'x'", &error);
    lock_release(dir_fd, "l", fd, TRUE);
    g_assert_cmpint(faccessat(dir_fd, "l", F_OK, 0), <, 0);
    g_assert_false(lock_is_held(dir_fd, "l"));
}

static void
test_loser_is_told_the_holder(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) dir_fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autofree char *start = g_strdup_printf("cannot lock guest 'x': held by %d (", (int)getpid());
    g_autoptr(GError) error = NULL;
    gint64 before = g_get_monotonic_time();
    int fd = lock_take(dir_fd, "l", 0, "guest 'x'", NULL);

    g_assert_cmpint(lock_take(dir_fd, "l", 80, "guest 'x'", &error), ==, -1);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_BUSY);
    g_assert_true(g_str_has_prefix(error->message, start));
    g_assert_nonnull(strstr(error->message, "test-lock"));
    g_assert_true(g_str_has_suffix(error->message, "); try again"));
    g_assert_cmpint(g_get_monotonic_time() - before, >=, 80000);
    lock_release(dir_fd, "l", fd, TRUE);
}

/* Adds one to the number in "n", badly: read, write, no lock of its own. */
static void
increment(int dir_fd)
{
    g_autofree char *text = file_read(dir_fd, "n", 100, NULL, NULL);
    g_autofree char *next =
        g_strdup_printf("%d", (text != NULL ? (int)g_ascii_strtoll(text, NULL, 10) : 0) + 1);

    file_write(dir_fd, "n", next, strlen(next), 0600, FILE_LIVE, NULL);
}

static void
run_counters(gboolean remove)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) dir_fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autofree char *text = NULL;
    int status;

    for (int i = 0; i < N_PROCESSES; i++)
        if (fork() == 0) {
            for (int round = 0; round < N_ROUNDS; round++) {
                int fd = lock_take(dir_fd, "l", 30000, "the counter", NULL);

                if (fd < 0)
                    _exit(1);
                increment(dir_fd);
                lock_release(dir_fd, "l", fd, remove);
            }
            _exit(0);
        }
    for (int i = 0; i < N_PROCESSES; i++) {
        g_assert_cmpint(wait(&status), >, 0);
        g_assert_cmpint(status, ==, 0);
    }
    text = file_read(dir_fd, "n", 100, NULL, NULL);
    g_assert_cmpint((int)g_ascii_strtoll(text, NULL, 10), ==, N_PROCESSES * N_ROUNDS);
}

static void
test_many_processes(void)
{
    run_counters(FALSE);
}

static void
test_many_processes_remove_the_file(void)
{
    run_counters(TRUE);
}

/* A child that holds the lock until the kernel ends it, @life_ms after it got it. */
static void
start_holder(int dir_fd, gboolean is_sign_of_life, int life_ms)
{
    struct itimerval end = {.it_value.tv_usec = life_ms * 1000};
    int ready[2];
    char byte;
    pid_t pid;

    g_assert_cmpint(pipe(ready), ==, 0);
    pid = fork();
    if (pid == 0) {
        int fd =
            is_sign_of_life ? lock_create(dir_fd, "l", NULL) : lock_take(dir_fd, "l", 0, "x", NULL);

        setitimer(ITIMER_REAL, &end, NULL);
        if (fd >= 0 && write(ready[1], "", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(ready[1]);
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    close(ready[0]);
}

static void
test_killed_holder_frees(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) dir_fd = file_open_dir(AT_FDCWD, dir, NULL);
    gint64 before;
    int fd;

    start_holder(dir_fd, FALSE, 50);
    g_assert_true(lock_is_held(dir_fd, "l"));
    before = g_get_monotonic_time();
    fd = lock_take(dir_fd, "l", 10000, "x", NULL);
    g_assert_cmpint(fd, >=, 0);
    g_test_message("got it %d us after the wait began", (int)(g_get_monotonic_time() - before));
    lock_release(dir_fd, "l", fd, TRUE);
    while (wait(NULL) > 0)
        ;
}

static void
test_wait_free(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) dir_fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_assert_true(lock_wait_free(dir_fd, "l", 0)); /* nobody has an absent file */
    start_holder(dir_fd, TRUE, 100);
    g_assert_cmpint(lock_create(dir_fd, "l", NULL), ==, -1);
    g_assert_false(lock_wait_free(dir_fd, "l", 30));
    g_assert_true(lock_wait_free(dir_fd, "l", 10000));
    g_assert_false(lock_is_held(dir_fd, "l"));
    while (wait(NULL) > 0)
        ;
}

static void
test_inherited_description_keeps_it(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) dir_fd = file_open_dir(AT_FDCWD, dir, NULL);
    int fd = lock_create(dir_fd, "l", NULL);
    int copy = dup(fd);

    close(fd);
    g_assert_true(lock_is_held(dir_fd, "l"));
    close(copy);
    g_assert_false(lock_is_held(dir_fd, "l"));
}

static void
test_cannot_lock(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(lock_take(AT_FDCWD, "/nonexistent/l", 0, "guest 'x'", &error), ==, -1);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==, "cannot lock guest 'x': No such file or directory");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lock/take-and-release", test_take_and_release);
    g_test_add_func("/lock/loser-is-told", test_loser_is_told_the_holder);
    g_test_add_func("/lock/many-processes", test_many_processes);
    g_test_add_func("/lock/many-processes-remove", test_many_processes_remove_the_file);
    g_test_add_func("/lock/killed-holder", test_killed_holder_frees);
    g_test_add_func("/lock/wait-free", test_wait_free);
    g_test_add_func("/lock/inherited", test_inherited_description_keeps_it);
    g_test_add_func("/lock/cannot", test_cannot_lock);
    return g_test_run();
}
