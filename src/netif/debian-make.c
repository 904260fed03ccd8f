/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-make.h"

#include <string.h>

#include "netif/debian-header.h"
#include "netif/debian-read-priv.h"
#include "util/error.h"

static void
wish_clear(gpointer data)
{
    DebianWish *wish = data;

    g_free(wish->key);
    g_free(wish->value);
}

static GArray *
wishes_new(void)
{
    GArray *wishes = g_array_new(FALSE, FALSE, sizeof(DebianWish));

    g_array_set_clear_func(wishes, wish_clear);
    return wishes;
}

static void add_wish(GArray *wishes, DebianGroup group, const char *key, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void
add_wish(GArray *wishes, DebianGroup group, const char *key, const char *format, ...)
{
    DebianWish wish = {g_strdup(key), NULL, group};
    va_list args;

    va_start(args, format);
    wish.value = g_strdup_vprintf(format, args);
    va_end(args);
    g_array_append_val(wishes, wish);
}

static void
want_free(gpointer data)
{
    DebianWant *want = data;

    g_array_unref(want->wishes);
    g_free(want);
}

static void
wants_free(gpointer data)
{
    DebianWants *wants = data;

    g_ptr_array_unref(wants->stanzas);
    g_array_unref(wants->link);
    g_free(wants);
}

static DebianWant *
add_want(DebianWants *wants, const char *family, const char *method)
{
    DebianWant *want = g_new0(DebianWant, 1);

    want->family = family;
    want->method = method;
    want->wishes = wishes_new();
    g_ptr_array_add(wants->stanzas, want);
    return want;
}

/* What the name of the interface is in commands. */
static const char *
iface_word(const DebianWants *wants)
{
    return wants->is_native ? "$IFACE" : wants->def->name;
}

/* The default route where the method has no gateway option. */
static void
add_route(const DebianWants *wants, DebianWant *want, const InterfaceProtocol *protocol)
{
    const char *family = protocol->gateway.is_v6 ? "-6 " : "";
    DebianGroup group = protocol->gateway.is_v6 ? DEBIAN_INET6 : DEBIAN_INET;
    char text[ADDRESS_TEXT_SIZE];

    if (!protocol->has_gateway)
        return;
    address_format(&protocol->gateway, text);
    add_wish(want->wishes, group, "up", "ip %sroute add default via %s dev %s", family, text,
             iface_word(wants));
    add_wish(want->wishes, group, "down", "ip %sroute del default via %s dev %s", family, text,
             iface_word(wants));
}

static void
add_address(const DebianWants *wants, DebianWant *want, const InterfaceIp *ip)
{
    DebianGroup group = ip->address.is_v6 ? DEBIAN_INET6 : DEBIAN_INET;
    char text[ADDRESS_TEXT_SIZE];

    address_format(&ip->address, text);
    if (ip->prefix < 0) {
        add_wish(want->wishes, group, "address", "%s", text);
    } else if (wants->is_native) {
        add_wish(want->wishes, group, "address", "%s/%d", text, ip->prefix);
    } else {
        add_wish(want->wishes, group, "address", "%s", text);
        if (ip->address.is_v6) {
            add_wish(want->wishes, group, "netmask", "%d", ip->prefix);
        } else {
            Address mask = {.is_v6 = FALSE, .bytes = {255, 255, 255, 255}};

            mask = address_network(&mask, ip->prefix);
            add_wish(want->wishes, group, "netmask", "%s", address_format(&mask, text));
        }
    }
}

static void
add_gateway(DebianWant *want, const InterfaceProtocol *protocol)
{
    char text[ADDRESS_TEXT_SIZE];

    if (protocol->has_gateway)
        add_wish(want->wishes, protocol->gateway.is_v6 ? DEBIAN_INET6 : DEBIAN_INET, "gateway",
                 "%s", address_format(&protocol->gateway, text));
}

static void
make_inet(DebianWants *wants)
{
    const InterfaceProtocol *ipv4 = &wants->def->ipv4;

    if (!ipv4->is_there)
        return;
    if (ipv4->dhcp) {
        DebianWant *want = add_want(wants, "inet", "dhcp");

        if (ipv4->ips->len == 0)
            add_route(wants, want, ipv4);
    }
    for (guint i = 0; i < ipv4->ips->len; i++) {
        DebianWant *want = add_want(wants, "inet", "static");

        add_address(wants, want, &g_array_index(ipv4->ips, InterfaceIp, i));
        if (i == 0)
            add_gateway(want, ipv4);
    }
}

static void
add_no_autoconf(const DebianWants *wants, DebianWant *want)
{
    add_wish(want->wishes, DEBIAN_INET6, "pre-up", "echo 0 > /proc/sys/net/ipv6/conf/%s/autoconf",
             iface_word(wants));
    add_wish(want->wishes, DEBIAN_INET6, "post-down",
             "echo 1 > /proc/sys/net/ipv6/conf/%s/autoconf", iface_word(wants));
}

/* inet6 static turns SLAAC off by itself, each stanza anew. */
static void
add_autoconf(const InterfaceProtocol *ipv6, DebianWant *want)
{
    if (!ipv6->autoconf)
        return;
    add_wish(want->wishes, DEBIAN_INET6, "autoconf", "1");
    add_wish(want->wishes, DEBIAN_INET6, "accept_ra", "2");
}

/* netcf's way: one static stanza, further addresses by commands. */
static void
make_inet6_static(DebianWants *wants, gboolean is_first)
{
    const InterfaceProtocol *ipv6 = &wants->def->ipv6;
    DebianWant *want = add_want(wants, "inet6", "static");
    char text[ADDRESS_TEXT_SIZE];

    add_address(wants, want, &g_array_index(ipv6->ips, InterfaceIp, 0));
    add_gateway(want, ipv6);
    if (is_first && !ipv6->autoconf)
        add_no_autoconf(wants, want);
    add_autoconf(ipv6, want);
    for (guint i = 1; i < ipv6->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(ipv6->ips, InterfaceIp, i);
        int prefix = ip->prefix >= 0 ? ip->prefix : 128;

        address_format(&ip->address, text);
        add_wish(want->wishes, DEBIAN_INET6, "up", "/sbin/ifconfig %s inet6 add %s/%d",
                 wants->def->name, text, prefix);
        add_wish(want->wishes, DEBIAN_INET6, "down", "/sbin/ifconfig %s inet6 del %s/%d",
                 wants->def->name, text, prefix);
    }
}

static void
make_inet6_netcf(DebianWants *wants)
{
    const InterfaceProtocol *ipv6 = &wants->def->ipv6;

    if (ipv6->dhcp || ipv6->ips->len == 0) {
        DebianWant *want = add_want(wants, "inet6", ipv6->dhcp ? "dhcp" : "manual");

        if (!ipv6->autoconf)
            add_no_autoconf(wants, want);
        if (ipv6->ips->len == 0)
            add_route(wants, want, ipv6);
    }
    if (ipv6->ips->len > 0)
        make_inet6_static(wants, !ipv6->dhcp);
}

static void
make_inet6_native(DebianWants *wants)
{
    const InterfaceProtocol *ipv6 = &wants->def->ipv6;
    DebianWant *want = NULL;

    if (ipv6->dhcp) {
        want = add_want(wants, "inet6", "dhcp");
        add_wish(want->wishes, DEBIAN_INET6, "autoconf", "%d", ipv6->autoconf ? 1 : 0);
    } else if (ipv6->ips->len == 0) {
        want = add_want(wants, "inet6", ipv6->autoconf ? "auto" : "manual");
        if (!ipv6->autoconf)
            add_no_autoconf(wants, want);
    }
    if (ipv6->ips->len == 0)
        add_route(wants, want, ipv6);
    for (guint i = 0; i < ipv6->ips->len; i++) {
        want = add_want(wants, "inet6", "static");
        add_address(wants, want, &g_array_index(ipv6->ips, InterfaceIp, i));
        if (i == 0)
            add_gateway(want, ipv6);
        add_autoconf(ipv6, want);
    }
}

static void
make_inet6(DebianWants *wants)
{
    if (!wants->def->ipv6.is_there)
        return;
    if (wants->is_native)
        make_inet6_native(wants);
    else
        make_inet6_netcf(wants);
}

static const char *
first_family(const DebianWants *wants)
{
    return ((const DebianWant *)g_ptr_array_index(wants->stanzas, 0))->family;
}

static const char *
first_method(const DebianWants *wants)
{
    return ((const DebianWant *)g_ptr_array_index(wants->stanzas, 0))->method;
}

/* MTU and MAC: options where netcf has them, and where ifupdown honours them. */
static void
make_device(DebianWants *wants)
{
    const InterfaceDef *def = wants->def;
    char mac[MAC_TEXT_SIZE];

    if (def->has_mac) {
        mac_format(def->mac, mac);
        if (!wants->is_native)
            add_wish(wants->link, DEBIAN_MAC, "hwaddress", "ether %s", mac);
        else if (debian_method_takes_mac(first_family(wants), first_method(wants)))
            add_wish(wants->link, DEBIAN_MAC, "hwaddress", "%s", mac);
        else
            add_wish(wants->link, DEBIAN_MAC, "pre-up", "ip link set dev $IFACE address %s", mac);
    }
    if (def->mtu == 0)
        return;
    if (!wants->is_native || (debian_method_takes_mtu(first_family(wants), first_method(wants)) &&
                              strcmp(first_family(wants), "inet") == 0))
        add_wish(wants->link, DEBIAN_MTU, "mtu", "%u", def->mtu);
    else /* a bridge, bond or VLAN is there only after pre-up */
        add_wish(wants->link, DEBIAN_MTU, def->type == INTERFACE_ETHERNET ? "pre-up" : "up",
                 "ip link set dev $IFACE mtu %u", def->mtu);
}

static char *
join_ports(const InterfaceDef *def)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < def->ports->len; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? " " : "",
                               ((const InterfaceDef *)g_ptr_array_index(def->ports, i))->name);
    if (names->len == 0)
        g_string_append(names, "none");
    return g_string_free(names, FALSE);
}

