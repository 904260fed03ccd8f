/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/netplan-priv.h - netplan's files of one tree, merged: what reader and writer share.
 *
 * A device may stand in several files: they are read in the order of their names, later keys win, lists add up. Edits
 * go to the file where the key stands; what is new goes to the last file that has the device, and a new
 * device into 60-lodge.yaml.
 */
#pragma once

#include "netif/device.h"
#include "netif/settings.h"
#include "netif/yaml-tree.h"

#define NETPLAN_FILE "/etc/netplan/60-lodge.yaml"
#define NETPLAN_MADE "# made by lodge"

typedef struct {
    char *path;
    YamlTree *tree;
    gboolean is_read_only; /* not below /etc */
} NetplanFile;

/* One file's part of a device. */
typedef struct {
    NetplanFile *file;
    YamlNode *node; /* its map, or a null */
} NetplanPlace;

typedef struct {
    const char *name; /* in a tree */
    InterfaceType type;
    GArray *places; /* NetplanPlace, in reading order */
} NetplanDevice;

typedef struct {
    NetifFiles *files;
    GPtrArray *list;      /* NetplanFile*, in reading order */
    GHashTable *devices;  /* name -> NetplanDevice */
    GPtrArray *names;     /* of them, in file order; borrowed */
    GHashTable *masters;  /* port -> name of its bridge or bond; borrowed */
    GHashTable *is_below; /* names that a VLAN stands on; borrowed */
    gboolean is_stale;    /* edited: to be read again */
} NetplanModel;

/* "ethernets" ...; NULL: not in the grammar */
const char *netplan_section(InterfaceType type);

void netplan_index(NetplanModel *model);

/* Reads what was edited, if anything was. */
void netplan_refresh(NetplanModel *model);

/* Whether the device was made along with another: its key says so. */
gboolean netplan_is_made(const NetplanDevice *device);

/* netplan-read.c. The nodes that it understands know what they serve then. Devices made for a VLAN on top are found
 * only with @with_parents. */
NetifDevice *netplan_look(NetplanModel *model, const char *name, gboolean with_parents,
                          NetifNotes *notes);

/* netplan-check.c */
gboolean netplan_check(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                       NetifNotes *notes, GError **error);

/* netplan-change.c: the map of a device that is there says @after in the place of @before. */
void netplan_change(NetplanModel *model, const NetplanDevice *device, const GArray *before,
                    const GArray *after, gboolean is_unmarked, NetifNotes *notes);
void netplan_note_removed(const NetplanFile *file, const YamlNode *node, NetifNotes *notes,
                          const char *name);

/* A key of @wants as a part, into @parts (YamlPart); all items of a list are one key. */
void netplan_add_part(const GArray *wants, const SettingsWant *want, GPtrArray *parts);
gboolean netplan_is_first(const GArray *wants, guint index);

/* netplan-write.c */
void netplan_put(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                 NetifNotes *notes);
void netplan_drop(NetifModel model, const NetifDevice *before, NetifNotes *notes);

/* NULL: there is none of that path. */
NetplanFile *netplan_file(const NetplanModel *model, const char *path);

/* The edit's text becomes the file; one with nothing but our own frame goes. */
void netplan_store(NetplanModel *model, const char *path, YamlEdit *edit);

/* netplan-want.c: what a device's map should say. key "parameters/mode" is one in another map;
 * opens: an item of a list */
GArray *netplan_wants(const NetifDevice *device);

/* An item of addresses: and of routes:, as it is written. (transfer full) */
char *netplan_address(const Address *address, int prefix);
char *netplan_route(const Address *gateway, gboolean is_off_link);

/* A name as YAML takes it for a key or a value. (transfer full) */
char *netplan_quote(const char *name);
