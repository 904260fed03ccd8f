/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/address-attr.h"
#include "conf/vnet/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/mac.h"

#define DUID_TEXT_MAX (130 * 3 - 1) /* RFC 8415: 128 octets and a type code of 2 */

static void
range_clear(gpointer data)
{
    NetworkRange *range = data;

    g_free(range->start);
    g_free(range->end);
}

static void
host_clear(gpointer data)
{
    NetworkHost *host = data;

    g_free(host->mac);
    g_free(host->id);
    g_free(host->name);
    g_free(host->ip);
}

void
network_dhcp_init(NetworkIp *ip)
{
    ip->ranges = g_array_new(FALSE, FALSE, sizeof(NetworkRange));
    g_array_set_clear_func(ip->ranges, range_clear);
    ip->hosts = g_array_new(FALSE, FALSE, sizeof(NetworkHost));
    g_array_set_clear_func(ip->hosts, host_clear);
}

/* An address that the network can lease: in the subnet, and of IPv4 neither its first nor its last. */
static gboolean
check_leasable(XmlTree *tree, XmlNode *node, const NetworkIp *ip, const char *attr,
               const Address *address, GError **error)
{
    Address own, first, last;
    char text[ADDRESS_TEXT_SIZE];

    (void)address_parse(ip->address, &own); /* canonical since parse_ip */
    first = address_network(&own, ip->prefix);
    last = address_last(&own, ip->prefix);
    if (address->is_v6 != own.is_v6 || !address_in(address, &own, ip->prefix))
        return xml_error(tree, node, error, "attribute '%s': %s is not in the subnet %s/%d", attr,
                         xml_attr(node, attr), address_format(&first, text), ip->prefix);
    if (!address->is_v6 && ip->prefix < 31 &&
        (address_compare(address, &first) == 0 || address_compare(address, &last) == 0))
        return xml_error(tree, node, error,
                         "attribute '%s': %s is the %s address of the subnet; choose another", attr,
                         xml_attr(node, attr),
                         address_compare(address, &first) == 0 ? "network" : "broadcast");
    return TRUE;
}

static gboolean
parse_range(XmlTree *tree, XmlNode *node, NetworkIp *ip, GError **error)
{
    Address start, end;
    NetworkRange range;

    if (ip->ranges->len >= NETWORK_RANGES_MAX)
        return xml_error(tree, node, error, "is number %u; the limit is %d", ip->ranges->len + 1,
                         NETWORK_RANGES_MAX);
    if (!address_attr(tree, node, "start", &start, error) ||
        !check_leasable(tree, node, ip, "start", &start, error) ||
        !address_attr(tree, node, "end", &end, error) ||
        !check_leasable(tree, node, ip, "end", &end, error))
        return FALSE;
    if (address_compare(&start, &end) > 0)
        return xml_error(tree, node, error, "ends before it starts; swap 'start' and 'end'");
    for (guint i = 0; i < ip->ranges->len; i++) {
        const NetworkRange *other = &g_array_index(ip->ranges, NetworkRange, i);
        Address other_start, other_end;

        (void)address_parse(other->start, &other_start); /* canonical */
        (void)address_parse(other->end, &other_end);
        if (address_compare(&start, &other_end) <= 0 && address_compare(&other_start, &end) <= 0)
            return xml_error(tree, node, error, "overlaps the range from %s to %s; change one",
                             other->start, other->end);
    }
    range = (NetworkRange){address_dup(&start), address_dup(&end)};
    g_array_append_val(ip->ranges, range);
    return TRUE;
}

/* Puts "WHAT VALUE" down as taken; the line of the one before it in the error. */
static gboolean
take(XmlTree *tree, XmlNode *node, GHashTable *seen, const char *what, const char *value,
     GError **error)
{
    g_autofree char *key = g_strdup_printf("%s %s", what, value);
    int line = GPOINTER_TO_INT(g_hash_table_lookup(seen, key));

    if (line != 0)
        return xml_error(tree, node, error, "has the %s '%.*s' of the one in line %d; change one",
                         what, XML_QUOTE_MAX, value, line);
    g_hash_table_insert(seen, g_steal_pointer(&key), GINT_TO_POINTER(node->line));
    return TRUE;
}

static gboolean
parse_host_mac(XmlTree *tree, XmlNode *node, const NetworkIp *ip, NetworkHost *host,
               GHashTable *seen, GError **error)
{
    const char *text = xml_attr(node, "mac");
    char buffer[MAC_TEXT_SIZE];
    guint8 mac[MAC_SIZE];

    if (text == NULL)
        return TRUE;
    if (ip->is_v6)
        return xml_error(tree, node, error,
                         "attribute 'mac' has no meaning in IPv6; use id= (the DUID) or name=");
    if (!mac_parse(text, mac))
        return xml_error(tree, node, error,
                         "mac '%.*s' is not a MAC address; write it like 52:54:00:12:34:56",
                         XML_QUOTE_MAX, text);
    if (mac_is_multicast(mac))
        return xml_error(tree, node, error,
                         "mac '%s' belongs to no single device; make the first octet even", text);
    host->mac = g_strdup(mac_format(mac, buffer));
    return take(tree, node, seen, "mac", host->mac, error);
}

