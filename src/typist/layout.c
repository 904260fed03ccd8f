/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "typist/layout.h"

#include <linux/input-event-codes.h>
#include <string.h>
#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon.h>

#include "util/error.h"

#define EVDEV_OFFSET 8 /* X keycodes are Linux codes and this */
#define MODS_MAX     32

struct Layout {
    struct xkb_context *context;
    struct xkb_keymap *keymap;
    struct xkb_compose_state *compose; /* NULL: this host has no compose table */
    guint mod_keys[MODS_MAX];          /* Linux code of the key that sets modifier n; 0: none */
    GHashTable *direct;                /* character -> LayoutChord */
    GHashTable *syms;                  /* keysym -> LayoutChord: what compose is fed with */
    GHashTable *composed;              /* character -> LayoutStrokes; NULL: not looked for yet */
};

/* Keys that a console or a desktop reads by themselves, not as characters. */
static const struct {
    gunichar c;
    guint key;
} control_keys[] = {{'\n', KEY_ENTER}, {'\t', KEY_TAB}, {'\b', KEY_BACKSPACE}, {0x1b, KEY_ESC}};

/* Codes of no key: xkb-data keeps its virtual modifier keys (LVL3, MDSW, ALT, META, SUPR, HYPR) there. */
static gboolean
is_virtual_key(guint code)
{
    return code == 84 || (code >= 195 && code <= 199);
}

/* Codes from 128 on are keys that no PC keyboard has: of remote controls, of applications. */
static gboolean
is_pc_key(xkb_keycode_t key)
{
    return key > EVDEV_OFFSET && key < 128 + EVDEV_OFFSET && !is_virtual_key(key - EVDEV_OFFSET);
}

/* How sure it is that the guest's keyboard has the key and that it means the same at all times: the main block
 * before the keys that only some countries' keyboards have, those before the keypad, which Num Lock changes. */
static int
key_rank(guint code)
{
    if (code <= KEY_SPACE && code != KEY_KPASTERISK)
        return 0;
    return code == KEY_102ND || code == KEY_RO || code == KEY_YEN ? 1 : 2;
}

static gboolean
is_modifier_sym(xkb_keysym_t sym)
{
    return sym == XKB_KEY_Shift_L || sym == XKB_KEY_ISO_Level3_Shift ||
           sym == XKB_KEY_ISO_Level5_Shift || sym == XKB_KEY_Mode_switch;
}

/* The bits of @key when it alone is down, as real modifiers. */
static xkb_mod_mask_t
mods_of_key(struct xkb_keymap *keymap, xkb_keycode_t key)
{
    struct xkb_state *state = xkb_state_new(keymap);
    xkb_mod_mask_t mods;

    xkb_state_update_key(state, key, XKB_KEY_DOWN);
    mods = xkb_state_serialize_mods(state, XKB_STATE_MODS_DEPRESSED);
    xkb_state_unref(state);
    return mods;
}

static void
find_modifier(struct xkb_keymap *keymap, xkb_keycode_t key, void *data)
{
    Layout *self = data;
    const xkb_keysym_t *syms;
    int n = xkb_keymap_key_get_syms_by_level(keymap, key, 0, 0, &syms);
    xkb_mod_mask_t mods;

    if (n != 1 || !is_modifier_sym(syms[0]) || !is_pc_key(key))
        return;
    mods = mods_of_key(keymap, key);
    for (guint bit = 0; bit < MODS_MAX; bit++)
        if ((mods & (1u << bit)) && self->mod_keys[bit] == 0)
            self->mod_keys[bit] = key - EVDEV_OFFSET;
}

/* The chord of @key with the modifiers of @mask; FALSE when a modifier has no key. */
static gboolean
make_chord(const Layout *self, xkb_keycode_t key, xkb_mod_mask_t mask, LayoutChord *ret_chord)
{
    LayoutChord chord = {0};

    for (guint bit = 0; bit < MODS_MAX; bit++) {
        guint code = (mask & (1u << bit)) ? self->mod_keys[bit] : 0;
        gboolean is_there = FALSE;

        if (!(mask & (1u << bit)))
            continue;
        if (code == 0 || chord.n_keys + 1 >= LAYOUT_CHORD_MAX)
            return FALSE;
        for (guint i = 0; i < chord.n_keys; i++)
            is_there = is_there || chord.keys[i] == code; /* one key may set several */
        if (!is_there)
            chord.keys[chord.n_keys++] = code;
    }
    chord.keys[chord.n_keys++] = key - EVDEV_OFFSET;
    *ret_chord = chord;
    return TRUE;
}

/* Does the chord, played on a fresh keyboard, end with @sym? A modifier's own key may have another meaning
 * while another one is down (Shift and AltGr: Multi_key), so the order counts. */
