/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/netif/interface.h"

typedef struct {
    GPtrArray *list;
    const char *name; /* of the nested interface; NULL at the top */
} Report;

static void
differs(Report *report, const char *what, const char *before, const char *after)
{
    if (before != NULL && *before == '\0')
        before = NULL; /* the word of an absent value */
    if (after != NULL && *after == '\0')
        after = NULL;
    if (g_strcmp0(before, after) == 0)
        return;
    g_ptr_array_add(report->list,
                    g_strdup_printf("%s%s%s: %s, now %s", report->name != NULL ? report->name : "",
                                    report->name != NULL ? " " : "", what,
                                    before != NULL ? before : "not said",
                                    after != NULL ? after : "not said"));
}

static void
compare_number(Report *report, const char *what, gint64 before, gint64 after, gint64 absent)
{
    g_autofree char *a = before == absent ? NULL : g_strdup_printf("%" G_GINT64_FORMAT, before);
    g_autofree char *b = after == absent ? NULL : g_strdup_printf("%" G_GINT64_FORMAT, after);

    differs(report, what, a, b);
}

static const char *
switch_word(InterfaceSwitch value)
{
    return value == INTERFACE_SWITCH_ABSENT ? NULL : value == INTERFACE_SWITCH_ON ? "on" : "off";
}

static void
append_ip(GString *text, const InterfaceIp *ip)
{
    char address[ADDRESS_TEXT_SIZE];

    g_string_append_printf(text, " %s", address_format(&ip->address, address));
    if (ip->prefix >= 0 && !(ip->address.is_v6 && ip->prefix == 128))
        g_string_append_printf(text, "/%d", ip->prefix);
}

/* "autoconf dhcp 192.0.2.5/24 via 192.0.2.1"; NULL when nothing is said. */
static char *
protocol_text(const InterfaceProtocol *protocol)
{
    GString *text;
    char address[ADDRESS_TEXT_SIZE];

    if (!protocol->is_there)
        return NULL;
    text = g_string_new(protocol->autoconf ? " autoconf" : "");
    if (protocol->dhcp)
        g_string_append(text, " dhcp");
    for (guint i = 0; i < protocol->ips->len; i++)
        append_ip(text, &g_array_index(protocol->ips, InterfaceIp, i));
    if (protocol->has_gateway)
        g_string_append_printf(text, " via %s", address_format(&protocol->gateway, address));
    if (text->len == 0)
        g_string_append(text, " link-local");
    g_string_erase(text, 0, 1);
    return g_string_free(text, FALSE);
}

gboolean
interface_protocol_equal(const InterfaceProtocol *a, const InterfaceProtocol *b)
{
    g_autofree char *text_a = protocol_text(a), *text_b = protocol_text(b);

    return g_strcmp0(text_a, text_b) == 0;
}

static void
compare_protocol(Report *report, const char *family, const InterfaceProtocol *before,
                 const InterfaceProtocol *after)
{
    g_autofree char *a = protocol_text(before), *b = protocol_text(after);
    g_autofree char *what = g_strconcat(family, " peerdns", NULL);

    differs(report, family, a, b);
    differs(report, what, switch_word(before->peerdns), switch_word(after->peerdns));
}

/* A delay as hundredths of a second, which is what the kernel keeps; NULL stays NULL. */
static char *
delay_text(const char *delay)
{
    return delay == NULL ? NULL : g_strdup_printf("%.2f", g_ascii_strtod(delay, NULL));
}

gboolean
interface_delay_equal(const char *a, const char *b)
{
    g_autofree char *text_a = delay_text(a), *text_b = delay_text(b);

    return g_strcmp0(text_a, text_b) == 0;
}

static void
compare_bond(Report *report, const InterfaceBond *before, const InterfaceBond *after)
{
    static const char *const monitors[INTERFACE_MONITOR_LAST] = {NULL, "miimon", "arpmon"};
    char a[ADDRESS_TEXT_SIZE], b[ADDRESS_TEXT_SIZE];

    differs(report, "bond mode", interface_bond_mode_to_string(before->mode),
            interface_bond_mode_to_string(after->mode));
    differs(report, "bond monitor", monitors[before->monitor], monitors[after->monitor]);
    if (before->monitor != after->monitor)
        return;
    if (before->monitor == INTERFACE_MONITOR_MII) {
        compare_number(report, "miimon freq", before->miimon_freq, after->miimon_freq, -1);
        compare_number(report, "downdelay", before->downdelay, after->downdelay, -1);
        compare_number(report, "updelay", before->updelay, after->updelay, -1);
        differs(report, "carrier", interface_carrier_to_string(before->carrier),
                interface_carrier_to_string(after->carrier));
    } else if (before->monitor == INTERFACE_MONITOR_ARP) {
        compare_number(report, "arpmon interval", before->arp_interval, after->arp_interval, -1);
        differs(report, "arpmon target", address_format(&before->arp_target, a),
                address_format(&after->arp_target, b));
        differs(report, "arpmon validate", interface_validate_to_string(before->arp_validate),
                interface_validate_to_string(after->arp_validate));
    }
}

