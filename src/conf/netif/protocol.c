/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/address-attr.h"
#include "conf/netif/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const family_names[] = {"ipv4", "ipv6"};
static const char *const yes_no_names[INTERFACE_SWITCH_LAST] = {
    [INTERFACE_SWITCH_OFF] = "no", [INTERFACE_SWITCH_ON] = "yes"};

/* The attribute, an address of the family. */
static gboolean
parse_address(XmlTree *tree, XmlNode *node, const char *name, gboolean is_v6, Address *ret_address,
              GError **error)
{
    if (!address_attr(tree, node, name, ret_address, error))
        return FALSE;
    if (ret_address->is_v6 != is_v6)
        return xml_error(tree, node, error,
                         "attribute '%s': '%.*s' is not an %s address; move it to the other "
                         "<protocol>",
                         name, XML_QUOTE_MAX, xml_attr(node, name), is_v6 ? "IPv6" : "IPv4");
    return TRUE;
}

static gboolean
parse_ip(XmlTree *tree, XmlNode *node, gboolean is_v6, InterfaceProtocol *protocol, GError **error)
{
    guint64 prefix = G_MAXUINT64;
    Address address;

    if (protocol->ips->len >= INTERFACE_IPS_MAX)
        return xml_error(tree, node, error, "is number %u; the limit is %d", protocol->ips->len + 1,
                         INTERFACE_IPS_MAX);
    if (!parse_address(tree, node, "address", is_v6, &address, error) ||
        !xml_attr_uint(tree, node, "prefix", 0, is_v6 ? 128 : 32, &prefix, error))
        return FALSE;
    for (guint i = 0; i < protocol->ips->len; i++)
        if (address_compare(&g_array_index(protocol->ips, InterfaceIp, i).address, &address) == 0)
            return xml_error(tree, node, error, "has the address '%s' once more; remove one",
                             xml_attr(node, "address"));
    interface_protocol_add(protocol, &address, prefix == G_MAXUINT64 ? -1 : (int)prefix);
    return TRUE;
}

static gboolean
parse_protocol(XmlTree *tree, XmlNode *node, gboolean is_v6, InterfaceProtocol *protocol,
               GError **error)
{
    XmlNode *dhcp = xml_child(node, "dhcp"), *route = xml_child(node, "route");
    XmlNode *autoconf = is_v6 ? xml_child(node, "autoconf") : NULL;
    int peerdns = INTERFACE_SWITCH_ABSENT;

    protocol->is_there = TRUE;
    protocol->autoconf = autoconf != NULL;
    protocol->dhcp = dhcp != NULL;
    if (dhcp != NULL &&
        !xml_attr_word(tree, dhcp, "peerdns", yes_no_names, INTERFACE_SWITCH_LAST, &peerdns, error))
        return FALSE;
    protocol->peerdns = (InterfaceSwitch)peerdns;
    for (XmlNode *ip = xml_child(node, "ip"); ip != NULL; ip = xml_next(ip, "ip"))
        if (!parse_ip(tree, ip, is_v6, protocol, error))
            return FALSE;
    if (!is_v6 && !protocol->dhcp && protocol->ips->len == 0)
        return xml_error(tree, node, error,
                         "says neither <dhcp> nor <ip>; remove it for an interface without an IPv4 "
                         "address");
    if (route == NULL)
        return TRUE;
    protocol->has_gateway = TRUE;
    return parse_address(tree, route, "gateway", is_v6, &protocol->gateway, error);
}

gboolean
interface_protocols_parse(XmlTree *tree, XmlNode *root, InterfaceDef *def, GError **error)
{
    const XmlNode *first[2] = {NULL, NULL};

    for (XmlNode *node = xml_child(root, "protocol"); node != NULL;
         node = xml_next(node, "protocol")) {
        int family = 0;

        if (xml_attr_need(tree, node, "family", error) == NULL ||
            !xml_attr_word(tree, node, "family", family_names, 2, &family, error))
            return FALSE;
        if (first[family] != NULL)
            return xml_error(tree, node, error,
                             "stands here again for %s; the first is of line %d, put both into one",
                             family_names[family], first[family]->line);
        first[family] = node;
        if (family == 1 && first[0] == NULL)
            def->ipv6_first = TRUE;
        if (!parse_protocol(tree, node, family == 1, family == 1 ? &def->ipv6 : &def->ipv4, error))
            return FALSE;
    }
    def->ipv6_first = def->ipv6_first && first[0] != NULL;
    return TRUE;
}

static void
format_protocol(const InterfaceProtocol *protocol, const char *family, GString *out, guint indent)
{
    char text[ADDRESS_TEXT_SIZE];

    if (!protocol->is_there)
        return;
    if (!protocol->autoconf && !protocol->dhcp && protocol->ips->len == 0 &&
        !protocol->has_gateway) {
        xml_write_element(out, indent, "protocol", "family", family, NULL);
        return;
    }
    xml_write_line(out, indent, "<protocol family='%s'>", family);
    if (protocol->autoconf)
        xml_write_line(out, indent + 2, "<autoconf/>");
    if (protocol->dhcp)
        xml_write_element(out, indent + 2, "dhcp", "peerdns", yes_no_names[protocol->peerdns],
                          NULL);
    for (guint i = 0; i < protocol->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(protocol->ips, InterfaceIp, i);

        xml_write_indent(out, indent + 2);
        g_string_append(out, "<ip");
        xml_write_attr(out, "address", address_format(&ip->address, text));
        if (ip->prefix >= 0)
            xml_write_attr_uint(out, "prefix", (guint64)ip->prefix);
        g_string_append(out, "/>\n");
    }
    if (protocol->has_gateway)
        xml_write_element(out, indent + 2, "route", "gateway",
                          address_format(&protocol->gateway, text), NULL);
    xml_write_line(out, indent, "</protocol>");
}

void
interface_protocols_format(const InterfaceDef *def, GString *out, guint indent)
{
    if (def->ipv6_first)
        format_protocol(&def->ipv6, "ipv6", out, indent);
    format_protocol(&def->ipv4, "ipv4", out, indent);
    if (!def->ipv6_first)
        format_protocol(&def->ipv6, "ipv6", out, indent);
}
