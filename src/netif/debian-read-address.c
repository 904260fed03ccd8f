/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/debian-read-priv.h"
#include "util/units.h"

/* A prefix length or (IPv4) a netmask; -1 when it is neither. */
static int
parse_mask(const char *text, gboolean is_v6)
{
    guint64 prefix;
    Address mask;

    if (g_ascii_isdigit(text[0]) && text[strspn(text, G_CSET_DIGITS)] == '\0')
        return units_parse_uint(text, 0, is_v6 ? 128 : 32, &prefix, NULL) ? (int)prefix : -1;
    if (is_v6 || !address_parse(text, &mask) || mask.is_v6)
        return -1;
    return address_netmask_prefix(&mask);
}

/* "A", "A/len", "A/mask"; @ret_prefix -1 when there is none. */
static gboolean
parse_address(const char *text, Address *ret_address, int *ret_prefix)
{
    const char *slash = strchr(text, '/');
    g_autofree char *address = slash != NULL ? g_strndup(text, (gsize)(slash - text)) : NULL;

    *ret_prefix = -1;
    if (!address_parse(address != NULL ? address : text, ret_address))
        return FALSE;
    if (slash != NULL)
        *ret_prefix = parse_mask(slash + 1, ret_address->is_v6);
    return slash == NULL || *ret_prefix >= 0;
}

static DebianGroup
group_of(gboolean is_v6)
{
    return is_v6 ? DEBIAN_INET6 : DEBIAN_INET;
}

static gboolean
has_address(const InterfaceProtocol *protocol, const Address *address)
{
    if (protocol->ips->len >= INTERFACE_IPS_MAX)
        return TRUE; /* no more are taken */
    for (guint i = 0; i < protocol->ips->len; i++)
        if (address_compare(&g_array_index(protocol->ips, InterfaceIp, i).address, address) == 0)
            return TRUE;
    return FALSE;
}

static void
read_gateway(const DebianStanza *stanza, gboolean is_v6, InterfaceProtocol *protocol)
{
    DebianOption *option = debian_reader_own(stanza, "gateway");
    Address gateway;

    if (option == NULL || protocol->has_gateway || !address_parse(option->value, &gateway) ||
        gateway.is_v6 != is_v6)
        return;
    protocol->has_gateway = TRUE;
    protocol->gateway = gateway;
    option->group = group_of(is_v6);
}

/* A broadcast that follows from address and netmask says nothing of its own. */
static void
read_broadcast(const DebianStanza *stanza, const Address *address, int prefix)
{
    DebianOption *option = debian_reader_own(stanza, "broadcast");
    Address broadcast, wanted;

    if (option == NULL)
        return;
    if (strcmp(option->value, "+") == 0) {
        option->group = DEBIAN_INET;
        return;
    }
    wanted = address_last(address, prefix >= 0 ? prefix : address_default_prefix(address));
    if (address_parse(option->value, &broadcast) && address_compare(&broadcast, &wanted) == 0)
        option->group = DEBIAN_INET;
}

static void
read_static(DebianReader *reader, const DebianStanza *stanza, gboolean is_v6)
{
    InterfaceProtocol *protocol = is_v6 ? &reader->def->ipv6 : &reader->def->ipv4;
    DebianOption *option = debian_reader_own(stanza, "address");
    DebianOption *netmask = debian_reader_own(stanza, "netmask");
    Address address;
    int prefix, mask = netmask != NULL ? parse_mask(netmask->value, is_v6) : -1;

    if (option == NULL || !parse_address(option->value, &address, &prefix) ||
        address.is_v6 != is_v6 || has_address(protocol, &address) || (netmask != NULL && mask < 0))
        return; /* they stay unmodelled */
    option->group = group_of(is_v6);
    if (netmask != NULL) { /* which wins over the one in the address */
        prefix = mask;
        netmask->group = group_of(is_v6);
    }
    interface_protocol_add(protocol, &address, prefix);
    if (!is_v6)
        read_broadcast(stanza, &address, prefix);
    read_gateway(stanza, is_v6, protocol);
}

