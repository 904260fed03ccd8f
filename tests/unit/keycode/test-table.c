/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/table.h"

#include <string.h>

#include <linux/input-event-codes.h>

#include "util/error.h"

static guint
translate(guint code, int from, int to)
{
    g_autoptr(GError) error = NULL;
    guint result = G_MAXUINT;

    g_assert_true(keycode_translate(code, from, to, &result, &error));
    g_assert_no_error(error);
    return result;
}

static void
assert_message(GError *error, const char *message)
{
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    g_assert_cmpstr(error->message, ==, message);
    g_error_free(error);
}

static void
assert_parse_error(int set, const char *word, const char *message)
{
    GError *error = NULL;
    guint code = 7;

    g_assert_false(keycode_parse(set, word, &code, &error));
    g_assert_cmpuint(code, ==, 7);
    assert_message(error, message);
}

static void
test_one_key_in_all_sets(void)
{
    static const guint up[KEYCODE_SET_LAST] = {KEY_UP, 0xe048, 0xe048, 0xe075, 0x63,
                                               0x7e,   0x148,  0x52,   0x26,   0xc8};

    for (int from = 0; from < KEYCODE_SET_LAST; from++)
        for (int to = 0; to < KEYCODE_SET_LAST; to++)
            g_assert_cmphex(translate(up[from], from, to), ==, up[to]);
}

/* The issue's own example: `send-key --codeset xt 37 18 21` is k, e, y. */
static void
test_key_in_xt(void)
{
    g_assert_cmpuint(translate(37, KEYCODE_SET_XT, KEYCODE_SET_LINUX), ==, KEY_K);
    g_assert_cmpuint(translate(18, KEYCODE_SET_XT, KEYCODE_SET_LINUX), ==, KEY_E);
    g_assert_cmpuint(translate(21, KEYCODE_SET_XT, KEYCODE_SET_LINUX), ==, KEY_Y);
}

/* Code to Linux to code gives the code again, or the first code of a key that has several. */
static void
test_round_trip(void)
{
    for (int set = 0; set < KEYCODE_SET_LAST; set++) {
        gsize n_codes = 0, n_same = 0;
        g_autofree guint *codes = keycode_codes(set, &n_codes);

        g_assert_cmpuint(n_codes, >=, 100);
        for (gsize i = 0; i < n_codes; i++) {
            guint key = translate(codes[i], set, KEYCODE_SET_LINUX);
            guint first = translate(key, KEYCODE_SET_LINUX, set);

            g_assert_true(i == 0 || codes[i] > codes[i - 1]);
            g_assert_true(keycode_is_key(set, codes[i]));
            g_assert_nonnull(keycode_to_name(KEYCODE_SET_LINUX, key));
            g_assert_cmpuint(translate(first, set, KEYCODE_SET_LINUX), ==, key);
            n_same += first == codes[i];
        }
        g_assert_cmpuint(n_same, >=, n_codes - 20);
    }
}

static void
test_names_both_ways(void)
{
    for (int set = 0; set < KEYCODE_SET_LAST; set++) {
        g_autofree const char **names = keycode_names(set);

        g_assert_cmpint(names[0] != NULL, ==, keycode_set_has_names(set));
        for (int i = 0; names[i] != NULL; i++) {
            guint code = 0, again = 0;

            g_assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
            g_assert_true(keycode_from_name(set, names[i], &code, NULL));
            g_assert_true(keycode_from_name(set, keycode_to_name(set, code), &again, NULL));
            g_assert_cmpuint(again, ==, code);
        }
    }
}

static void
test_names_that_are_aliases(void)
{
    guint code = 0;

    g_assert_true(keycode_from_name(KEYCODE_SET_LINUX, "KEY_SCREENLOCK", &code, NULL));
    g_assert_cmpuint(code, ==, KEY_COFFEE);
    g_assert_cmpstr(keycode_to_name(KEYCODE_SET_LINUX, code), ==, "KEY_COFFEE");
    g_assert_true(keycode_from_name(KEYCODE_SET_WIN32, "VK_CONTROL", &code, NULL));
    g_assert_cmphex(code, ==, 0x11);
    g_assert_cmpstr(keycode_to_name(KEYCODE_SET_WIN32, 0x11), ==, "VK_CONTROL");
    g_assert_cmphex(translate(0x11, KEYCODE_SET_WIN32, KEYCODE_SET_LINUX), ==, KEY_LEFTCTRL);
    g_assert_cmphex(translate(KEY_LEFTCTRL, KEYCODE_SET_LINUX, KEYCODE_SET_WIN32), ==, 0xa2);
}

