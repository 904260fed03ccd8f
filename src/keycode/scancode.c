/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/scancode.h"

#include <string.h>

#include <linux/input-event-codes.h>

#include "keycode/table.h"
#include "util/error.h"

#define RELEASE 0x80

static gboolean
put(guint8 *ret_bytes, gsize *ret_n, const char *bytes, gsize n_bytes)
{
    memcpy(ret_bytes, bytes, n_bytes);
    *ret_n = n_bytes;
    return TRUE;
}
#define PUT(text) put(ret_bytes, ret_n, text, sizeof(text) - 1)

static void
count(guint *held, gboolean is_down)
{
    if (is_down)
        ++*held;
    else if (*held > 0)
        --*held;
}

static gboolean
key_pause(ScancodeState *state, gboolean is_down, guint8 *ret_bytes, gsize *ret_n)
{
    if (is_down)
        state->is_break = state->n_ctrl > 0;
    if (!is_down)
        return PUT("");
    return state->is_break ? PUT("\xe0\x46\xe0\xc6") : PUT("\xe1\x1d\x45\xe1\x9d\xc5");
}

static gboolean
key_print(ScancodeState *state, gboolean is_down, guint8 *ret_bytes, gsize *ret_n)
{
    if (is_down)
        state->is_sysrq = state->n_alt > 0;
    if (state->is_sysrq)
        return is_down ? PUT("\x54") : PUT("\xd4");
    return is_down ? PUT("\xe0\x2a\xe0\x37") : PUT("\xe0\xb7\xe0\xaa");
}

static gboolean
key_plain(guint linux_code, gboolean is_down, guint8 *ret_bytes, gsize *ret_n, GError **error)
{
    guint code;
    gsize n = 0;

    if (!keycode_translate(linux_code, KEYCODE_SET_LINUX, KEYCODE_SET_XT, &code, error))
        return FALSE;
    if (code > 0xff)
        ret_bytes[n++] = (guint8)(code >> 8);
    ret_bytes[n++] = (guint8)(code & 0x7f) | (is_down ? 0 : RELEASE);
    *ret_n = n;
    return TRUE;
}

gboolean
scancode_key(ScancodeState *state, guint linux_code, gboolean is_down, guint8 *ret_bytes,
             gsize *ret_n, GError **error)
{
    switch (linux_code) {
    case KEY_PAUSE:
        return key_pause(state, is_down, ret_bytes, ret_n);
    case KEY_SYSRQ:
        return key_print(state, is_down, ret_bytes, ret_n);
    case KEY_HANGEUL:
        return is_down ? PUT("\xf2") : PUT("");
    case KEY_HANJA:
        return is_down ? PUT("\xf1") : PUT("");
    case KEY_LEFTCTRL:
    case KEY_RIGHTCTRL:
        count(&state->n_ctrl, is_down);
        break;
    case KEY_LEFTALT:
    case KEY_RIGHTALT:
        count(&state->n_alt, is_down);
        break;
    }
    return key_plain(linux_code, is_down, ret_bytes, ret_n, error);
}

GByteArray *
scancode_chord(const guint *linux_codes, gsize n_codes, GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    ScancodeState state = {0};
    guint8 bytes[SCANCODE_MAX];
    gsize n = 0;

    for (gsize i = 0; i < 2 * n_codes; i++) {
        gboolean is_down = i < n_codes;
        guint code = linux_codes[is_down ? i : 2 * n_codes - 1 - i];

        if (!scancode_key(&state, code, is_down, bytes, &n, error))
            return NULL;
        g_byte_array_append(all, bytes, (guint)n);
    }
    return g_steal_pointer(&all);
}

char *
scancode_format(const guint8 *bytes, gsize n_bytes)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < n_bytes; i++)
        g_string_append_printf(text, "%s%02x", i > 0 ? " " : "", bytes[i]);
    return g_string_free(text, FALSE);
}
