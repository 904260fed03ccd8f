/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/plan.h - from a network whose bridge and addresses are known to its plan.
 *
 * Planning is pure: what the host has stands in the input. The order is that of safety: rules first,
 * then the bridge, then addresses, then forwarding; the undo runs the other way round.
 *
 * Used by: vnet/start. Format: supervisor/plan.h (kind network).
 */
#pragma once

#include <glib.h>

#include "conf/vnet/network.h"
#include "core/paths.h"
#include "vnet/firewall.h"

#define NETWORK_RULES_FILE   "rules.nft" /* in the live directory */
#define NETWORK_DNSMASQ_FILE "dnsmasq.conf"
#define NETWORK_PID_FILE     "dnsmasq.pid"

typedef struct {
    const NetworkDef *def;
    const Paths *paths;
    const char *live_dir;            /* store_live_dir() */
    const char *ident;               /* network_ident() */
    const char *forward_dir;         /* host/forwarding.h: its DIR */
    const char *nft;                 /* program; NULL: no rules */
    const char *dnsmasq;             /* program; NULL: none is needed */
    const GPtrArray *groups;         /* groups_parse() */
    const FirewallActions *firewall; /* (nullable) */
    gboolean is_transient;
} NetworkPlanInput;

char *network_plan_build(const NetworkPlanInput *in);
