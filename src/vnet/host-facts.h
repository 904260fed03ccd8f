/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/host-facts.h - what a network needs of the host before it can start.
 *
 * Used by: vnet/start.
 */
#pragma once

#include "conf/vnet/network.h"
#include "core/store.h"

typedef struct {
    char *nft;          /* program; NULL: not needed */
    char *dnsmasq;      /* program; NULL: not needed */
    char *dnsmasq_user; /* whom it runs as; NULL: its own choice */
    GPtrArray *groups;  /* groups_parse() */
} NetworkFacts;

/**
 * network_facts_gather:
 * @error: LODGE_ERROR_PEER when a program that the network needs is not installed (names the
 *   package); LODGE_ERROR_DENIED when this user cannot make networks
 *
 * Returns: (transfer full)
 */
NetworkFacts *network_facts_gather(const Store *store, const NetworkDef *def, GError **error);
void network_facts_free(NetworkFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkFacts, network_facts_free)

/**
 * network_settle:
 * Settles what the definition left open: bridge name, MAC, the subnet of an auto-subnet network; and
 * looks for what is in the way: the bridge's name taken, the subnet in use.
 */
gboolean network_settle(Store *store, NetworkDef *def, GError **error);
