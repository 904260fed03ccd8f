/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* IP addresses of a container's network devices, from one of three sources: what the network's DHCP
 * server leased, what the devices inside have, what the host's kernel has met as neighbours. */
#include "container/resources-priv.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>

#include "core/process.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/mac.h"

enum {
    SOURCE_LEASE,
    SOURCE_AGENT,
    SOURCE_ARP
}; /* VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_* */

#define ARP_FILE_MAX (1 << 20)

static DomainIfaceAddrs *
addresses_new(const char *name, const char *mac)
{
    DomainIfaceAddrs *iface = g_new0(DomainIfaceAddrs, 1);

    iface->name = g_strdup(name);
    iface->mac = g_strdup(mac);
    iface->addrs = g_ptr_array_new_with_free_func(g_free);
    return iface;
}

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
    iface = addresses_new(name, mac);
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

/* --- inside --------------------------------------------------------------------------------- */

typedef struct {
    int netns_fd;
    struct ifaddrs *found;
    int saved_errno; /* 0: success */
} Inside;

/* A thread of its own: setns(2) moves the calling thread only, and it ends right after. */
static gpointer
inside_thread(gpointer data)
{
    Inside *inside = data;

    if (setns(inside->netns_fd, CLONE_NEWNET) < 0 || getifaddrs(&inside->found) < 0)
        inside->saved_errno = errno ? errno : EIO;
    return NULL;
}

static guint
inside_prefix(const struct sockaddr *mask)
{
    const guint8 *bytes;
    gsize size;
    guint prefix = 0;

    if (!mask)
        return 0;
    if (mask->sa_family == AF_INET6) {
        bytes = ((const struct sockaddr_in6 *)(const void *)mask)->sin6_addr.s6_addr;
        size = 16;
    } else {
        bytes = (const guint8 *)&((const struct sockaddr_in *)(const void *)mask)->sin_addr;
        size = 4;
    }
    for (gsize i = 0; i < size; i++)
        prefix += (guint)__builtin_popcount(bytes[i]);
    return prefix;
}

static void
inside_add(GHashTable *by_name, GPtrArray *list, const struct ifaddrs *entry)
{
    DomainIfaceAddrs *iface = g_hash_table_lookup(by_name, entry->ifa_name);
    char text[INET6_ADDRSTRLEN];

    if (!iface) {
        iface = addresses_new(entry->ifa_name, NULL);
        g_ptr_array_add(list, iface);
        g_hash_table_insert(by_name, iface->name, iface);
    }
    if (!entry->ifa_addr)
        return;
    if (entry->ifa_addr->sa_family == AF_PACKET) {
        const struct sockaddr_ll *link = (const void *)entry->ifa_addr;

        if (link->sll_halen == MAC_SIZE && !iface->mac) {
            iface->mac = g_malloc(MAC_TEXT_SIZE);
            mac_format(link->sll_addr, iface->mac);
        }
    } else if (entry->ifa_addr->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)entry->ifa_addr;

        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
        g_ptr_array_add(iface->addrs,
                        g_strdup_printf("4 %s %u", text, inside_prefix(entry->ifa_netmask)));
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)entry->ifa_addr;

        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
        g_ptr_array_add(iface->addrs,
                        g_strdup_printf("6 %s %u", text, inside_prefix(entry->ifa_netmask)));
    }
}

static GPtrArray *
addresses_inside(const Guest *self, const Status *status, GError **error)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", status->init);
    g_auto(Fd) process = process_open(status->init, status->init_start);
    g_auto(Fd) netns = -1;
    GPtrArray *list;
    Inside inside = {0};

    if (process < 0) {
        (void)store_set_not_running(self->store, error);
        return NULL;
    }
    netns = open(path, O_RDONLY | O_CLOEXEC);
    inside.netns_fd = netns;
    if (netns < 0)
        inside.saved_errno = errno;
    else
        g_thread_join(g_thread_new("addresses", inside_thread, &inside));
    if (inside.saved_errno) {
        (void)error_set_errno(error, inside.saved_errno,
                              "cannot look into the network of domain '%s'", self->object->name);
        return NULL;
    }
    list = addresses_list();
    for (const struct ifaddrs *entry = inside.found; entry; entry = entry->ifa_next)
        inside_add(by_name, list, entry);
    freeifaddrs(inside.found);
    return list;
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
            addresses_new(netdev->host ? netdev->host : netdev->guest, netdev->mac);
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
resources_get_interface_addresses(DriverCtx *ctx, const ObjectRef *ref, guint source,
                                  GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);

    if (!status)
        return NULL;
    switch (source) {
    case SOURCE_LEASE:
        return addresses_leased(ctx, self, status, error);
    case SOURCE_AGENT:
        return addresses_inside(self, status, error);
    case SOURCE_ARP:
        return addresses_arp(status, error);
    }
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "unknown source %u of addresses", source);
    return NULL;
}
