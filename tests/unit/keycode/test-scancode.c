/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/scancode.h"

#include <linux/input-event-codes.h>

#include "keycode/table.h"
#include "util/error.h"

static void
assert_key(ScancodeState *state, guint key, gboolean is_down, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    guint8 bytes[SCANCODE_MAX];
    gsize n = 99;

    g_assert_true(scancode_key(state, key, is_down, bytes, &n, &error));
    g_assert_no_error(error);
    text = scancode_format(bytes, n);
    g_assert_cmpstr(text, ==, wanted);
}

static void
assert_chord(const guint *keys, gsize n_keys, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) all = scancode_chord(keys, n_keys, &error);
    g_autofree char *text = NULL;

    g_assert_no_error(error);
    text = scancode_format(all->data, all->len);
    g_assert_cmpstr(text, ==, wanted);
}
#define ASSERT_CHORD(wanted, ...)                                                                  \
    assert_chord((const guint[]){__VA_ARGS__}, G_N_ELEMENTS(((const guint[]){__VA_ARGS__})), wanted)

static void
test_plain(void)
{
    ScancodeState state = {0};

    assert_key(&state, KEY_A, TRUE, "1e");
    assert_key(&state, KEY_A, FALSE, "9e");
}

static void
test_prefix(void)
{
    ScancodeState state = {0};

    assert_key(&state, KEY_RIGHTCTRL, TRUE, "e0 1d");
    assert_key(&state, KEY_RIGHTCTRL, FALSE, "e0 9d");
    assert_key(&state, KEY_UP, TRUE, "e0 48");
    assert_key(&state, KEY_UP, FALSE, "e0 c8");
}

static void
test_pause(void)
{
    ScancodeState state = {0};

    assert_key(&state, KEY_PAUSE, TRUE, "e1 1d 45 e1 9d c5");
    assert_key(&state, KEY_PAUSE, FALSE, "");
    ASSERT_CHORD("1d e0 46 e0 c6 9d", KEY_LEFTCTRL, KEY_PAUSE);
}

static void
test_print_screen(void)
{
    ScancodeState state = {0};

    assert_key(&state, KEY_SYSRQ, TRUE, "e0 2a e0 37");
    assert_key(&state, KEY_SYSRQ, FALSE, "e0 b7 e0 aa");
    ASSERT_CHORD("38 54 30 b0 d4 b8", KEY_LEFTALT, KEY_SYSRQ, KEY_B);
    ASSERT_CHORD("e0 38 54 d4 e0 b8", KEY_RIGHTALT, KEY_SYSRQ);
}

/* What went down as SysRq comes up as SysRq, though Alt is up by then; and the other way round. */
static void
test_print_screen_keeps_its_kind(void)
{
    ScancodeState state = {0};

    assert_key(&state, KEY_LEFTALT, TRUE, "38");
    assert_key(&state, KEY_SYSRQ, TRUE, "54");
    assert_key(&state, KEY_LEFTALT, FALSE, "b8");
    assert_key(&state, KEY_SYSRQ, FALSE, "d4");
    assert_key(&state, KEY_SYSRQ, TRUE, "e0 2a e0 37");
    assert_key(&state, KEY_LEFTALT, TRUE, "38");
    assert_key(&state, KEY_SYSRQ, FALSE, "e0 b7 e0 aa");
}

static void
test_korean(void)
{
    ScancodeState state = {0};

    assert_key(&state, KEY_HANGEUL, TRUE, "f2");
    assert_key(&state, KEY_HANGEUL, FALSE, "");
    assert_key(&state, KEY_HANJA, TRUE, "f1");
    assert_key(&state, KEY_HANJA, FALSE, "");
}

static void
test_chord(void)
{
    ASSERT_CHORD("1d 38 e0 53 e0 d3 b8 9d", KEY_LEFTCTRL, KEY_LEFTALT, KEY_DELETE);
    assert_chord(NULL, 0, "");
}

/* A release that was never pressed does not make the next press a chord. */
static void
test_release_without_press(void)
{
    ScancodeState state = {0};

    assert_key(&state, KEY_LEFTALT, FALSE, "b8");
    assert_key(&state, KEY_LEFTALT, TRUE, "38");
    assert_key(&state, KEY_SYSRQ, TRUE, "54");
}

static void
test_every_key_of_the_set(void)
{
    gsize n_codes = 0;
    g_autofree guint *codes = keycode_codes(KEYCODE_SET_LINUX, &n_codes);
    ScancodeState state = {0};
    guint n_good = 0;

    for (gsize i = 0; i < n_codes; i++) {
        guint8 bytes[SCANCODE_MAX];
        gsize n = 0;

        if (!scancode_key(&state, codes[i], TRUE, bytes, &n, NULL))
            continue;
        g_assert_true(n >= 1 && n <= SCANCODE_MAX);
        g_assert_true(n == 1 || bytes[0] == 0xe0 || bytes[0] == 0xe1);
        n_good++;
    }
    g_assert_cmpuint(n_good, >=, 230);
}

static void
test_error_no_scancode(void)
{
    g_autoptr(GError) error = NULL;
    guint keys[] = {KEY_LEFTCTRL, KEY_MICMUTE};

    g_assert_null(scancode_chord(keys, 2, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    g_assert_cmpstr(error->message, ==,
                    "key 0xf8 of codeset 'linux' (KEY_MICMUTE) is not in codeset 'xt'");
}

static void
test_error_no_key(void)
{
    g_autoptr(GError) error = NULL;
    guint keys[] = {999};

    g_assert_null(scancode_chord(keys, 1, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keycode/scancode/plain", test_plain);
    g_test_add_func("/keycode/scancode/prefix", test_prefix);
    g_test_add_func("/keycode/scancode/pause", test_pause);
    g_test_add_func("/keycode/scancode/print-screen", test_print_screen);
    g_test_add_func("/keycode/scancode/print-screen-keeps-its-kind",
                    test_print_screen_keeps_its_kind);
    g_test_add_func("/keycode/scancode/korean", test_korean);
    g_test_add_func("/keycode/scancode/chord", test_chord);
    g_test_add_func("/keycode/scancode/release-without-press", test_release_without_press);
    g_test_add_func("/keycode/scancode/every-key-of-the-set", test_every_key_of_the_set);
    g_test_add_func("/keycode/scancode/error-no-scancode", test_error_no_scancode);
    g_test_add_func("/keycode/scancode/error-no-key", test_error_no_key);
    return g_test_run();
}
