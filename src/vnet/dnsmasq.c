/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/dnsmasq.h"

#include <string.h>

#include "util/error.h"
#include "vnet/net-prefix.h"

enum {
    LEASES_MAX = 1 << 20, /* of dnsmasq's memory, a lease takes some hundred bytes */
};

static const NetworkIp *
ip_at(const NetworkDef *def, guint i)
{
    return g_ptr_array_index(def->ips, i);
}

gboolean
dnsmasq_is_needed(const NetworkDef *def)
{
    if (def->forward == NETWORK_FORWARD_BRIDGE)
        return FALSE;
    for (guint i = 0; i < def->ips->len; i++)
        if (def->dns_enable || ip_at(def, i)->has_dhcp || ip_at(def, i)->is_v6)
            return TRUE;
    return FALSE;
}

/* Appends "KEY=" and then the words joined by ',' where each is only what a name, an address, a MAC or a
 * DUID holds; NULL words are left out. */
static gboolean G_GNUC_NULL_TERMINATED
add_line(GString *out, GError **error, const char *key, ...)
{
    const char *word, *separator = "";
    gboolean is_first = TRUE, ok = TRUE;
    va_list ap;

    g_string_append_printf(out, "%s=", key);
    va_start(ap, key);
    /* the list ends with NULL; a NULL that is to be left out is passed as "" */
    while (ok && (word = va_arg(ap, const char *)) != NULL) {
        if (*word == '\0')
            continue;
        if (strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-_*/") !=
            strlen(word)) {
            error_set(error, LODGE_ERROR_CONFIG,
                      "'%s' cannot be given to dnsmasq; use letters, digits, '.', '-' and '_'",
                      word);
            ok = FALSE;
        }
        g_string_append_printf(out, "%s%s", separator, word);
        is_first = FALSE;
        separator = ",";
    }
    va_end(ap);
    g_string_append_c(out, '\n');
    if (ok && is_first) {
        return error_set(error, LODGE_ERROR_CONFIG, "an empty %s", key);
    }
    return ok;
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static gboolean
add_dns(GString *out, const NetworkDef *def, GError **error)
{
    if (!def->dns_enable) {
        g_string_append(out, "port=0\n");
        return TRUE;
    }
    /* an isolated network must not ask the outside on its guests' behalf either */
    if (def->dns_forwarders->len > 0 || def->forward == NETWORK_FORWARD_NONE)
        g_string_append(out, "no-resolv\n");
    else
        g_string_append(out, "strict-order\n");
    for (guint i = 0; i < def->dns_forwarders->len; i++)
        if (!add_line(out, error, "server", g_array_index(def->dns_forwarders, char *, i), NULL))
            return FALSE;
    for (guint i = 0; i < def->dns_hosts->len; i++) {
        const NetworkDnsHost *host = &g_array_index(def->dns_hosts, NetworkDnsHost, i);
        g_autofree char *names = g_strjoinv(",", host->names);

        if (strpbrk(names, " \t\r\n\"#") != NULL) {
            return error_set(error, LODGE_ERROR_CONFIG, "'%s' is no host name", names);
        }
        g_string_append_printf(out, "host-record=%s,%s\n", names, host->ip);
    }
    return TRUE;
}

static gboolean
add_domain(GString *out, const NetworkDef *def, GError **error)
{
    g_autofree char *local = NULL;

    if (def->domain == NULL)
        return TRUE;
    if (!add_line(out, error, "domain", def->domain, NULL))
        return FALSE;
    g_string_append(out, "expand-hosts\n");
    local = g_strdup_printf("/%s/", def->domain);
    return !def->domain_local_only || add_line(out, error, "local", local, NULL);
}

static gboolean
add_ranges(GString *out, const NetworkIp *ip, guint64 *n_leases, GError **error)
{
    NetPrefix own = {0}, start = {0}, end = {0};
    g_autofree char *last = NULL;

    (void)net_prefix_parse(ip->address, ip->prefix, &own); /* conf/vnet has checked it */
    last = ip->is_v6 ? g_strdup_printf("%d", ip->prefix) : net_prefix_netmask(&own);
    for (guint i = 0; i < ip->ranges->len; i++) {
        const NetworkRange *range = &g_array_index(ip->ranges, NetworkRange, i);

        if (!add_line(out, error, "dhcp-range", range->start, range->end, last, NULL))
            return FALSE;
        if (net_prefix_parse(range->start, 0, &start) && net_prefix_parse(range->end, 0, &end))
            *n_leases += net_range_size(&start, &end);
    }
    *n_leases += ip->hosts->len;
    if (ip->ranges->len == 0)
        return add_line(out, error, "dhcp-range", ip->address, "static", last, NULL);
    return TRUE;
}

static gboolean
add_hosts(GString *out, const NetworkIp *ip, GError **error)
{
    for (guint i = 0; i < ip->hosts->len; i++) {
        const NetworkHost *host = &g_array_index(ip->hosts, NetworkHost, i);
        g_autofree char *duid = host->id ? g_strdup_printf("id:%s", host->id) : NULL;
        g_autofree char *address = NULL;

        if (host->ip != NULL)
            address = ip->is_v6 ? g_strdup_printf("[%s]", host->ip) : g_strdup(host->ip);
        /* brackets are dnsmasq's own, round an address that conf/vnet has checked */
        g_string_append_printf(out, "dhcp-host=%s%s%s%s", or_empty(duid), or_empty(host->mac),
                               duid || host->mac ? "," : "", or_empty(address));
        if (host->name != NULL) {
            g_autoptr(GString) name = g_string_new(NULL);

            if (!add_line(name, error, "name", host->name, NULL))
                return FALSE;
            g_string_append_printf(out, "%s%s", address ? "," : "", host->name);
        }
        g_string_append_c(out, '\n');
    }
    return TRUE;
}

static gboolean
add_dhcp(GString *out, const NetworkDef *def, const DnsmasqOptions *options, GError **error)
{
    guint64 n_leases = 0;
    gboolean any = FALSE, any_v6 = FALSE;

    for (guint i = 0; i < def->ips->len; i++) {
        const NetworkIp *ip = ip_at(def, i);

        any_v6 = any_v6 || ip->is_v6;
        any = any || ip->has_dhcp;
        if (ip->has_dhcp) {
            if (!add_ranges(out, ip, &n_leases, error) || !add_hosts(out, ip, error))
                return FALSE;
        } else if (ip->is_v6 && !add_line(out, error, "dhcp-range", ip->address, "ra-only", NULL)) {
            return FALSE;
        }
    }
    if (any || any_v6)
        g_string_append_printf(out, "dhcp-leasefile=%s\n", options->lease_file);
    if (any) {
        g_string_append(out, "dhcp-no-override\ndhcp-authoritative\n");
        /* dnsmasq waits three seconds for an echo before it offers an address; clients that care look by
         * ARP themselves and decline */
        g_string_append(out, "no-ping\n");
        if (n_leases > 0)
            g_string_append_printf(out, "dhcp-lease-max=%u\n", (guint)MIN(n_leases, LEASES_MAX));
        if (def->mtu > 0)
            g_string_append_printf(out, "dhcp-option=option:mtu,%u\n", def->mtu);
        if (def->forward == NETWORK_FORWARD_NONE)
            g_string_append(out, "dhcp-option=option:router\n"); /* empty: say no router */
    }
    if (any_v6) {
        g_string_append(out, "enable-ra\n");
        if (def->forward == NETWORK_FORWARD_NONE)
            g_string_append(out, "ra-param=*,0,0\n"); /* no default route through us */
    }
    return TRUE;
}

char *
dnsmasq_config(const NetworkDef *def, const DnsmasqOptions *options, GError **error)
{
    g_autoptr(GString) out = g_string_new("# made by lodge; `lodge net-edit` changes it\n");

    g_string_append_printf(out, "pid-file=%s\n", options->pid_file);
    if (options->user != NULL)
        g_string_append_printf(out, "user=%s\n", options->user);
    g_string_append_printf(out, "bind-dynamic\nexcept-interface=lo\ninterface=%s\nno-hosts\n",
                           def->bridge);
    if (!add_dns(out, def, error) || !add_domain(out, def, error) ||
        !add_dhcp(out, def, options, error))
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}
