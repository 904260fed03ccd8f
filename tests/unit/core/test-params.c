/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/params.h"

#include <string.h>

#include "util/error.h"

static const ParamField fields[] = {{"hard_limit", PARAM_ULLONG}, {"weight", PARAM_UINT}};

static void
expect(GArray *params, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (!text) {
        g_assert_true(params_check(params, fields, G_N_ELEMENTS(fields), &error));
        g_assert_no_error(error);
        return;
    }
    g_assert_false(params_check(params, fields, G_N_ELEMENTS(fields), &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    g_assert_cmpstr(error->message, ==, text);
}

static void
test_check(void)
{
    g_autoptr(GArray) params = params_new();

    expect(params, NULL);
    params_add_ullong(params, "hard_limit", 7);
    params_add_uint(params, "weight", 10);
    expect(params, NULL);
    g_assert_cmpuint(params_find(params, "weight")->value.ui, ==, 10);
    g_assert_null(params_find(params, "soft_limit"));
}

static void
test_unknown(void)
{
    g_autoptr(GArray) params = params_new();

    params_add_ullong(params, "colour", 7);
    expect(params, "parameter 'colour' is not one that guests have");
}

static void
test_wrong_type(void)
{
    g_autoptr(GArray) params = params_new();

    params_add_string(params, "hard_limit", "7");
    expect(params, "parameter 'hard_limit' has type 7; it must be 4");
}

static void
test_twice(void)
{
    g_autoptr(GArray) params = params_new();

    params_add_uint(params, "weight", 10);
    params_add_uint(params, "weight", 11);
    expect(params, "parameter 'weight' is given twice");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/params/check", test_check);
    g_test_add_func("/core/params/unknown", test_unknown);
    g_test_add_func("/core/params/wrong-type", test_wrong_type);
    g_test_add_func("/core/params/twice", test_twice);
    return g_test_run();
}
