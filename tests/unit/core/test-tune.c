/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/tune.h"

#include "conf/domain/domain.h"
#include "util/error.h"

static void
test_limited(void)
{
    g_assert_true(tune_is_limited(0));
    g_assert_true(tune_is_limited(102400));
    g_assert_false(tune_is_limited(DOMAIN_UNSET));
    g_assert_false(tune_is_limited(DOMAIN_UNLIMITED));
}

static void
test_weights(void)
{
    g_assert_cmpuint(tune_shares_to_weight(1024), ==, 100);
    g_assert_cmpuint(tune_shares_to_weight(2), ==, 1);
    g_assert_cmpuint(tune_shares_to_weight(262144), ==, 10000);
    g_assert_cmpuint(tune_weight_to_shares(100), ==, 1024);
    g_assert_cmpuint(tune_weight_to_shares(1), ==, 10);
    g_assert_cmpuint(tune_weight_to_shares(10000), ==, 102400);
    for (guint64 shares = 11; shares < 102400; shares += 97)
        g_assert_cmpuint(
            tune_shares_to_weight(tune_weight_to_shares(tune_shares_to_weight(shares)) + 10), >=,
            tune_shares_to_weight(shares));
}

static void
test_cpu_max(void)
{
    g_autofree char *none = tune_cpu_max(-1, 100000);
    g_autofree char *half = tune_cpu_max(25000, 50000);

    g_assert_cmpstr(none, ==, "max 100000");
    g_assert_cmpstr(half, ==, "25000 50000");
}

static void
test_cpus(void)
{
    g_assert_true(tune_cpus_within("0-1,3", "0-3"));
    g_assert_true(tune_cpus_within("3", "0,3"));
    g_assert_false(tune_cpus_within("4", "0-3"));
    g_assert_false(tune_cpus_within("0-2", "0,2"));
    g_assert_false(tune_cpus_within("x", "0-3"));
    g_assert_false(tune_cpus_within("3-1", "0-3"));
    g_assert_false(tune_cpus_within("0-99999", "0-3"));
    g_assert_cmpuint(tune_cpus_count("0-3,8"), ==, 5);
    g_assert_cmpuint(tune_cpus_count("0-3,2"), ==, 4);
    g_assert_cmpuint(tune_cpus_count("1 2"), ==, 0);
}

static void
test_ranges(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(tune_check_shares(2, NULL) && tune_check_shares(262144, NULL));
    g_assert_false(tune_check_shares(1, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    g_assert_cmpstr(error->message, ==, "cpu_shares 1 is out of range; use 2 to 262144");
    g_assert_false(tune_check_shares(262145, NULL));
    g_assert_true(tune_check_period(1000, NULL) && tune_check_period(1000000, NULL));
    g_assert_false(tune_check_period(999, NULL) || tune_check_period(1000001, NULL));
    g_assert_true(tune_check_quota(-1, NULL) && tune_check_quota(1000, NULL));
    g_assert_false(tune_check_quota(0, NULL) || tune_check_quota(-2, NULL) ||
                   tune_check_quota(999, NULL));
    g_assert_true(tune_check_weight(10, NULL) && tune_check_weight(1000, NULL));
    g_assert_false(tune_check_weight(9, NULL) || tune_check_weight(1001, NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/tune/limited", test_limited);
    g_test_add_func("/core/tune/weights", test_weights);
    g_test_add_func("/core/tune/cpu-max", test_cpu_max);
    g_test_add_func("/core/tune/cpus", test_cpus);
    g_test_add_func("/core/tune/ranges", test_ranges);
    return g_test_run();
}