static gboolean
chord_gives(const Layout *self, const LayoutChord *chord, xkb_keysym_t sym)
{
    struct xkb_state *state = xkb_state_new(self->keymap);
    gboolean is_plain = TRUE;
    xkb_keysym_t got;

    for (guint i = 0; i + 1 < chord->n_keys; i++) {
        xkb_keycode_t key = chord->keys[i] + EVDEV_OFFSET;

        is_plain = is_plain && is_modifier_sym(xkb_state_key_get_one_sym(state, key));
        xkb_state_update_key(state, key, XKB_KEY_DOWN);
    }
    got = xkb_state_key_get_one_sym(state, chord->keys[chord->n_keys - 1] + EVDEV_OFFSET);
    xkb_state_unref(state);
    return is_plain && got == sym;
}

static void
turn_modifiers(LayoutChord *chord)
{
    for (guint i = 0, j = chord->n_keys - 1; j > 0 && i < --j; i++) {
        guint code = chord->keys[i];

        chord->keys[i] = chord->keys[j];
        chord->keys[j] = code;
    }
}

/* Is @a the better way of two? */
static gboolean
is_better(const LayoutChord *a, const LayoutChord *b)
{
    guint key_a = a->keys[a->n_keys - 1], key_b = b->keys[b->n_keys - 1];

    if (key_rank(key_a) != key_rank(key_b))
        return key_rank(key_a) < key_rank(key_b);
    return a->n_keys != b->n_keys ? a->n_keys < b->n_keys : key_a < key_b;
}

/* Remembers the better of two ways. */
static void
remember(GHashTable *table, guint what, const LayoutChord *chord)
{
    const LayoutChord *known = g_hash_table_lookup(table, GUINT_TO_POINTER(what));

    if (known == NULL || is_better(chord, known))
        g_hash_table_insert(table, GUINT_TO_POINTER(what), g_memdup2(chord, sizeof *chord));
}

/* Feeds @sym; what came of it. */
static enum xkb_compose_status
feed(Layout *self, xkb_keysym_t sym)
{
    xkb_compose_state_feed(self->compose, sym);
    return xkb_compose_state_get_status(self->compose);
}

static void
add_level(Layout *self, xkb_keycode_t key, xkb_level_index_t level)
{
    enum {
        MASKS_MAX = 16
    };
    xkb_mod_mask_t masks[MASKS_MAX];
    const xkb_keysym_t *syms;
    int n = xkb_keymap_key_get_syms_by_level(self->keymap, key, 0, level, &syms);
    gboolean is_composed = FALSE;
    gsize n_masks;
    guint32 c;

    if (n != 1)
        return;
    c = xkb_keysym_to_utf32(syms[0]);
    if (self->compose) { /* the table makes something else of some keys (Khmer) */
        xkb_compose_state_reset(self->compose);
        is_composed = feed(self, syms[0]) != XKB_COMPOSE_NOTHING;
    }
    n_masks = xkb_keymap_key_get_mods_for_level(self->keymap, key, 0, level, masks, MASKS_MAX);
    for (gsize i = 0; i < n_masks; i++) {
        LayoutChord chord;

        if (!make_chord(self, key, masks[i], &chord))
            continue;
        if (!chord_gives(self, &chord, syms[0])) {
            turn_modifiers(&chord);
            if (!chord_gives(self, &chord, syms[0]))
                continue;
        }
        remember(self->syms, syms[0], &chord);
        if (c >= 0x20 && c != 0x7f && !is_composed)
            remember(self->direct, c, &chord);
    }
}

static void
add_key(struct xkb_keymap *keymap, xkb_keycode_t key, void *data)
{
    Layout *self = data;
    xkb_level_index_t n_levels;

    if (!is_pc_key(key) || xkb_keymap_num_layouts_for_key(keymap, key) == 0)
        return;
    n_levels = xkb_keymap_num_levels_for_key(keymap, key, 0);
    for (xkb_level_index_t level = 0; level < n_levels; level++)
        add_level(self, key, level);
}

static struct xkb_keymap *
open_keymap(struct xkb_context *context, const char *name, GError **error)
{
    gsize length = strcspn(name, ",(");
    g_autofree char *layout = g_strndup(name, length);
    g_autofree char *variant = g_strdup(name[length] ? name + length + 1 : "");
    struct xkb_rule_names names = {.rules = "evdev", .model = "pc105", .layout = layout};
    struct xkb_keymap *keymap;

    if (name[length] == '(' && g_str_has_suffix(variant, ")"))
        variant[strlen(variant) - 1] = '\0';
    names.variant = variant;
    keymap =
        *layout ? xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS) : NULL;
    if (!keymap && *variant)
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "there is no keyboard layout '%s' with variant '%s'; "
                    "/usr/share/X11/xkb/rules/evdev.lst lists them",
                    layout, variant);
    else if (!keymap)
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "there is no keyboard layout '%s'; /usr/share/X11/xkb/rules/evdev.lst lists "
                    "them",
                    layout);
    return keymap;
}

