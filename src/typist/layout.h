/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* typist/layout.h - a keyboard layout, asked for characters.
 *
 * Used by: plan.c.
 */
#pragma once

#include <glib.h>

#define LAYOUT_CHORD_MAX   6 /* modifiers and a key */
#define LAYOUT_STROKES_MAX 3 /* of one character: two dead keys and a key */

typedef struct {
    guint keys
        [LAYOUT_CHORD_MAX]; /* Linux codes; the last one is the key, those before it modifiers */
    guint n_keys;
} LayoutChord;

typedef struct {
    LayoutChord chords[LAYOUT_STROKES_MAX];
    guint n_chords;
} LayoutStrokes;

typedef struct Layout Layout;

/**
 * layout_new:
 * @name: "de", "de,nodeadkeys", "de(nodeadkeys)"
 * @error: LODGE_ERROR_ARGUMENT: no such layout or variant in xkb-data
 *
 * Returns: (transfer full)
 */
Layout *layout_new(const char *name, GError **error);
void layout_free(Layout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Layout, layout_free)

/* How @c is typed; FALSE when there is no way. Enter, Tab, Backspace and Escape are keys of every layout. */
gboolean layout_find(Layout *layout, gunichar c, LayoutStrokes *ret_strokes);
