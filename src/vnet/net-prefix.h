/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/net-prefix.h - an address with its prefix length, and what follows from the two.
 *
 * Used by: vnet (rules, DHCP ranges, free subnets, leases).
 */
#pragma once

#include <glib.h>

#include "conf/address.h"

typedef struct {
    Address address;
    int prefix;
} NetPrefix;

/* Text without "/N"; FALSE when it is no address or @prefix is too long for it. */
gboolean net_prefix_parse(const char *address, int prefix, NetPrefix *ret_prefix);
char *net_prefix_network(const NetPrefix *prefix); /* "192.168.122.0/24": host bits cleared */
char *net_prefix_netmask(const NetPrefix *prefix); /* "255.255.255.0"; v4 only */

/* Whether @inner's address lies in @outer's network (both of one family). */
gboolean net_prefix_contains(const NetPrefix *outer, const NetPrefix *inner);
gboolean net_prefix_overlaps(const NetPrefix *a, const NetPrefix *b);

/* How many addresses lie from @start to @end, both included; at most G_MAXUINT32; 0 when @end < @start. */
guint32 net_range_size(const NetPrefix *start, const NetPrefix *end);
