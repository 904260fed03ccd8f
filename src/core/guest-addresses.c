/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* IP addresses of a guest's network devices, from one of three sources: what the network's DHCP server
 * leased, what the devices inside have (the kind knows), what the host's kernel has met as neighbours. */
#include "core/guest-resources.h"

#include <fcntl.h>
#include <string.h>

#include "util/error.h"
#include "util/file.h"
#include "util/mac.h"

enum {
    SOURCE_LEASE,
    SOURCE_AGENT,
    SOURCE_ARP
}; /* VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_* */

#define ARP_FILE_MAX (1 << 20)

static GPtrArray *
addresses_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)domain_iface_addrs_free);
}

/* --- leases ------------------------------------------------------------------------------- */

static gboolean
addresses_of_lease(DriverCtx *ctx, const DomainNet *net, const char *name, GPtrArray *list,
                   GError **error)
{
    const NetworkRole *networks = core_networks();
    g_autoptr(ObjectRef) network = NULL;
    g_autoptr(GPtrArray) leases = NULL;
    DomainIfaceAddrs *iface;
    char mac[MAC_TEXT_SIZE];

    if (!networks || !networks->leases)
        return TRUE;
    mac_format(net->mac, mac);
    network = networks->lookup_name(ctx, net->source, error);
    leases = network ? networks->leases(ctx, network, mac, error) : NULL;
    if (!leases)
        return FALSE;
    if (leases->len == 0)
        return TRUE;
    iface = domain_iface_addrs_new(name, mac);
    for (guint i = 0; i < leases->len; i++) {
        const NetworkLease *lease = g_ptr_array_index(leases, i);

        g_ptr_array_add(iface->addrs, g_strdup_printf("%c %s %u", lease->type == 1 ? '6' : '4',
                                                      lease->ip, lease->prefix));
    }
    g_ptr_array_add(list, iface);
    return TRUE;
}

static GPtrArray *
addresses_leased(DriverCtx *ctx, Guest *self, const Status *status, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(self, error);
    g_autoptr(GPtrArray) list = addresses_list();

    if (!def)
        return NULL;
    for (guint i = 0; i < def->nets->len && i < status->netdevs->len; i++) {
        const DomainNet *net = g_ptr_array_index(def->nets, i);
        const StatusNetdev *netdev = &g_array_index(status->netdevs, StatusNetdev, i);

        if (net->type == DOMAIN_NET_NETWORK &&
            !addresses_of_lease(ctx, net, netdev->host ? netdev->host : netdev->guest, list, error))
            return NULL;
    }
    return g_steal_pointer(&list);
}

/* --- neighbours ------------------------------------------------------------------------------- */

/* One line of /proc/net/arp: address, type, flags, MAC, mask, device. */
static void
arp_add(char *line, const char *mac, DomainIfaceAddrs *iface)
{
    char *words[6];
    char *p = line;

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        while (*p == ' ')
            *p++ = '\0';
        words[i] = p;
        p += strcspn(p, " ");
    }
    *p = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        words[i][strcspn(words[i], " ")] = '\0';
    if (g_ascii_strcasecmp(words[3], mac) == 0 && strcmp(words[2], "0x0") != 0)
        g_ptr_array_add(iface->addrs, g_strdup_printf("4 %s 0", words[0]));
}

static GPtrArray *
addresses_arp(const Status *status, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/net/arp", status->supervisor);
    g_autofree char *text = file_read(AT_FDCWD, path, ARP_FILE_MAX, NULL, error);
    GPtrArray *list;

    if (!text)
        return NULL;
    list = addresses_list();
    for (guint i = 0; i < status->netdevs->len; i++) {
        const StatusNetdev *netdev = &g_array_index(status->netdevs, StatusNetdev, i);
        DomainIfaceAddrs *iface =
            domain_iface_addrs_new(netdev->host ? netdev->host : netdev->guest, netdev->mac);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (gsize k = 1; lines[0] && lines[k]; k++)
            if (*lines[k])
                arp_add(lines[k], netdev->mac, iface);
        if (iface->addrs->len > 0)
            g_ptr_array_add(list, iface);
        else
            domain_iface_addrs_free(iface);
    }
    return list;
}

GPtrArray *
guest_get_interface_addresses(DriverCtx *ctx, const ObjectRef *ref, guint source, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);

    if (!status)
        return NULL;
    switch (source) {
    case SOURCE_LEASE:
        return addresses_leased(ctx, self, status, error);
    case SOURCE_AGENT:
        if (ctx->kind->addresses_inside)
            return ctx->kind->addresses_inside(ctx, self, status, error);
        break;
    case SOURCE_ARP:
        return addresses_arp(status, error);
    }
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "unknown source %u of addresses", source);
    return NULL;
}
