/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* IP addresses that the network devices inside a container have. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>

#include "container/roles.h"
#include "core/guest.h"
#include "core/process.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/mac.h"

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
        iface = domain_iface_addrs_new(entry->ifa_name, NULL);
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

GPtrArray *
container_addresses_inside(DriverCtx *ctx, const Guest *self, const Status *status, GError **error)
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
    list = g_ptr_array_new_with_free_func((GDestroyNotify)domain_iface_addrs_free);
    for (const struct ifaddrs *entry = inside.found; entry; entry = entry->ifa_next)
        inside_add(by_name, list, entry);
    freeifaddrs(inside.found);
    return list;
}
