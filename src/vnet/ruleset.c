/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/ruleset.h"

#include "vnet/net-prefix.h"

static const NetworkIp *
ip_at(const NetworkDef *def, guint i)
{
    return g_ptr_array_index(def->ips, i);
}

static char *
ip_network(const NetworkIp *ip)
{
    NetPrefix prefix = {0};

    /* conf/vnet has checked the address */
    (void)net_prefix_parse(ip->address, ip->prefix, &prefix);
    return net_prefix_network(&prefix);
}

gboolean
ruleset_is_needed(const NetworkDef *def)
{
    switch (def->forward) {
    case NETWORK_FORWARD_NONE:
    case NETWORK_FORWARD_NAT:
    case NETWORK_FORWARD_ROUTE:
        return TRUE;
    case NETWORK_FORWARD_OPEN:
    case NETWORK_FORWARD_BRIDGE:
    case NETWORK_FORWARD_LAST:
        break;
    }
    return FALSE;
}

static void
add_input(GString *out, const NetworkDef *def, const RulesetOptions *options)
{
    const char *br = def->bridge;

    g_string_append(out, "\tchain input {\n"
                         "\t\ttype filter hook input priority filter; policy accept;\n");
    g_string_append_printf(out, "\t\tiifname \"%s\" udp dport { 53, 67, 547 } accept\n", br);
    g_string_append_printf(out, "\t\tiifname \"%s\" tcp dport 53 accept\n", br);
    if (options->close_host) {
        g_string_append_printf(out, "\t\tiifname \"%s\" ct state established,related accept\n", br);
        g_string_append_printf(out, "\t\tiifname \"%s\" meta l4proto { icmp, ipv6-icmp } accept\n",
                               br);
        g_string_append_printf(out, "\t\tiifname \"%s\" reject\n", br);
    }
    g_string_append(out, "\t}\n");
}

/* The "oifname ..." of the way out, or nothing. */
static char *
way(const NetworkDef *def, const char *direction)
{
    return def->forward_dev ? g_strdup_printf(" %s \"%s\"", direction, def->forward_dev)
                            : g_strdup("");
}

static void
add_forward_ip(GString *out, const NetworkDef *def, const NetworkIp *ip)
{
    g_autofree char *network = ip_network(ip);
    g_autofree char *out_dev = way(def, "oifname");
    g_autofree char *in_dev = way(def, "iifname");
    const char *family = ip->is_v6 ? "ip6" : "ip";
    gboolean is_nat = def->forward == NETWORK_FORWARD_NAT && !ip->is_v6;

    g_string_append_printf(out, "\t\toifname \"%s\"%s %s daddr %s%s accept\n", def->bridge, in_dev,
                           family, network, is_nat ? " ct state established,related" : "");
    g_string_append_printf(out, "\t\tiifname \"%s\"%s %s saddr %s accept\n", def->bridge, out_dev,
                           family, network);
}

static void
add_forward(GString *out, const NetworkDef *def)
{
    g_string_append(out, "\tchain forward {\n"
                         "\t\ttype filter hook forward priority filter; policy accept;\n");
    g_string_append_printf(out, "\t\tiifname \"%s\" oifname \"%s\" accept\n", def->bridge,
                           def->bridge);
    for (guint i = 0; def->forward != NETWORK_FORWARD_NONE && i < def->ips->len; i++)
        add_forward_ip(out, def, ip_at(def, i));
    g_string_append_printf(out, "\t\toifname \"%s\" reject\n", def->bridge);
    g_string_append_printf(out, "\t\tiifname \"%s\" reject\n", def->bridge);
    g_string_append(out, "\t}\n");
}

static void
add_nat_ip(GString *out, const NetworkDef *def, const NetworkIp *ip)
{
    g_autofree char *network = ip_network(ip);
    g_autofree char *out_dev = way(def, "oifname");
    g_autofree char *match =
        g_strdup_printf("\t\tip saddr %s ip daddr != %s%s", network, network, out_dev);
    g_autofree char *target = NULL;
    guint first = def->nat_port_start, last = def->nat_port_end;

    if (def->nat_addr_start == NULL)
        target = g_strdup("masquerade");
    else if (g_strcmp0(def->nat_addr_start, def->nat_addr_end) == 0 || def->nat_addr_end == NULL)
        target = g_strdup_printf("snat ip to %s", def->nat_addr_start);
    else
        target = g_strdup_printf("snat ip to %s-%s", def->nat_addr_start, def->nat_addr_end);
    if (first == 0) { /* low ports stay low otherwise, and some servers trust those */
        first = 1024;
        last = 65535;
    }
    g_string_append_printf(
        out, "\t\tip saddr %s ip daddr { 224.0.0.0/24, 255.255.255.255 } return\n", network);
    g_string_append_printf(out, "%s meta l4proto { tcp, udp } %s%s:%u-%u\n", match, target,
                           def->nat_addr_start ? "" : " to ", first, last);
    g_string_append_printf(out, "%s %s\n", match, target);
}

static void
add_nat(GString *out, const NetworkDef *def)
{
    g_string_append(out, "\tchain postrouting {\n"
                         "\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
    for (guint i = 0; i < def->ips->len; i++)
        if (!ip_at(def, i)->is_v6)
            add_nat_ip(out, def, ip_at(def, i));
    g_string_append(out, "\t}\n");
}

char *
ruleset_format(const NetworkDef *def, const RulesetOptions *options)
{
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "add table inet %s\ndelete table inet %s\ntable inet %s {\n",
                           options->table, options->table, options->table);
    add_input(out, def, options);
    add_forward(out, def);
    if (def->forward == NETWORK_FORWARD_NAT)
        add_nat(out, def);
    g_string_append(out, "}\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}
