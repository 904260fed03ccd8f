/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/strokes.h"

#include <string.h>

#include "keycode/table.h"
#include "util/error.h"

#define WORDS_MAX 3

static const char *const kind_words[] = {
    [STROKE_DOWN] = "down",
    [STROKE_UP] = "up",
    [STROKE_WAIT] = "wait",
    [STROKE_KEEP] = "keep",
};

static gboolean
fail(guint line, GError **error, const char *word, const char *why)
{
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "line %u of the key script: '%.40s' %s",
                line, word, why);
    return FALSE;
}

static gboolean
parse_line(const char *text, guint line, Stroke *ret_stroke, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, " ", WORDS_MAX);
    guint kind = 0;
    guint64 value = 0;

    while (kind < STROKE_LAST && strcmp(words[0], kind_words[kind]) != 0)
        kind++;
    if (kind == STROKE_LAST)
        return fail(line, error, words[0], "is none of down, up, wait and keep");
    if (kind != STROKE_KEEP) {
        if (words[1] == NULL)
            return fail(line, error, words[0], "lacks a number");
        if (!g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXUINT, &value, NULL))
            return fail(line, error, words[1], "is no number");
        if (kind == STROKE_WAIT && value > STROKES_WAIT_MS)
            return fail(line, error, words[1], "ms is too long a wait; at most 60000");
        if (kind != STROKE_WAIT && !keycode_is_key(KEYCODE_SET_LINUX, (guint)value))
            return fail(line, error, words[1], "is no key of the linux set");
    }
    *ret_stroke = (Stroke){(StrokeKind)kind, (guint)value};
    return TRUE;
}

GArray *
strokes_parse(const char *text, GError **error)
{
    g_autoptr(GArray) strokes = g_array_new(FALSE, FALSE, sizeof(Stroke));
    guint line = 0;

    for (const char *at = text, *end; *at != '\0'; at = *end != '\0' ? end + 1 : end) {
        g_autofree char *one = NULL;
        Stroke stroke;

        end = strchrnul(at, '\n');
        if (++line > STROKES_MAX) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT,
                        "the key script has more than %d lines; send it in parts", STROKES_MAX);
            return NULL;
        }
        if (end == at)
            continue;
        one = g_strndup(at, (gsize)(end - at));
        if (!parse_line(one, line, &stroke, error))
            return NULL;
        g_array_append_val(strokes, stroke);
    }
    return g_steal_pointer(&strokes);
}

char *
strokes_format(const GArray *strokes, gboolean names)
{
    GString *out = g_string_sized_new(strokes->len * 8 + 1);

    for (guint i = 0; i < strokes->len; i++) {
        const Stroke *stroke = &g_array_index(strokes, Stroke, i);
        const char *name = NULL;

        g_string_append(out, kind_words[stroke->kind]);
        if (stroke->kind != STROKE_KEEP)
            g_string_append_printf(out, " %u", stroke->value);
        if (names && (stroke->kind == STROKE_DOWN || stroke->kind == STROKE_UP))
            name = keycode_to_name(KEYCODE_SET_LINUX, stroke->value);
        if (name != NULL)
            g_string_append_printf(out, " %s", name);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

void
strokes_add(GArray *strokes, StrokeKind kind, guint value)
{
    Stroke stroke = {kind, value};

    if (kind != STROKE_WAIT || value > 0)
        g_array_append_val(strokes, stroke);
}

void
strokes_add_chord(GArray *strokes, const guint *codes, gsize n_codes, guint hold_ms)
{
    for (gsize i = 0; i < n_codes; i++) {
        strokes_add(strokes, STROKE_DOWN, codes[i]);
        if (i + 1 < n_codes)
            strokes_add(strokes, STROKE_WAIT, STROKES_EDGE_MS);
    }
    strokes_add(strokes, STROKE_WAIT, hold_ms);
    for (gsize i = n_codes; i-- > 0;) {
        strokes_add(strokes, STROKE_UP, codes[i]);
        if (i > 0)
            strokes_add(strokes, STROKE_WAIT, STROKES_EDGE_MS);
    }
}
