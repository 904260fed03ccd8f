/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/container.h - one container as the files have it: its store entry, definitions, status.
 *
 * Used by: every call of the driver that names a container.
 */
#pragma once

#include <glib.h>

#include "conf/domain/domain.h"
#include "core/driver.h"
#include "core/lock.h"
#include "core/status.h"
#include "core/store.h"

#define AFFECT_LIVE   1u /* libvirt's VIR_DOMAIN_AFFECT_* */
#define AFFECT_CONFIG 2u

typedef struct {
    Store *store;
    StoreObject *object;
    char *live_dir;
} Container;

Store *container_store(DriverCtx *ctx); /* (transfer full) */

/**
 * container_open:
 * @ref: found by its name when that still has this uuid, else by uuid
 * @error: LODGE_ERROR_NOT_FOUND
 *
 * Returns: (transfer full)
 */
Container *container_open(DriverCtx *ctx, const ObjectRef *ref, GError **error);
void container_free(Container *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_free)

/* The operation lock; looks at the object again once it is held. (transfer full) */
ObjectLock *container_lock(Container *self, GError **error);

/* LODGE_ERROR_STATE "domain is not running" when it does not run. */
gboolean container_require_active(const Container *self, GError **error);

/* The status of a container that runs, and (optional) the container, both (transfer full); NULL with
 * LODGE_ERROR_STATE when it does not. */
Status *container_open_active(DriverCtx *ctx, const ObjectRef *ref, Container **ret_self,
                              GError **error);

/* Parsed definitions; (transfer full). inactive: of a transient container the live one. */
DomainDef *container_config(Container *self, GError **error);
DomainDef *container_live(Container *self, GError **error);
/* The live one when it runs, else the stored one. */
DomainDef *container_current(Container *self, GError **error);

/* Write them back. */
gboolean container_save_config(Container *self, const DomainDef *def, GError **error);
gboolean container_save_live(Container *self, const DomainDef *def, GError **error);

/* (transfer full); NULL with an error when there is none. */
Status *container_status(const Container *self, GError **error);

/**
 * container_affect:
 * @flags: AFFECT_* of the call; 0: whatever it is now
 * @ret_live, @ret_config: which to change
 * @error: STATE: live while off, or config of a transient one
 */
gboolean container_affect(const Container *self, guint flags, gboolean *ret_live,
                          gboolean *ret_config, GError **error);

/* Refuses bits outside @allowed: LODGE_ERROR_ARGUMENT "unsupported flags (0x8) in CALL". */
gboolean container_check_flags(guint flags, guint allowed, const char *call, GError **error);
