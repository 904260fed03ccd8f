/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/netplan-priv.h"
#include "netif/value.h"

char *
netplan_quote(const char *name)
{
    return g_ascii_isalnum(*name) && strchr(name, ':') == NULL ? g_strdup(name)
                                                               : g_strdup_printf("\"%s\"", name);
}

char *
netplan_address(const Address *address, int prefix)
{
    char text[ADDRESS_TEXT_SIZE];
    g_autofree char *whole = NULL;

    (void)address_format(address, text); /* returns @text */
    whole = prefix < 0 ? g_strdup(text) : g_strdup_printf("%s/%d", text, prefix);
    return netplan_quote(whole);
}

char *
netplan_route(const Address *gateway, gboolean is_off_link)
{
    g_autofree char *via = netplan_address(gateway, -1);

    return g_strdup_printf("{to: default, via: %s%s}", via, is_off_link ? ", on-link: true" : "");
}

#define WANT(aspect, key, ...)  settings_want(wants, (aspect), "", (key), __VA_ARGS__)
#define ITEM(aspect, key, text) settings_want_section(wants, (aspect), "", (key), "%s", (text))

static const char *
true_false(gboolean value)
{
    return value ? "true" : "false";
}

static void
want_protocol(GArray *wants, const InterfaceProtocol *protocol, const char *dhcp,
              const char *use_dns)
{
    for (guint i = 0; i < protocol->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(protocol->ips, InterfaceIp, i);
        g_autofree char *text = netplan_address(&ip->address, value_prefix(ip));

        ITEM(ASPECT_IP, "addresses", text);
    }
    if (protocol->has_gateway) {
        g_autofree char *text = netplan_route(&protocol->gateway, value_is_off_link(protocol));

        ITEM(ASPECT_IP, "routes", text);
    }
    if (!protocol->dhcp)
        return;
    WANT(ASPECT_IP, dhcp, "true");
    if (protocol->peerdns != INTERFACE_SWITCH_ABSENT)
        WANT(ASPECT_IP, use_dns, "%s", true_false(protocol->peerdns == INTERFACE_SWITCH_ON));
}

static void
want_bond(GArray *wants, const InterfaceDef *def)
{
    const InterfaceBond *bond = &def->bond;
    char text[ADDRESS_TEXT_SIZE];

    if (bond->mode != INTERFACE_BOND_MODE_ABSENT)
        WANT(ASPECT_KIND, "parameters/mode", "%s", interface_bond_mode_to_string(bond->mode));
    if (bond->mode == INTERFACE_BOND_ACTIVE_BACKUP && def->ports->len > 0) {
        const InterfaceDef *first = g_ptr_array_index(def->ports, 0);
        g_autofree char *name = netplan_quote(first->name);

        WANT(ASPECT_KIND, "parameters/primary", "%s", name);
    }
    if (bond->monitor == INTERFACE_MONITOR_MII) {
        WANT(ASPECT_KIND, "parameters/mii-monitor-interval", "%u", bond->miimon_freq);
        if (bond->updelay >= 0)
            WANT(ASPECT_KIND, "parameters/up-delay", "%" G_GINT64_FORMAT, bond->updelay);
        if (bond->downdelay >= 0)
            WANT(ASPECT_KIND, "parameters/down-delay", "%" G_GINT64_FORMAT, bond->downdelay);
    } else if (bond->monitor == INTERFACE_MONITOR_ARP) {
        WANT(ASPECT_KIND, "parameters/arp-interval", "%u", bond->arp_interval);
        WANT(ASPECT_KIND, "parameters/arp-ip-targets", "[%s]",
             address_format(&bond->arp_target, text));
        if (bond->arp_validate != INTERFACE_VALIDATE_ABSENT)
            WANT(ASPECT_KIND, "parameters/arp-validate", "%s",
                 interface_validate_to_string(bond->arp_validate));
    }
}

static void
want_kind(GArray *wants, const InterfaceDef *def)
{
    if (def->type == INTERFACE_VLAN) {
        g_autofree char *parent = netplan_quote(def->vlan_parent);

        WANT(ASPECT_KIND, "id", "%u", def->vlan_tag);
        WANT(ASPECT_KIND, "link", "%s", parent);
    }
    for (guint i = 0; i < def->ports->len; i++) {
        const InterfaceDef *port = g_ptr_array_index(def->ports, i);
        g_autofree char *name = netplan_quote(port->name);

        ITEM(ASPECT_KIND, "interfaces", name);
    }
    if (def->ports->len == 0 && (def->type == INTERFACE_BRIDGE || def->type == INTERFACE_BOND))
        WANT(ASPECT_KIND, "interfaces", "[]");
    if (def->type == INTERFACE_BOND)
        want_bond(wants, def);
    if (def->type == INTERFACE_BRIDGE && def->stp != INTERFACE_SWITCH_ABSENT)
        WANT(ASPECT_KIND, "parameters/stp", "%s", true_false(def->stp == INTERFACE_SWITCH_ON));
    if (def->type == INTERFACE_BRIDGE && def->delay != NULL) {
        g_autofree char *seconds = value_seconds(value_delay_us(def->delay));

        WANT(ASPECT_KIND, "parameters/forward-delay", "%s", seconds);
    }
}

GArray *
netplan_wants(const NetifDevice *device)
{
    GArray *wants = settings_wants_new();
    const InterfaceDef *def = device->def;
    char mac[MAC_TEXT_SIZE];

    want_kind(wants, def);
    if (def->has_mac)
        WANT(ASPECT_MAC, "macaddress", "\"%s\"", mac_format(def->mac, mac));
    if (def->mtu != 0)
        WANT(ASPECT_MTU, "mtu", "%u", def->mtu);
    if (device->master != NULL)
        return wants; /* it is the master that is started and has addresses */
    if (def->start == INTERFACE_START_NONE || def->start == INTERFACE_START_ABSENT)
        WANT(ASPECT_START, "activation-mode", "manual");
    else if (def->start == INTERFACE_START_HOTPLUG)
        WANT(ASPECT_START, "optional", "true");
    if (!def->ipv4.is_there && !def->ipv6.is_there)
        WANT(ASPECT_IP, "link-local", "[]");
    want_protocol(wants, &def->ipv4, "dhcp4", "dhcp4-overrides/use-dns");
    want_protocol(wants, &def->ipv6, "dhcp6", "dhcp6-overrides/use-dns");
    if (def->ipv6.is_there)
        WANT(ASPECT_IP, "accept-ra", "%s", true_false(def->ipv6.autoconf));
    return wants;
}
