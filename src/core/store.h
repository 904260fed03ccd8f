/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/store.h - the objects of one driver: what is defined, what is alive, how each is found.
 *
 * Theory of operation. The files are the truth:
 *
 *   CONFIG/NAME.xml                 a persistent definition; its existence is what "defined" means
 *   CONFIG/by-uuid/UUID             link to ../NAME.xml: the index. Made before NAME.xml appears and
 *                                   removed after it is gone, so a kill in between leaves a dangling
 *                                   link, which readers ignore and the next define replaces. A definition
 *                                   without a link (put there by hand) is found by its <uuid>
 *   CONFIG/autostart/NAME.xml       link to ../NAME.xml
 *   LIVE/LIVENAME/                  live directory (supervisor/status.h); appears whole, by rename
 *   LIVE/by-uuid/UUID, LIVE/by-id/PID   links to ../LIVENAME
 *   LIVE/.locks/LIVENAME            the operation lock (core/lock.h)
 *   LIVE/.store                     the lock of define, undefine and launch: names and uuids are unique
 *
 * CONFIG is Paths.config/DRIVER, LIVE is Paths.live/DRIVER. LIVENAME is the name, with a '%' before it
 * when it begins with '.' or '%' or is "by-id" or "by-uuid". A transient object has a live directory only.
 * Nothing here parses XML.
 *
 * Whoever finds a live directory whose `alive` is free and whose status is not "ended" cleans up
 * (core/cleanup): list and find do so by themselves.
 *
 * Used by: container, vnet.
 */
#pragma once

#include <glib.h>

#include "core/driver.h"
#include "core/paths.h"

typedef struct {
    char *config_dir, *live_dir; /* absolute */
    char *driver;                /* "lxc", "vnet": the folder and the journal's word */
    char *noun;                  /* "domain", "network": for messages */
    const Paths *paths;          /* borrowed */
} Store;

/**
 * store_new:
 * @paths: borrowed as long as the store lives
 *
 * Makes no file. Returns: (transfer full)
 */
Store *store_new(const Paths *paths, const char *driver, const char *noun);
void store_free(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

typedef struct {
    char *name;
    guint8 uuid[16];
    gboolean is_persistent, is_autostart;
    gboolean is_active; /* as store_is_alive() */
    gboolean is_paused; /* as the supervisor wrote it */
    gboolean
        is_stuck; /* dead, and cleaning up after it failed: a transient one is shown all the same,
                           stop_object() takes back what can be */
    int id;       /* the supervisor's pid; -1 when inactive (or still starting) */
} StoreObject;

void store_object_free(StoreObject *object);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreObject, store_object_free)
ObjectRef *store_object_ref(const StoreObject *object); /* (transfer full) */

/* What store_list() need not look at. */
typedef enum {
    STORE_LIST_ALL = 0,
    STORE_LIST_ACTIVE = 1 << 0,     /* active ones only: no look at the definitions' names */
    STORE_LIST_INACTIVE = 1 << 1,   /* inactive ones only */
    STORE_LIST_NO_CLEANUP = 1 << 2, /* leave the dead as they are */
} StoreListFlags;

/* Returns: (transfer full) (element-type StoreObject): sorted by name */
GPtrArray *store_list(Store *store, StoreListFlags flags, GError **error);

/* (transfer full); LODGE_ERROR_NOT_FOUND: "no domain with matching name 'x'" (uuid 'u', id '7'). */
StoreObject *store_find_name(Store *store, const char *name, GError **error);
StoreObject *store_find_uuid(Store *store, const guint8 *uuid, GError **error);
StoreObject *store_find_id(Store *store, int id, GError **error);

/**
 * store_define:
 * @name: checked by conf (no '/', control character, "." or ".."; at most CORE_NAME_BYTES_MAX)
 * @xml: what dumpxml --inactive will be made from
 * @ret_is_new: (out) (optional): FALSE when it replaced a definition
 * @error: LODGE_ERROR_EXISTS when the name has another uuid or the uuid another name, whether
 *   defined or alive
 *
 * Takes the store lock. Durable when it returns. Of a running transient object it makes a persistent
 * one. On failure the old definition is whole.
 */
gboolean store_define(Store *store, const char *name, const guint8 *uuid, const char *xml,
                      gboolean *ret_is_new, GError **error);

/* Removes the definition, its links and, when it is not alive, its last state. A running object
 * becomes transient. LODGE_ERROR_STATE when it is not persistent. */
gboolean store_undefine(Store *store, const char *name, GError **error);

/* CONFIG/NAME.xml, also where there is none yet: what errors name as the source. */
char *store_config_file(const Store *store, const char *name);
/* (transfer full); LODGE_ERROR_NOT_FOUND. */
char *store_read_config(Store *store, const char *name, gsize *ret_size, GError **error);
gboolean store_set_autostart(Store *store, const char *name, gboolean value, GError **error);

/* "LIVE/LIVENAME": goes into plans as `live`; exists while the object lives (or has a last state). */
char *store_live_dir(const Store *store, const char *name);
/* A file of the live directory ("live.xml", "plan"); LODGE_ERROR_STATE "domain is not running" unless
 * store_is_alive(). */
char *store_read_live(Store *store, const char *name, const char *file, gsize *ret_size,
                      GError **error);
/* Such a file whether anybody lives there or not. */
char *store_read_remains(const Store *store, const char *name, const char *file, gsize *ret_size,
                         GError **error);
/* Replaces such a file, atomically (live changes: live.xml after memtune --live). */
gboolean store_write_live(Store *store, const char *name, const char *file, const char *text,
                          GError **error);
/* Whether @name is running: its supervisor lives and its status says so: neither one
 * that is just being started nor one that has ended its guest and is about to go. */
gboolean store_is_alive(const Store *store, const char *name);

/* LODGE_ERROR_NOT_FOUND, "no domain with matching name 'x'"; returns FALSE. */
gboolean store_set_not_found(const Store *store, const char *name, GError **error);
/* LODGE_ERROR_STATE, "domain is not running"; returns FALSE. */
gboolean store_set_not_running(const Store *store, GError **error);
