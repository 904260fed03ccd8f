/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/backend.h - what a native format of interface configuration offers: the table that each backend fills.
 *
 * Used by: config.c (the calls on top of any backend), registry.c (the list of them), debian.c and its
 * siblings, which implement it.
 *
 * Theory of operation: load() reads the format's files through netif/files.h into a model of the backend's
 * own; list() and read() look at the model only; write() and remove() edit files *in memory*
 * (netif_files_set()), after which the model is spent: the caller unloads it, and loads again if it wants to
 * look. Nothing here starts, stops or asks a live interface, and nothing writes to the disk.
 *
 * Every backend is held to the same rules, by tests/unit/netif/backend-rules.h:
 *  - a broken file never hides the rest: load() goes on and notes FAULTs; only write()/remove() refuse;
 *  - an edit keeps every byte that it does not have to change: comments, order, unknown keys, spelling;
 *  - write() of what read() gave changes nothing; write() then remove() of a new name gives the bytes before;
 *  - what the XML cannot say is an UNMODELLED note of read(); what the format cannot say is a LOST note of
 *    write() or, when the interface would be another one then, an error (LODGE_ERROR_UNSUPPORTED_CONFIG).
 */
#pragma once

#include "conf/netif/interface.h"
#include "netif/files.h"
#include "netif/note.h"

typedef enum {
    NETIF_STYLE_AUTO, /* a new interface: the format's usual style; one that is there: as it is written */
    NETIF_STYLE_NETCF,  /* debian: netcf's text, token for token; others: as AUTO */
    NETIF_STYLE_NATIVE, /* what an administrator of today would write by hand */
    NETIF_STYLE_LAST
} NetifStyle;
ENUM_DECL(netif_style, NetifStyle);

/* Who is at home in this tree, as far as files tell. */
typedef enum {
    NETIF_PRESENCE_NONE,      /* neither program nor configuration */
    NETIF_PRESENCE_INSTALLED, /* could manage interfaces, but has none (but lo) */
    NETIF_PRESENCE_IN_CHARGE, /* has configuration of interfaces and the program (or unit) to apply it */
    NETIF_PRESENCE_LAST
} NetifPresence;

/* One top-level interface of the configuration. */
typedef struct {
    char *name;
    InterfaceType type;
    InterfaceStart start;
    gboolean is_read_only; /* lo, and what is reached by patterns: shown, not defined */
    char *file;            /* where it stands first; path below the root */
    guint line;
} NetifEntry;

void netif_entry_free(NetifEntry *entry);

typedef gpointer NetifModel; /* of the backend's own */

typedef struct {
    const char *name;  /* "debian": --backend, ?backend= */
    const char *title; /* for messages: "ifupdown (/etc/network/interfaces)" */

    /* @ret_why: (out) (transfer full): "3 interfaces in /etc/network/interfaces", for the message when two claim */
    NetifPresence (*detect)(NetifFiles *files, char **ret_why);

    /**
     * load:
     * @files: borrowed until unload()
     * @error: only what leaves nothing to show (LODGE_ERROR_DENIED, _IO); absent files are an empty model
     */
    NetifModel (*load)(NetifFiles *files, GError **error);
    void (*unload)(NetifModel model);

    /* Faults and what belongs to no single interface (mappings, globs, sections of another kind). */
    void (*notes)(NetifModel model, NetifNotes *notes);

    /* (transfer full) (element-type NetifEntry): in file order; without ports of bridges and slaves of bonds */
    GPtrArray *(*list)(NetifModel model);

    /**
     * read:
     * @name: top level or not
     * @notes: (nullable): what the XML does not say about it and its ports, and what the host's tool ignores
     * @error: LODGE_ERROR_NOT_FOUND
     */
    InterfaceDef *(*read)(NetifModel model, const char *name, NetifNotes *notes, GError **error);

    /**
     * write:
     * @def: complete; replaces what is configured under its name and, for parts that it says something about,
     *   its ports' names
     * @notes: (nullable): LOST, IGNORED and REMOVED things
     * @error: nothing was edited then
     */
    gboolean (*write)(NetifModel model, const InterfaceDef *def, NetifStyle style,
                      NetifNotes *notes, GError **error);

    /* The configuration of @name goes, and that of ports that write() made along with it. */
    gboolean (*remove)(NetifModel model, const char *name, NetifNotes *notes, GError **error);

    /* (transfer full) (element-type utf8): paths and patterns (files.h) of all files that are or could
     * become this configuration: what a transaction snapshots, and where new files are removed by a rollback */
    GPtrArray *(*scopes)(NetifModel model);

    /* The command that starts or stops @name on the live host: {"ifup", "eth0", NULL}; (transfer full),
     * NULL with @error when this format knows no way for it */
    char **(*command)(NetifModel model, const char *name, gboolean up, GError **error);
} NetifBackend;
