/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory of a container: setmem, setmaxmem, dommemstat. */
#include "container/roles.h"
#include "core/group-file.h"
#include "core/guest-resources.h"
#include "core/guest.h"
#include "core/params.h"
#include "core/usage.h"
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
memory_set_live(Guest *self, guint64 kib, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(self, error);
    g_autoptr(Status) status = NULL;
    int version = 0;
    const char *dir;

    if (!def || !memory_set_current(def, kib, error))
        return FALSE;
    status = guest_status(self, error);
    dir = status ? params_group(status, "memory", &version, error) : NULL;
    if (!dir || !group_file_write_number(dir, version == 1 ? "memory.limit_in_bytes" : "memory.max",
                                         kib * 1024, error))
        return FALSE;
    return guest_save_live(self, def, error);
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
container_set_memory(DriverCtx *ctx, const ObjectRef *ref, guint64 kib, guint flags, GError **error)
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
    return (!live || memory_set_live(self, kib, error)) &&
           (!config || memory_set_config(self, kib, maximum, error));
}

GArray *
container_get_memory_stats(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);
    g_autoptr(DomainDef) def = status ? guest_live(self, error) : NULL;
    UsageMemory usage;
    GArray *params;

    if (!def || !usage_memory(status, &usage, error))
        return NULL;
    params = params_new();
    params_add_ullong(params, "actual", def->current_memory_kib);
    params_add_ullong(params, "swap_in", usage.swap_bytes / 1024);
    params_add_ullong(params, "major_fault", usage.major_faults);
    params_add_ullong(params, "minor_fault", usage.minor_faults);
    params_add_ullong(params, "rss", usage.used_bytes / 1024);
    params_add_ullong(params, "disk_caches", usage.cache_bytes / 1024);
    return params;
}