/* autoconf and accept_ra as static and dhcp of inet6 have them. */
static void
read_autoconf(DebianReader *reader, const DebianStanza *stanza)
{
    DebianOption *autoconf = debian_reader_own(stanza, "autoconf");
    DebianOption *accept_ra = debian_reader_own(stanza, "accept_ra");
    gboolean is_on = autoconf != NULL && strcmp(autoconf->value, "1") == 0;
    gboolean is_off = autoconf != NULL && strcmp(autoconf->value, "0") == 0;

    if (is_on || is_off)
        autoconf->group = DEBIAN_INET6;
    reader->autoconf_on |= is_on;
    reader->autoconf_off |= is_off;
    if (accept_ra != NULL && is_on &&
        (strcmp(accept_ra->value, "1") == 0 || strcmp(accept_ra->value, "2") == 0))
        accept_ra->group = DEBIAN_INET6;
}

static gboolean
read_inet6(DebianReader *reader, const DebianStanza *stanza)
{
    InterfaceProtocol *ipv6 = &reader->def->ipv6;

    if (strcmp(stanza->method, "auto") == 0) {
        DebianOption *dhcp = debian_reader_own(stanza, "dhcp");

        reader->autoconf_on = TRUE;
        if (dhcp != NULL && strcmp(dhcp->value, "0") == 0)
            dhcp->group = DEBIAN_INET6; /* 1 is stateless DHCPv6, which the XML has no word for */
    } else if (strcmp(stanza->method, "dhcp") == 0) {
        ipv6->dhcp = TRUE;
        reader->autoconf_weak = TRUE;
        read_autoconf(reader, stanza);
    } else if (strcmp(stanza->method, "static") == 0) {
        read_static(reader, stanza, TRUE);
        read_autoconf(reader, stanza);
    } else if (strcmp(stanza->method, "manual") == 0) {
        reader->autoconf_weak = TRUE;
    } else if (strcmp(stanza->method, "loopback") == 0) {
        Address address;

        (void)address_parse("::1", &address);
        interface_protocol_add(ipv6, &address, 128);
    } else {
        return FALSE;
    }
    ipv6->is_there = TRUE;
    reader->def->ipv6_first |= !reader->def->ipv4.is_there;
    return TRUE;
}

static gboolean
read_inet(DebianReader *reader, const DebianStanza *stanza)
{
    InterfaceProtocol *ipv4 = &reader->def->ipv4;

    if (strcmp(stanza->method, "static") == 0) {
        read_static(reader, stanza, FALSE);
    } else if (strcmp(stanza->method, "dhcp") == 0) {
        ipv4->is_there = ipv4->dhcp = TRUE;
    } else if (strcmp(stanza->method, "loopback") == 0) {
        Address address;

        (void)address_parse("127.0.0.1", &address);
        interface_protocol_add(ipv4, &address, 8);
    } else if (strcmp(stanza->method, "manual") != 0) {
        return FALSE;
    }
    return TRUE;
}

/* ifupdown2: no family, any number of addresses of both. */
static void
read_dialect(DebianReader *reader, const DebianStanza *stanza)
{
    DebianOption *option;
    Address address;
    int prefix;

    for (guint i = 0; i < stanza->options->len; i++) {
        option = debian_option(stanza, i);
        if (strcmp(option->key, "address") == 0 &&
            parse_address(option->value, &address, &prefix)) {
            InterfaceProtocol *protocol = address.is_v6 ? &reader->def->ipv6 : &reader->def->ipv4;

            if (has_address(protocol, &address))
                continue;
            interface_protocol_add(protocol, &address, prefix);
            option->group = group_of(address.is_v6);
        }
    }
    if (reader->def->ipv4.is_there)
        read_gateway(stanza, FALSE, &reader->def->ipv4);
    if (reader->def->ipv6.is_there)
        read_gateway(stanza, TRUE, &reader->def->ipv6);
}

void
debian_read_addresses(DebianReader *reader, const DebianStanza *stanza)
{
    gboolean is_known = FALSE;

    if (stanza->family == NULL && !stanza->is_faulty) {
        read_dialect(reader, stanza);
        return;
    }
    if (stanza->family != NULL && stanza->method != NULL) {
        if (strcmp(stanza->family, "inet") == 0)
            is_known = read_inet(reader, stanza);
        else if (strcmp(stanza->family, "inet6") == 0)
            is_known = read_inet6(reader, stanza);
    }
    if (!is_known)
        netif_notes_add(reader->notes, NETIF_NOTE_UNMODELLED, reader->def->name, stanza->file->path,
                        debian_stanza_line(stanza), "iface %s",
                        debian_line(stanza->file, stanza->line)->value);
}
