/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/net-prefix.h"

#include <arpa/inet.h>
#include <string.h>

static int
n_bytes(const NetPrefix *prefix)
{
    return prefix->is_v6 ? 16 : 4;
}

gboolean
net_prefix_parse(const char *address, int prefix, NetPrefix *ret_prefix)
{
    NetPrefix parsed = {.is_v6 = strchr(address, ':') != NULL, .prefix = prefix};

    if (inet_pton(parsed.is_v6 ? AF_INET6 : AF_INET, address, parsed.bytes) != 1)
        return FALSE;
    if (prefix < 0 || prefix > n_bytes(&parsed) * 8)
        return FALSE;
    *ret_prefix = parsed;
    return TRUE;
}

static char *
to_text(gboolean is_v6, const guint8 *bytes)
{
    char text[INET6_ADDRSTRLEN] = "";

    inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes, text, sizeof text);
    return g_strdup(text);
}

static guint8
mask_byte(int prefix, int index)
{
    int bits = CLAMP(prefix - index * 8, 0, 8);

    return (guint8)(0xff00 >> bits);
}

char *
net_prefix_address(const NetPrefix *prefix)
{
    return to_text(prefix->is_v6, prefix->bytes);
}

char *
net_prefix_network(const NetPrefix *prefix)
{
    g_autofree char *text = NULL;
    guint8 network[16];

    for (int i = 0; i < n_bytes(prefix); i++)
        network[i] = prefix->bytes[i] & mask_byte(prefix->prefix, i);
    text = to_text(prefix->is_v6, network);
    return g_strdup_printf("%s/%d", text, prefix->prefix);
}

char *
net_prefix_netmask(const NetPrefix *prefix)
{
    guint8 mask[4];

    for (int i = 0; i < 4; i++)
        mask[i] = mask_byte(prefix->prefix, i);
    return to_text(FALSE, mask);
}

static gboolean
equal_up_to(const NetPrefix *a, const NetPrefix *b, int prefix)
{
    if (a->is_v6 != b->is_v6)
        return FALSE;
    for (int i = 0; i < n_bytes(a); i++)
        if (((a->bytes[i] ^ b->bytes[i]) & mask_byte(prefix, i)) != 0)
            return FALSE;
    return TRUE;
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
    int n = n_bytes(start);

    for (int i = 0; i < n; i++) {
        difference = difference * 256 + end->bytes[i] - start->bytes[i];
        if (difference > G_MAXUINT32)
            return G_MAXUINT32;
        if (difference < -(gint64)G_MAXUINT32)
            return 0;
    }
    return difference < 0 ? 0 : (guint32)MIN(difference + 1, (gint64)G_MAXUINT32);
}
