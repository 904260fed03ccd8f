/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/guest.h - one guest as the files have it: its store entry, definitions, status.
 *
 * Containers and machines are guests: whatever does not depend on which of them it is stands in
 * guest-*.c. What differs is a GuestKind (core/guest-kind.h), which comes with the connection.
 *
 * Used by: every call of a driver that names a guest.
 */
#pragma once

#include <glib.h>

#include "conf/domain/domain.h"
#include "core/driver.h"
#include "core/guest-kind.h"
#include "core/lock.h"
#include "core/status.h"
#include "core/store.h"

#define AFFECT_LIVE   1u /* libvirt's VIR_DOMAIN_AFFECT_* */
#define AFFECT_CONFIG 2u

struct Guest {
    const GuestKind *kind;
    Store *store;
    StoreObject *object;
    char *live_dir;
};

Store *guest_store(DriverCtx *ctx); /* of the connection's kind of guests; (transfer full) */

/**
 * guest_open:
 * @ref: found by its name when that still has this uuid, else by uuid
 * @error: LODGE_ERROR_NOT_FOUND
 *
 * Returns: (transfer full)
 */
Guest *guest_open(DriverCtx *ctx, const ObjectRef *ref, GError **error);
void guest_free(Guest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Guest, guest_free)

/* The operation lock; looks at the object again once it is held. (transfer full) */
ObjectLock *guest_lock(Guest *self, GError **error);

/* LODGE_ERROR_STATE "domain is not running" when it does not run. */
gboolean guest_require_active(const Guest *self, GError **error);

/* The status of a guest that runs, and (optional) the guest, both (transfer full); NULL with
 * LODGE_ERROR_STATE when it does not. */
Status *guest_open_active(DriverCtx *ctx, const ObjectRef *ref, Guest **ret_self, GError **error);

/* Parsed definitions; (transfer full). inactive: of a transient guest the live one. */
DomainDef *guest_config(Guest *self, GError **error);
DomainDef *guest_live(Guest *self, GError **error);
/* The live one when it runs, else the stored one. */
DomainDef *guest_current(Guest *self, GError **error);

/* Write them back. */
gboolean guest_save_config(Guest *self, const DomainDef *def, GError **error);
gboolean guest_save_live(Guest *self, const DomainDef *def, GError **error);

/* (transfer full); NULL with an error when there is none. */
Status *guest_status(const Guest *self, GError **error);

/**
 * guest_affect:
 * @flags: AFFECT_* of the call; 0: whatever it is now
 * @ret_live, @ret_config: which to change
 * @error: STATE: live while off, or config of a transient one
 */
gboolean guest_affect(const Guest *self, guint flags, gboolean *ret_live, gboolean *ret_config,
                      GError **error);

/**
 * guest_def_read:
 * @xml: text from outside
 * @strict: refuse unknown elements; else they go to @warnings
 * @warnings: (nullable) (element-type utf8): gets lines
 *
 * Parses, has the kind check it, gives a uuid when there is none. Returns: (transfer full): or NULL
 */
DomainDef *guest_def_read(DriverCtx *ctx, const char *xml, gboolean strict, GPtrArray *warnings,
                          GError **error);

/* XML that was stored by us: it was checked when it came in, so its warnings were given then. */
DomainDef *guest_def_parse(const GuestKind *kind, const char *text, gsize size, const char *source,
                           GError **error);

/* What messages call the XML of a call. */
const char *guest_source(const DriverCtx *ctx);

/* Refuses bits outside @allowed: LODGE_ERROR_ARGUMENT "unsupported flags (0x8) in CALL". */
gboolean guest_check_flags(guint flags, guint allowed, const char *call, GError **error);
