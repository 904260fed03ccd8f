/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/file.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "temp-dir.h"
#include "util/error.h"
#include "util/fd.h"

static guint
count_entries(const char *path)
{
    DIR *dir = opendir(path);
    guint n = 0;

    g_assert_nonnull(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2;
}

static void
assert_contents(int dir_fd, const char *path, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = file_read(dir_fd, path, 1 << 20, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, expected);
}

static void
test_write_then_read(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autoptr(GError) error = NULL;
    struct stat st;

    g_assert_true(file_write(fd, "a", "one", 3, 0600, FILE_DURABLE, &error));
    assert_contents(fd, "a", "one");
    g_assert_true(file_write(fd, "a", "", 0, 0644, FILE_LIVE, &error));
    assert_contents(fd, "a", "");
    g_assert_cmpint(fstatat(fd, "a", &st, 0), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0644);
    g_assert_cmpuint(count_entries(dir), ==, 1);
}

static void
test_write_replaces_link_not_its_target(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);

    g_assert_true(file_write(fd, "target", "keep", 4, 0600, FILE_LIVE, NULL));
    g_assert_cmpint(symlinkat("target", fd, "link"), ==, 0);
    g_assert_true(file_write(fd, "link", "new", 3, 0600, FILE_LIVE, NULL));
    assert_contents(fd, "target", "keep");
    assert_contents(fd, "link", "new");
}

