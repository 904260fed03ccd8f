/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Theory of operation: the cheapest way from one list to the other, as for an edit distance: leaving a stanza
 * out or putting one in costs more than any change of one, a change of method or address costs one each. */
#include "netif/debian-pair.h"

#include <string.h>

#define LEAVE_OUT 3
#define TABLE_MAX (1 << 20) /* beyond it they are paired one by one */

/* What stands before the '/' of the address; NULL when there is none. */
static const char *
stanza_address(const DebianStanza *stanza)
{
    for (guint i = 0; i < stanza->options->len; i++)
        if (strcmp(debian_option(stanza, i)->key, "address") == 0)
            return debian_option(stanza, i)->value;
    return NULL;
}

static const char *
want_address(const DebianWant *want)
{
    for (guint i = 0; i < want->wishes->len; i++)
        if (strcmp(g_array_index(want->wishes, DebianWish, i).key, "address") == 0)
            return g_array_index(want->wishes, DebianWish, i).value;
    return NULL;
}

static guint
cost(const DebianStanza *stanza, const DebianWant *want)
{
    const char *a = stanza_address(stanza), *b = want_address(want);
    gsize n_a = a != NULL ? strcspn(a, "/") : 0, n_b = b != NULL ? strcspn(b, "/") : 0;

    return (g_strcmp0(stanza->method, want->method) != 0) +
           (n_a != n_b || (n_a > 0 && memcmp(a, b, n_a) != 0));
}

static const DebianStanza *
stanza_at(const GPtrArray *stanzas, const GArray *indexes, guint i)
{
    return g_ptr_array_index(stanzas, g_array_index(indexes, guint, i));
}

static const DebianWant *
want_at(const GPtrArray *wants, const GArray *indexes, guint j)
{
    return g_ptr_array_index(wants, g_array_index(indexes, guint, j));
}

/* (n + 1) x (m + 1) costs of the way from (i, j) to the end. */
static guint32 *
fill_table(const GPtrArray *stanzas, const GArray *from, const GPtrArray *wants, const GArray *to)
{
    guint n = from->len, m = to->len;
    guint32 *table = g_new(guint32, (gsize)(n + 1) * (m + 1));

    for (guint i = n + 1; i-- > 0;)
        for (guint j = m + 1; j-- > 0;) {
            guint32 *best = &table[(gsize)i * (m + 1) + j];

            *best = (n - i + m - j) * LEAVE_OUT;
            if (i < n)
                *best = MIN(*best, table[(gsize)(i + 1) * (m + 1) + j] + LEAVE_OUT);
            if (j < m)
                *best = MIN(*best, table[(gsize)i * (m + 1) + j + 1] + LEAVE_OUT);
            if (i < n && j < m)
                *best = MIN(*best, table[(gsize)(i + 1) * (m + 1) + j + 1] +
                                       cost(stanza_at(stanzas, from, i), want_at(wants, to, j)));
        }
    return table;
}

void
debian_pair_family(const GPtrArray *stanzas, const GPtrArray *wants, const char *family,
                   const gboolean *is_kept, gboolean *is_used, const DebianWant **pairs)
{
    g_autoptr(GArray) from = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GArray) to = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autofree guint32 *table = NULL;
    guint i, j;

    for (i = 0; i < stanzas->len; i++)
        if (!is_kept[i] &&
            g_strcmp0(((const DebianStanza *)g_ptr_array_index(stanzas, i))->family, family) == 0)
            g_array_append_val(from, i);
    for (j = 0; j < wants->len; j++)
        if (!is_used[j] &&
            strcmp(((const DebianWant *)g_ptr_array_index(wants, j))->family, family) == 0)
            g_array_append_val(to, j);
    if ((gsize)(from->len + 1) * (to->len + 1) <= TABLE_MAX)
        table = fill_table(stanzas, from, wants, to);
    for (i = 0, j = 0; i < from->len && j < to->len;) {
        gsize at = (gsize)i * (to->len + 1) + j;

        if (table == NULL ||
            table[at] == table[at + to->len + 2] +
                             cost(stanza_at(stanzas, from, i), want_at(wants, to, j))) {
            pairs[g_array_index(from, guint, i)] = want_at(wants, to, j);
            is_used[g_array_index(to, guint, j)] = TRUE;
            i++;
            j++;
        } else if (table[at] == table[at + to->len + 1] + LEAVE_OUT) {
            i++;
        } else {
            j++;
        }
    }
}