/* An add-on's option: netcf spells it with '_'. */
static void add_addon(DebianWants *wants, DebianGroup group, const char *key, const char *format,
                      ...) G_GNUC_PRINTF(4, 5);

static void
add_addon(DebianWants *wants, DebianGroup group, const char *key, const char *format, ...)
{
    g_autofree char *spelt = g_strdelimit(g_strdup(key), "-", wants->is_native ? '-' : '_');
    g_autofree char *value = NULL;
    va_list args;

    va_start(args, format);
    value = g_strdup_vprintf(format, args);
    va_end(args);
    add_wish(wants->link, group, spelt, "%s", value);
}

static gboolean
needs_stanza(const InterfaceDef *port)
{
    return port->type != INTERFACE_ETHERNET || port->has_mac;
}

static void
make_bridge(DebianWants *wants)
{
    const InterfaceDef *def = wants->def;
    g_autofree char *ports = join_ports(def);

    add_addon(wants, DEBIAN_PORTS, "bridge-ports", "%s", ports);
    if (def->stp != INTERFACE_SWITCH_ABSENT)
        add_addon(wants, DEBIAN_STP, "bridge-stp", "%s",
                  def->stp == INTERFACE_SWITCH_ON ? "on" : "off");
    if (def->delay != NULL)
        add_addon(wants, DEBIAN_DELAY, "bridge-fd", "%s", def->delay);
    for (guint i = 0; i < def->ports->len; i++) {
        const InterfaceDef *port = g_ptr_array_index(def->ports, i);

        /* netcf starts a VLAN along with its bridge only when that has addresses; ifupdown makes it anyway */
        if (!needs_stanza(port) || (port->type == INTERFACE_VLAN && !wants->is_native &&
                                    !def->ipv4.is_there && !def->ipv6.is_there))
            continue;
        add_wish(wants->link, DEBIAN_PORTS, "pre-up", "ifup %s", port->name);
        add_wish(wants->link, DEBIAN_PORTS, "post-down", "ifdown %s", port->name);
    }
}