static gboolean
parse_host_id(XmlTree *tree, XmlNode *node, NetworkHost *host, GHashTable *seen, GError **error)
{
    const char *text = xml_attr(node, "id");

    if (text == NULL)
        return TRUE;
    if (*text == '\0' || strlen(text) > DUID_TEXT_MAX ||
        text[strspn(text, "0123456789abcdefABCDEF:")] != '\0')
        return xml_error(tree, node, error,
                         "id '%.*s' is no DUID; write hex octets with ':' between them",
                         XML_QUOTE_MAX, text);
    host->id = g_ascii_strdown(text, -1);
    return take(tree, node, seen, "id", host->id, error);
}

static gboolean
fill_host(XmlTree *tree, XmlNode *node, const NetworkIp *ip, NetworkHost *host, GHashTable *seen,
          GError **error)
{
    const char *name = xml_attr(node, "name");
    Address address, own;

    if (!parse_host_mac(tree, node, ip, host, seen, error) ||
        !parse_host_id(tree, node, host, seen, error))
        return FALSE;
    if (name != NULL && !network_hostname_is_good(name))
        return xml_error(tree, node, error,
                         "name '%.*s' is no host name; use letters, digits, '-' and '.'",
                         XML_QUOTE_MAX, name);
    if (name == NULL && host->mac == NULL && host->id == NULL)
        return xml_error(tree, node, error, "lacks %s or name=, so nobody could get the address",
                         ip->is_v6 ? "id=" : "mac=");
    if (name != NULL && !take(tree, node, seen, ip->is_v6 ? "IPv6 name" : "name", name, error))
        return FALSE;
    host->name = g_strdup(name);
    if (!address_attr(tree, node, "ip", &address, error) ||
        !check_leasable(tree, node, ip, "ip", &address, error))
        return FALSE;
    (void)address_parse(ip->address, &own); /* canonical since parse_ip */
    if (address_compare(&address, &own) == 0)
        return xml_error(tree, node, error, "ip '%s' is the bridge's own; choose another",
                         ip->address);
    host->ip = address_dup(&address);
    return take(tree, node, seen, "ip", host->ip, error);
}

static gboolean
parse_host(XmlTree *tree, XmlNode *node, NetworkIp *ip, GHashTable *seen, GError **error)
{
    NetworkHost host = {0};

    if (ip->hosts->len >= NETWORK_HOSTS_MAX)
        return xml_error(tree, node, error, "is number %u; the limit is %d", ip->hosts->len + 1,
                         NETWORK_HOSTS_MAX);
    if (!fill_host(tree, node, ip, &host, seen, error)) {
        host_clear(&host);
        return FALSE;
    }
    g_array_append_val(ip->hosts, host);
    return TRUE;
}

gboolean
network_dhcp_parse(XmlTree *tree, XmlNode *node, NetworkIp *ip, GHashTable *seen, GError **error)
{
    XmlNode *dhcp = xml_child(node, "dhcp");

    if (dhcp == NULL)
        return TRUE;
    if (!ip->is_v6 && ip->prefix > 30)
        return xml_error(tree, dhcp, error, "has no addresses to give in a /%d; use /30 or larger",
                         ip->prefix);
    if (ip->is_v6 && ip->prefix < 64)
        return xml_error(tree, dhcp, error,
                         "needs a prefix of 64 or longer (dnsmasq's rule), not %d", ip->prefix);
    ip->has_dhcp = TRUE;
    for (XmlNode *range = xml_child(dhcp, "range"); range != NULL; range = xml_next(range, "range"))
        if (!parse_range(tree, range, ip, error))
            return FALSE;
    for (XmlNode *host = xml_child(dhcp, "host"); host != NULL; host = xml_next(host, "host"))
        if (!parse_host(tree, host, ip, seen, error))
            return FALSE;
    return TRUE;
}

void
network_dhcp_format(const NetworkIp *ip, GString *out)
{
    if (ip->ranges->len == 0 && ip->hosts->len == 0) {
        xml_write_line(out, 4, "<dhcp/>");
        return;
    }
    xml_write_line(out, 4, "<dhcp>");
    for (guint i = 0; i < ip->ranges->len; i++) {
        const NetworkRange *range = &g_array_index(ip->ranges, NetworkRange, i);

        xml_write_element(out, 6, "range", "start", range->start, "end", range->end, NULL);
    }
    for (guint i = 0; i < ip->hosts->len; i++) {
        const NetworkHost *host = &g_array_index(ip->hosts, NetworkHost, i);

        xml_write_indent(out, 6);
        g_string_append(out, "<host");
        xml_write_attr(out, "mac", host->mac);
        xml_write_attr(out, "id", host->id);
        xml_write_attr(out, "name", host->name);
        xml_write_attr(out, "ip", host->ip);
        g_string_append(out, "/>\n");
    }
    xml_write_line(out, 4, "</dhcp>");
}

void
network_dhcp_copy(const NetworkIp *from, NetworkIp *to)
{
    network_dhcp_init(to);
    for (guint i = 0; i < from->ranges->len; i++) {
        const NetworkRange *range = &g_array_index(from->ranges, NetworkRange, i);
        NetworkRange copy = {g_strdup(range->start), g_strdup(range->end)};

        g_array_append_val(to->ranges, copy);
    }
    for (guint i = 0; i < from->hosts->len; i++) {
        const NetworkHost *host = &g_array_index(from->hosts, NetworkHost, i);
        NetworkHost copy = {g_strdup(host->mac), g_strdup(host->id), g_strdup(host->name),
                            g_strdup(host->ip)};

        g_array_append_val(to->hosts, copy);
    }
}
