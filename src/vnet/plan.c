/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/plan.h"

#include "core/plan-text.h"
#include "util/uuid.h"

static void
add_object(GString *plan, const NetworkPlanInput *in)
{
    g_autofree char *events = g_build_filename(in->paths->live, "events", NULL);
    char uuid[UUID_TEXT_SIZE];

    plan_add(plan, "phase", "object", NULL);
    plan_add(plan, "kind", "network", NULL);
    plan_add(plan, "driver", "vnet", NULL);
    plan_add(plan, "name", in->def->name, NULL);
    plan_add(plan, "uuid", uuid_format(in->def->uuid, uuid), NULL);
    plan_add(plan, "live", in->live_dir, NULL);
    plan_add(plan, "events", events, NULL);
    if (in->is_transient)
        plan_add(plan, "transient", NULL);
}

static gboolean
has_family(const NetworkDef *def, gboolean is_v6)
{
    for (guint i = 0; i < def->ips->len; i++)
        if (((const NetworkIp *)g_ptr_array_index(def->ips, i))->is_v6 == is_v6)
            return TRUE;
    return FALSE;
}

static void
add_bridge(GString *plan, const NetworkPlanInput *in)
{
    const NetworkDef *def = in->def;
    g_autofree char *delay = g_strdup_printf("%u", def->delay_s);
    g_autofree char *mtu = g_strdup_printf("%u", def->mtu);
    g_autofree char *conf = g_strdup_printf("net/ipv6/conf/%s", def->bridge);
    g_autofree char *disable = g_strdup_printf("%s/disable_ipv6", conf);
    g_autofree char *accept_ra = g_strdup_printf("%s/accept_ra", conf);
    g_autofree char *autoconf = g_strdup_printf("%s/autoconf", conf);

    plan_add(plan, "bridge", def->bridge, def->mac, def->stp ? "on" : "off", delay, mtu, in->ident,
             NULL);
    /* the bridge is the router there: it must not believe what a guest advertises */
    plan_add(plan, "sysctl", accept_ra, "0", "try", NULL);
    plan_add(plan, "sysctl", autoconf, "0", "try", NULL);
    plan_add(plan, "sysctl", disable, has_family(def, TRUE) ? "0" : "1", "try", NULL);
    for (guint i = 0; i < def->ips->len; i++) {
        const NetworkIp *ip = g_ptr_array_index(def->ips, i);
        g_autofree char *address = g_strdup_printf("%s/%d", ip->address, ip->prefix);

        plan_add(plan, "bridge-address", def->bridge, address, NULL);
    }
    plan_add(plan, "bridge-up", def->bridge, NULL);
}

static void
add_forwarding(GString *plan, const NetworkPlanInput *in)
{
    if (in->def->forward == NETWORK_FORWARD_NONE)
        return;
    if (has_family(in->def, FALSE))
        plan_add(plan, "forwarding", in->forward_dir, "v4", in->ident, NULL);
    if (has_family(in->def, TRUE))
        plan_add(plan, "forwarding", in->forward_dir, "v6", in->ident, NULL);
}

static void
add_all(GString *plan, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        plan_addv(plan, g_ptr_array_index(lines, i));
}

static void
add_host(GString *plan, const NetworkPlanInput *in)
{
    plan_add(plan, "phase", "host", NULL);
    for (guint i = 0; i < in->groups->len; i++) {
        g_auto(GStrv) group = g_strsplit(g_ptr_array_index(in->groups, i), " ", 2);

        plan_add(plan, "supervisor-group", group[0], group[1], NULL);
    }
    if (in->def->forward == NETWORK_FORWARD_BRIDGE)
        return;
    if (in->nft != NULL)
        plan_add(plan, "nft", in->nft, NETWORK_RULES_FILE, "inet", in->ident, NULL);
    add_bridge(plan, in);
    if (in->firewall != NULL)
        add_all(plan, in->firewall->host);
    add_forwarding(plan, in);
}

static void
add_keep(GString *plan, const NetworkPlanInput *in)
{
    plan_add(plan, "phase", "keep", NULL);
    if (in->dnsmasq != NULL) {
        g_autofree char *pid = g_build_filename(in->live_dir, NETWORK_PID_FILE, NULL);
        g_autofree char *config =
            g_strdup_printf("--conf-file=%s/%s", in->live_dir, NETWORK_DNSMASQ_FILE);

        plan_add(plan, "keep", pid, in->dnsmasq, "--keep-in-foreground", config, NULL);
    }
    if (in->firewall != NULL)
        add_all(plan, in->firewall->at_end);
}

char *
network_plan_build(const NetworkPlanInput *in)
{
    g_autoptr(GString) plan = g_string_new(NULL);

    plan_begin(plan);
    add_object(plan, in);
    add_host(plan, in);
    add_keep(plan, in);
    return g_string_free(g_steal_pointer(&plan), FALSE);
}
