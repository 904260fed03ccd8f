/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/net-prefix.h"

static char *
to_text(const Address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    return g_strdup(address_format(address, text));
}

gboolean
net_prefix_parse(const char *address, int prefix, NetPrefix *ret_prefix)
{
    NetPrefix parsed = {.prefix = prefix};

    if (!address_parse(address, &parsed.address) || prefix < 0 ||
        prefix > address_bits(&parsed.address))
        return FALSE;
    *ret_prefix = parsed;
    return TRUE;
}

char *
net_prefix_network(const NetPrefix *prefix)
{
    Address network = address_network(&prefix->address, prefix->prefix);
    g_autofree char *text = to_text(&network);

    return g_strdup_printf("%s/%d", text, prefix->prefix);
}

char *
net_prefix_netmask(const NetPrefix *prefix)
{
    static const Address all = {.bytes = {255, 255, 255, 255}};
    Address mask = address_network(&all, prefix->prefix);

    return to_text(&mask);
}

static gboolean
equal_up_to(const NetPrefix *a, const NetPrefix *b, int prefix)
{
    return a->address.is_v6 == b->address.is_v6 && address_in(&a->address, &b->address, prefix);
}

gboolean
net_prefix_contains(const NetPrefix *outer, const NetPrefix *inner)
{
    return equal_up_to(outer, inner, outer->prefix);
}

gboolean
net_prefix_overlaps(const NetPrefix *a, const NetPrefix *b)
{
    return equal_up_to(a, b, MIN(a->prefix, b->prefix));
}

guint32
net_range_size(const NetPrefix *start, const NetPrefix *end)
{
    gint64 difference = 0;

    for (int i = 0; i < address_bits(&start->address) / 8; i++) {
        difference = difference * 256 + end->address.bytes[i] - start->address.bytes[i];
        if (difference > G_MAXUINT32)
            return G_MAXUINT32;
        if (difference < -(gint64)G_MAXUINT32)
            return 0;
    }
    return difference < 0 ? 0 : (guint32)MIN(difference + 1, (gint64)G_MAXUINT32);
}
