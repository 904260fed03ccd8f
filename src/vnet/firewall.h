/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/firewall.h - let a network through the packet filters of others, or say what to do.
 *
 *   Docker     its FORWARD chain drops; rules of ours go into DOCKER-USER, which is made for that
 *   firewalld  the bridge is put into a zone for as long as the network lives ("libvirt" where that
 *              zone is there, else "trusted" while our own table keeps the host's services closed)
 *   others     nothing is changed; a warning names the chain and the commands that let it through
 *
 * Decided from what was found, without touching anything, so that it can be tested; what is to be
 * done becomes lines of the plan and is undone with it.
 *
 * Used by: vnet/start.
 */
#pragma once

#include <glib.h>

#include "vnet/firewall-scan.h"

typedef struct {
    const char *name, *bridge, *ident; /* network_ident(): the comment of our rules */
    gboolean forwards_v4, forwards_v6; /* packets leave the network */
    gboolean serves;                   /* DHCP or DNS on the host */
    gboolean bridges_v4, bridges_v6;   /* what guests send to each other is filtered as forwarded
                                        (br_netfilter, which Docker loads) */
} FirewallNeeds;

typedef struct {
    FirewallScan *nft;                   /* NULL: not looked at */
    FirewallScan *legacy_v4, *legacy_v6; /* NULL: the kernel has no old tables in use */
    char *nft_program;
    char *iptables, *ip6tables; /* what shows the old tables; NULL when not installed */
    char *firewall_cmd;         /* NULL: not installed, or the daemon does not run */
    gboolean has_libvirt_zone;
} FirewallHost;

typedef struct {
    GPtrArray *host;     /* (element-type GStrv): operations of the plan's phase host */
    GPtrArray *at_end;   /* (element-type GStrv): `at-end` operations */
    GPtrArray *warnings; /* (element-type utf8) */
    gboolean close_host; /* RulesetOptions.close_host */
} FirewallActions;

/* Reads the host's rules; never fails: what cannot be read is not there. */
FirewallHost *firewall_look(const char *nft_program, const char *bridge);
void firewall_host_free(FirewallHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FirewallHost, firewall_host_free)

FirewallActions *firewall_decide(const FirewallHost *host, const FirewallNeeds *needs);
void firewall_actions_free(FirewallActions *actions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FirewallActions, firewall_actions_free)
