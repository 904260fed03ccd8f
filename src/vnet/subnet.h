/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/subnet.h - which addresses the host uses already, and a subnet that it does not.
 *
 * Used by: vnet/start.
 */
#pragma once

#include <glib.h>

#include "conf/vnet/network.h"

/**
 * subnet_used_parse:
 * @fib_trie: (nullable): text of /proc/net/fib_trie: the IPv4 routes and addresses of every table
 * @ipv6_route: (nullable): text of /proc/net/ipv6_route
 *
 * Default routes and their halves (prefixes shorter than 8) use nothing.
 *
 * Returns: (transfer full) (element-type NetPrefix)
 */
GArray *subnet_used_parse(const char *fib_trie, const char *ipv6_route);

/* The same, of this host now; the addresses of interfaces that are down are in it too. */
GArray *subnet_used(void);

/* X of the first free 192.168.X.0/24, 122 first, then 123 to 254, then 121 down to 0; -1: none. */
int subnet_pick(const GArray *used);

/* Puts 192.168.X in the place of the first three bytes of every IPv4 address of the network. */
void subnet_move(NetworkDef *def, int x);

/**
 * subnet_check:
 * @error: LODGE_ERROR_STATE when an address of the host lies in one of the network's subnets, or the
 *   host has a route into a part of it. A route to more than the subnet is no conflict.
 */
gboolean subnet_check(const NetworkDef *def, const GArray *used, GError **error);

/**
 * subnet_check_ra:
 * @ipv6_route: (nullable): text of /proc/net/ipv6_route
 * @conf_dir: "/proc/sys/net/ipv6/conf"
 * @error: LODGE_ERROR_STATE when the host would lose a route that it learnt from router advertisements
 *   as soon as it forwards IPv6 (accept_ra is 1 there, not 2)
 */
gboolean subnet_check_ra(const NetworkDef *def, const char *ipv6_route, const char *conf_dir,
                         GError **error);