Layout *
layout_new(const char *name, GError **error)
{
    g_autoptr(Layout) self = g_new0(Layout, 1);
    struct xkb_compose_table *table;

    self->context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
    self->direct = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    self->syms = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (!self->context) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND,
                    "there are no keyboard layouts on this host; install the package xkb-data");
        return NULL;
    }
    xkb_context_set_log_verbosity(self->context, 0);
    xkb_context_set_log_level(self->context, XKB_LOG_LEVEL_CRITICAL);
    self->keymap = open_keymap(self->context, name, error);
    if (!self->keymap)
        return NULL;
    table = xkb_compose_table_new_from_locale(self->context, "en_US.UTF-8",
                                              XKB_COMPOSE_COMPILE_NO_FLAGS);
    if (table) {
        self->compose = xkb_compose_state_new(table, XKB_COMPOSE_STATE_NO_FLAGS);
        xkb_compose_table_unref(table);
    }
    xkb_keymap_key_for_each(self->keymap, find_modifier, self);
    xkb_keymap_key_for_each(self->keymap, add_key, self);
    return g_steal_pointer(&self);
}

void
layout_free(Layout *self)
{
    if (!self)
        return;
    xkb_compose_state_unref(self->compose);
    xkb_keymap_unref(self->keymap);
    xkb_context_unref(self->context);
    g_hash_table_unref(self->direct);
    g_hash_table_unref(self->syms);
    g_clear_pointer(&self->composed, g_hash_table_unref);
    g_free(self);
}

/* The sequence of @syms yields the one character that compose says, unless a shorter way is known. */
static void
remember_composed(Layout *self, const xkb_keysym_t *syms, guint n)
{
    guint32 c = xkb_keysym_to_utf32(xkb_compose_state_get_one_sym(self->compose));
    LayoutStrokes strokes = {.n_chords = n};

    if (c == 0) {
        char text[8];

        if (xkb_compose_state_get_utf8(self->compose, text, sizeof text) > 0 &&
            g_utf8_strlen(text, -1) == 1)
            c = g_utf8_get_char(text);
    }
    if (c < 0x20 || g_hash_table_contains(self->composed, GUINT_TO_POINTER(c)))
        return;
    for (guint i = 0; i < n; i++)
        strokes.chords[i] =
            *(const LayoutChord *)g_hash_table_lookup(self->syms, GUINT_TO_POINTER(syms[i]));
    g_hash_table_insert(self->composed, GUINT_TO_POINTER(c), g_memdup2(&strokes, sizeof strokes));
}

/* All that begins with @syms[0..n-1]; ends with compose as it was before the last of them. */
static void
try_sequences(Layout *self, const xkb_keysym_t *all, guint n_all, xkb_keysym_t *syms, guint n,
              guint length)
{
    for (guint i = 0; i < n_all; i++) {
        enum xkb_compose_status status = XKB_COMPOSE_NOTHING;

        syms[n] = all[i];
        xkb_compose_state_reset(self->compose);
        for (guint j = 0; j <= n; j++)
            status = feed(self, syms[j]);
        if (status == XKB_COMPOSE_COMPOSED && n + 1 == length)
            remember_composed(self, syms, length);
        else if (status == XKB_COMPOSE_COMPOSING && n + 1 < length)
            try_sequences(self, all, n_all, syms, n + 1, length);
    }
}

/* Shorter sequences first. Compose goes on only along its own tree, so this is a walk of that tree. */
static void
find_composed(Layout *self)
{
    guint n = 0;
    g_autofree xkb_keysym_t *all = g_new(xkb_keysym_t, g_hash_table_size(self->syms) + 1);
    xkb_keysym_t syms[LAYOUT_STROKES_MAX];
    GHashTableIter iter;
    gpointer key;

    self->composed = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (!self->compose)
        return;
    g_hash_table_iter_init(&iter, self->syms);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        all[n++] = GPOINTER_TO_UINT(key);
    for (guint length = 2; length <= LAYOUT_STROKES_MAX; length++)
        try_sequences(self, all, n, syms, 0, length);
}

gboolean
layout_find(Layout *self, gunichar c, LayoutStrokes *ret_strokes)
{
    const LayoutChord *chord;
    const LayoutStrokes *strokes;

    for (gsize i = 0; i < G_N_ELEMENTS(control_keys); i++)
        if (control_keys[i].c == c) {
            *ret_strokes = (LayoutStrokes){.chords[0] = {{control_keys[i].key}, 1}, .n_chords = 1};
            return TRUE;
        }
    chord = g_hash_table_lookup(self->direct, GUINT_TO_POINTER(c));
    if (chord) {
        *ret_strokes = (LayoutStrokes){.chords[0] = *chord, .n_chords = 1};
        return TRUE;
    }
    if (!self->composed)
        find_composed(self);
    strokes = g_hash_table_lookup(self->composed, GUINT_TO_POINTER(c));
    if (strokes)
        *ret_strokes = *strokes;
    return strokes != NULL;
}
