/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/error.h"

#include <errno.h>

static void
test_table_has_no_hole_and_no_double(void)
{
    for (int code = 0; code < LODGE_ERROR_LAST; code++) {
        LodgeErrorCode back = LODGE_ERROR_LAST;
        int status = error_code_exit_status((LodgeErrorCode)code);

        g_assert_nonnull(error_code_word((LodgeErrorCode)code));
        g_assert_true(error_code_from_word(error_code_word((LodgeErrorCode)code), &back));
        g_assert_cmpint(back, ==, code);
        g_assert_true(status >= 1 && status <= 125);
    }
    g_assert_null(error_code_word(LODGE_ERROR_LAST));
}

static void
test_unknown_word(void)
{
    LodgeErrorCode code = LODGE_ERROR_BUSY;

    g_assert_false(error_code_from_word("no-such-code", &code));
    g_assert_false(error_code_from_word(NULL, &code));
    g_assert_cmpint(code, ==, LODGE_ERROR_BUSY);
}

static void
test_errno_becomes_code_and_text(void)
{
    static const struct {
        int number;
        LodgeErrorCode code;
    } cases[] = {
        {EACCES, LODGE_ERROR_DENIED},     {EPERM, LODGE_ERROR_DENIED},  {EROFS, LODGE_ERROR_DENIED},
        {ENOENT, LODGE_ERROR_NOT_FOUND},  {EEXIST, LODGE_ERROR_EXISTS}, {EBUSY, LODGE_ERROR_BUSY},
        {ETIMEDOUT, LODGE_ERROR_TIMEOUT}, {ENOSPC, LODGE_ERROR_IO},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(error_set_errno(&error, cases[i].number, "cannot open '%s'", "x"));
        g_assert_error(error, LODGE_ERROR, (int)cases[i].code);
        g_assert_true(g_str_has_prefix(error->message, "cannot open 'x': "));
    }
    g_assert_false(error_set_errno(NULL, ENOENT, "nobody listens"));
}

static void
test_set_formats(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(error_set(&error, LODGE_ERROR_STATE, "%s is %d%%", "it", 5));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_assert_cmpstr(error->message, ==, "it is 5%");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/table", test_table_has_no_hole_and_no_double);
    g_test_add_func("/error/unknown-word", test_unknown_word);
    g_test_add_func("/error/errno", test_errno_becomes_code_and_text);
    g_test_add_func("/error/set", test_set_formats);
    return g_test_run();
}
