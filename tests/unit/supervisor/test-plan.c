/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/plan.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "supervisor/plan-load.h"
#include "supervisor/plan-ops.h"

static void
test_escape_round_trip(void)
{
    char all[256], escaped[2048], line[2200], why[128];
    PlanReader reader;
    PlanOp op;

    for (int i = 1; i < 256; i++)
        all[i - 1] = (char)i;
    all[255] = '\0';
    g_assert_cmpuint(plan_escape(all, escaped, sizeof escaped), ==, strlen(escaped));
    for (const char *p = escaped; *p; p++)
        g_assert_cmpint((unsigned char)*p, >, 0x20);
    g_snprintf(line, sizeof line, "op %s \\e last\n", escaped);
    plan_reader_init(&reader, line, strlen(line));
    g_assert_cmpint(plan_next(&reader, &op, why, sizeof why), ==, 1);
    g_assert_cmpint(op.argc, ==, 4);
    g_assert_cmpstr(op.argv[1], ==, all);
    g_assert_cmpstr(op.argv[2], ==, "");
    g_assert_cmpstr(op.argv[3], ==, "last");
    g_assert_null(op.argv[4]);
    g_assert_cmpint(plan_next(&reader, &op, why, sizeof why), ==, 0);
}

static void
test_escape_says_what_it_needs(void)
{
    char small[4] = "???";

    g_assert_cmpuint(plan_escape("a b", NULL, 0), ==, 6);
    g_assert_cmpuint(plan_escape("abcdef", small, sizeof small), ==, 6);
    g_assert_cmpstr(small, ==, "abc");
    g_assert_cmpuint(plan_escape("", small, sizeof small), ==, 2);
    g_assert_cmpstr(small, ==, "\\e");
}

static void
test_reader_counts_lines(void)
{
    char text[] = "one\n\n\ntwo x\n", why[128];
    PlanReader reader;
    PlanOp op;

    plan_reader_init(&reader, text, strlen(text));
    g_assert_cmpint(plan_next(&reader, &op, why, sizeof why), ==, 1);
    g_assert_cmpint(op.line, ==, 1);
    g_assert_cmpint(plan_next(&reader, &op, why, sizeof why), ==, 1);
    g_assert_cmpint(op.line, ==, 4);
}

static void
assert_refused(const char *text, gsize size, const char *part)
{
    g_autofree char *copy = g_malloc0(size + 1);
    char why[128];
    PlanReader reader;
    PlanOp op;
    int got;

    memcpy(copy, text, size);
    plan_reader_init(&reader, copy, size);
    do
        got = plan_next(&reader, &op, why, sizeof why);
    while (got == 1);
    g_assert_cmpint(got, ==, -1);
    g_assert_nonnull(strstr(why, part));
}

static void
test_reader_refuses(void)
{
    g_autofree char *many = g_malloc0(PLAN_ARGS_MAX * 2 + 20);
    g_autofree char *longer = g_malloc0(PLAN_LINE_MAX + 8);

    assert_refused("a \\x00\n", 7, "line 1");
    assert_refused("ok\na \\x4\n", 9, "line 2");
    assert_refused("a \\q\n", 5, "not allowed");
    assert_refused("a \\e\\x41\n", 9, "not allowed");
    assert_refused("a\tb\n", 4, "not allowed");
    assert_refused("a  b\n", 5, "empty argument");
    assert_refused(" a\n", 3, "empty argument");
    assert_refused("a b", 3, "cut off");
    assert_refused("a\0b\n", 4, "NUL");
    for (int i = 0; i <= PLAN_ARGS_MAX; i++)
        memcpy(many + i * 2, "a ", 2);
    memcpy(many + PLAN_ARGS_MAX * 2 + 2, "a\n", 3);
    assert_refused(many, strlen(many), "too many arguments");
    memset(longer, 'a', PLAN_LINE_MAX + 1);
    longer[PLAN_LINE_MAX + 1] = '\n';
    assert_refused(longer, PLAN_LINE_MAX + 2, "too long");
}

