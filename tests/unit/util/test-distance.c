/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/distance.h"

static void
test_errors(void)
{
    g_assert_cmpint(distance_edit("start", "start"), ==, 0);
    g_assert_cmpint(distance_edit("stat", "start"), ==, 1);
    g_assert_cmpint(distance_edit("starrt", "start"), ==, 1);
    g_assert_cmpint(distance_edit("stbrt", "start"), ==, 1);
    g_assert_cmpint(distance_edit("satrt", "start"), ==, 1);
    g_assert_cmpint(distance_edit("", "start"), ==, 5);
    g_assert_cmpint(distance_edit("kitten", "sitting"), ==, 3);
}

static void
test_long(void)
{
    g_autofree char *longest = g_strnfill(DISTANCE_WORD_MAX, 'x');
    g_autofree char *longer = g_strnfill(DISTANCE_WORD_MAX + 1, 'x');

    g_assert_cmpint(distance_edit(longest, ""), ==, DISTANCE_WORD_MAX);
    g_assert_cmpint(distance_edit(longer, longest), ==, DISTANCE_FAR);
    g_assert_cmpint(distance_edit("", longer), ==, DISTANCE_FAR);
    g_assert_false(distance_is_near(longer, longer));
}

static void
test_near(void)
{
    g_assert_true(distance_is_near("secomp", "seccomp"));
    g_assert_true(distance_is_near("pid", "pids"));
    g_assert_false(distance_is_near("pxd", "pids"));
    g_assert_false(distance_is_near("scp", "seccomp"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/distance/errors", test_errors);
    g_test_add_func("/distance/long", test_long);
    g_test_add_func("/distance/near", test_near);
    return g_test_run();
}
