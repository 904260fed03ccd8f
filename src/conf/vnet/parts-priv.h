/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/vnet/parts-priv.h - what each element family of a network offers to network.c. */
#pragma once

#include "conf/vnet/network.h"
#include "conf/xml/tree.h"

/* Counts that one network may have; dnsmasq reads all of them at each start. */
#define NETWORK_IPS_MAX        32
#define NETWORK_RANGES_MAX     256
#define NETWORK_HOSTS_MAX      65536
#define NETWORK_FORWARDERS_MAX 64
#define NETWORK_DNS_HOSTS_MAX  65536
#define NETWORK_HOSTNAMES_MAX  64

/* forward.c: forward, nat, bridge, mtu, mac */
gboolean network_forward_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error);
void network_forward_format(const NetworkDef *def, GString *out);
gboolean network_bridge_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error);
void network_bridge_format(const NetworkDef *def, GString *out);

/* dns.c: domain, dns */
gboolean network_dns_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error);
void network_dns_format(const NetworkDef *def, GString *out);
void network_dns_init(NetworkDef *def); /* empty lists */
void network_dns_copy(const NetworkDef *from, NetworkDef *to);
gboolean network_hostname_is_good(const char *name);

/* ip.c: ip; dhcp.c: what stands in it */
gboolean network_ips_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error);
void network_ip_format(const NetworkIp *ip, GString *out);
NetworkIp *network_ip_copy(const NetworkIp *from);
void network_ip_free(NetworkIp *ip);

/* @seen: hosts of the whole network by "mac ...", "id ...", "ip ...", "name ..." -> line */
gboolean network_dhcp_parse(XmlTree *tree, XmlNode *node, NetworkIp *ip, GHashTable *seen,
                            GError **error);
void network_dhcp_format(const NetworkIp *ip, GString *out);
void network_dhcp_init(NetworkIp *ip); /* empty lists */
void network_dhcp_copy(const NetworkIp *from, NetworkIp *to);

/* refused.c */
gboolean network_refuse_known(XmlTree *tree, GError **error);