static int
load(const char *text, Plan *plan, Err *err)
{
    int fd = memfd_create("plan", MFD_CLOEXEC), result;

    g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize)strlen(text));
    result = plan_load(plan, fd, PLAN_ALL, err);
    close(fd);
    return result;
}

static void
test_load(void)
{
    Plan plan;
    Err err = {0};

    g_assert_cmpint(
        load("lodge-plan 1\nphase object\nname a\\x20b\nphase guest\nproc\nsys ro\n", &plan, &err),
        ==, 0);
    g_assert_cmpint(plan.phase[PLAN_OBJECT].n, ==, 1);
    g_assert_cmpint(plan.phase[PLAN_HOST].n, ==, 0);
    g_assert_cmpint(plan.phase[PLAN_GUEST].n, ==, 2);
    g_assert_cmpstr(plan_find(&plan, PLAN_OBJECT, "name")->argv[1], ==, "a b");
    g_assert_cmpint(plan_find(&plan, PLAN_GUEST, "sys")->line, ==, 6);
    g_assert_null(plan_find(&plan, PLAN_GUEST, "dev"));
    plan_clear(&plan);
}

static void
test_load_refuses(void)
{
    static const char *const bad[][2] = {
        {"lodge-plan 9\n", "version '9'"},
        {"lodge-plan\n", "no plan"},
        {"lodge-plan 1\nname x\n", "outside phase 'object'"},
        {"lodge-plan 1\nphase guest\nphase host\n", "out of order"},
        {"lodge-plan 1\nphase nowhere\n", "unknown phase"},
        {"lodge-plan 1\nphase guest\nfly\n", "line 3: unknown operation 'fly'"},
        {"lodge-plan 1\nphase guest\nsys\n", "'sys' has 0 arguments"},
        {"lodge-plan 1\nphase guest\nproc now\n", "'proc' has 1 arguments"},
        {"lodge-plan 1\nphase object\nfault 1 x\n", "unknown operation 'fault'"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        Plan plan;
        Err err = {0};

        g_assert_cmpint(load(bad[i][0], &plan, &err), ==, -1);
        g_assert_cmpstr(err.word, ==, "config");
        if (!strstr(err.text, bad[i][1]))
            g_error("'%s' is not in '%s'", bad[i][1], err.text);
        g_assert_null(plan.text);
    }
}

/* Every operation has a row, its own name, and phases stand in order. */
static void
test_table(void)
{
    PlanPhaseId phase = PLAN_OBJECT;

    for (int i = 0; i < OP_FAULT; i++) {
        const PlanOpInfo *info = plan_op_info((PlanOpId)i);

        g_assert_nonnull(info);
        g_assert_cmpint(plan_op_find(info->name), ==, i);
        g_assert_cmpint(info->phase, >=, phase);
        g_assert_true(info->max == -1 || info->max >= info->min);
        phase = info->phase;
    }
    g_assert_null(plan_op_info(OP_FAULT));
    g_assert_cmpint(plan_op_find("fault"), ==, OP_LAST);
    for (int i = 0; i < PLAN_PHASE_LAST; i++)
        g_assert_nonnull(plan_phase_word((PlanPhaseId)i));
    g_assert_null(plan_phase_word(PLAN_PHASE_LAST));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/escape-round-trip", test_escape_round_trip);
    g_test_add_func("/plan/escape-says-what-it-needs", test_escape_says_what_it_needs);
    g_test_add_func("/plan/reader-counts-lines", test_reader_counts_lines);
    g_test_add_func("/plan/reader-refuses", test_reader_refuses);
    g_test_add_func("/plan/load", test_load);
    g_test_add_func("/plan/load-refuses", test_load_refuses);
    g_test_add_func("/plan/table", test_table);
    return g_test_run();
}
