/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <locale.h>
#include <string.h>
#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon.h>

#include "typist/layout.h"
#include "util/error.h"

/* A guest with @name loaded: what characters come of the keys? Written apart from the code under test. */
typedef struct {
    struct xkb_context *context;
    struct xkb_keymap *keymap;
    struct xkb_state *state;
    struct xkb_compose_state *compose;
} Guest;

static void
guest_open(Guest *guest, const char *name)
{
    g_auto(GStrv) words = g_strsplit(name, ",", 2);
    struct xkb_rule_names names = {.rules = "evdev",
                                   .model = "pc105",
                                   .layout = words[0],
                                   .variant = words[1] ? words[1] : ""};
    struct xkb_compose_table *table;

    guest->context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
    guest->keymap = xkb_keymap_new_from_names(guest->context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
    g_assert_nonnull(guest->keymap);
    guest->state = xkb_state_new(guest->keymap);
    table = xkb_compose_table_new_from_locale(guest->context, "en_US.UTF-8",
                                              XKB_COMPOSE_COMPILE_NO_FLAGS);
    g_assert_nonnull(table);
    guest->compose = xkb_compose_state_new(table, XKB_COMPOSE_STATE_NO_FLAGS);
    xkb_compose_table_unref(table);
}

static void
guest_close(Guest *guest)
{
    xkb_compose_state_unref(guest->compose);
    xkb_state_unref(guest->state);
    xkb_keymap_unref(guest->keymap);
    xkb_context_unref(guest->context);
}

static void
guest_press(Guest *guest, guint code, GString *out)
{
    xkb_keysym_t sym = xkb_state_key_get_one_sym(guest->state, code + 8);
    char text[16] = "";

    xkb_state_update_key(guest->state, code + 8, XKB_KEY_DOWN);
    if (xkb_compose_state_feed(guest->compose, sym) == XKB_COMPOSE_FEED_IGNORED)
        return;
    switch (xkb_compose_state_get_status(guest->compose)) {
    case XKB_COMPOSE_COMPOSED:
        xkb_compose_state_get_utf8(guest->compose, text, sizeof text);
        break;
    case XKB_COMPOSE_NOTHING:
        xkb_keysym_to_utf8(sym, text, sizeof text);
        break;
    case XKB_COMPOSE_COMPOSING:
    case XKB_COMPOSE_CANCELLED:
        break;
    }
    g_string_append(out, text);
}

static char *
guest_type(Guest *guest, const LayoutStrokes *strokes)
{
    GString *out = g_string_new(NULL);

    xkb_compose_state_reset(guest->compose);
    for (guint i = 0; i < strokes->n_chords; i++) {
        const LayoutChord *chord = &strokes->chords[i];

        for (guint k = 0; k < chord->n_keys; k++)
            guest_press(guest, chord->keys[k], out);
        for (guint k = chord->n_keys; k-- > 0;)
            xkb_state_update_key(guest->state, chord->keys[k] + 8, XKB_KEY_UP);
    }
    return g_string_free(out, FALSE);
}

/* Every character that the layout claims to have comes out of such a guest. Returns how many. */
static guint
check_layout(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Layout) layout = layout_new(name, &error);
    guint n = 0;
    Guest guest;

    g_assert_no_error(error);
    guest_open(&guest, name);
    for (gunichar c = 0x20; c < 0x3000; c++) {
        LayoutStrokes strokes;
        char wanted[8] = {0};
        g_autofree char *typed = NULL;

        if (c == 0x7f || !layout_find(layout, c, &strokes))
            continue;
        g_unichar_to_utf8(c, wanted);
        typed = guest_type(&guest, &strokes);
        if (strcmp(typed, wanted) != 0)
            g_error("layout %s: U+%04X '%s' gives '%s'", name, c, wanted, typed);
        n++;
    }
    guest_close(&guest);
    return n;
}

