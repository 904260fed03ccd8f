/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/domain-tune.c - memory, cpus and the scheduler of a guest; the rest of tuning is uniform. */
#include "api/calls.h"

unsigned long
domain_tune_call_max_memory(Call *call, virDomainPtr domain)
{
    virDomainInfo info = {0};

    return domain_call_info(call, domain, &info) == 0 ? info.maxMem : 0;
}

static int
set_memory(Call *call, virDomainPtr domain, unsigned long memory, guint flags)
{
    const DomainResources *role = domain->home->driver->resources;

    if (role == NULL || role->set_memory == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (memory == 0) {
        call_fail(call, VIR_ERR_INVALID_ARG, "memory in %s must not be zero", call->spec->name);
        return -1;
    }
    return role->set_memory(call_ctx(call, &domain->home->ctx), domain->ref, memory, flags,
                            &call->error)
               ? 0
               : -1;
}

int
domain_tune_call_set_max_memory(Call *call, virDomainPtr domain, unsigned long memory)
{
    return set_memory(call, domain, memory, VIR_DOMAIN_MEM_MAXIMUM);
}

int
domain_tune_call_set_memory(Call *call, virDomainPtr domain, unsigned long memory,
                            unsigned int flags)
{
    return set_memory(call, domain, memory, flags);
}

int
domain_tune_call_vcpus(Call *call, virDomainPtr domain, unsigned int flags)
{
    const DomainResources *role = domain->home->driver->resources;
    guint vcpus = 0;

    if (role == NULL || role->get_vcpus == NULL) {
        call_unsupported(call);
        return -1;
    }
    return role->get_vcpus(call_ctx(call, &domain->home->ctx), domain->ref, flags, &vcpus,
                           &call->error)
               ? (int)vcpus
               : -1;
}

char *
domain_tune_call_scheduler_type(Call *call, virDomainPtr domain, int *nparams)
{
    const DomainResources *role = domain->home->driver->resources;
    g_autoptr(GArray) params = NULL;

    if (role == NULL || role->get_sched_params == NULL) {
        call_unsupported(call);
        return NULL;
    }
    params =
        role->get_sched_params(call_ctx(call, &domain->home->ctx), domain->ref, 0, &call->error);
    if (params == NULL)
        return NULL;
    if (nparams != NULL)
        *nparams = (int)params->len;
    return g_strdup("posix");
}