/* Whether the first slave is another one than the rest: the primary. */
static gboolean
has_primary(const InterfaceDef *def)
{
    return def->type == INTERFACE_BOND && def->bond.mode == INTERFACE_BOND_ACTIVE_BACKUP &&
           def->ports->len > 0;
}

static int
compare_port_names(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const InterfaceDef *const *)a)->name, (*(const InterfaceDef *const *)b)->name);
}

/* By name; the primary stays in front. Borrowed from @def. (transfer container) */
static GPtrArray *
sorted_ports(const InterfaceDef *def)
{
    GPtrArray *ports = g_ptr_array_copy(def->ports, NULL, NULL);
    gpointer first = has_primary(def) ? g_ptr_array_index(ports, 0) : NULL;

    g_ptr_array_set_free_func(ports, NULL);
    g_ptr_array_sort(ports, compare_port_names);
    if (first != NULL) {
        (void)g_ptr_array_remove(ports, first); /* it is there */
        g_ptr_array_insert(ports, 0, first);
    }
    return ports;
}

static char *
port_names(const GPtrArray *ports)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < ports->len; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? " " : "",
                               ((const InterfaceDef *)g_ptr_array_index(ports, i))->name);
    return g_string_free(names, FALSE);
}

static void compare(GPtrArray *list, const char *nested, const InterfaceDef *before,
                    const InterfaceDef *after);

static void
compare_ports(Report *report, const InterfaceDef *before, const InterfaceDef *after)
{
    g_autoptr(GPtrArray) ports_a = sorted_ports(before), ports_b = sorted_ports(after);
    g_autofree char *a = port_names(ports_a), *b = port_names(ports_b);

    differs(report, before->type == INTERFACE_BOND ? "slaves" : "ports", a, b);
    if (strcmp(a, b) != 0)
        return;
    for (guint i = 0; i < ports_a->len; i++) {
        const InterfaceDef *port = g_ptr_array_index(ports_a, i);

        compare(report->list, port->name, port, g_ptr_array_index(ports_b, i));
    }
}

static const char *
start_word(const InterfaceDef *def)
{
    return interface_start_to_string(def->start == INTERFACE_START_ABSENT ? INTERFACE_START_NONE
                                                                          : def->start);
}

static void
compare(GPtrArray *list, const char *nested, const InterfaceDef *before, const InterfaceDef *after)
{
    Report report = {list, nested};
    char a[MAC_TEXT_SIZE], b[MAC_TEXT_SIZE];
    g_autofree char *delay_a = delay_text(before->delay), *delay_b = delay_text(after->delay);

    differs(&report, "type", interface_type_to_string(before->type),
            interface_type_to_string(after->type));
    differs(&report, "name", before->name, after->name);
    if (nested == NULL)
        differs(&report, "start", start_word(before), start_word(after));
    differs(&report, "mac", before->has_mac ? mac_format(before->mac, a) : NULL,
            after->has_mac ? mac_format(after->mac, b) : NULL);
    compare_number(&report, "mtu", before->mtu, after->mtu, 0);
    compare_protocol(&report, "ipv4", &before->ipv4, &after->ipv4);
    compare_protocol(&report, "ipv6", &before->ipv6, &after->ipv6);
    if (before->type != after->type)
        return;
    differs(&report, "stp", switch_word(before->stp), switch_word(after->stp));
    differs(&report, "delay", delay_a, delay_b);
    if (before->type == INTERFACE_BOND)
        compare_bond(&report, &before->bond, &after->bond);
    compare_number(&report, "vlan tag", before->vlan_tag, after->vlan_tag, 0);
    differs(&report, "vlan's interface", before->vlan_parent, after->vlan_parent);
    compare_ports(&report, before, after);
}

GPtrArray *
interface_def_differences(const InterfaceDef *before, const InterfaceDef *after)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    compare(list, NULL, before, after);
    return list;
}
