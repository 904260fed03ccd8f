/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/address-attr.h"
#include "conf/vnet/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/mac.h"

#define DELAY_MAX_S 30 /* the kernel's BR_MAX_FORWARD_DELAY */

static const char *const network_forward_names[] = {
    [NETWORK_FORWARD_NONE] = "none",     [NETWORK_FORWARD_NAT] = "nat",
    [NETWORK_FORWARD_ROUTE] = "route",   [NETWORK_FORWARD_OPEN] = "open",
    [NETWORK_FORWARD_BRIDGE] = "bridge",
};
ENUM_IMPL(network_forward, NetworkForward)

static gboolean
parse_mode(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    static const char *const others[] = {"private", "vepa", "passthrough", "hostdev"};
    const char *mode = xml_attr(node, "mode");
    int index = NETWORK_FORWARD_NAT;

    for (gsize i = 0; mode != NULL && i < G_N_ELEMENTS(others); i++)
        if (strcmp(mode, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "mode '%s' is not supported for networks; give the guest an "
                                   "<interface type='direct'> with that mode",
                                   mode);
    if (!xml_attr_word(tree, node, "mode", network_forward_names, NETWORK_FORWARD_LAST, &index,
                       error))
        return FALSE;
    def->forward = (NetworkForward)index;
    return TRUE;
}

/* dev= and <interface dev=> say the same thing; libvirt prints both. */
static gboolean
parse_dev(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    const char *dev = xml_attr(node, "dev");

    if (dev != NULL && !xml_check_ifname(tree, node, "dev", dev, error))
        return FALSE;
    for (XmlNode *child = xml_child(node, "interface"); child != NULL;
         child = xml_next(child, "interface")) {
        const char *name = xml_attr_need(tree, child, "dev", error);

        if (name == NULL || !xml_check_ifname(tree, child, "dev", name, error))
            return FALSE;
        (void)xml_attr(child, "connections"); /* of live XML */
        if (dev != NULL && strcmp(dev, name) != 0)
            return xml_unsupported(tree, child, error,
                                   "is a second device ('%s' is the first); a network goes out "
                                   "through one, or through any when none is named",
                                   dev);
        dev = name;
    }
    if (dev != NULL && def->forward == NETWORK_FORWARD_BRIDGE)
        return xml_unsupported(tree, node, error,
                               "mode 'bridge' with a device is not supported; name an existing "
                               "bridge with <bridge name='...'/>, or give the guest an <interface "
                               "type='direct'>");
    if (dev != NULL && def->forward == NETWORK_FORWARD_NONE)
        return xml_error(tree, node, error, "names a device, but mode 'none' forwards nothing");
    def->forward_dev = g_strdup(dev);
    return TRUE;
}

static gboolean
parse_nat_addresses(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    Address start, end;

    if (!address_attr(tree, node, "start", &start, error))
        return FALSE;
    end = start;
    if (xml_attr(node, "end") != NULL && !address_attr(tree, node, "end", &end, error))
        return FALSE;
    if (start.is_v6 || end.is_v6)
        return xml_unsupported(tree, node, error,
                               "is IPv6: only IPv4 is translated, IPv6 is routed; use IPv4");
    if (!address_is_usable(&start) || !address_is_usable(&end))
        return xml_error(tree, node, error, "holds an address that no host can have");
    if (address_compare(&start, &end) > 0)
        return xml_error(tree, node, error, "ends before it starts; swap 'start' and 'end'");
    def->nat_addr_start = address_dup(&start);
    def->nat_addr_end = address_dup(&end);
    return TRUE;
}

static gboolean
parse_nat_ports(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    guint64 start, end;

    if (xml_attr_need(tree, node, "start", error) == NULL ||
        xml_attr_need(tree, node, "end", error) == NULL ||
        !xml_attr_uint(tree, node, "start", 1, 65535, &start, error) ||
        !xml_attr_uint(tree, node, "end", 1, 65535, &end, error))
        return FALSE;
    if (start > end)
        return xml_error(tree, node, error, "ends before it starts; swap 'start' and 'end'");
    def->nat_port_start = (guint)start;
    def->nat_port_end = (guint)end;
    return TRUE;
}

static gboolean
parse_nat(XmlTree *tree, XmlNode *forward, NetworkDef *def, GError **error)
{
    XmlNode *node = xml_child(forward, "nat"), *address, *port;

    if (node == NULL)
        return TRUE;
    if (def->forward != NETWORK_FORWARD_NAT)
        return xml_error(tree, node, error, "has no meaning in mode '%s'; remove it or use 'nat'",
                         network_forward_to_string(def->forward));
    if (!xml_attr_only(tree, node, "ipv6", "no", error))
        return FALSE;
    address = xml_child(node, "address");
    port = xml_child(node, "port");
    return (address == NULL || parse_nat_addresses(tree, address, def, error)) &&
           (port == NULL || parse_nat_ports(tree, port, def, error));
}

gboolean
network_forward_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    XmlNode *node = xml_child(root, "forward");

    return node == NULL || (parse_mode(tree, node, def, error) &&
                            parse_dev(tree, node, def, error) && parse_nat(tree, node, def, error));
}

