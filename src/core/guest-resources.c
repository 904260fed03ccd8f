/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many processors a guest has. */
#include "core/guest-resources.h"

#define VCPU_MAXIMUM 4u /* VIR_DOMAIN_VCPU_MAXIMUM */

gboolean
guest_get_vcpus(DriverCtx *ctx, const ObjectRef *ref, guint flags, guint *ret_vcpus, GError **error)
{
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(Status) status = NULL;

    if (!params_target(ctx, ref, "vcpucount", flags & ~VCPU_MAXIMUM, &def, &status, error))
        return FALSE;
    *ret_vcpus = flags & VCPU_MAXIMUM ? def->tune.vcpus : def->tune.vcpus_current;
    return TRUE;
}
