/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/keyfile-priv.h - NetworkManager's profiles of one tree, indexed: what reader and writer share.
 *
 * One file is one profile. A profile that names no interface is for any device and is only reported; of several for
 * one interface the one that NetworkManager would start counts. A port names its master, and a VLAN its parent, by
 * interface or by UUID.
 */
#pragma once

#include "netif/device.h"
#include "netif/settings.h"

typedef struct {
    char *path;
    char *name; /* of the interface; NULL: none, or not for the XML */
    char *uuid; /* or NULL */
    InterfaceType type;
    Settings *settings;
    gboolean is_read_only;
} KeyfileProfile;

typedef struct {
    NetifFiles *files;
    GPtrArray *profiles; /* KeyfileProfile* */
    GHashTable *by_name, *by_uuid;
    GHashTable *ports; /* name of a master -> GPtrArray of names */
    GPtrArray *names;  /* borrowed */
} KeyfileModel;

#define KEYFILE_DIR "/etc/NetworkManager/system-connections/"

/* The name that @text, a name or a UUID, means. */
const char *keyfile_resolve(const KeyfileModel *model, const char *text);

/* "ethernet", or the long name that the profile has for it. */
const char *keyfile_ethernet(const Settings *settings);

/* [connection] master=, or its newer name. */
const char *keyfile_master(const Settings *settings);

KeyfileProfile *keyfile_add(KeyfileModel *model, const char *path, Settings *settings,
                            gboolean is_read_only);
void keyfile_index(KeyfileModel *model);

/* keyfile-read.c */
NetifDevice *keyfile_look(NetifModel model, const char *name, NetifNotes *notes);

/* keyfile-write.c */
gboolean keyfile_check(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                       NetifNotes *notes, GError **error);
void keyfile_put(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                 NetifNotes *notes);
void keyfile_drop(NetifModel model, const NetifDevice *before, NetifNotes *notes);