static void
test_read_over_limit(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    g_assert_true(file_write(fd, "a", "12345", 5, 0600, FILE_LIVE, NULL));
    text = file_read(fd, "a", 5, NULL, &error);
    g_assert_cmpstr(text, ==, "12345");
    g_assert_null(file_read(fd, "a", 4, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==, "cannot read 'a': it is larger than 4 bytes");
}

static void
test_read_grows_over_wrong_size(void)
{
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    g_autofree char *text = file_read(AT_FDCWD, "/proc/self/maps", 1 << 20, &size, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(size, >, 0);
    g_assert_cmpuint(strlen(text), ==, size);
}

static void
test_read_missing(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(file_read(AT_FDCWD, "/nonexistent/x", 10, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==, "cannot read '/nonexistent/x': No such file or directory");
}

/* A file size limit stops the write in the middle, as a full disk does. */
static void
test_write_cut_short_leaves_old(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autofree char *big = g_strnfill(100000, 'x');
    int status;
    pid_t pid;

    g_assert_true(file_write(fd, "a", "old", 3, 0600, FILE_LIVE, NULL));
    pid = fork();
    if (pid == 0) {
        struct rlimit limit = {50000, 50000};
        g_autoptr(GError) error = NULL;
        gboolean ok;

        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        ok = file_write(fd, "a", big, 100000, 0600, FILE_DURABLE, &error);
        _exit(!ok && g_error_matches(error, LODGE_ERROR, LODGE_ERROR_IO) ? 0 : 1);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
    assert_contents(fd, "a", "old");
    g_assert_cmpuint(count_entries(dir), ==, 1);
}

/* Killed at any instant, the file is whole: old or new. */
static void
test_write_killed_leaves_old_or_new(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autofree char *one = g_strnfill(30000, '1'), *two = g_strnfill(30000, '2');
    guint n_one = 0;

    g_assert_true(file_write(fd, "a", one, 30000, 0600, FILE_LIVE, NULL));
    for (int round = 0; round < 60; round++) {
        g_autofree char *text = NULL;
        int ready[2], status;
        char byte;
        pid_t pid;

        g_assert_cmpint(pipe(ready), ==, 0);
        pid = fork();
        if (pid == 0) {
            /* The kernel ends it somewhere in the middle, as kill -9 does. */
            struct itimerval moment = {.it_value.tv_usec = g_random_int_range(1, 1500)};

            g_assert_cmpint(write(ready[1], "", 1), ==, 1);
            setitimer(ITIMER_REAL, &moment, NULL);
            for (;;) {
                file_write(fd, "a", two, 30000, 0600, FILE_LIVE, NULL);
                file_write(fd, "a", one, 30000, 0600, FILE_LIVE, NULL);
            }
        }
        g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
        waitpid(pid, &status, 0);
        g_assert_true(WIFSIGNALED(status));
        close(ready[0]);
        close(ready[1]);
        text = file_read(fd, "a", 1 << 20, NULL, NULL);
        g_assert_nonnull(text);
        g_assert_true(g_str_equal(text, one) || g_str_equal(text, two));
        n_one += g_str_equal(text, one) ? 1 : 0;
    }
    g_test_message("%u of 60 ended with the first contents", n_one);
}

static gboolean
can_mount(void)
{
    return geteuid() == 0;
}

/* In a mount namespace of its own; returns the child's verdict. */
static void
run_in_mounts(int (*body)(const char *dir), const char *dir)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
            _exit(77);
        _exit(body(dir));
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        g_test_skip("needs a mount namespace");
    else
        g_assert_cmpint(status, ==, 0);
}

static int
body_full_disk(const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *big = g_strnfill(300000, 'x'), *text = NULL;
    g_auto(Fd) fd = -1;

    if (mount("tmpfs", dir, "tmpfs", 0, "size=128k") < 0)
        return 77;
    fd = file_open_dir(AT_FDCWD, dir, NULL);
    if (!file_write(fd, "a", "old", 3, 0600, FILE_DURABLE, NULL))
        return 1;
    if (file_write(fd, "a", big, 300000, 0600, FILE_DURABLE, &error))
        return 2;
    if (!g_str_equal(error->message,
                     "cannot write 'a': No space left on device; make room on that file system"))
        return 3;
    text = file_read(fd, "a", 100, NULL, NULL);
    return text != NULL && g_str_equal(text, "old") && count_entries(dir) == 1 ? 0 : 4;
}

static void
test_full_disk_leaves_old(void)
{
    g_auto(TempDir) dir = temp_dir_new();

    if (!can_mount()) {
        g_test_skip("needs root");
        return;
    }
    run_in_mounts(body_full_disk, dir);
}

static int
body_read_only(const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_auto(Fd) fd = -1;

    if (mount("tmpfs", dir, "tmpfs", 0, NULL) < 0)
        return 77;
    fd = file_open_dir(AT_FDCWD, dir, NULL);
    if (!file_write(fd, "a", "old", 3, 0600, FILE_LIVE, NULL) ||
        mount(NULL, dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
        return 1;
    if (file_write(fd, "a", "new", 3, 0600, FILE_LIVE, &error) ||
        !g_error_matches(error, LODGE_ERROR, LODGE_ERROR_DENIED) ||
        !g_str_equal(
            error->message,
            "cannot write 'a': Read-only file system; remount that file system for writing"))
        return 2;
    return 0;
}

static void
test_read_only_directory(void)
{
    g_auto(TempDir) dir = temp_dir_new();

    if (!can_mount()) {
        g_test_skip("needs root");
        return;
    }
    run_in_mounts(body_read_only, dir);
}

static void
test_link_replaces(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);
    char target[64] = "";

    g_assert_true(file_link(fd, "../one", "l", FILE_DURABLE, NULL));
    g_assert_true(file_link(fd, "../two", "l", FILE_DURABLE, NULL));
    g_assert_cmpint(readlinkat(fd, "l", target, sizeof(target) - 1), ==, 6);
    g_assert_cmpstr(target, ==, "../two");
    g_assert_cmpuint(count_entries(dir), ==, 1);
}

static void
test_remove_absent_is_fine(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);

    g_assert_true(file_remove(fd, "none", FILE_DURABLE, NULL));
    g_assert_true(file_remove_tree(fd, "none", NULL));
}

static void
test_remove_tree_stays_inside(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autofree char *deep = g_build_filename(dir, "t/a/b/c", NULL);
    g_auto(Fd) fd = file_open_dir(AT_FDCWD, dir, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(file_make_dirs(deep, 0700, &error));
    g_assert_true(file_write(fd, "outside", "x", 1, 0600, FILE_LIVE, NULL));
    g_assert_true(file_write(fd, "t/a/file", "x", 1, 0000, FILE_LIVE, NULL));
    g_assert_cmpint(symlinkat("../../outside", fd, "t/a/link"), ==, 0);
    g_assert_cmpint(symlinkat(dir, fd, "t/dirlink"), ==, 0);
    g_assert_true(file_remove_tree(fd, "t", &error));
    g_assert_no_error(error);
    assert_contents(fd, "outside", "x");
    g_assert_cmpuint(count_entries(dir), ==, 1);
}

static void
test_make_dirs(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autofree char *deep = g_build_filename(dir, "a/b/c", NULL);
    g_autofree char *middle = g_build_filename(dir, "a/b", NULL);
    g_autofree char *file = g_build_filename(dir, "file", NULL);
    g_autofree char *below_file = g_build_filename(dir, "file/x", NULL);
    g_autoptr(GError) error = NULL;
    struct stat st;

    g_assert_true(file_make_dirs(deep, 0700, &error));
    g_assert_true(file_make_dirs(deep, 0755, &error)); /* is left as it is */
    g_assert_cmpint(stat(middle, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0700);
    g_assert_true(file_write(AT_FDCWD, file, "", 0, 0600, FILE_LIVE, NULL));
    g_assert_false(file_make_dirs(file, 0700, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_IO);
    g_clear_error(&error);
    g_assert_false(file_make_dirs(below_file, 0700, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_IO);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/file/write-then-read", test_write_then_read);
    g_test_add_func("/file/write-replaces-link", test_write_replaces_link_not_its_target);
    g_test_add_func("/file/read-over-limit", test_read_over_limit);
    g_test_add_func("/file/read-grows", test_read_grows_over_wrong_size);
    g_test_add_func("/file/read-missing", test_read_missing);
    g_test_add_func("/file/write-cut-short", test_write_cut_short_leaves_old);
    g_test_add_func("/file/write-killed", test_write_killed_leaves_old_or_new);
    g_test_add_func("/file/full-disk", test_full_disk_leaves_old);
    g_test_add_func("/file/read-only-directory", test_read_only_directory);
    g_test_add_func("/file/link-replaces", test_link_replaces);
    g_test_add_func("/file/remove-absent", test_remove_absent_is_fine);
    g_test_add_func("/file/remove-tree", test_remove_tree_stays_inside);
    g_test_add_func("/file/make-dirs", test_make_dirs);
    return g_test_run();
}
