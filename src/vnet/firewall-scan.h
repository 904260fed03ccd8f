/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/firewall-scan.h - find in the host's packet filter what would drop a network's packets.
 *
 * Theory of operation. With nftables every base chain of a hook is asked, and one drop is final: an accept
 * in our own table does not overrule Docker's `policy drop` or firewalld's closing reject. So the
 * rules of others are read, as text: `nft list ruleset` and, for a kernel that has the old tables,
 * `iptables -S`. A base chain of the hooks input and forward counts as dropping when its policy
 * is drop, or when its last rule has no condition and drops, rejects, or jumps to a chain that
 * ends so. What stands before is not evaluated: a table that names our bridge ("virbr0" or "virbr*") is
 * taken as its administrator's answer and left alone.
 *
 * Used by: vnet/firewall. Knows nothing of: networks.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *family, *table, *chain; /* "ip" "filter" "FORWARD" */
    gboolean is_forward;          /* else input */
    gboolean is_legacy;           /* seen by iptables -S */
} FirewallDrop;

typedef struct {
    GPtrArray *drops;         /* FirewallDrop */
    gboolean has_docker_user; /* chain DOCKER-USER of table ip filter */
    gboolean has_docker_user_v6;
    gboolean has_firewalld; /* table inet firewalld */
    gboolean has_ufw;
} FirewallScan;

/* Both return (transfer full); text that is not understood is as if it were not there. */
FirewallScan *firewall_scan_nft(const char *ruleset, const char *bridge);
/* @family: "ip" (iptables -S) or "ip6" (ip6tables -S) */
FirewallScan *firewall_scan_legacy(const char *rules, const char *family, const char *bridge);
void firewall_scan_free(FirewallScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FirewallScan, firewall_scan_free)
