/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <string.h>

#include "typist/text.h"
#include "util/error.h"

static char *
plan(const char *name, const char *text, guint rate, gboolean enter, GError **error)
{
    g_autoptr(Layout) layout = layout_new(name, NULL);

    g_assert_nonnull(layout);
    return text_plan(layout, name, text, strlen(text), rate, enter, error);
}

static void
test_script(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *script = plan("us", "aB\r\n", 20, FALSE, &error);
    g_autofree char *enter = plan("us", "", 20, TRUE, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(script, ==,
                    "down 30\nwait 12\nup 30\nwait 38\n"
                    "down 42\nwait 4\ndown 48\nwait 12\nup 48\nwait 4\nup 42\nwait 30\n"
                    "down 28\nwait 12\nup 28\nwait 38\n");
    g_assert_cmpstr(enter, ==, "down 28\nwait 12\nup 28\nwait 38\n");
}

static void
test_positions(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *script = plan("us", "ok\nth\u00e9 \u044e", 30, FALSE, &error);

    g_assert_null(script);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    g_assert_cmpstr(
        error->message, ==,
        "layout 'us' cannot type '\u00e9' U+00E9 in line 2, column 3; '\u044e' U+044E in "
        "line 2, column 5; nothing was sent. Use a --layout that has it, and that the "
        "guest has loaded");
}

static void
test_many(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *script =
        plan("us", "\u044e\u044e\u044e\u044e\u044e\u044e\u044e", 30, FALSE, &error);

    g_assert_null(script);
    g_assert_nonnull(strstr(error->message, "column 5 and 2 more; nothing was sent"));
}

static void
test_bytes(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *script = plan("us", "ab\xff", 30, FALSE, &error);

    g_assert_null(script);
    g_assert_nonnull(strstr(error->message, "not UTF-8 at byte 2"));
    g_clear_error(&error);
    g_assert_null(plan("us", "a\x01", 30, FALSE, &error));
    g_assert_nonnull(strstr(error->message, "cannot type U+0001 in line 1, column 2"));
}

static void
test_too_long(void)
{
    g_autofree char *text = g_strnfill(TEXT_CHARS_MAX + 1, 'x');
    g_autoptr(GError) error = NULL;

    g_assert_null(plan("us", text, 30, FALSE, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/script", test_script);
    g_test_add_func("/text/positions", test_positions);
    g_test_add_func("/text/many", test_many);
    g_test_add_func("/text/bytes", test_bytes);
    g_test_add_func("/text/too-long", test_too_long);
    return g_test_run();
}
