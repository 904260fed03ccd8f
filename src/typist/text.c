/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "typist/text.h"

#include "util/error.h"

#define EDGE_MS   4  /* between a modifier and its key: a PS/2 keyboard holds 16 bytes */
#define HOLD_MS   12 /* a key stays down so long, at most a third of its time */
#define SHOWN_MAX 5  /* characters named in the error; the others are counted */

typedef struct {
    GString *script;
    GString *bad; /* "'é' (U+00E9) in line 1, column 3" ... */
    guint n_bad, period_ms;
    guint line, column; /* of the next character */
} Plan;

static void
add_chord(Plan *plan, const LayoutChord *chord)
{
    guint hold = CLAMP(plan->period_ms / 3, 1, HOLD_MS);
    guint used = hold + 2 * EDGE_MS * (chord->n_keys - 1);

    for (guint i = 0; i < chord->n_keys; i++) {
        g_string_append_printf(plan->script, "down %u\n", chord->keys[i]);
        if (i + 1 < chord->n_keys)
            g_string_append_printf(plan->script, "wait %d\n", EDGE_MS);
    }
    g_string_append_printf(plan->script, "wait %u\n", hold);
    for (guint i = chord->n_keys; i-- > 0;) {
        g_string_append_printf(plan->script, "up %u\n", chord->keys[i]);
        if (i > 0)
            g_string_append_printf(plan->script, "wait %d\n", EDGE_MS);
    }
    g_string_append_printf(plan->script, "wait %u\n",
                           plan->period_ms > used ? plan->period_ms - used : 1);
}

static void
add_char(Plan *plan, Layout *layout, gunichar c)
{
    LayoutStrokes strokes;

    if (layout_find(layout, c, &strokes)) {
        for (guint i = 0; i < strokes.n_chords; i++)
            add_chord(plan, &strokes.chords[i]);
    } else if (plan->n_bad++ < SHOWN_MAX) {
        char shown[7] = {0};

        if (g_unichar_isprint(c))
            g_unichar_to_utf8(c, shown);
        g_string_append_printf(plan->bad, "%s%s%s%sU+%04X in line %u, column %u",
                               plan->n_bad > 1 ? "; " : "", *shown ? "'" : "", shown,
                               *shown ? "' " : "", c, plan->line, plan->column);
    }
}

static void
add_text(Plan *plan, Layout *layout, const char *text, const char *end)
{
    for (const char *at = text; at < end; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);

        if (c == '\r' && at + 1 < end && at[1] == '\n')
            continue;
        add_char(plan, layout, c == '\r' ? '\n' : c);
        plan->column++;
        if (c == '\n' || c == '\r') {
            plan->line++;
            plan->column = 1;
        }
    }
}

char *
text_plan(Layout *layout, const char *name, const char *text, gsize size, guint rate,
          gboolean enter, GError **error)
{
    g_autoptr(GString) script = g_string_sized_new(size * 48 + 64), bad = g_string_new(NULL);
    Plan plan = {.script = script, .bad = bad, .period_ms = 1000 / rate, .line = 1, .column = 1};
    const char *end;

    if (!g_utf8_validate_len(text, size, &end)) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "the text is not UTF-8 at byte %" G_GSIZE_FORMAT "; convert it with iconv(1)",
                    (gsize)(end - text));
        return NULL;
    }
    if (g_utf8_strlen(text, (gssize)size) > TEXT_CHARS_MAX) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT,
                    "the text has more than %d characters; type it in parts", TEXT_CHARS_MAX);
        return NULL;
    }
    add_text(&plan, layout, text, text + size);
    if (enter)
        add_char(&plan, layout, '\n');
    if (plan.n_bad > SHOWN_MAX)
        g_string_append_printf(bad, " and %u more", plan.n_bad - SHOWN_MAX);
    if (plan.n_bad == 0)
        return g_string_free(g_steal_pointer(&script), FALSE);
    g_set_error(
        error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
        "layout '%s' cannot type %s; nothing was sent. Use a --layout that has it, and that "
        "the guest has loaded",
        name, bad->str);
    return NULL;
}
