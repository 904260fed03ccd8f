/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Network devices of a container, their addresses and routes. Addresses come after all devices and
 * routes after all addresses, because a route may need any of them. */
#include "container/plan.h"

#include <arpa/inet.h>
#include <string.h>

#include "util/error.h"
#include "util/mac.h"

#define PLAN_NETS_MAX 32 /* what a supervisor keeps track of */

/* Name of interface @index in the guest: as the XML says, else the first free eth0, eth1, ... */
static char *
plan_guest_name(const DomainDef *def, GHashTable *taken, guint index)
{
    const DomainNet *net = g_ptr_array_index(def->nets, index);

    if (net->guest_dev)
        return g_strdup(net->guest_dev);
    for (guint i = 0;; i++) {
        g_autofree char *name = g_strdup_printf("eth%u", i);

        if (!g_hash_table_contains(taken, name))
            return g_steal_pointer(&name);
    }
}

/* All names in the guest by interface; NULL when two would be the same. */
static GPtrArray *
plan_guest_names(const PlanInput *in, GError **error)
{
    const DomainDef *def = in->def;
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < def->hostdevs->len; i++) {
        const DomainHostdev *dev = g_ptr_array_index(def->hostdevs, i);

        if (dev->type == DOMAIN_HOSTDEV_NET)
            g_hash_table_add(taken, dev->source);
    }
    for (guint i = 0; i < def->nets->len; i++) {
        const DomainNet *net = g_ptr_array_index(def->nets, i);

        if (net->guest_dev && !g_hash_table_add(taken, net->guest_dev)) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG,
                        "%s:%d: <interface>: another interface is named '%s' in the guest",
                        in->source, net->line, net->guest_dev);
            return NULL;
        }
    }
    for (guint i = 0; i < def->nets->len; i++) {
        char *name = plan_guest_name(def, taken, i);

        g_ptr_array_add(names, name);
        g_hash_table_add(taken, name);
    }
    return g_steal_pointer(&names);
}

static char *
plan_host_name(const PlanInput *in, const DomainNet *net)
{
    if (net->host_dev)
        return g_strdup(net->host_dev);
    if (*in->paths->tag)
        return g_strdup_printf("veth%s_%%d", in->paths->tag);
    return g_strdup("veth%d");
}

static const char *
plan_direct_mode(DomainDirectMode mode)
{
    switch (mode) {
    case DOMAIN_DIRECT_VEPA:
        return "vepa";
    case DOMAIN_DIRECT_BRIDGE:
        return "bridge";
    case DOMAIN_DIRECT_PRIVATE:
        return "private";
    case DOMAIN_DIRECT_PASSTHROUGH:
        return "passthru";
    case DOMAIN_DIRECT_LAST:
        break;
    }
    return "vepa";
}

static void
plan_device(const PlanInput *in, GString *plan, guint index, const char *guest_name)
{
    const DomainNet *net = g_ptr_array_index(in->def->nets, index);
    const HostLink *link = g_ptr_array_index(in->facts->links, index);
    g_autofree char *host_name = plan_host_name(in, net);
    const char *state = net->link_down ? "down" : "up";
    char mac[MAC_TEXT_SIZE], mtu[16];

    mac_format(net->mac, mac);
    g_snprintf(mtu, sizeof(mtu), "%u", net->mtu ? net->mtu : link->mtu);
    if (net->type == DOMAIN_NET_DIRECT)
        plan_add(plan, "macvlan", net->source, plan_direct_mode(net->mode), guest_name, mac, mtu,
                 state, NULL);
    else
        plan_add(plan, "veth", host_name, guest_name, mac, mtu, state,
                 link->bridge ? link->bridge : "", NULL);
}

/* The prefix of an address that was given without one: v6 64, v4 by the old classes, as libvirt. */
static int
plan_default_prefix(gboolean is_v6, const char *address)
{
    struct in_addr v4;

    if (is_v6)
        return 64;
    if (inet_pton(AF_INET, address, &v4) != 1)
        return 24;
    if ((ntohl(v4.s_addr) & 0x80000000u) == 0)
        return 8;
    if ((ntohl(v4.s_addr) & 0xc0000000u) == 0x80000000u)
        return 16;
    return 24;
}

static char *
plan_with_prefix(gboolean is_v6, const char *address, int prefix)
{
    if (prefix < 0)
        prefix = plan_default_prefix(is_v6, address);
    return g_strdup_printf("%s/%d", address, prefix);
}

static void
plan_addresses(const DomainNet *net, GString *plan, const char *guest_name)
{
    for (guint i = 0; i < net->ips->len; i++) {
        const DomainNetIp *ip = &g_array_index(net->ips, DomainNetIp, i);
        g_autofree char *address = plan_with_prefix(ip->is_v6, ip->address, ip->prefix);

        plan_add(plan, "address", guest_name, address, ip->peer ? ip->peer : "", NULL);
    }
}

static void
plan_routes(const DomainNet *net, GString *plan, const char *guest_name)
{
    for (guint i = 0; i < net->routes->len; i++) {
        const DomainNetRoute *route = &g_array_index(net->routes, DomainNetRoute, i);
        gboolean is_default =
            strcmp(route->address, "0.0.0.0") == 0 || strcmp(route->address, "::") == 0;
        g_autofree char *dest = plan_with_prefix(
            route->is_v6, route->address, route->prefix < 0 && is_default ? 0 : route->prefix);
        char metric[32];

        g_snprintf(metric, sizeof(metric), "%" G_GINT64_FORMAT,
                   route->metric < 0 ? 0 : route->metric);
        plan_add(plan, "route", dest, route->gateway, metric, guest_name, NULL);
    }
}

gboolean
plan_network(const PlanInput *in, GString *plan, GError **error)
{
    const DomainDef *def = in->def;
    g_autoptr(GPtrArray) names = NULL;

    if (!plan_has_own_net(def)) {
        plan_add(plan, "netns", "share", NULL);
        return TRUE;
    }
    if (def->nets->len > PLAN_NETS_MAX) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT,
                    "%s: %u interfaces; a container may have %d", in->source, def->nets->len,
                    PLAN_NETS_MAX);
        return FALSE;
    }
    names = plan_guest_names(in, error);
    if (!names)
        return FALSE;
    plan_add(plan, "netns", "new", NULL);
    for (guint i = 0; i < def->nets->len; i++)
        plan_device(in, plan, i, g_ptr_array_index(names, i));
    for (guint i = 0; i < def->hostdevs->len; i++) {
        const DomainHostdev *dev = g_ptr_array_index(def->hostdevs, i);

        if (dev->type == DOMAIN_HOSTDEV_NET)
            plan_add(plan, "netdev", dev->source, dev->source, NULL);
    }
    for (guint i = 0; i < def->nets->len; i++)
        plan_addresses(g_ptr_array_index(def->nets, i), plan, g_ptr_array_index(names, i));
    for (guint i = 0; i < def->nets->len; i++)
        plan_routes(g_ptr_array_index(def->nets, i), plan, g_ptr_array_index(names, i));
    return TRUE;
}
