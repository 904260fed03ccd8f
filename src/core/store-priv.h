/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/store-priv.h - what store-*.c, launch and cleanup share. */
#pragma once

#include "core/store.h"

/* The lock of the whole store; -1 with @error set. Makes LIVE when it is missing. */
int store_lock(Store *store, GError **error);
void store_unlock(int fd);

/* Whether @name and @uuid are free or belong together already. The store lock is held. */
gboolean store_check_unique_locked(Store *store, const char *name, const guint8 *uuid,
                                   GError **error);

/* Removes what killed ones left in CONFIG and the indexes. The store lock is held. */
void store_sweep_locked(const Store *store);

char *store_live_name(const char *name);           /* escaped as said in store.h */
const char *store_name_of_live(const char *entry); /* the other way; NULL when @entry is none */
gboolean store_is_defined(const Store *store, const char *name);
/* Whether a supervisor is there at all: starting, running or just leaving. */
gboolean store_is_held(const Store *store, const char *name);
gboolean store_make_dirs(Store *store, GError **error); /* CONFIG and below */

/* Paths below CONFIG and LIVE; (transfer full) */
char *store_uuid_link(const char *dir, const guint8 *uuid); /* DIR/by-uuid/UUID */
char *store_id_link(const Store *store, int id);            /* LIVE/by-id/ID */

/* Where the link @path leads: its target without "../" and, for @suffix ".xml", without that. NULL when
 * it is no such link. */
char *store_read_link(int dir_fd, const char *path, const char *suffix);

/* The <uuid> in the head of @xml, without parsing it. */
gboolean store_uuid_of_xml(const char *xml, guint8 *ret_uuid);
/* uuid of a live directory: its by-uuid link, else its live.xml. */
gboolean store_uuid_of_live(const Store *store, const char *name, guint8 *ret_uuid);
/* uuid of a definition, by its text. */
gboolean store_uuid_of_config(const Store *store, const char *name, guint8 *ret_uuid);