static void
test_preferred_keys(void)
{
    static const struct {
        int set;
        guint code, key;
    } shared[] = {
        {KEYCODE_SET_WIN32, 0xdc, KEY_BACKSLASH}, {KEYCODE_SET_WIN32, 0xe2, KEY_102ND},
        {KEYCODE_SET_WIN32, 0x15, KEY_HANGEUL},   {KEYCODE_SET_USB, 0x76, KEY_MENU},
        {KEYCODE_SET_ATSET3, 0x51, KEY_RO},       {KEYCODE_SET_ATSET3, 0x5d, KEY_YEN},
        {KEYCODE_SET_ATSET1, 0x54, KEY_SYSRQ},    {KEYCODE_SET_RFB, 0xb7, KEY_SYSRQ},
        {KEYCODE_SET_ATSET3, 0x4e, KEY_MINUS},    {KEYCODE_SET_ATSET2, 0x83, KEY_F7},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shared); i++)
        g_assert_cmpuint(translate(shared[i].code, shared[i].set, KEYCODE_SET_LINUX), ==,
                         shared[i].key);
    g_assert_cmphex(translate(KEY_YEN, KEYCODE_SET_LINUX, KEYCODE_SET_WIN32), ==, 0xdc);
    /* a code that names its own key is kept, though it is not the key's first */
    g_assert_cmphex(translate(0x11, KEYCODE_SET_WIN32, KEYCODE_SET_WIN32), ==, 0x11);
}

static void
test_qcode(void)
{
    g_assert_cmpstr(keycode_to_qcode(KEY_A), ==, "a");
    g_assert_cmpstr(keycode_to_qcode(KEY_SYSRQ), ==, "print");
    g_assert_cmpstr(keycode_to_qcode(KEY_KPASTERISK), ==, "kp_multiply");
    g_assert_null(keycode_to_qcode(KEY_MICMUTE));
    g_assert_null(keycode_to_qcode(G_MAXUINT));
}

