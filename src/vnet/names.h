/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/names.h - what a network is called in the kernel: nft table, link alias, bridge.
 *
 * Used by: vnet. Knows nothing of: the host.
 */
#pragma once

#include <glib.h>

#define BRIDGE_NUMBER_MAX 999 /* virbr0 ... virbr999 */

/**
 * network_ident:
 * @tag: of the private root, "" for the system
 * @name: of the network
 *
 * "lodge_default", of a private root "lodge-1a2b3c_default": a word that nft takes as it is, at most
 * 100 bytes, different for different networks. It names the nft table, marks the bridge (ifalias) and our
 * rules in chains of others.
 */
char *network_ident(const char *tag, const char *name);

/* "virbr7", of a private root "virbr1a2b3c-7". */
char *network_bridge_name(const char *tag, guint number);