void
network_forward_format(const NetworkDef *def, GString *out)
{
    gboolean has_nat = def->nat_addr_start != NULL || def->nat_port_start != 0;

    if (def->forward == NETWORK_FORWARD_NONE)
        return;
    xml_write_indent(out, 2);
    g_string_append(out, "<forward");
    xml_write_attr(out, "dev", def->forward_dev);
    xml_write_attr(out, "mode", network_forward_to_string(def->forward));
    if (!has_nat && def->forward_dev == NULL) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append(out, ">\n");
    if (has_nat)
        xml_write_line(out, 4, "<nat>");
    if (def->nat_addr_start != NULL)
        xml_write_element(out, 6, "address", "start", def->nat_addr_start, "end", def->nat_addr_end,
                          NULL);
    if (def->nat_port_start != 0)
        xml_write_line(out, 6, "<port start='%u' end='%u'/>", def->nat_port_start,
                       def->nat_port_end);
    if (has_nat)
        xml_write_line(out, 4, "</nat>");
    if (def->forward_dev != NULL)
        xml_write_element(out, 4, "interface", "dev", def->forward_dev, NULL);
    xml_write_line(out, 2, "</forward>");
}

/* "virbr%d" asks for a name to be chosen, as having none does. */
static gboolean
parse_bridge_name(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    const char *name = xml_attr(node, "name");

    if (name == NULL || strcmp(name, "virbr%d") == 0)
        return TRUE;
    if (!xml_check_ifname(tree, node, "name", name, error))
        return FALSE;
    def->bridge = g_strdup(name);
    return TRUE;
}

static gboolean
parse_bridge(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    guint64 delay = 0;

    if (!parse_bridge_name(tree, node, def, error))
        return FALSE;
    if (def->forward == NETWORK_FORWARD_BRIDGE &&
        (xml_attr(node, "stp") != NULL || xml_attr(node, "delay") != NULL))
        return xml_error(tree, node, error,
                         "cannot set 'stp' or 'delay' of a bridge that the host has already; set "
                         "them where it is configured");
    if (!xml_attr_bool(tree, node, "stp", "off", "on", &def->stp, error) ||
        !xml_attr_uint(tree, node, "delay", 0, DELAY_MAX_S, &delay, error) ||
        !xml_attr_only(tree, node, "macTableManager", "kernel", error))
        return FALSE;
    def->delay_s = (guint)delay;
    return TRUE;
}

static gboolean
parse_mac(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    static const guint8 zero[MAC_SIZE];
    const char *text = xml_attr_need(tree, node, "address", error);
    char buffer[MAC_TEXT_SIZE];
    guint8 mac[MAC_SIZE];

    if (text == NULL)
        return FALSE;
    if (!mac_parse(text, mac))
        return xml_error(tree, node, error,
                         "address '%.*s' is not a MAC address; write it like 52:54:00:12:34:56",
                         XML_QUOTE_MAX, text);
    if (mac_is_multicast(mac) || memcmp(mac, zero, sizeof mac) == 0)
        return xml_error(tree, node, error,
                         "address '%s' belongs to no single device; make the first octet even and "
                         "not all zero",
                         text);
    def->mac = g_strdup(mac_format(mac, buffer));
    return TRUE;
}

gboolean
network_bridge_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    XmlNode *bridge = xml_child(root, "bridge"), *mtu = xml_child(root, "mtu");
    XmlNode *mac = xml_child(root, "mac");
    guint64 size = 0;

    def->stp = TRUE;
    if (bridge != NULL && !parse_bridge(tree, bridge, def, error))
        return FALSE;
    if (def->forward == NETWORK_FORWARD_BRIDGE && def->bridge == NULL)
        return xml_error(tree, bridge != NULL ? bridge : root, error,
                         "lacks the name of the bridge, which mode 'bridge' needs: add <bridge "
                         "name='br0'/>");
    if (mtu != NULL && (xml_attr_need(tree, mtu, "size", error) == NULL ||
                        !xml_attr_uint(tree, mtu, "size", 68, 65535, &size, error)))
        return FALSE;
    def->mtu = (guint)size;
    if (mac != NULL && !parse_mac(tree, mac, def, error))
        return FALSE;
    if (def->forward == NETWORK_FORWARD_BRIDGE && (mtu != NULL || mac != NULL))
        return xml_error(tree, mtu != NULL ? mtu : mac, error,
                         "cannot be set on a bridge that the host has already; set it where the "
                         "bridge is configured");
    return TRUE;
}

void
network_bridge_format(const NetworkDef *def, GString *out)
{
    if (def->forward == NETWORK_FORWARD_BRIDGE) {
        xml_write_element(out, 2, "bridge", "name", def->bridge, NULL);
        return;
    }
    xml_write_indent(out, 2);
    g_string_append(out, "<bridge");
    xml_write_attr(out, "name", def->bridge);
    g_string_append_printf(out, " stp='%s' delay='%u'/>\n", def->stp ? "on" : "off", def->delay_s);
    if (def->mtu != 0)
        xml_write_line(out, 2, "<mtu size='%u'/>", def->mtu);
    if (def->mac != NULL)
        xml_write_element(out, 2, "mac", "address", def->mac, NULL);
}
