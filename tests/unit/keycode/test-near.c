/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/near.h"

#include <string.h>

#include "keycode/set.h"

static void
assert_near(int set, const char *word, const char *wanted)
{
    g_autofree char *near = near_names(set, word);

    g_assert_cmpstr(near, ==, wanted);
}

static void
test_case_and_prefix(void)
{
    assert_near(KEYCODE_SET_LINUX, "a", "KEY_A");
    assert_near(KEYCODE_SET_LINUX, "key_a", "KEY_A");
    assert_near(KEYCODE_SET_LINUX, "KEY-A", "KEY_A");
    assert_near(KEYCODE_SET_OSX, "q", "ANSI_Q");
    assert_near(KEYCODE_SET_WIN32, "volume-up", "VK_VOLUME_UP");
}

static void
test_typing_errors(void)
{
    assert_near(KEYCODE_SET_LINUX, "KEY_BAKCSPACE", "KEY_BACKSPACE");
    assert_near(KEYCODE_SET_WIN32, "VK_BROWSER_FAVOURITES", "VK_BROWSER_FAVORITES");
    assert_near(KEYCODE_SET_LINUX, "KEY_RIGTHCTRL", "KEY_RIGHTCTRL");
}

static void
test_word_inside(void)
{
    assert_near(KEYCODE_SET_LINUX, "ctrl", "KEY_LEFTCTRL, KEY_RIGHTCTRL");
    assert_near(KEYCODE_SET_OSX, "command", "Command, RightCommand, ANSI_Comma");
}

static void
test_nothing_near(void)
{
    g_autofree char *longest = g_strnfill(100000, 'x');

    assert_near(KEYCODE_SET_LINUX, "", NULL);
    assert_near(KEYCODE_SET_LINUX, "KEY_", NULL);
    assert_near(KEYCODE_SET_LINUX, "\xff\xfe", NULL);
    assert_near(KEYCODE_SET_LINUX, longest, NULL);
    assert_near(KEYCODE_SET_USB, "a", NULL);
}

static void
test_codes(void)
{
    static const struct {
        int set;
        guint code;
        const char *wanted;
    } cases[] = {
        {KEYCODE_SET_LINUX, 0, "1 (KEY_ESC)"},
        {KEYCODE_SET_LINUX, 84, "83 (KEY_KPDOT), 85 (KEY_ZENKAKUHANKAKU)"},
        {KEYCODE_SET_LINUX, G_MAXUINT, "700 (KEY_KBD_LCD_MENU5)"},
        {KEYCODE_SET_WIN32, 0x3a, "0x39 (VK_9), 0x41 (VK_A)"},
        {KEYCODE_SET_USB, 0x3, "0x4 (KEY_A)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *near = near_codes(cases[i].set, cases[i].code);

        g_assert_cmpstr(near, ==, cases[i].wanted);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keycode/near/case-and-prefix", test_case_and_prefix);
    g_test_add_func("/keycode/near/typing-errors", test_typing_errors);
    g_test_add_func("/keycode/near/word-inside", test_word_inside);
    g_test_add_func("/keycode/near/nothing-near", test_nothing_near);
    g_test_add_func("/keycode/near/codes", test_codes);
    return g_test_run();
}
