/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/address.h"
#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static gboolean
read_address(XmlTree *tree, XmlNode *node, const char *attr, const char *text, Address *ret_address,
             GError **error)
{
    if (address_parse(text, ret_address))
        return TRUE;
    return xml_error(tree, node, error, "attribute '%s': '%.*s' is not an IPv4 or IPv6 address",
                     attr, XML_QUOTE_MAX, text);
}

/* family='ipv4|ipv6', where it is written, must agree with the address. */
static gboolean
check_family(XmlTree *tree, XmlNode *node, const Address *address, GError **error)
{
    gboolean is_v6 = address->is_v6;

    if (!xml_attr_bool(tree, node, "family", "ipv4", "ipv6", &is_v6, error))
        return FALSE;
    return is_v6 == address->is_v6 ||
           xml_error(tree, node, error, "attribute 'family' says ipv%d but the address is IPv%d",
                     is_v6 ? 6 : 4, is_v6 ? 4 : 6);
}

static gboolean
parse_ip(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    const char *text = xml_attr_need(tree, node, "address", error);
    const char *peer_text = xml_attr(node, "peer");
    guint64 prefix = G_MAXUINT64;
    Address address, peer;
    char buffer[ADDRESS_TEXT_SIZE];
    DomainNetIp ip;

    if (text == NULL || !read_address(tree, node, "address", text, &address, error) ||
        !check_family(tree, node, &address, error) ||
        !xml_attr_uint(tree, node, "prefix", 1, (guint64)address_bits(&address), &prefix, error))
        return FALSE;
    if (!address_is_usable(&address))
        return xml_error(tree, node, error,
                         "address '%s' is not one that an interface can have; choose a host's",
                         text);
    if (peer_text != NULL && !read_address(tree, node, "peer", peer_text, &peer, error))
        return FALSE;
    if (peer_text != NULL && peer.is_v6 != address.is_v6)
        return xml_error(tree, node, error, "attribute 'peer' is of another family than 'address'");
    ip = (DomainNetIp){
        .is_v6 = address.is_v6,
        .address = g_strdup(address_format(&address, buffer)),
        .prefix = prefix == G_MAXUINT64 ? -1 : (int)prefix,
        .peer = peer_text != NULL ? g_strdup(address_format(&peer, buffer)) : NULL,
    };
    g_array_append_val(net->ips, ip);
    return TRUE;
}

static gboolean
parse_prefix(XmlTree *tree, XmlNode *node, const Address *address, int *ret_prefix, GError **error)
{
    const char *netmask = xml_attr(node, "netmask");
    guint64 prefix = G_MAXUINT64;
    Address mask;

    if (!xml_attr_uint(tree, node, "prefix", 0, (guint64)address_bits(address), &prefix, error))
        return FALSE;
    *ret_prefix = (int)prefix;
    if (prefix != G_MAXUINT64 && netmask != NULL)
        return xml_error(tree, node, error, "has both 'prefix' and 'netmask'; remove one");
    if (prefix != G_MAXUINT64)
        return TRUE;
    if (netmask == NULL) {
        Address zero = {.is_v6 = address->is_v6};

        *ret_prefix = address_compare(address, &zero) == 0 ? 0 : address_default_prefix(address);
        return TRUE;
    }
    if (address->is_v6 || !address_parse(netmask, &mask) || address_netmask_prefix(&mask) < 0)
        return xml_error(tree, node, error,
                         "attribute 'netmask': '%.*s' is no netmask of this family; use prefix=",
                         XML_QUOTE_MAX, netmask);
    *ret_prefix = address_netmask_prefix(&mask);
    return TRUE;
}

static gboolean
parse_route(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    const char *text = xml_attr_need(tree, node, "address", error), *gateway_text;
    Address address, gateway, network;
    char buffer[ADDRESS_TEXT_SIZE];
    guint64 metric = G_MAXUINT64;
    DomainNetRoute route;
    int prefix;

    if (text == NULL || !read_address(tree, node, "address", text, &address, error) ||
        !check_family(tree, node, &address, error) ||
        !parse_prefix(tree, node, &address, &prefix, error))
        return FALSE;
    gateway_text = xml_attr_need(tree, node, "gateway", error);
    if (gateway_text == NULL ||
        !read_address(tree, node, "gateway", gateway_text, &gateway, error) ||
        !xml_attr_uint(tree, node, "metric", 1, G_MAXUINT32, &metric, error))
        return FALSE;
    if (gateway.is_v6 != address.is_v6)
        return xml_error(tree, node, error,
                         "attribute 'gateway' is of another family than 'address'");
    if (!address_is_usable(&gateway))
        return xml_error(tree, node, error, "gateway '%s' is not the address of a router",
                         gateway_text);
    network = address_network(&address, prefix);
    if (address_compare(&network, &address) != 0)
        return xml_error(tree, node, error, "address '%s' has bits behind /%d; the network is %s",
                         text, prefix, address_format(&network, buffer));
    route = (DomainNetRoute){
        .is_v6 = address.is_v6,
        .address = g_strdup(address_format(&address, buffer)),
        .prefix = prefix,
        .metric = metric == G_MAXUINT64 ? -1 : (gint64)metric,
    };
    route.gateway = g_strdup(address_format(&gateway, buffer));
    g_array_append_val(net->routes, route);
    return TRUE;
}

gboolean
domain_net_parse_addresses(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    domain_net_init_addresses(net);
    for (XmlNode *ip = xml_child(node, "ip"); ip != NULL; ip = xml_next(ip, "ip"))
        if (!parse_ip(tree, ip, net, error))
            return FALSE;
    for (XmlNode *route = xml_child(node, "route"); route != NULL; route = xml_next(route, "route"))
        if (!parse_route(tree, route, net, error))
            return FALSE;
    return TRUE;
}

void
domain_net_format_addresses(const DomainNet *net, GString *out)
{
    for (guint i = 0; i < net->ips->len; i++) {
        const DomainNetIp *ip = &g_array_index(net->ips, DomainNetIp, i);

        xml_write_indent(out, 6);
        g_string_append_printf(out, "<ip address='%s' family='ipv%d'", ip->address,
                               ip->is_v6 ? 6 : 4);
        if (ip->prefix >= 0)
            xml_write_attr_uint(out, "prefix", (guint64)ip->prefix);
        xml_write_attr(out, "peer", ip->peer);
        g_string_append(out, "/>\n");
    }
    for (guint i = 0; i < net->routes->len; i++) {
        const DomainNetRoute *route = &g_array_index(net->routes, DomainNetRoute, i);

        xml_write_indent(out, 6);
        g_string_append_printf(out, "<route family='ipv%d' address='%s' prefix='%d' gateway='%s'",
                               route->is_v6 ? 6 : 4, route->address, route->prefix, route->gateway);
        if (route->metric >= 0)
            xml_write_attr_uint(out, "metric", (guint64)route->metric);
        g_string_append(out, "/>\n");
    }
}
