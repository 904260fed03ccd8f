/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"

static void
test_output_and_input(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *big = g_strnfill(300000, 'x'), *echoed = NULL;

    g_assert_true(spawn_run((const char *[]){"echo", "a b", NULL}, NULL, 5000, &out, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(out, ==, "a b\n");
    g_assert_true(spawn_run((const char *[]){"cat", NULL}, big, 5000, &echoed, &error));
    g_assert_cmpstr(echoed, ==, big);
}

static void
assert_fails(const char *script, int timeout_ms, LodgeErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;

    g_assert_false(
        spawn_run((const char *[]){"sh", "-c", script, NULL}, NULL, timeout_ms, &out, &error));
    g_assert_error(error, LODGE_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_null(out);
}

static void
test_failures(void)
{
    assert_fails("exit 3", 5000, LODGE_ERROR_PEER, "sh failed with status 3");
    assert_fails("echo line one >&2; echo two >&2; exit 1", 5000, LODGE_ERROR_PEER,
                 "sh failed with status 1: line one two");
    assert_fails("kill -9 $$", 5000, LODGE_ERROR_PEER, "sh was killed by signal 9");
}

static void
test_deadline_kills_the_children_too(void)
{
    gint64 before = g_get_monotonic_time();

    assert_fails("sleep 60 & sleep 60", 100, LODGE_ERROR_TIMEOUT,
                 "sh did not end within 100 ms and was killed");
    g_assert_cmpint(g_get_monotonic_time() - before, <, 10 * G_USEC_PER_SEC);
}

static void
test_background_child_does_not_hold_us_up(void)
{
    g_autofree char *out = NULL;
    gint64 before = g_get_monotonic_time();

    g_assert_true(spawn_run((const char *[]){"sh", "-c", "sleep 20 & echo $!", NULL}, NULL, 15000,
                            &out, NULL));
    g_assert_cmpint(g_get_monotonic_time() - before, <, 10 * G_USEC_PER_SEC);
    kill((pid_t)g_ascii_strtoll(out, NULL, 10), SIGKILL);
}

static void
test_missing_program(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(
        spawn_run((const char *[]){"lodge-no-such-program", NULL}, NULL, 100, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==,
                    "cannot run lodge-no-such-program: no such program; install it");
    g_assert_null(spawn_find("lodge-no-such-program"));
}

static void
test_nothing_is_inherited(void)
{
    g_auto(Fd) leak = open("/dev/null", O_RDONLY); /* not CLOEXEC, on purpose */
    g_autofree char *script = g_strdup_printf("[ -e /proc/$$/fd/%d ] && echo leak; env", leak);
    g_autofree char *out = NULL;

    g_assert_true(spawn_run((const char *[]){"sh", "-c", script, NULL}, NULL, 5000, &out, NULL));
    g_assert_null(strstr(out, "leak"));
    g_assert_null(strstr(out, "HOME="));
    g_assert_nonnull(strstr(out, "LC_ALL=C"));
}

static void
test_start_maps_descriptors(void)
{
    int ends[2], back[2];
    char text[64] = "";
    gint64 n;
    pid_t pid;

    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    g_assert_cmpint(pipe2(back, O_CLOEXEC), ==, 0);
    g_assert_cmpint(write(ends[1], "hi", 2), ==, 2);
    close(ends[1]);
    /* Sources that are targets of others: 3 <- ends, 4 <- back, whatever their numbers are. */
    pid = spawn_start(
        "/bin/sh",
        (const char *[]){"sh", "-c", "cat <&3 >&4; [ -e /proc/$$/fd/5 ] || echo 5 >&4", NULL},
        (int[]){-1, -1, -1, ends[0], back[1]}, 5, NULL);
    g_assert_cmpint(pid, >, 0);
    g_assert_cmpint(spawn_reap(pid), ==, 0);
    close(back[1]);
    n = read(back[0], text, sizeof(text) - 1);
    g_assert_cmpint(n, >, 0);
    g_assert_cmpstr(g_strchomp(text), ==, "hi5");
    close(ends[0]);
    close(back[0]);
}

static void
test_start_missing(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(
        spawn_start("/nonexistent/p", (const char *[]){"p", NULL}, (int[]){-1, -1, -1}, 3, &error),
        ==, -1);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==, "cannot run '/nonexistent/p': No such file or directory");
}

static void
test_ignored_sigchld_is_said(void)
{
    g_autoptr(GError) error = NULL;

    signal(SIGCHLD, SIG_IGN);
    g_assert_false(spawn_run((const char *[]){"true", NULL}, NULL, 5000, NULL, &error));
    signal(SIGCHLD, SIG_DFL);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_INTERNAL);
    g_assert_cmpstr(error->message, ==, "cannot tell how true ended: this process ignores SIGCHLD");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/spawn/output-and-input", test_output_and_input);
    g_test_add_func("/spawn/failures", test_failures);
    g_test_add_func("/spawn/deadline", test_deadline_kills_the_children_too);
    g_test_add_func("/spawn/background-child", test_background_child_does_not_hold_us_up);
    g_test_add_func("/spawn/missing", test_missing_program);
    g_test_add_func("/spawn/nothing-inherited", test_nothing_is_inherited);
    g_test_add_func("/spawn/start-maps", test_start_maps_descriptors);
    g_test_add_func("/spawn/start-missing", test_start_missing);
    g_test_add_func("/spawn/sigchld-ignored", test_ignored_sigchld_is_said);
    return g_test_run();
}
