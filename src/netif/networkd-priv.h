/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/networkd-priv.h - systemd-networkd's files of one tree, indexed: what reader and writer share.
 *
 * A device has its netdev (when the kernel does not bring it along) and its network, the first that matches it. Only a
 * network that matches one literal name is a device's; others are patterns, which are reported. A VLAN's parent
 * and a bridge's ports stand with the lower device, so both are looked up in indexes.
 */
#pragma once

#include "netif/device.h"
#include "netif/settings.h"

typedef struct {
    char *path;
    const char *base; /* of @path */
    char *name;       /* of the device; NULL: no literal one */
    Settings *settings;
    gboolean is_network; /* or a netdev */
    gboolean is_read_only;
    GPtrArray *drop_ins; /* Settings* */
} NetworkdUnit;

typedef struct {
    NetifFiles *files;
    GPtrArray *units;     /* NetworkdUnit*, in the order in which networkd looks at them */
    GHashTable *networks; /* name -> NetworkdUnit */
    GHashTable *netdevs;  /* the same */
    GHashTable *parents;  /* VLAN -> name of the device below */
    GHashTable *ports;    /* bridge or bond -> GPtrArray of names */
    GPtrArray *names;     /* of all devices, in file order; borrowed from units */
    GPtrArray *links;     /* Settings* of .link files */
} NetworkdModel;

/* networkd-read.c. Devices made for a VLAN on top are found only with @with_parents. */
NetifDevice *networkd_look(NetworkdModel *model, const char *name, gboolean with_parents,
                           NetifNotes *notes);

/* networkd-write.c */
gboolean networkd_check(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                        NetifNotes *notes, GError **error);
void networkd_put(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                  NetifNotes *notes);
void networkd_drop(NetifModel model, const NetifDevice *before, NetifNotes *notes);

/* Whether a network that is no device's own could match @name. */
gboolean networkd_may_match(const NetworkdUnit *unit, const char *name);

NetworkdUnit *networkd_unit_add(NetworkdModel *model, const char *path, Settings *settings,
                                gboolean is_read_only);
void networkd_index(NetworkdModel *model);
