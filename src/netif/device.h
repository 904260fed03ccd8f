/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/device.h - formats that describe one device at a time: interfaces of the XML taken apart and put together.
 *
 * Used by: networkd, keyfile, netplan, redhat and suse. (debian's file is one text with an order of its own.)
 *
 * Theory of operation: the XML nests a bridge's ports and a bond's slaves; these formats give each device a
 * place of its own. A format looks at one device, and puts or drops one; everything about the whole is here:
 * what is top level, which ports come, stay and go, what may not be done. A port that a definition made
 * goes with it; one that was there before is let go of.
 */
#pragma once

#include "netif/backend.h"

typedef struct {
    InterfaceDef *def; /* its ports are bare: a name, and the type as far as it is known */
    char *master;      /* the bridge or bond that it is in; NULL */
    InterfaceType master_type;
    gboolean is_primary; /* the first of an active-backup bond */
    gboolean is_made;    /* by lodge, along with its master */
    gboolean is_read_only;
    char *file; /* where it stands */
    guint line;
} NetifDevice;

NetifDevice *netif_device_new(InterfaceType type, const char *name);
void netif_device_free(NetifDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetifDevice, netif_device_free)

typedef struct {
    gboolean repeats_mtu;      /* a master's MTU stands with its ports too */
    gboolean drops_lone_ports; /* an ethernet port means nothing without its master */

    /* (transfer full) (element-type utf8): all devices that look() knows, in file order, each once */
    GPtrArray *(*names)(NetifModel model);

    /* NULL: not configured. @notes: (nullable): what the XML does not say */
    NetifDevice *(*look)(NetifModel model, const char *name, NetifNotes *notes);

    /* Whether put() and drop() can. Either may be NULL: there is none before, or none shall be after.
     * LOST notes are added here. */
    gboolean (*check)(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                      NetifNotes *notes, GError **error);
    void (*put)(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                NetifNotes *notes);
    void (*drop)(NetifModel model, const NetifDevice *before, NetifNotes *notes);

    /* (optional): after all puts and drops of one call: the files get their new contents */
    void (*finish)(NetifModel model, NetifNotes *notes);
} NetifDevices;

/* The calls of a backend (backend.h), made of these. */
GPtrArray *netif_devices_list(const NetifDevices *devices, NetifModel model);
InterfaceDef *netif_devices_read(const NetifDevices *devices, NetifModel model, const char *name,
                                 NetifNotes *notes, GError **error);
gboolean netif_devices_write(const NetifDevices *devices, NetifModel model, const InterfaceDef *def,
                             NetifNotes *notes, GError **error);
gboolean netif_devices_remove(const NetifDevices *devices, NetifModel model, const char *name,
                              NetifNotes *notes, GError **error);
