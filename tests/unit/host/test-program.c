/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "host/program.h"

static int
run(const char *script, size_t output_max, char **ret_output, Err *err)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};

    return program_run(
        &(ProgramSpec){.argv = argv, .stdin_fd = -1, .output_max = output_max, .timeout_ms = 5000},
        ret_output, err);
}

static void
test_output(void)
{
    char *output = NULL;
    Err err = {0};

    g_assert_cmpint(run("echo one; echo two >&2; cat", 100, &output, &err), ==, 0);
    g_assert_cmpstr(output, ==, "one\n");
    free(output);
}

static void
test_output_is_cut(void)
{
    char *output = NULL;
    Err err = {0};

    g_assert_cmpint(
        run("i=0; while [ $i -lt 5000 ]; do echo 0123456789; i=$((i+1)); done", 15, &output, &err),
        ==, 0);
    g_assert_cmpstr(output, ==, "0123456789\n0123");
    free(output);
}

static void
test_first_line_is_the_complaint(void)
{
    Err err = {0};

    g_assert_cmpint(run("echo >&2; echo why >&2; echo more >&2; exit 3", 0, NULL, &err), ==, -1);
    g_assert_cmpstr(err.text, ==, "sh: why");
    g_assert_cmpstr(err.word, ==, "peer");
    g_assert_cmpint(run("exit 3", 0, NULL, &err), ==, -1);
    g_assert_cmpstr(err.text, ==, "sh: it said nothing");
    g_assert_cmpint(run("kill -9 $$", 0, NULL, &err), ==, -1);
    g_assert_cmpstr(err.text, ==, "sh was killed by signal 9");
}

static void
test_deadline(void)
{
    const char *argv[] = {"/bin/sh", "-c", "read x < /dev/zero; exec tail -f /dev/null", NULL};
    Err err = {0};

    g_assert_cmpint(
        program_run(&(ProgramSpec){.argv = argv, .stdin_fd = -1, .timeout_ms = 50}, NULL, &err), ==,
        -1);
    g_assert_cmpstr(err.word, ==, "timeout");
}

static void
test_missing_program(void)
{
    const char *argv[] = {"/nonexistent/nft", NULL};
    Err err = {0};

    g_assert_cmpint(program_run(&(ProgramSpec){.argv = argv, .stdin_fd = -1}, NULL, &err), ==, -1);
    g_assert_cmpstr(err.word, ==, "not-found");
    g_assert_nonnull(strstr(err.text, "/nonexistent/nft"));
}

static void
test_nothing_is_inherited(void)
{
    int fd = open("/dev/null", O_RDONLY); /* without CLOEXEC, on purpose */
    g_autofree char *script =
        g_strdup_printf("[ ! -e /proc/self/fd/%d ] && [ \"$PATH\" ] && [ ! \"$HOME\" ]", fd);
    Err err = {0};

    g_assert_cmpint(run(script, 0, NULL, &err), ==, 0);
    close(fd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program/output", test_output);
    g_test_add_func("/program/output-is-cut", test_output_is_cut);
    g_test_add_func("/program/complaint", test_first_line_is_the_complaint);
    g_test_add_func("/program/deadline", test_deadline);
    g_test_add_func("/program/missing", test_missing_program);
    g_test_add_func("/program/nothing-inherited", test_nothing_is_inherited);
    return g_test_run();
}