static const struct {
    const char *name, *has, *lacks;
} known[] = {
    {"us", "abcXYZ 0189!@#$%^&*()_+{}|:\"<>?~`'", "\u00e9\u00df\u044e"},
    {"us,intl", "'\"`\u00e9\u00e8\u00f1\u00fc", "\u044e"},
    {"de", "\u00e4\u00f6\u00fc\u00df\u00c4@\u20ac{[]}\\|~^`\u00b4\u00e9\u00ea", "\u044e"},
    {"de,nodeadkeys", "\u00e4@\u20ac^`\u00b4", "\u0177\u044e"},
    {"fr", "\u00e9\u00e8\u00e0\u00e7\u00f9@#{}[]|\\^\u00ea\u00eb\u20ac0123456789", "\u044e"},
    {"es", "\u00f1\u00d1\u00e1\u00e9\u00ed\u00f3\u00fa\u00bf\u00a1@#|\u20ac", "\u044e"},
    {"cz", "\u011b\u0161\u010d\u0159\u017e\u00fd\u00e1\u00ed\u00e9@#&{}\u00f3\u0165", "\u044e"},
    {"gr", "\u03b1\u03b2\u03b3\u03ac\u03ad\u0390\u03a9\u03ce;", "a"},
    {"ru", "\u044e\u0416\u0451\u2116.,", "a@"},
};

static void
test_known(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(Layout) layout = layout_new(known[i].name, NULL);
        LayoutStrokes strokes;

        g_assert_nonnull(layout);
        for (const char *at = known[i].has; *at; at = g_utf8_next_char(at))
            if (!layout_find(layout, g_utf8_get_char(at), &strokes))
                g_error("layout %s lacks '%.4s'", known[i].name, at);
        for (const char *at = known[i].lacks; *at; at = g_utf8_next_char(at))
            if (layout_find(layout, g_utf8_get_char(at), &strokes))
                g_error("layout %s has '%.4s'", known[i].name, at);
        g_assert_cmpuint(check_layout(known[i].name), >, 60);
    }
}

/* '@' needs the key that people call AltGr: no virtual key of xkb-data. */
static void
test_altgr(void)
{
    g_autoptr(Layout) layout = layout_new("de", NULL);
    LayoutStrokes strokes;

    g_assert_true(layout_find(layout, '@', &strokes));
    g_assert_cmpuint(strokes.n_chords, ==, 1);
    g_assert_cmpuint(strokes.chords[0].n_keys, ==, 2);
    g_assert_cmpuint(strokes.chords[0].keys[0], ==, 100); /* KEY_RIGHTALT */
    g_assert_cmpuint(strokes.chords[0].keys[1], ==, 16);  /* KEY_Q */
}

/* "(" is Shift and 9, though a key of some keypad has it alone. */
static void
test_main_block(void)
{
    g_autoptr(Layout) layout = layout_new("us", NULL);

    for (gunichar c = 0x20; c < 0x7f; c++) {
        LayoutStrokes strokes;

        g_assert_true(layout_find(layout, c, &strokes));
        g_assert_cmpuint(strokes.chords[0].keys[strokes.chords[0].n_keys - 1], <=, 57);
    }
}

/* All layouts of the package, with the section "! layout" of its list as the source. */
static void
test_all(void)
{
    g_autofree char *list = NULL;
    g_auto(GStrv) lines = NULL;
    gboolean is_layout = FALSE;
    guint n = 0;

    if (!g_file_get_contents("/usr/share/X11/xkb/rules/evdev.lst", &list, NULL, NULL)) {
        g_test_skip("needs /usr/share/X11/xkb/rules/evdev.lst (package xkb-data)");
        return;
    }
    lines = g_strsplit(list, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) words = g_strsplit(g_strstrip(*line), " ", 2);

        if (words[0] && strcmp(words[0], "!") == 0) {
            is_layout = g_strcmp0(words[1], "layout") == 0;
            continue;
        }
        if (!is_layout || !words[0] || strcmp(words[0], "custom") == 0)
            continue;
        if (check_layout(words[0]) == 0)
            g_error("layout %s types nothing", words[0]);
        n++;
    }
    g_test_message("%u layouts", n);
    g_assert_cmpuint(n, >, 90);
}

static void
test_unknown(void)
{
    static const char *const names[] = {"xx", "de,nonsense", "", ",", "de(", "../us", "us;ls"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Layout) layout = layout_new(names[i], &error);

        if (layout && strcmp(names[i], "de(") != 0)
            g_error("'%s' is a layout", names[i]);
        if (!layout)
            g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    }
}

int
main(int argc, char **argv)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layout/known", test_known);
    g_test_add_func("/layout/altgr", test_altgr);
    g_test_add_func("/layout/main-block", test_main_block);
    g_test_add_func("/layout/all", test_all);
    g_test_add_func("/layout/unknown", test_unknown);
    return g_test_run();
}
