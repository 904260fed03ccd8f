/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/address-attr.h"
#include "conf/domain/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static gboolean
parse_ip(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    gboolean has_peer = xml_attr(node, "peer") != NULL;
    Address address, peer;
    DomainNetIp ip;
    int prefix = -1;

    if (!address_attr(tree, node, "address", &address, error) ||
        !address_attr_family(tree, node, &address, error) ||
        !address_attr_prefix(tree, node, &address, 1, &prefix, error) ||
        (has_peer && !address_attr(tree, node, "peer", &peer, error)))
        return FALSE;
    if (!address_is_usable(&address))
        return xml_error(tree, node, error,
                         "address '%s' is not one that an interface can have; choose a host's",
                         xml_attr(node, "address"));
    if (has_peer && peer.is_v6 != address.is_v6)
        return xml_error(tree, node, error, "attribute 'peer' is of another family than 'address'");
    ip = (DomainNetIp){
        .is_v6 = address.is_v6,
        .address = address_dup(&address),
        .prefix = prefix,
        .peer = has_peer ? address_dup(&peer) : NULL,
    };
    g_array_append_val(net->ips, ip);
    return TRUE;
}

/* Without a prefix: everything for 0.0.0.0 and ::, else what the class of the address says. */
static int
default_prefix(const Address *address)
{
    Address zero = {.is_v6 = address->is_v6};

    return address_compare(address, &zero) == 0 ? 0 : address_default_prefix(address);
}

static gboolean
parse_route(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    Address address, gateway, network;
    char buffer[ADDRESS_TEXT_SIZE];
    guint64 metric = G_MAXUINT64;
    DomainNetRoute route;
    int prefix;

    if (!address_attr(tree, node, "address", &address, error) ||
        !address_attr_family(tree, node, &address, error))
        return FALSE;
    prefix = default_prefix(&address);
    if (!address_attr_prefix(tree, node, &address, 0, &prefix, error) ||
        !address_attr(tree, node, "gateway", &gateway, error) ||
        !xml_attr_uint(tree, node, "metric", 1, G_MAXUINT32, &metric, error))
        return FALSE;
    if (gateway.is_v6 != address.is_v6)
        return xml_error(tree, node, error,
                         "attribute 'gateway' is of another family than 'address'");
    if (!address_is_usable(&gateway))
        return xml_error(tree, node, error, "gateway '%s' is not the address of a router",
                         xml_attr(node, "gateway"));
    network = address_network(&address, prefix);
    if (address_compare(&network, &address) != 0)
        return xml_error(tree, node, error, "address '%s' has bits behind /%d; the network is %s",
                         xml_attr(node, "address"), prefix, address_format(&network, buffer));
    route = (DomainNetRoute){
        .is_v6 = address.is_v6,
        .address = address_dup(&address),
        .prefix = prefix,
        .gateway = address_dup(&gateway),
        .metric = metric == G_MAXUINT64 ? -1 : (gint64)metric,
    };
    g_array_append_val(net->routes, route);
    return TRUE;
}

static gboolean
has_room(XmlTree *tree, const XmlNode *node, const GArray *list, GError **error)
{
    return list->len < DOMAIN_ADDRESSES_MAX ||
           xml_error(tree, node, error, "is number %u; the limit is %d", list->len + 1,
                     DOMAIN_ADDRESSES_MAX);
}

gboolean
domain_net_parse_addresses(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    domain_net_init_addresses(net);
    for (XmlNode *ip = xml_child(node, "ip"); ip != NULL; ip = xml_next(ip, "ip"))
        if (!has_room(tree, ip, net->ips, error) || !parse_ip(tree, ip, net, error))
            return FALSE;
    for (XmlNode *route = xml_child(node, "route"); route != NULL; route = xml_next(route, "route"))
        if (!has_room(tree, route, net->routes, error) || !parse_route(tree, route, net, error))
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
