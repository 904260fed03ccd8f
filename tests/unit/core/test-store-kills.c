/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each operation on the store, and a launch, killed at its first, second, ... last system call. What is
 * found afterwards is the old state or the new one, and the next one can work. */
#include "core/store.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include "core-fixture.h"
#include "core/cleanup.h"

typedef void (*Body)(House *house);

/* Runs @body in a child that dies at the entry of system call @number. FALSE when it got to its end. */
static gboolean
run_killed_at(House *house, Body body, int number)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        body(house);
        _exit(0);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSTOPPED(status));
    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    for (int stops = 0; stops < 2 * number - 1;) { /* one stop at entry, one at exit */
        ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        if (WIFEXITED(status)) {
            g_assert_cmpint(WEXITSTATUS(status), ==, 0);
            return FALSE;
        }
        stops += WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80) ? 1 : 0;
    }
    kill(pid, SIGKILL);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return TRUE;
}

static char *
config_of(House *house, const char *name)
{
    return store_read_config(house->store, name, NULL, NULL);
}

static guint
count_config_temps(House *house)
{
    GDir *dir = g_dir_open(house->store->config_dir, 0, NULL);
    const char *name;
    guint n = 0;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        n += g_str_has_prefix(name, FILE_TEMP_PREFIX) ? 1 : 0;
    if (dir != NULL)
        g_dir_close(dir);
    return n;
}

static void
define_new(House *house)
{
    guint8 uuid[UUID_SIZE];

    store_define(house->store, "web", uuid_of(1, uuid),
                 "<new/><uuid>01000000-1111-1111-1111-111111111111</uuid>", NULL, NULL);
}

static void
test_define(void)
{
    int number = 1, n_new = 0;

    for (gboolean was_killed = TRUE; was_killed; number++) {
        g_auto(House) house = house_new();
        g_autoptr(GPtrArray) list = NULL;
        g_autoptr(GError) error = NULL;

        was_killed = run_killed_at(&house, define_new, number);
        list = store_list(house.store, STORE_LIST_ALL, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(list->len, <=, 1);
        n_new += (int)list->len;
        /* The uuid is free for another name if and only if it is not defined. */
        g_assert_cmpint(house_define(&house, "other", 1, &error), ==, list->len == 0);
        g_clear_error(&error);
        if (list->len == 0)
            g_assert_true(store_undefine(house.store, "other", NULL));
        g_assert_true(house_define(&house, "web", 1, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(count_config_temps(&house), ==, 0);
    }
    g_assert_cmpint(n_new, >, 1);
    g_assert_cmpint(number, >, 20);
    g_test_message("%d system calls; %d kills after the new one was there", number - 2, n_new - 1);
}

static void
test_redefine(void)
{
    g_auto(House) house = house_new();
    int number = 1, n_old = 0, n_new = 0;

    for (gboolean was_killed = TRUE; was_killed; number++) {
        g_autofree char *old = NULL, *now = NULL;
        g_autoptr(StoreObject) object = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(house_define(&house, "web", 1, &error));
        g_assert_no_error(error);
        old = config_of(&house, "web");
        was_killed = run_killed_at(&house, define_new, number);
        now = config_of(&house, "web");
        g_assert_nonnull(now);
        if (g_str_equal(now, old))
            n_old++;
        else
            n_new +=
                g_str_has_prefix(now, "<new/>") && g_str_has_suffix(now, "</uuid>") ? 1 : -1000;
        object = store_find_name(house.store, "web", &error);
        g_assert_no_error(error);
    }
    g_assert_cmpint(n_old, >, 10);
    g_assert_cmpint(n_new, >, 1);
}

static void
undefine(House *house)
{
    store_undefine(house->store, "web", NULL);
}

static void
test_undefine(void)
{
    g_auto(House) house = house_new();
    int number = 1, n_gone = 0;

    for (gboolean was_killed = TRUE; was_killed; number++) {
        g_autoptr(GPtrArray) list = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(house_define(&house, "web", 1, &error));
        g_assert_no_error(error);
        g_assert_true(store_set_autostart(house.store, "web", TRUE, NULL));
        was_killed = run_killed_at(&house, undefine, number);
        list = store_list(house.store, STORE_LIST_ALL, &error);
        g_assert_no_error(error);
        n_gone += list->len == 0 ? 1 : 0;
        if (list->len == 1)
            g_assert_true(((StoreObject *)list->pdata[0])->is_autostart);
    }
    g_assert_cmpint(n_gone, >, 1);
    g_assert_cmpint(n_gone, <, number - 5);
}

static void
launch(House *house)
{
    house_launch(house, "web", 1, TRUE, "test run", NULL, NULL);
}

static void
test_launch(void)
{
    int number = 1, n_running = 0;

    for (gboolean was_killed = TRUE; was_killed; number++) {
        g_auto(House) house = house_new();
        g_autoptr(GError) error = NULL;

        was_killed = run_killed_at(&house, launch, number);
        /* Whoever comes next gets it running, or is told that it runs. */
        if (!house_launch(&house, "web", 1, TRUE, "test run", NULL, &error)) {
            g_assert_cmpstr(error->message, ==, "domain is already running");
            n_running++;
        }
        house_destroy(&house, "web");
        house_wait_gone(&house, "web");
        cleanup_all(house.store, NULL);
        g_assert_cmpuint(house_count_live(&house), ==, 0);
        g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
        g_assert_cmpuint(house_count_in(&house, "by-uuid"), ==, 0);
    }
    g_assert_cmpint(n_running, >, 1);
    g_test_message("%d system calls; %d kills after the supervisor was there", number - 2,
                   n_running - 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store-kills/define", test_define);
    g_test_add_func("/store-kills/redefine", test_redefine);
    g_test_add_func("/store-kills/undefine", test_undefine);
    g_test_add_func("/store-kills/launch", test_launch);
    return house_run_tests();
}
