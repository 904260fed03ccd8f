/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/set.h"

#include "util/error.h"

static const char *const names[] = {"linux", "xt",     "atset1", "atset2", "atset3",
                                    "os_x",  "xt_kbd", "usb",    "win32",  "rfb"};

static void
test_numbers_are_libvirts(void)
{
    g_assert_cmpint(KEYCODE_SET_LAST, ==, G_N_ELEMENTS(names));
    for (int set = 0; set < KEYCODE_SET_LAST; set++) {
        g_assert_cmpstr(keycode_set_to_name(set), ==, names[set]);
        g_assert_cmpint(keycode_set_from_name(names[set], NULL), ==, set);
    }
}

static void
test_qnum_is_rfb(void)
{
    g_assert_cmpint(keycode_set_from_name("qnum", NULL), ==, KEYCODE_SET_RFB);
}

static void
test_unknown_name(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(keycode_set_from_name("osx", &error), ==, -1);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    g_assert_cmpstr(
        error->message, ==,
        "unknown codeset 'osx'; use linux, xt, atset1, atset2, atset3, os_x, xt_kbd, usb, "
        "win32, or rfb (also called qnum)");
    g_assert_cmpint(keycode_set_from_name("", NULL), ==, -1);
    g_assert_cmpint(keycode_set_from_name("LINUX", NULL), ==, -1);
    g_assert_cmpint(keycode_set_from_name(NULL, NULL), ==, -1);
}

static void
test_unknown_number(void)
{
    g_assert_null(keycode_set_to_name(-1));
    g_assert_null(keycode_set_to_name(KEYCODE_SET_LAST));
    g_assert_null(keycode_set_to_name(G_MAXINT));
    g_assert_null(keycode_set_to_name(G_MININT));
}

static void
test_has_names(void)
{
    for (int set = -1; set <= KEYCODE_SET_LAST; set++)
        g_assert_cmpint(keycode_set_has_names(set), ==, set == 0 || set == 5 || set == 8);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keycode/set/numbers-are-libvirts", test_numbers_are_libvirts);
    g_test_add_func("/keycode/set/qnum-is-rfb", test_qnum_is_rfb);
    g_test_add_func("/keycode/set/unknown-name", test_unknown_name);
    g_test_add_func("/keycode/set/unknown-number", test_unknown_number);
    g_test_add_func("/keycode/set/has-names", test_has_names);
    return g_test_run();
}
