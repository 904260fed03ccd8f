/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory of a running container: setmem, dommemstat. */
#include "container/roles.h"
#include "core/group-file.h"
#include "core/guest-resources.h"
#include "core/guest.h"
#include "core/params.h"
#include "core/usage.h"
#include "util/error.h"

gboolean
container_set_memory(const Guest *self, const DomainDef *def, GError **error)
{
    g_autoptr(Status) status = guest_status(self, error);
    int version = 0;
    const char *dir = status ? params_group(status, "memory", &version, error) : NULL;

    return dir &&
           group_file_write_number(dir, version == 1 ? "memory.limit_in_bytes" : "memory.max",
                                   def->current_memory_kib * 1024, error);
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
