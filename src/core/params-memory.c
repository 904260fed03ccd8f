/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory limits: memtune, live and stored.
 *
 * v1 counts memory and swap together and keeps limit <= memory+swap at all times, so the order of two
 * writes depends on the direction. v2 counts swap alone: what the XML calls swap_hard_limit is
 * memory.max + memory.swap.max. */
#include "core/guest-resources.h"

#include <string.h>

#include "core/group-file.h"
#include "core/tune.h"
#include "util/error.h"

static const ParamField memory_fields[] = {
    {"hard_limit", PARAM_ULLONG},
    {"soft_limit", PARAM_ULLONG},
    {"swap_hard_limit", PARAM_ULLONG},
};

static guint64
memory_to_kib(guint64 bytes)
{
    return bytes == GROUP_UNLIMITED ? DOMAIN_UNLIMITED : bytes / 1024;
}

/* As libvirt shows them: unset is unlimited. */
static guint64
memory_shown(guint64 kib)
{
    return tune_is_limited(kib) ? kib : DOMAIN_UNLIMITED;
}

static gboolean
memory_read_v1(const char *dir, guint64 *hard, guint64 *soft, guint64 *swap, GError **error)
{
    *swap = GROUP_UNLIMITED;
    return group_file_read_number(dir, "memory.limit_in_bytes", hard, error) &&
           group_file_read_number(dir, "memory.soft_limit_in_bytes", soft, error) &&
           (!group_file_exists(dir, "memory.memsw.limit_in_bytes") ||
            group_file_read_number(dir, "memory.memsw.limit_in_bytes", swap, error));
}

static gboolean
memory_read_v2(const char *dir, guint64 *hard, guint64 *soft, guint64 *swap, GError **error)
{
    guint64 alone = GROUP_UNLIMITED;

    if (!group_file_read_number(dir, "memory.max", hard, error) ||
        !group_file_read_number(dir, "memory.low", soft, error) ||
        (group_file_exists(dir, "memory.swap.max") &&
         !group_file_read_number(dir, "memory.swap.max", &alone, error)))
        return FALSE;
    if (*soft == 0)
        *soft = GROUP_UNLIMITED; /* nothing is protected: no soft limit was set */
    *swap = *hard == GROUP_UNLIMITED || alone == GROUP_UNLIMITED ? GROUP_UNLIMITED : *hard + alone;
    return TRUE;
}

GArray *
guest_get_memory_params(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(Status) status = NULL;
    guint64 hard, soft, swap;
    GArray *params;

    if (!params_target(ctx, ref, "memtune", flags, &def, &status, error))
        return NULL;
    if (status) {
        int version = 0;
        const char *dir = params_group(status, "memory", &version, error);

        if (!dir || !(version == 1 ? memory_read_v1(dir, &hard, &soft, &swap, error)
                                   : memory_read_v2(dir, &hard, &soft, &swap, error)))
            return NULL;
        hard = memory_to_kib(hard);
        soft = memory_to_kib(soft);
        swap = memory_to_kib(swap);
    } else {
        hard = memory_shown(def->tune.mem_hard_kib);
        soft = memory_shown(def->tune.mem_soft_kib);
        swap = memory_shown(def->tune.mem_swap_kib);
    }
    params = params_new();
    params_add_ullong(params, "hard_limit", hard);
    params_add_ullong(params, "soft_limit", soft);
    params_add_ullong(params, "swap_hard_limit", swap);
    return params;
}

static gboolean
memory_apply(DomainDef *def, const GArray *params, GError **error)
{
    DomainTune *tune = &def->tune;
    const Param *hard = params_find(params, "hard_limit");
    const Param *soft = params_find(params, "soft_limit");
    const Param *swap = params_find(params, "swap_hard_limit");
    guint64 limit;

    if (hard)
        tune->mem_hard_kib = MIN(hard->value.ul, DOMAIN_UNLIMITED);
    if (soft)
        tune->mem_soft_kib = MIN(soft->value.ul, DOMAIN_UNLIMITED);
    if (swap)
        tune->mem_swap_kib = MIN(swap->value.ul, DOMAIN_UNLIMITED);
    limit = tune_is_limited(tune->mem_hard_kib) ? tune->mem_hard_kib
            : hard                              ? DOMAIN_UNLIMITED
                                                : def->current_memory_kib;
    if (tune_is_limited(tune->mem_swap_kib) && tune->mem_swap_kib < limit) {
        g_set_error(
            error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
            "the memory limit must be lower than or equal to swap_hard_limit (%" G_GUINT64_FORMAT
            " KiB), which counts memory and swap together",
            tune->mem_swap_kib);
        return FALSE;
    }
    return TRUE;
}

