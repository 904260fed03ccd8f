/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counters of a container's network devices, as the guest sees them.
 *
 * /proc/PID/net/dev shows the devices of that process' network namespace, so nobody has to enter
 * it. What the host side of a veth pair receives is what the guest sent. */
#include "core/guest-resources.h"

#include <fcntl.h>
#include <string.h>

#include "util/error.h"
#include "util/file.h"
#include "util/mac.h"

#define NET_DEV_MAX (1 << 20)

/* Fields of a line: 8 of receiving, 8 of sending; we want bytes, packets, errors, dropped of each. */
static gboolean
net_dev_parse(char *line, const char *name, gint64 ret_stats[8])
{
    char *colon = strchr(line, ':');
    gint64 fields[16];
    char *p;

    if (!colon)
        return FALSE;
    *colon = '\0';
    if (strcmp(g_strstrip(line), name) != 0)
        return FALSE;
    p = colon + 1;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        fields[i] = g_ascii_strtoll(p, &p, 10);
    memcpy(ret_stats, fields, 4 * sizeof(*fields));
    memcpy(ret_stats + 4, fields + 8, 4 * sizeof(*fields));
    return TRUE;
}

static gboolean
net_dev_read(int pid, const char *name, gint64 ret_stats[8])
{
    g_autofree char *path = g_strdup_printf("/proc/%d/net/dev", pid);
    g_autofree char *text = file_read(AT_FDCWD, path, NET_DEV_MAX, NULL, NULL);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;

    for (gsize i = 0; lines && lines[i]; i++)
        if (net_dev_parse(lines[i], name, ret_stats))
            return TRUE;
    return FALSE;
}

/* The host's side, turned round: what it receives is what the guest sent. */
static gboolean
net_dev_read_host(const Status *status, const char *host, gint64 ret_stats[8])
{
    gint64 seen[8];

    if (!host || !net_dev_read(status->supervisor, host, seen))
        return FALSE;
    memcpy(ret_stats, seen + 4, 4 * sizeof(*seen));
    memcpy(ret_stats + 4, seen, 4 * sizeof(*seen));
    return TRUE;
}

/* An interface that was plugged since the start stands in the live definition only. */
static gboolean
net_dev_read_plugged(Guest *self, const Status *status, const char *dev, gint64 ret_stats[8])
{
    g_autoptr(DomainDef) def = guest_live(self, NULL);

    for (guint i = 0; def && i < def->nets->len; i++) {
        const DomainNet *net = g_ptr_array_index(def->nets, i);
        char mac[MAC_TEXT_SIZE];

        if (g_strcmp0(net->host_dev, dev) == 0 ||
            g_ascii_strcasecmp(mac_format(net->mac, mac), dev) == 0)
            return net_dev_read_host(status, net->host_dev, ret_stats);
    }
    return FALSE;
}

gboolean
guest_read_netdev(const Status *status, guint index, gint64 ret_stats[8])
{
    const StatusNetdev *netdev = &g_array_index(status->netdevs, StatusNetdev, index);

    /* Inside first: it also works for devices without a host side. */
    if (net_dev_read(status->init, netdev->guest, ret_stats))
        return TRUE;
    return net_dev_read_host(status, netdev->host, ret_stats);
}

gboolean
guest_get_interface_stats(DriverCtx *ctx, const ObjectRef *ref, const char *dev,
                          gint64 ret_stats[8], GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);

    if (!status)
        return FALSE;
    for (guint i = 0; i < status->netdevs->len; i++) {
        const StatusNetdev *netdev = &g_array_index(status->netdevs, StatusNetdev, i);

        if (g_strcmp0(netdev->host, dev) != 0 && g_strcmp0(netdev->guest, dev) != 0 &&
            g_ascii_strcasecmp(netdev->mac, dev) != 0)
            continue;
        if (guest_read_netdev(status, i, ret_stats))
            return TRUE;
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_IO,
                    "cannot read the counters of interface '%s' of domain '%s'", dev,
                    self->object->name);
        return FALSE;
    }
    if (net_dev_read_plugged(self, status, dev, ret_stats))
        return TRUE;
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                "domain '%s' has no interface '%s'; see domiflist", self->object->name, dev);
    return FALSE;
}
