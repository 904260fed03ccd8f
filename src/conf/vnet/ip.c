/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/address-attr.h"
#include "conf/vnet/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

/* The bridge's address: one that a host of this subnet can have. */
static gboolean
check_own(XmlTree *tree, XmlNode *node, const Address *address, int prefix, GError **error)
{
    Address first = address_network(address, prefix), last = address_last(address, prefix);
    const char *text = xml_attr(node, "address");

    if (!address_is_usable(address))
        return xml_error(tree, node, error,
                         "address '%s' is not one that an interface can have; choose a host's",
                         text);
    if (!address->is_v6 && prefix < 31 &&
        (address_compare(address, &first) == 0 || address_compare(address, &last) == 0))
        return xml_error(tree, node, error,
                         "address '%s' is the %s address of its /%d; give the bridge's own, like "
                         "the first after it",
                         text, address_compare(address, &first) == 0 ? "network" : "broadcast",
                         prefix);
    return TRUE;
}

static gboolean
fill_ip(XmlTree *tree, XmlNode *node, NetworkIp *ip, GHashTable *seen, GError **error)
{
    Address address;

    if (!address_attr(tree, node, "address", &address, error) ||
        !address_attr_family(tree, node, &address, error))
        return FALSE;
    ip->prefix = address_default_prefix(&address);
    if (!address_attr_prefix(tree, node, &address, 1, &ip->prefix, error) ||
        !check_own(tree, node, &address, ip->prefix, error) ||
        !xml_attr_only(tree, node, "localPtr", "no", error))
        return FALSE;
    ip->is_v6 = address.is_v6;
    ip->address = address_dup(&address);
    return network_dhcp_parse(tree, node, ip, seen, error);
}

static gboolean
check_against(XmlTree *tree, XmlNode *node, const NetworkIp *ip, const NetworkIp *other,
              GError **error)
{
    Address a, b;

    (void)address_parse(ip->address, &a); /* both are canonical */
    (void)address_parse(other->address, &b);
    if (a.is_v6 == b.is_v6 && address_in(&a, &b, MIN(ip->prefix, other->prefix)))
        return xml_error(tree, node, error, "overlaps the subnet of %s/%d; choose another",
                         other->address, other->prefix);
    if (ip->has_dhcp && other->has_dhcp && ip->is_v6 == other->is_v6)
        return xml_unsupported(tree, node, error,
                               "has a second <dhcp> for IPv%d; a network leases from one subnet "
                               "of each family",
                               ip->is_v6 ? 6 : 4);
    return TRUE;
}

static gboolean
add_ip(XmlTree *tree, XmlNode *node, NetworkDef *def, GHashTable *seen, GError **error)
{
    NetworkIp *ip = g_new0(NetworkIp, 1);

    network_dhcp_init(ip);
    g_ptr_array_add(def->ips, ip);
    if (!fill_ip(tree, node, ip, seen, error))
        return FALSE;
    for (guint i = 0; i + 1 < def->ips->len; i++)
        if (!check_against(tree, node, ip, g_ptr_array_index(def->ips, i), error))
            return FALSE;
    return TRUE;
}

gboolean
network_ips_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (XmlNode *node = xml_child(root, "ip"); node != NULL; node = xml_next(node, "ip")) {
        if (def->forward == NETWORK_FORWARD_BRIDGE)
            return xml_error(tree, node, error,
                             "cannot be set in mode 'bridge': the host has that bridge already; "
                             "remove it");
        if (def->ips->len >= NETWORK_IPS_MAX)
            return xml_error(tree, node, error, "is number %u; the limit is %d", def->ips->len + 1,
                             NETWORK_IPS_MAX);
        if (!add_ip(tree, node, def, seen, error))
            return FALSE;
    }
    if (def->ips->len == 0 &&
        (def->forward == NETWORK_FORWARD_NAT || def->forward == NETWORK_FORWARD_ROUTE))
        return xml_error(tree, root, error,
                         "has <forward mode='%s'> but no <ip>, so there is nothing to forward; add "
                         "<ip address='...' netmask='...'/>",
                         network_forward_to_string(def->forward));
    return TRUE;
}

/* IPv4 with its netmask, IPv6 with family and prefix, as libvirt's own networks have it. */
void
network_ip_format(const NetworkIp *ip, GString *out)
{
    char netmask[ADDRESS_TEXT_SIZE];
    Address ones = {.bytes = {0xff, 0xff, 0xff, 0xff}}, mask = address_network(&ones, ip->prefix);

    xml_write_indent(out, 2);
    if (ip->is_v6)
        g_string_append_printf(out, "<ip family='ipv6' address='%s' prefix='%d'", ip->address,
                               ip->prefix);
    else
        g_string_append_printf(out, "<ip address='%s' netmask='%s'", ip->address,
                               address_format(&mask, netmask));
    if (!ip->has_dhcp) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append(out, ">\n");
    network_dhcp_format(ip, out);
    xml_write_line(out, 2, "</ip>");
}

NetworkIp *
network_ip_copy(const NetworkIp *from)
{
    NetworkIp *to = g_memdup2(from, sizeof *from);

    to->address = g_strdup(from->address);
    network_dhcp_copy(from, to);
    return to;
}

void
network_ip_free(NetworkIp *ip)
{
    if (ip == NULL)
        return;
    g_free(ip->address);
    g_array_unref(ip->ranges);
    g_array_unref(ip->hosts);
    g_free(ip);
}