static gboolean
memory_write_v1_limit(const char *dir, const char *file, guint64 kib, GError **error)
{
    if (tune_is_limited(kib))
        return group_file_write_number(dir, file, kib * 1024, error);
    return group_file_write(dir, file, "-1", error);
}

static gboolean
memory_write_v1(const char *dir, gboolean set_hard, guint64 hard_kib, gboolean set_swap,
                guint64 swap_kib, GError **error)
{
    guint64 swap_now = GROUP_UNLIMITED;
    gboolean swap_first;

    if (set_swap && !group_file_read_number(dir, "memory.memsw.limit_in_bytes", &swap_now, error))
        return FALSE;
    swap_first = set_swap && (!tune_is_limited(swap_kib) || swap_kib >= memory_to_kib(swap_now));
    return (!swap_first ||
            memory_write_v1_limit(dir, "memory.memsw.limit_in_bytes", swap_kib, error)) &&
           (!set_hard || memory_write_v1_limit(dir, "memory.limit_in_bytes", hard_kib, error)) &&
           (!set_swap || swap_first ||
            memory_write_v1_limit(dir, "memory.memsw.limit_in_bytes", swap_kib, error));
}

static gboolean
memory_write_v2(const char *dir, gboolean set_hard, guint64 hard_kib, guint64 swap_kib,
                GError **error)
{
    guint64 hard_bytes = GROUP_UNLIMITED;

    if (set_hard && !(tune_is_limited(hard_kib)
                          ? group_file_write_number(dir, "memory.max", hard_kib * 1024, error)
                          : group_file_write(dir, "memory.max", "max", error)))
        return FALSE;
    /* Their sum is what was asked for, so it has to follow when either of them changes. */
    if (!group_file_exists(dir, "memory.swap.max") && !tune_is_limited(swap_kib))
        return TRUE;
    if (!tune_is_limited(swap_kib))
        return group_file_write(dir, "memory.swap.max", "max", error);
    if (!group_file_read_number(dir, "memory.max", &hard_bytes, error))
        return FALSE;
    return group_file_write_number(dir, "memory.swap.max",
                                   swap_kib * 1024 - MIN(hard_bytes, swap_kib * 1024), error);
}

static gboolean
memory_write(const Status *status, const DomainDef *before, const DomainDef *after, GError **error)
{
    int version = 0;
    const char *dir = params_group(status, "memory", &version, error);
    const DomainTune *old = &before->tune, *new = &after->tune;
    gboolean set_hard = old->mem_hard_kib != new->mem_hard_kib;
    gboolean set_swap = old->mem_swap_kib != new->mem_swap_kib;

    if (!dir)
        return FALSE;
    if ((set_hard || set_swap) &&
        !(version == 1
              ? memory_write_v1(dir, set_hard, new->mem_hard_kib, set_swap, new->mem_swap_kib,
                                error)
              : memory_write_v2(dir, set_hard, new->mem_hard_kib, new->mem_swap_kib, error)))
        return FALSE;
    if (old->mem_soft_kib == new->mem_soft_kib)
        return TRUE;
    if (version == 1)
        return memory_write_v1_limit(dir, "memory.soft_limit_in_bytes", new->mem_soft_kib, error);
    return group_file_write_number(
        dir, "memory.low", tune_is_limited(new->mem_soft_kib) ? new->mem_soft_kib * 1024 : 0,
        error);
}

gboolean
guest_set_memory_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params, guint flags,
                        GError **error)
{
    static const ParamSetter setter = {"memtune", memory_fields, G_N_ELEMENTS(memory_fields),
                                       memory_apply, memory_write};

    return params_set(ctx, ref, &setter, params, flags, error);
}
