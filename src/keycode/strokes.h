/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* keycode/strokes.h - keys pressed, held and released in time: a list of events, and its text.
 *
 * The text has a line for each event: "down CODE", "up CODE", "wait MS", "keep" (see lodge/lodge-keys.h);
 * codes are Linux codes, the name behind a code is for readers.
 *
 * Used by: api (virDomainSendKey, lodge_domain_send_keys), machine (keys to QEMU).
 */
#pragma once

#include <glib.h>

#define STROKES_MAX     1000000 /* events; more is a mistake, not a text */
#define STROKES_WAIT_MS 60000   /* of one wait */
#define STROKES_EDGE_MS 4       /* between two keys of a chord: a PS/2 keyboard holds 16 bytes */

typedef enum {
    STROKE_DOWN,
    STROKE_UP,
    STROKE_WAIT,
    STROKE_KEEP,
    STROKE_LAST
} StrokeKind;

typedef struct {
    StrokeKind kind;
    guint value; /* Linux code, or milliseconds */
} Stroke;

/**
 * strokes_parse:
 * @text: lines
 * @error: LODGE_ERROR_ARGUMENT "line N: ..." (unknown word or key, a wait too long), LODGE_ERROR_LIMIT
 *
 * Returns: (transfer full) (element-type Stroke): NULL on error
 */
GArray *strokes_parse(const char *text, GError **error);

/* @names: with the name of each key behind its code. (transfer full) */
char *strokes_format(const GArray *strokes, gboolean names);

/* Adds a chord: @codes go down in order, are held @hold_ms, and come up in the opposite order. */
void strokes_add_chord(GArray *strokes, const guint *codes, gsize n_codes, guint hold_ms);
void strokes_add(GArray *strokes, StrokeKind kind, guint value);
