/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "random-def.h"

#include <string.h>

static gboolean
maybe(GRand *rand)
{
    return g_rand_boolean(rand);
}

static gint64
number(GRand *rand, gint max)
{
    return g_rand_int_range(rand, 0, max);
}

static Address
random_address(GRand *rand, gboolean is_v6)
{
    Address address = {.is_v6 = is_v6};

    if (is_v6)
        memcpy(address.bytes, "\x20\x01\x0d\xb8", 4);
    else
        address.bytes[0] = 10;
    for (int i = is_v6 ? 12 : 1; i < (is_v6 ? 16 : 4); i++)
        address.bytes[i] = (guint8)g_rand_int_range(rand, 1, 255);
    return address;
}

static void
random_protocol(GRand *rand, gboolean is_v6, InterfaceProtocol *protocol)
{
    guint n = (guint)number(rand, 4);

    if (maybe(rand))
        return;
    protocol->is_there = TRUE;
    protocol->autoconf = is_v6 && maybe(rand);
    protocol->dhcp = number(rand, 3) == 0 || (!is_v6 && n == 0);
    if (protocol->dhcp)
        protocol->peerdns = (InterfaceSwitch)number(rand, INTERFACE_SWITCH_LAST);
    for (guint i = 0; i < n; i++) {
        Address address = random_address(rand, is_v6);

        address.bytes[is_v6 ? 11 : 1] = (guint8)i; /* all are different */
        interface_protocol_add(protocol, &address,
                               number(rand, 8) == 0 ? -1 : (int)number(rand, is_v6 ? 129 : 33));
    }
    protocol->has_gateway = maybe(rand);
    if (protocol->has_gateway)
        protocol->gateway = random_address(rand, is_v6);
}

static void
random_mac(GRand *rand, InterfaceDef *def)
{
    def->has_mac = TRUE;
    for (int i = 0; i < MAC_SIZE; i++)
        def->mac[i] = (guint8)number(rand, 256);
    def->mac[0] = 2;
}

static InterfaceDef *random_kind(GRand *rand, InterfaceType type, guint tag, guint *serial);

static void
random_ports(GRand *rand, InterfaceDef *def, guint tag, guint *serial)
{
    guint n = (guint)number(rand, 4) + (def->type == INTERFACE_BOND);

    for (guint i = 0; i < n; i++) {
        static const InterfaceType types[] = {INTERFACE_ETHERNET, INTERFACE_ETHERNET,
                                              INTERFACE_VLAN, INTERFACE_BOND};
        InterfaceType type =
            def->type == INTERFACE_BOND ? INTERFACE_ETHERNET : types[number(rand, 4)];
        InterfaceDef *port = random_kind(rand, type, tag, serial);

        if (type == INTERFACE_ETHERNET && number(rand, 4) == 0)
            random_mac(rand, port);
        g_ptr_array_add(def->ports, port);
    }
}

static void
random_bond(GRand *rand, InterfaceBond *bond)
{
    bond->mode = (InterfaceBondMode)number(rand, INTERFACE_BOND_MODE_LAST);
    bond->monitor = (InterfaceMonitor)number(rand, INTERFACE_MONITOR_LAST);
    if (bond->monitor == INTERFACE_MONITOR_MII) {
        bond->miimon_freq = (guint)number(rand, 300);
        bond->downdelay = number(rand, 400) - 1;
        bond->updelay = number(rand, 400) - 1;
        bond->carrier = (InterfaceCarrier)number(rand, INTERFACE_CARRIER_LAST);
    } else if (bond->monitor == INTERFACE_MONITOR_ARP) {
        bond->arp_interval = (guint)number(rand, 2000);
        bond->arp_target = random_address(rand, FALSE);
        bond->arp_validate = (InterfaceValidate)number(rand, INTERFACE_VALIDATE_LAST);
    }
}

static InterfaceDef *
random_kind(GRand *rand, InterfaceType type, guint tag, guint *serial)
{
    static const char *const stems[] = {"eth", "br", "bond", ""};
    static const char *const delays[] = {"0", "2", "0.01", "15.50"};
    g_autofree char *name = NULL, *parent = NULL;
    guint vlan_tag = (guint)number(rand, 4094) + 1;
    InterfaceDef *def;

    if (type == INTERFACE_VLAN) {
        parent = g_strdup_printf("eth%ux%u", tag, (*serial)++);
        name = maybe(rand) ? g_strdup_printf("%s.%u", parent, vlan_tag)
                           : g_strdup_printf("vlan%u", vlan_tag);
    } else {
        name = g_strdup_printf("%s%ux%u", stems[type], tag, (*serial)++);
    }
    def = interface_def_new(type, name);
    if (type == INTERFACE_VLAN) {
        def->vlan_tag = vlan_tag;
        def->vlan_parent = g_steal_pointer(&parent);
    } else if (type == INTERFACE_BOND) {
        random_bond(rand, &def->bond);
        random_ports(rand, def, tag, serial);
    } else if (type == INTERFACE_BRIDGE) {
        def->stp = (InterfaceSwitch)number(rand, INTERFACE_SWITCH_LAST);
        if (maybe(rand))
            def->delay = g_strdup(delays[number(rand, G_N_ELEMENTS(delays))]);
        random_ports(rand, def, tag, serial);
    }
    return def;
}

InterfaceDef *
random_def(GRand *rand, guint tag)
{
    guint serial = 0;
    InterfaceDef *def =
        random_kind(rand, (InterfaceType)number(rand, INTERFACE_TYPE_LAST), tag, &serial);

    def->start = (InterfaceStart)(number(rand, INTERFACE_START_LAST - 1) + 1);
    if (maybe(rand))
        def->mtu = (guint)number(rand, 9000) + 68;
    if (def->type == INTERFACE_ETHERNET && maybe(rand))
        random_mac(rand, def);
    random_protocol(rand, FALSE, &def->ipv4);
    random_protocol(rand, TRUE, &def->ipv6);
    def->ipv6_first = def->ipv4.is_there && def->ipv6.is_there && maybe(rand);
    return def;
}
