/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/ruleset.h - the nft table of a network, as text for `nft -f -`.
 *
 * Theory of operation. One table per network, in family inet, replaced in one transaction: the text
 * adds it (so that it exists), deletes it, and makes it anew. What is let through and what is not:
 *
 *   nat      out with the network's own source address; in only what answers; masqueraded, except
 *            for multicast and broadcast. Its IPv6 is routed, as libvirt does without <nat ipv6>.
 *   route    out with the network's own source address; in to its addresses
 *   none     nothing is forwarded, only between its own guests
 *   open     no table: the administrator's own rules decide
 *   bridge   no table
 *
 * Guests reach DHCP and DNS of the host in every mode that has a table. An accept here cannot
 * overrule a drop in somebody else's table; that is vnet/firewall's work.
 *
 * Used by: vnet/start. Knows nothing of: the host.
 */
#pragma once

#include <glib.h>

#include "conf/vnet/network.h"

typedef struct {
    const char *table;   /* network_ident() */
    gboolean close_host; /* let guests reach nothing but DHCP, DNS and ping on the host itself */
} RulesetOptions;

gboolean ruleset_is_needed(const NetworkDef *def);

/**
 * ruleset_format:
 * @def: a network whose bridge and addresses are known
 *
 * Returns: (transfer full): the commands
 */
char *ruleset_format(const NetworkDef *def, const RulesetOptions *options);
