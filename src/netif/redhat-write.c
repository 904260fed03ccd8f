/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/redhat-priv.h"
#include "netif/value.h"

#define WANT(aspect, key, ...) settings_want(wants, (aspect), "", (key), __VA_ARGS__)

static const char *
yes_no(gboolean value)
{
    return value ? "yes" : "no";
}

static void
want_ipv4(GArray *wants, const InterfaceProtocol *ipv4)
{
    char text[ADDRESS_TEXT_SIZE];

    if (!ipv4->is_there)
        return;
    WANT(ASPECT_IP, "BOOTPROTO", "%s", ipv4->dhcp ? "dhcp" : "none");
    if (ipv4->dhcp && ipv4->peerdns != INTERFACE_SWITCH_ABSENT)
        WANT(ASPECT_IP, "PEERDNS", "%s", yes_no(ipv4->peerdns == INTERFACE_SWITCH_ON));
    for (guint i = 0; i < ipv4->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(ipv4->ips, InterfaceIp, i);
        g_autofree char *number = i > 0 ? g_strdup_printf("%u", i) : g_strdup("");
        g_autofree char *key = g_strconcat("IPADDR", number, NULL);
        g_autofree char *mask_key = g_strconcat("NETMASK", number, NULL);
        g_autofree char *mask = ip->prefix >= 0 ? ifcfg_netmask(ip->prefix) : NULL;

        WANT(ASPECT_IP, key, "%s", address_format(&ip->address, text));
        if (mask != NULL)
            WANT(ASPECT_IP, mask_key, "%s", mask);
    }
    if (ipv4->has_gateway)
        WANT(ASPECT_IP, "GATEWAY", "%s", address_format(&ipv4->gateway, text));
}

static void
want_ipv6(GArray *wants, const InterfaceProtocol *ipv6)
{
    char text[ADDRESS_TEXT_SIZE];
    g_autoptr(GString) others = g_string_new(NULL);

    if (!ipv6->is_there)
        return;
    WANT(ASPECT_IP, "IPV6INIT", "yes");
    WANT(ASPECT_IP, "IPV6_AUTOCONF", "%s", yes_no(ipv6->autoconf));
    WANT(ASPECT_IP, "DHCPV6C", "%s", yes_no(ipv6->dhcp));
    if (ipv6->dhcp && ipv6->peerdns != INTERFACE_SWITCH_ABSENT)
        WANT(ASPECT_IP, "IPV6_PEERDNS", "%s", yes_no(ipv6->peerdns == INTERFACE_SWITCH_ON));
    for (guint i = 0; i < ipv6->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(ipv6->ips, InterfaceIp, i);

        (void)address_format(&ip->address, text); /* returns @text */
        if (i == 0)
            WANT(ASPECT_IP, "IPV6ADDR", "%s/%d", text, value_prefix(ip));
        else
            g_string_append_printf(others, "%s%s/%d", others->len > 0 ? " " : "", text,
                                   value_prefix(ip));
    }
    if (others->len > 0)
        WANT(ASPECT_IP, "IPV6ADDR_SECONDARIES", "%s", others->str);
    if (ipv6->has_gateway)
        WANT(ASPECT_IP, "IPV6_DEFAULTGW", "%s", address_format(&ipv6->gateway, text));
}

static void
want_kind(GArray *wants, const InterfaceDef *def)
{
    if (def->type == INTERFACE_BRIDGE) {
        WANT(ASPECT_KIND, "TYPE", "Bridge");
    } else if (def->type == INTERFACE_VLAN) {
        g_autofree char *usual = g_strdup_printf("%s.%u", def->vlan_parent, def->vlan_tag);

        WANT(ASPECT_KIND, "VLAN", "yes");
        if (strcmp(usual, def->name) != 0) {
            WANT(ASPECT_KIND, "PHYSDEV", "%s", def->vlan_parent);
            WANT(ASPECT_KIND, "VLAN_ID", "%u", def->vlan_tag);
        }
    }
}

static void
want_options(GArray *wants, const InterfaceDef *def, const IfcfgFile *file)
{
    if (def->type == INTERFACE_BOND) {
        g_autofree char *options = ifcfg_bond_options(
            def, file != NULL ? settings_value(file->settings, "", "BONDING_OPTS") : NULL);

        WANT(ASPECT_KIND, "BONDING_OPTS", "%s", options);
    }
    if (def->type == INTERFACE_BRIDGE && def->stp != INTERFACE_SWITCH_ABSENT)
        WANT(ASPECT_KIND, "STP", "%s", def->stp == INTERFACE_SWITCH_ON ? "on" : "off");
    if (def->type == INTERFACE_BRIDGE && def->delay != NULL) {
        g_autofree char *seconds = value_seconds(value_delay_us(def->delay));

        WANT(ASPECT_KIND, "DELAY", "%s", seconds);
    }
}

GArray *
redhat_wants(const NetifDevice *device, const IfcfgFile *file)
{
    GArray *wants = settings_wants_new();
    const InterfaceDef *def = device->def;
    gboolean is_macaddr = file != NULL && settings_value(file->settings, "", "MACADDR") != NULL &&
                          settings_value(file->settings, "", "HWADDR") == NULL;
    char mac[MAC_TEXT_SIZE];

    WANT(ASPECT_NAME, "DEVICE", "%s", def->name);
    if (def->has_mac)
        WANT(ASPECT_MAC, is_macaddr ? "MACADDR" : "HWADDR", "%s", mac_format(def->mac, mac));
    WANT(ASPECT_START, "ONBOOT", "%s", yes_no(def->start == INTERFACE_START_ONBOOT));
    if (def->start == INTERFACE_START_HOTPLUG)
        WANT(ASPECT_START, "HOTPLUG", "yes");
    if (def->mtu != 0)
        WANT(ASPECT_MTU, "MTU", "%u", def->mtu);
    want_kind(wants, def);
    if (device->master == NULL) {
        want_ipv4(wants, &def->ipv4);
        want_ipv6(wants, &def->ipv6);
    }
    want_options(wants, def, file);
    if (device->master == NULL)
        return wants;
    if (device->master_type == INTERFACE_BRIDGE) {
        WANT(ASPECT_MASTER, "BRIDGE", "%s", device->master);
    } else {
        WANT(ASPECT_MASTER, "MASTER", "%s", device->master);
        WANT(ASPECT_MASTER, "SLAVE", "yes");
    }
    return wants;
}
