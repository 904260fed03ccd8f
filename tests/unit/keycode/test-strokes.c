/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <string.h>

#include "keycode/strokes.h"
#include "util/error.h"

static void
test_chord(void)
{
    const guint keys[] = {29, 56, 111};
    g_autoptr(GArray) strokes = g_array_new(FALSE, FALSE, sizeof(Stroke));
    g_autofree char *text = NULL;

    strokes_add_chord(strokes, keys, G_N_ELEMENTS(keys), 70);
    text = strokes_format(strokes, TRUE);
    g_assert_cmpstr(text, ==,
                    "down 29 KEY_LEFTCTRL\nwait 4\ndown 56 KEY_LEFTALT\nwait 4\ndown 111 "
                    "KEY_DELETE\nwait 70\nup 111 KEY_DELETE\nwait 4\nup 56 KEY_LEFTALT\nwait 4\nup "
                    "29 KEY_LEFTCTRL\n");
}

static void
test_round_trip(void)
{
    static const char script[] = "down 30 KEY_A\n\nwait 60000\nup 30\nkeep";
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) strokes = strokes_parse(script, &error);
    g_autofree char *text = NULL;

    g_assert_no_error(error);
    g_assert_cmpuint(strokes->len, ==, 4);
    text = strokes_format(strokes, FALSE);
    g_assert_cmpstr(text, ==, "down 30\nwait 60000\nup 30\nkeep\n");
}

static void
test_refused(void)
{
    static const struct {
        const char *script, *message;
    } cases[] = {
        {"down 30\npress 30\n",
         "line 2 of the key script: 'press' is none of down, up, wait and keep"},
        {"down", "line 1 of the key script: 'down' lacks a number"},
        {"down x", "line 1 of the key script: 'x' is no number"},
        {"down -1", "line 1 of the key script: '-1' is no number"},
        {"down 100000", "line 1 of the key script: '100000' is no key of the linux set"},
        {"wait 60001", "line 1 of the key script: '60001' ms is too long a wait; at most 60000"},
        {"wait 99999999999", "line 1 of the key script: '99999999999' is no number"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(strokes_parse(cases[i].script, &error));
        g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
        g_assert_cmpstr(error->message, ==, cases[i].message);
    }
}

static void
test_too_long(void)
{
    g_autofree char *script = g_malloc(STROKES_MAX + 2);
    g_autoptr(GError) error = NULL;

    memset(script, '\n', STROKES_MAX + 1);
    script[STROKES_MAX + 1] = '\0';
    g_assert_null(strokes_parse(script, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/strokes/chord", test_chord);
    g_test_add_func("/strokes/round-trip", test_round_trip);
    g_test_add_func("/strokes/refused", test_refused);
    g_test_add_func("/strokes/too-long", test_too_long);
    return g_test_run();
}
