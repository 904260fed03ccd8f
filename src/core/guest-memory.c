/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory of a guest: setmem, setmaxmem. */
#include "core/guest-resources.h"
#include "core/guest.h"
#include "util/error.h"

#define MEMORY_MAXIMUM 4u /* VIR_DOMAIN_MEM_MAXIMUM */

/* setmem: what the guest has now, at most its maximum. */
static gboolean
memory_set_current(DomainDef *def, guint64 kib, GError **error)
{
    if (kib > def->memory_kib) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "%" G_GUINT64_FORMAT
                    " KiB is more than the maximum of domain '%s', %" G_GUINT64_FORMAT
                    " KiB; raise that first with setmaxmem --config",
                    kib, def->name, def->memory_kib);
        return FALSE;
    }
    def->current_memory_kib = kib;
    return TRUE;
}

static gboolean
memory_set_live(DriverCtx *ctx, Guest *self, guint64 kib, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(self, error);

    return def && memory_set_current(def, kib, error) && ctx->kind->set_memory(self, def, error) &&
           guest_save_live(self, def, error);
}

static gboolean
memory_set_config(Guest *self, guint64 kib, gboolean maximum, GError **error)
{
    g_autoptr(DomainDef) def = guest_config(self, error);

    if (!def)
        return FALSE;
    if (maximum) {
        def->memory_kib = kib;
        def->current_memory_kib = MIN(def->current_memory_kib, kib);
    } else if (!memory_set_current(def, kib, error)) {
        return FALSE;
    }
    return guest_save_config(self, def, error);
}

gboolean
guest_set_memory(DriverCtx *ctx, const ObjectRef *ref, guint64 kib, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    gboolean live, config, maximum = (flags & MEMORY_MAXIMUM) != 0;

    if (!guest_check_flags(flags, AFFECT_LIVE | AFFECT_CONFIG | MEMORY_MAXIMUM, "setmem", error))
        return FALSE;
    if (kib == 0 || kib >= DOMAIN_UNLIMITED) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "memory size %" G_GUINT64_FORMAT " KiB is out of range", kib);
        return FALSE;
    }
    self = guest_open(ctx, ref, error);
    lock = self ? guest_lock(self, error) : NULL;
    if (!lock || !guest_affect(self, flags, &live, &config, error))
        return FALSE;
    if (live && maximum) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE,
                    "cannot resize the maximum memory of domain '%s' while it runs; use --config",
                    self->object->name);
        return FALSE;
    }
    return (!live || memory_set_live(ctx, self, kib, error)) &&
           (!config || memory_set_config(self, kib, maximum, error));
}
