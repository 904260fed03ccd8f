/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/ifcfg-priv.h - a folder of ifcfg-NAME files, indexed: what redhat and suse share.
 *
 * Both are shell variables, one file a device; keys, values and who names whom differ.
 */
#pragma once

#include "netif/device.h"
#include "netif/settings.h"

typedef struct {
    char *path;
    const char *suffix; /* behind "ifcfg-", of @path */
    char *name;         /* of the device */
    Settings *settings;
} IfcfgFile;

typedef struct IfcfgModel IfcfgModel;

/* What is special to a distribution. */
typedef struct {
    const char *dir; /* with a '/' behind it */
    SettingsSyntax syntax;
    const char *const *ignored; /* endings, NULL-terminated */

    /* The name of the device; (transfer full), NULL: none */
    char *(*name)(const IfcfgFile *file);

    /* ifcfg_add_port() for each port or slave that @file tells of */
    void (*index)(IfcfgModel *model, const IfcfgFile *file);

    InterfaceType (*type)(const IfcfgModel *model, const IfcfgFile *file);
    void (*read)(IfcfgModel *model, IfcfgFile *file, NetifDevice *device, NetifNotes *notes);

    /* @file: (nullable): the one that it is for */
    GArray *(*wants)(const NetifDevice *device, const IfcfgFile *file);

    /* (optional): what the format cannot say; what does not read back is found without it */
    void (*losses)(const NetifDevice *device, NetifNotes *notes);

    /* (optional): other files. @after NULL: it was dropped */
    void (*changed)(IfcfgModel *model, const NetifDevice *before, const NetifDevice *after,
                    NetifNotes *notes);
} IfcfgKind;

struct IfcfgModel {
    NetifFiles *files;
    const IfcfgKind *kind;
    GPtrArray *list;     /* IfcfgFile*, by path */
    GHashTable *by_name; /* name -> IfcfgFile */
    GPtrArray *names;    /* borrowed */
    GHashTable *masters; /* port -> name of its bridge or bond */
    GHashTable *bonds;   /* names that have slaves */
    GHashTable *ports;   /* master -> GPtrArray of names */
};

IfcfgModel *ifcfg_load(NetifFiles *files, const IfcfgKind *kind);
void ifcfg_unload(NetifModel model);
void ifcfg_add_port(IfcfgModel *model, const char *master, const char *port, gboolean is_bond);

GPtrArray *ifcfg_names(NetifModel model);
NetifDevice *ifcfg_look(NetifModel model, const char *name, NetifNotes *notes);
gboolean ifcfg_check(NetifModel model, const NetifDevice *before, const NetifDevice *after,
                     NetifNotes *notes, GError **error);
void ifcfg_put(NetifModel model, const NetifDevice *before, const NetifDevice *after,
               NetifNotes *notes);
void ifcfg_drop(NetifModel model, const NetifDevice *before, NetifNotes *notes);
gboolean ifcfg_is_ignored(const IfcfgKind *kind, const char *path);
void ifcfg_notes(NetifModel model, NetifNotes *notes);

/* A file for what stands on @name, when there is none; and its end, when nothing needs it. */
void ifcfg_make(IfcfgModel *model, const char *name, const GArray *wants);
void ifcfg_unmake(IfcfgModel *model, const char *name);

/* ifcfg-bond.c: a bond's "mode=... miimon=..." list, for the setting @key. @text: the one that is there, or NULL: what
 * the XML does not know in it is kept. (transfer full) */
char *ifcfg_bond_options(const InterfaceDef *def, const char *text);

/* Fills the bond; (transfer full): what is left unknown, "" when nothing. The primary goes to @ret_primary. */
char *ifcfg_bond_read(InterfaceBond *bond, const char *text, char **ret_primary);

/* Bare ports of @def from the index; the primary first. */
void ifcfg_read_ports(const IfcfgModel *model, InterfaceDef *def, const char *primary);

/* What both read alike: a number, into @ret_value; and a setting that is odd is noted. */
gboolean ifcfg_uint(Settings *settings, const char *key, SettingsAspect aspect, NetifNotes *notes,
                    const char *iface, guint *ret_value);

/* The netmask as dots. (transfer full) */
char *ifcfg_netmask(int prefix);

/* "255.255.255.0" -> 24; -1: no netmask */
int ifcfg_prefix(const char *netmask);
