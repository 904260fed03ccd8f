/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The resources role: limits and usage of containers. */
#include "container/resources-priv.h"
#include "container/roles.h"

#define VCPU_MAXIMUM 4u /* VIR_DOMAIN_VCPU_MAXIMUM */

static gboolean
resources_get_vcpus(DriverCtx *ctx, const ObjectRef *ref, guint flags, guint *ret_vcpus,
                    GError **error)
{
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(Status) status = NULL;

    if (!params_target(ctx, ref, "vcpucount", flags & ~VCPU_MAXIMUM, &def, &status, error))
        return FALSE;
    *ret_vcpus = flags & VCPU_MAXIMUM ? def->tune.vcpus : def->tune.vcpus_current;
    return TRUE;
}

const DomainResources container_resources = {
    .get_memory_params = resources_get_memory_params,
    .set_memory_params = resources_set_memory_params,
    .get_blkio_params = resources_get_blkio_params,
    .set_blkio_params = resources_set_blkio_params,
    .get_sched_params = resources_get_sched_params,
    .set_sched_params = resources_set_sched_params,
    .set_memory = resources_set_memory,
    .get_vcpus = resources_get_vcpus,
    .get_cpu_stats = resources_get_cpu_stats,
    .get_memory_stats = resources_get_memory_stats,
    .get_interface_stats = resources_get_interface_stats,
    .get_interface_addresses = resources_get_interface_addresses,
    .get_stats = resources_get_stats,
};
