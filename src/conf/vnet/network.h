/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/vnet/network.h - a virtual network as its XML describes it: structs, parse and format.
 *
 * Used by: vnet.
 * Knows nothing of: the host.
 */
#pragma once

#include <glib.h>

#include "util/enum.h"

typedef enum {
    NETWORK_FORWARD_NONE, /* isolated: no <forward> */
    NETWORK_FORWARD_NAT,
    NETWORK_FORWARD_ROUTE,
    NETWORK_FORWARD_OPEN,
    NETWORK_FORWARD_BRIDGE, /* an existing bridge of the host */
    NETWORK_FORWARD_LAST
} NetworkForward;
ENUM_DECL(network_forward, NetworkForward);

typedef struct {
    char *start, *end;
} NetworkRange;

typedef struct {
    char *mac;  /* v4 */
    char *id;   /* v6 DUID */
    char *name; /* or NULL */
    char *ip;
} NetworkHost;

typedef struct {
    gboolean is_v6;
    char *address; /* of the bridge, canonical */
    int prefix;
    gboolean has_dhcp;
    GArray *ranges; /* NetworkRange */
    GArray *hosts;  /* NetworkHost */
} NetworkIp;

typedef struct {
    char *ip;
    char **names;
} NetworkDnsHost;

typedef struct {
    char *name;
    guint8 uuid[16];
    gboolean has_uuid;
    NetworkForward forward;
    char *forward_dev;                   /* or NULL: any */
    guint nat_port_start, nat_port_end;  /* 0: the kernel's choice */
    char *nat_addr_start, *nat_addr_end; /* or NULL */
    char *bridge;                        /* name, or NULL: chosen (virbrN) when defined */
    gboolean stp;
    guint delay_s;
    guint mtu;
    char *mac;    /* of the bridge; made at define time */
    char *domain; /* DNS domain */
    gboolean domain_local_only;
    gboolean dns_enable;
    GArray *dns_forwarders; /* char* */
    GArray *dns_hosts;      /* NetworkDnsHost */
    GPtrArray *ips;         /* NetworkIp* */
    char *metadata;         /* inner XML or NULL */
    gboolean
        auto_subnet; /* of our default network: pick a free subnet at start (lodge:auto-subnet) */
} NetworkDef;

/* Our namespace. <lodge:auto-subnet/> stands directly below <network>. */
#define LODGE_NETWORK_NS "urn:lodge:network:1"

/**
 * network_def_parse:
 * @text: (array length=size): the XML
 * @source: name for messages
 * @strict: TRUE (--validate): unknown elements and attributes are an error;
 *   FALSE: they go to @ret_warnings. Known elements that lodge cannot honour are an error always.
 * @ret_warnings: (out) (optional) (transfer full) (element-type utf8): may be NULL
 *
 * Addresses come out in canonical text and checked against each other: ranges and hosts lie in their
 * subnet, nothing is there twice, subnets do not overlap. The uuid, the bridge and its MAC are left
 * unset when absent: vnet chooses them.
 *
 * Returns: (transfer full): or NULL with @error "FILE:LINE: ..."
 */
NetworkDef *network_def_parse(const char *text, gsize size, const char *source, gboolean strict,
                              GPtrArray **ret_warnings, GError **error);
void network_def_free(NetworkDef *def);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkDef, network_def_free)
NetworkDef *network_def_copy(const NetworkDef *def);

/* libvirt's element order and indentation. A network's XML has no live parts, so @inactive makes no
 * difference; what differs is the definition that the caller passes. (transfer full) */
char *network_def_format(const NetworkDef *def, gboolean inactive);

/* The rule of conf/name.h. */
gboolean network_name_check(const char *name, GError **error);