/* Modes in which one slave is preferred. */
static gboolean
has_primary(InterfaceBondMode mode)
{
    return mode == INTERFACE_BOND_ACTIVE_BACKUP || mode == INTERFACE_BOND_BALANCE_TLB ||
           mode == INTERFACE_BOND_BALANCE_ALB;
}

static void
make_monitor(DebianWants *wants)
{
    const InterfaceBond *bond = &wants->def->bond;
    char text[ADDRESS_TEXT_SIZE];

    if (bond->monitor == INTERFACE_MONITOR_MII) {
        add_addon(wants, DEBIAN_MONITOR, "bond-miimon", "%u", bond->miimon_freq);
        if (bond->downdelay >= 0)
            add_addon(wants, DEBIAN_MONITOR, "bond-downdelay", "%" G_GINT64_FORMAT,
                      bond->downdelay);
        if (bond->updelay >= 0)
            add_addon(wants, DEBIAN_MONITOR, "bond-updelay", "%" G_GINT64_FORMAT, bond->updelay);
        if (bond->carrier != INTERFACE_CARRIER_ABSENT)
            add_addon(wants, DEBIAN_MONITOR, "bond-use-carrier", "%d",
                      bond->carrier == INTERFACE_CARRIER_NETIF ? 1 : 0);
    } else if (bond->monitor == INTERFACE_MONITOR_ARP) {
        add_addon(wants, DEBIAN_MONITOR, "bond-arp-interval", "%u", bond->arp_interval);
        add_addon(wants, DEBIAN_MONITOR, "bond-arp-ip-target", "%s",
                  address_format(&bond->arp_target, text));
        if (bond->arp_validate != INTERFACE_VALIDATE_ABSENT)
            add_addon(wants, DEBIAN_MONITOR, "bond-arp-validate", "%s",
                      interface_validate_to_string(bond->arp_validate));
    }
}

