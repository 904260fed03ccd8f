/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/suse-priv.h"
#include "netif/value.h"

#define WANT(aspect, key, ...) settings_want(wants, (aspect), "", (key), __VA_ARGS__)

static void
want_addresses(GArray *wants, const InterfaceProtocol *protocol, guint *number)
{
    char text[ADDRESS_TEXT_SIZE];

    for (guint i = 0; i < protocol->ips->len; i++, (*number)++) {
        const InterfaceIp *ip = &g_array_index(protocol->ips, InterfaceIp, i);
        g_autofree char *key =
            *number > 0 ? g_strdup_printf("IPADDR_%u", *number) : g_strdup("IPADDR");

        WANT(ASPECT_IP, key, "%s/%d", address_format(&ip->address, text), value_prefix(ip));
    }
}

static void
want_ip(GArray *wants, const InterfaceDef *def)
{
    const InterfaceProtocol *v4 = &def->ipv4, *v6 = &def->ipv6;
    gboolean has_static = v4->ips->len + v6->ips->len > 0;
    const char *method = v4->dhcp && v6->dhcp ? "dhcp"
                         : v4->dhcp           ? "dhcp4"
                         : v6->dhcp           ? "dhcp6"
                                              : "static";
    guint number = 0;

    WANT(ASPECT_IP, "BOOTPROTO", "%s%s%s", method,
         has_static && (v4->dhcp || v6->dhcp) ? "+static" : "", v6->autoconf ? "+auto6" : "");
    want_addresses(wants, v4, &number);
    want_addresses(wants, v6, &number);
}

static void
want_bond(GArray *wants, const InterfaceDef *def, const IfcfgFile *file)
{
    const char *there =
        file != NULL ? settings_value(file->settings, "", "BONDING_MODULE_OPTS") : NULL;
    g_autofree char *options = ifcfg_bond_options(def, there);

    WANT(ASPECT_KIND, "BONDING_MASTER", "yes");
    for (guint i = 0; i < def->ports->len; i++) {
        const InterfaceDef *slave = g_ptr_array_index(def->ports, i);
        g_autofree char *key = g_strdup_printf("BONDING_SLAVE_%u", i);

        WANT(ASPECT_KIND, key, "%s", slave->name);
    }
    if (*options != '\0')
        WANT(ASPECT_KIND, "BONDING_MODULE_OPTS", "%s", options);
}

static void
want_bridge(GArray *wants, const InterfaceDef *def)
{
    g_autoptr(GString) ports = g_string_new(NULL);

    for (guint i = 0; i < def->ports->len; i++)
        g_string_append_printf(ports, "%s%s", i > 0 ? " " : "",
                               ((const InterfaceDef *)g_ptr_array_index(def->ports, i))->name);
    WANT(ASPECT_KIND, "BRIDGE", "yes");
    WANT(ASPECT_KIND, "BRIDGE_PORTS", "%s", ports->str);
    if (def->stp != INTERFACE_SWITCH_ABSENT)
        WANT(ASPECT_KIND, "BRIDGE_STP", "%s", def->stp == INTERFACE_SWITCH_ON ? "on" : "off");
    if (def->delay != NULL) {
        g_autofree char *seconds = value_seconds(value_delay_us(def->delay));

        WANT(ASPECT_KIND, "BRIDGE_FORWARDDELAY", "%s", seconds);
    }
}

static void
want_vlan(GArray *wants, const InterfaceDef *def)
{
    g_autofree char *tag = g_strdup_printf("%u", def->vlan_tag);
    gsize length = strlen(def->name), digits = 0;

    while (digits < length && g_ascii_isdigit(def->name[length - 1 - digits]))
        digits++;
    WANT(ASPECT_KIND, "ETHERDEVICE", "%s", def->vlan_parent);
    if (strcmp(def->name + length - digits, tag) != 0)
        WANT(ASPECT_KIND, "VLAN_ID", "%s", tag);
}

GArray *
suse_wants(const NetifDevice *device, const IfcfgFile *file)
{
    static const char *const modes[INTERFACE_START_LAST] = {
        [INTERFACE_START_ABSENT] = "manual",
        [INTERFACE_START_NONE] = "manual",
        [INTERFACE_START_ONBOOT] = "auto",
        [INTERFACE_START_HOTPLUG] = "hotplug",
    };
    GArray *wants = settings_wants_new();
    const InterfaceDef *def = device->def;
    gboolean is_slave = device->master != NULL && device->master_type == INTERFACE_BOND;
    char mac[MAC_TEXT_SIZE];

    WANT(ASPECT_START, "STARTMODE", "%s", is_slave ? "hotplug" : modes[def->start]);
    if (def->has_mac)
        WANT(ASPECT_MAC, "LLADDR", "%s", mac_format(def->mac, mac));
    if (def->mtu != 0)
        WANT(ASPECT_MTU, "MTU", "%u", def->mtu);
    if (is_slave)
        WANT(ASPECT_IP, "BOOTPROTO", "none");
    else if (device->master == NULL)
        want_ip(wants, def);
    switch (def->type) {
    case INTERFACE_BRIDGE:
        want_bridge(wants, def);
        break;
    case INTERFACE_BOND:
        want_bond(wants, def, file);
        break;
    case INTERFACE_VLAN:
        want_vlan(wants, def);
        break;
    case INTERFACE_ETHERNET:
    case INTERFACE_TYPE_LAST:
        break;
    }
    return wants;
}

void
suse_losses(const NetifDevice *device, NetifNotes *notes)
{
    const InterfaceProtocol *ipv6 = &device->def->ipv6;

    if (ipv6->is_there && !ipv6->autoconf)
        netif_notes_add(notes, NETIF_NOTE_IGNORED, device->def->name, NULL, 0,
                        "IPv6 without <autoconf/>: an ifcfg file cannot switch it off; "
                        "net.ipv6.conf.%s.autoconf stands in ifsysctl",
                        device->def->name);
}
