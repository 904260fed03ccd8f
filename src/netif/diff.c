/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Theory of operation: what both texts begin and end with is set aside; the lines between are matched by
 * the longest common subsequence, in a table. Edits of configuration are small, so the table is; where it would
 * be larger than TABLE_MAX, the whole middle is shown as removed and added. */
#include "netif/diff.h"

#include <string.h>

#define CONTEXT   3
#define TABLE_MAX (4 << 20)

typedef struct {
    const char *text;
    gsize length; /* with the line feed, where there is one */
} Line;

typedef struct {
    char op; /* ' ', '-' or '+' */
    const Line *line;
} Step;

static GArray *
split(const char *text, gsize size)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));

    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        Line line = {text, end != NULL ? (gsize)(end - text) + 1 : size};

        g_array_append_val(lines, line);
        text += line.length;
        size -= line.length;
    }
    return lines;
}

static const Line *
line_at(const GArray *lines, gsize index)
{
    return &g_array_index(lines, Line, index);
}

static gboolean
is_same(const Line *a, const Line *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void
add_steps(GArray *steps, char op, const GArray *lines, gsize from, gsize to)
{
    for (gsize i = from; i < to; i++) {
        Step step = {op, line_at(lines, i)};

        g_array_append_val(steps, step);
    }
}

/* Steps from lines [start, a_end) of @a to [start, b_end) of @b. */
static void
match_middle(const GArray *a, const GArray *b, gsize start, gsize a_end, gsize b_end, GArray *steps)
{
    gsize n = a_end - start, m = b_end - start, i = 0, j = 0;
    g_autofree guint32 *table = NULL;

    if ((n + 1) > TABLE_MAX / (m + 1)) {
        add_steps(steps, '-', a, start, a_end);
        add_steps(steps, '+', b, start, b_end);
        return;
    }
    table = g_new0(guint32, (n + 1) * (m + 1));
    for (gsize x = n; x-- > 0;)
        for (gsize y = m; y-- > 0;)
            table[x * (m + 1) + y] =
                is_same(line_at(a, start + x), line_at(b, start + y))
                    ? table[(x + 1) * (m + 1) + y + 1] + 1
                    : MAX(table[(x + 1) * (m + 1) + y], table[x * (m + 1) + y + 1]);
    while (i < n && j < m) {
        if (is_same(line_at(a, start + i), line_at(b, start + j))) {
            add_steps(steps, ' ', a, start + i, start + i + 1);
            i++;
            j++;
        } else if (table[(i + 1) * (m + 1) + j] >= table[i * (m + 1) + j + 1]) {
            add_steps(steps, '-', a, start + i, start + i + 1);
            i++;
        } else {
            add_steps(steps, '+', b, start + j, start + j + 1);
            j++;
        }
    }
    add_steps(steps, '-', a, start + i, a_end);
    add_steps(steps, '+', b, start + j, b_end);
}

static const Step *
step_at(const GArray *steps, guint index)
{
    return &g_array_index(steps, Step, index);
}

static void
append_range(GString *out, char sign, gsize line, gsize count)
{
    /* of an empty range the line before it is told */
    g_string_append_printf(out, "%c%" G_GSIZE_FORMAT, sign, count == 0 ? line - 1 : line);
    if (count != 1)
        g_string_append_printf(out, ",%" G_GSIZE_FORMAT, count);
}

/* One hunk: steps [from, to); the lines before it are counted already. */
static void
append_hunk(const GArray *steps, guint from, guint to, gsize a_line, gsize b_line, GString *out)
{
    gsize n_a = 0, n_b = 0;

    for (guint i = from; i < to; i++) {
        n_a += step_at(steps, i)->op != '+';
        n_b += step_at(steps, i)->op != '-';
    }
    g_string_append(out, "@@ ");
    append_range(out, '-', a_line, n_a);
    g_string_append_c(out, ' ');
    append_range(out, '+', b_line, n_b);
    g_string_append(out, " @@\n");
    for (guint i = from; i < to; i++) {
        const Step *step = step_at(steps, i);

        g_string_append_c(out, step->op);
        g_string_append_len(out, step->line->text, (gssize)step->line->length);
        if (step->line->text[step->line->length - 1] != '\n')
            g_string_append(out, "\n\\ No newline at end of file\n");
    }
}

static void
append_hunks(const GArray *steps, GString *out)
{
    gsize a_line = 1, b_line = 1;
    guint at = 0;

    while (at < steps->len) {
        guint from = at, last, to;

        while (from < steps->len && step_at(steps, from)->op == ' ')
            from++;
        if (from == steps->len)
            return;
        last = from;
        for (guint i = from; i < steps->len && i <= last + 2 * CONTEXT + 1; i++)
            if (step_at(steps, i)->op != ' ')
                last = i;
        to = MIN(last + 1 + CONTEXT, steps->len);
        from = from > at + CONTEXT ? from - CONTEXT : at;
        a_line += from - at; /* what was skipped is common */
        b_line += from - at;
        append_hunk(steps, from, to, a_line, b_line, out);
        for (guint i = from; i < to; i++) {
            a_line += step_at(steps, i)->op != '+';
            b_line += step_at(steps, i)->op != '-';
        }
        at = to;
    }
}

void
diff_unified(const char *path, const char *before, gsize n_before, const char *after, gsize n_after,
             GString *out)
{
    g_autoptr(GArray) a = split(before, before != NULL ? n_before : 0);
    g_autoptr(GArray) b = split(after, after != NULL ? n_after : 0);
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    gsize start = 0, a_end = a->len, b_end = b->len;

    while (start < a_end && start < b_end && is_same(line_at(a, start), line_at(b, start)))
        start++;
    while (a_end > start && b_end > start &&
           is_same(line_at(a, a_end - 1), line_at(b, b_end - 1))) {
        a_end--;
        b_end--;
    }
    if (start == a_end && start == b_end && (before == NULL) == (after == NULL))
        return;
    add_steps(steps, ' ', a, 0, start);
    match_middle(a, b, start, a_end, b_end, steps);
    add_steps(steps, ' ', a, a_end, a->len);
    g_string_append_printf(out, "--- %s%s\n+++ %s%s\n", before != NULL ? "a" : "",
                           before != NULL ? path : "/dev/null", after != NULL ? "b" : "",
                           after != NULL ? path : "/dev/null");
    append_hunks(steps, out);
}