static void
make_bond(DebianWants *wants)
{
    const InterfaceDef *def = wants->def;
    g_autofree char *slaves = join_ports(def);

    add_addon(wants, DEBIAN_SLAVES, "bond-slaves", "%s", slaves);
    if (def->ports->len > 0 && (!wants->is_native || has_primary(def->bond.mode)))
        add_addon(wants, DEBIAN_SLAVES, "bond-primary", "%s",
                  ((const InterfaceDef *)g_ptr_array_index(def->ports, 0))->name);
    if (def->bond.mode != INTERFACE_BOND_MODE_ABSENT)
        add_addon(wants, DEBIAN_BOND, "bond-mode", "%s",
                  interface_bond_mode_to_string(def->bond.mode));
    make_monitor(wants);
}

/* Names that mean something else to ifupdown or its add-ons. */
static gboolean
check_name(const InterfaceDef *def, GError **error)
{
    static const char *const words[] = {"none", "all", "regex", "noregex"};
    g_autofree char *parent = NULL;
    guint tag = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(def->name, words[i]) == 0)
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "cannot write an interface '%s' for ifupdown: the word has a meaning "
                             "there; choose another name",
                             def->name);
    if (strchr(def->name, ':') != NULL)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "cannot write an interface '%s' for ifupdown: with a ':' it is an address "
                         "of another one; add the address there",
                         def->name);
    if (def->type == INTERFACE_VLAN &&
        (!debian_vlan(def->name, def->vlan_parent, &tag, &parent) || tag != def->vlan_tag ||
         strcmp(parent, def->vlan_parent) != 0))
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "cannot write the VLAN '%s' for ifupdown: it takes the tag from the name; "
                         "call it '%s.%u' or 'vlan%u'",
                         def->name, def->vlan_parent, def->vlan_tag, def->vlan_tag);
    return TRUE;
}

static gboolean
make_one(GPtrArray *list, const InterfaceDef *def, gboolean is_nested, gboolean is_native,
         GError **error)
{
    DebianWants *wants;

    if (!check_name(def, error))
        return FALSE;
    if (is_nested && !needs_stanza(def))
        return TRUE;
    wants = g_new0(DebianWants, 1);
    wants->def = def;
    wants->is_nested = is_nested;
    wants->is_native = is_native;
    wants->stanzas = g_ptr_array_new_with_free_func(want_free);
    wants->link = wishes_new();
    g_ptr_array_add(list, wants);
    if (def->ipv6_first)
        make_inet6(wants);
    make_inet(wants);
    if (!def->ipv6_first)
        make_inet6(wants);
    if (wants->stanzas->len == 0)
        (void)add_want(wants, "inet", "manual");
    make_device(wants);
    if (def->type == INTERFACE_BRIDGE)
        make_bridge(wants);
    else if (def->type == INTERFACE_BOND)
        make_bond(wants);
    else if (def->type == INTERFACE_VLAN)
        add_addon(wants, DEBIAN_VLAN, "vlan-raw-device", "%s", def->vlan_parent);
    for (guint i = 0; i < def->ports->len; i++)
        if (!make_one(list, g_ptr_array_index(def->ports, i), TRUE, is_native, error))
            return FALSE;
    return TRUE;
}

GPtrArray *
debian_make(const InterfaceDef *def, gboolean is_native, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(wants_free);

    return make_one(list, def, FALSE, is_native, error) ? g_steal_pointer(&list) : NULL;
}

static void
append_wishes(const DebianWants *wants, const GArray *wishes, GString *out)
{
    for (guint i = 0; i < wishes->len; i++) {
        const DebianWish *wish = &g_array_index(wishes, DebianWish, i);

        g_string_append_printf(out, "%s%s %s\n", wants->is_native ? "    " : "   ", wish->key,
                               wish->value);
    }
}

void
debian_want_text(const DebianWants *wants, guint index, GString *out)
{
    const DebianWant *want = g_ptr_array_index(wants->stanzas, index);

    g_string_append_printf(out, "iface %s %s %s\n", wants->def->name, want->family, want->method);
    append_wishes(wants, want->wishes, out);
    if (index == 0)
        append_wishes(wants, wants->link, out);
}
