/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/lease-file.h"

#include <stdlib.h>
#include <string.h>

#include "util/units.h"
#include "vnet/net-prefix.h"

enum {
    MAC_CHARS = 17, /* "52:54:00:00:00:01" */
};

static char *
or_null(const char *word)
{
    return word == NULL || g_str_equal(word, "*") ? NULL : g_strdup(word);
}

/* Of a DUID based on an Ethernet address: "00:01:00:01:TT:TT:TT:TT:MAC", "00:03:00:01:MAC". */
static char *
mac_of_duid(const char *duid)
{
    gsize n = duid != NULL ? strlen(duid) : 0;

    if (n == 14 * 3 - 1 && g_str_has_prefix(duid, "00:01:00:01:"))
        return g_strdup(duid + n - MAC_CHARS);
    if (n == 10 * 3 - 1 && g_str_has_prefix(duid, "00:03:00:01:"))
        return g_strdup(duid + n - MAC_CHARS);
    return NULL;
}

static guint
prefix_of(const NetworkDef *def, const char *ip)
{
    NetPrefix lease = {0}, own = {0};

    if (!net_prefix_parse(ip, 0, &lease))
        return 0;
    for (guint i = 0; i < def->ips->len; i++) {
        const NetworkIp *one = g_ptr_array_index(def->ips, i);

        if (net_prefix_parse(one->address, one->prefix, &own) && net_prefix_contains(&own, &lease))
            return (guint)own.prefix;
    }
    return lease.address.is_v6 ? 128 : 32;
}

static NetworkLease *
lease_of_line(const char *line, const NetworkDef *def)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    NetworkLease *lease;
    gint64 expiry;

    if (g_strv_length(words) < 5 || !units_parse_int(words[0], 0, G_MAXINT64, &expiry, NULL))
        return NULL;
    lease = g_new0(NetworkLease, 1);
    lease->iface = g_strdup(def->bridge);
    lease->expiry = expiry;
    lease->ip = g_strdup(words[2]);
    lease->type = strchr(words[2], ':') != NULL ? 1 : 0;
    lease->prefix = prefix_of(def, words[2]);
    lease->hostname = or_null(words[3]);
    lease->clientid = or_null(words[4]);
    if (lease->type == 0) {
        /* "06-52:54:..." when the hardware type is not Ethernet */
        lease->mac = g_strdup(words[1]);
    } else {
        lease->iaid = g_strdup(words[1]);
        lease->mac = mac_of_duid(lease->clientid);
    }
    return lease;
}

GPtrArray *
lease_file_parse(const char *text, const NetworkDef *def, const char *mac, gint64 now)
{
    GPtrArray *leases = g_ptr_array_new_with_free_func((GDestroyNotify)network_lease_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        NetworkLease *lease = lease_of_line(*line, def);

        if (lease == NULL)
            continue;
        if ((lease->expiry != 0 && lease->expiry < now) ||
            (mac != NULL && (lease->mac == NULL || g_ascii_strcasecmp(mac, lease->mac) != 0)))
            network_lease_free(lease);
        else
            g_ptr_array_add(leases, lease);
    }
    return leases;
}
