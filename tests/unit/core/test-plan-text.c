/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What core writes is what the supervisor reads, whatever stands in the arguments. */
#include "core/plan-text.h"

#include <string.h>

#include "supervisor/plan.h"

static const char *const odd[] = {"",         " ",           "two words", "line\nend", "\\",
                                  "\\x20",    "\\e",         "tab\there", "#",         "\"quoted\"",
                                  "\x01\x7f", "caf\xc3\xa9", "\xff\xfe",  NULL};

static void
read_one(PlanReader *reader, PlanOp *op)
{
    char message[200];

    g_assert_cmpint(plan_next(reader, op, message, sizeof message), ==, 1);
}

static void
test_words_come_back(void)
{
    g_autoptr(GString) plan = g_string_new(NULL);
    PlanReader reader;
    PlanOp op;
    char message[200];

    plan_begin(plan);
    plan_add(plan, "phase", "object", NULL);
    plan_add(plan, "transient", NULL);
    for (int i = 0; odd[i] != NULL; i++)
        plan_add(plan, "name", odd[i], "after", NULL);
    plan_reader_init(&reader, plan->str, plan->len);
    read_one(&reader, &op);
    g_assert_cmpstr(op.argv[0], ==, "lodge-plan");
    g_assert_cmpint(g_ascii_strtoll(op.argv[1], NULL, 10), ==, PLAN_VERSION);
    read_one(&reader, &op);
    g_assert_cmpint(op.argc, ==, 2);
    read_one(&reader, &op);
    g_assert_cmpint(op.argc, ==, 1);
    for (int i = 0; odd[i] != NULL; i++) {
        read_one(&reader, &op);
        g_assert_cmpint(op.argc, ==, 3);
        g_assert_cmpstr(op.argv[1], ==, odd[i]);
        g_assert_cmpstr(op.argv[2], ==, "after");
    }
    g_assert_cmpint(plan_next(&reader, &op, message, sizeof message), ==, 0);
}

static void
test_a_list_and_words_give_the_same(void)
{
    g_autoptr(GString) words = g_string_new(NULL);
    g_autoptr(GString) list = g_string_new(NULL);

    plan_add(words, "exec", "/bin/sh", "-c", "echo  a", NULL);
    plan_addv(list, (const char *const[]){"exec", "/bin/sh", "-c", "echo  a", NULL});
    g_assert_cmpstr(words->str, ==, list->str);
    g_assert_true(g_str_has_suffix(words->str, "\n"));
    g_assert_cmpuint(strlen(words->str), ==, words->len);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/plan-text/words-come-back", test_words_come_back);
    g_test_add_func("/core/plan-text/a-list-and-words-give-the-same",
                    test_a_list_and_words_give_the_same);
    return g_test_run();
}