static void
test_parse_good(void)
{
    static const struct {
        int set;
        const char *word;
        guint code;
    } good[] = {
        {KEYCODE_SET_LINUX, "KEY_A", 30},  {KEYCODE_SET_LINUX, "30", 30},
        {KEYCODE_SET_LINUX, "0x1E", 30},   {KEYCODE_SET_LINUX, "0X1e", 30},
        {KEYCODE_SET_OSX, "0", 0},         {KEYCODE_SET_OSX, "ANSI_A", 0},
        {KEYCODE_SET_WIN32, "VK_A", 65},   {KEYCODE_SET_XT, "57373", 0xe01d},
        {KEYCODE_SET_LINUX, "0x001e", 30}, {KEYCODE_SET_LINUX, "KEY_MICMUTE", 248},
        {KEYCODE_SET_RFB, "0x9d", 0x9d},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        guint code = 7;

        g_assert_true(keycode_parse(good[i].set, good[i].word, &code, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(code, ==, good[i].code);
    }
}

static void
test_error_name(void)
{
    assert_parse_error(KEYCODE_SET_LINUX, "KEY_ENTR",
                       "codeset 'linux' has no key 'KEY_ENTR'; near: KEY_ENTER");
    assert_parse_error(KEYCODE_SET_LINUX, "%",
                       "codeset 'linux' has no key '%'; `lodge keymap` lists its keys");
    assert_parse_error(KEYCODE_SET_LINUX, "",
                       "codeset 'linux' has no key ''; `lodge keymap` lists its keys");
}

static void
test_error_name_of_other_set(void)
{
    assert_parse_error(KEYCODE_SET_XT, "KEY_A",
                       "'KEY_A' is a key of codeset 'linux', not of 'xt', where it is 0x1e");
    assert_parse_error(
        KEYCODE_SET_WIN32, "KEY_ESC",
        "'KEY_ESC' is a key of codeset 'linux', not of 'win32', where it is VK_ESCAPE");
    assert_parse_error(KEYCODE_SET_USB, "KEY_MICMUTE",
                       "'KEY_MICMUTE' is a key of codeset 'linux'; codeset 'usb' has no such key");
    assert_parse_error(KEYCODE_SET_USB, "hello",
                       "'hello' is no number, and the keys of codeset 'usb' have no names");
}

static void
test_error_number(void)
{
    assert_parse_error(KEYCODE_SET_LINUX, "999",
                       "codeset 'linux' has no key 999 (0x3e7); near: 700 (KEY_KBD_LCD_MENU5)");
    assert_parse_error(KEYCODE_SET_LINUX, "0",
                       "codeset 'linux' has no key 0 (0x0); near: 1 (KEY_ESC)");
    assert_parse_error(KEYCODE_SET_XT, "0x61",
                       "codeset 'xt' has no key 97 (0x61); near: 0x5f (KEY_F15), 0x63 (KEY_PHONE)");
    assert_parse_error(KEYCODE_SET_LINUX, "99999999999", "codeset 'linux' has no key 99999999999");
    assert_parse_error(KEYCODE_SET_LINUX, "0x99999999999999999999",
                       "codeset 'linux' has no key 0x99999999999999999999");
}

static void
test_error_octal(void)
{
    assert_parse_error(KEYCODE_SET_LINUX, "036",
                       "'036' could be decimal or octal; write it without the leading zero, or in "
                       "hexadecimal after 0x");
}

static void
test_error_no_code(void)
{
    GError *error = NULL;
    guint code = 7;

    g_assert_false(
        keycode_translate(KEY_MICMUTE, KEYCODE_SET_LINUX, KEYCODE_SET_USB, &code, &error));
    g_assert_cmpuint(code, ==, 7);
    assert_message(error, "key 0xf8 of codeset 'linux' (KEY_MICMUTE) is not in codeset 'usb'");
}

static void
test_error_no_set(void)
{
    static const int bad[] = {-1, KEYCODE_SET_LAST, G_MAXINT, G_MININT};
    gsize n = 7;
    guint code = 7;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        g_autofree char *message =
            g_strdup_printf("there is no codeset %d; they are 0 (linux) to 9 (rfb)", bad[i]);
        g_autofree const char **names = keycode_names(bad[i]);

        g_assert_false(keycode_translate(30, bad[i], 0, &code, &error));
        assert_message(g_steal_pointer(&error), message);
        g_assert_false(keycode_translate(30, 0, bad[i], &code, &error));
        assert_message(g_steal_pointer(&error), message);
        g_assert_false(keycode_parse(bad[i], "30", &code, &error));
        assert_message(g_steal_pointer(&error), message);
        g_assert_false(keycode_from_name(bad[i], "KEY_A", &code, &error));
        assert_message(g_steal_pointer(&error), message);
        g_assert_false(keycode_is_key(bad[i], 30));
        g_assert_null(keycode_to_name(bad[i], 30));
        g_assert_null(keycode_codes(bad[i], &n));
        g_assert_null(names[0]);
    }
    g_assert_cmpuint(code, ==, 7);
    g_assert_cmpuint(n, ==, 7);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keycode/table/one-key-in-all-sets", test_one_key_in_all_sets);
    g_test_add_func("/keycode/table/key-in-xt", test_key_in_xt);
    g_test_add_func("/keycode/table/round-trip", test_round_trip);
    g_test_add_func("/keycode/table/names-both-ways", test_names_both_ways);
    g_test_add_func("/keycode/table/names-that-are-aliases", test_names_that_are_aliases);
    g_test_add_func("/keycode/table/preferred-keys", test_preferred_keys);
    g_test_add_func("/keycode/table/qcode", test_qcode);
    g_test_add_func("/keycode/table/parse-good", test_parse_good);
    g_test_add_func("/keycode/table/error-name", test_error_name);
    g_test_add_func("/keycode/table/error-name-of-other-set", test_error_name_of_other_set);
    g_test_add_func("/keycode/table/error-number", test_error_number);
    g_test_add_func("/keycode/table/error-octal", test_error_octal);
    g_test_add_func("/keycode/table/error-no-code", test_error_no_code);
    g_test_add_func("/keycode/table/error-no-set", test_error_no_set);
    return g_test_run();
}
