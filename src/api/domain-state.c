/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/domain-state.c - whether and how a guest runs. */
#include "api/calls.h"

int
domain_call_info(Call *call, virDomainPtr domain, virDomainInfoPtr info)
{
    const DomainObjects *role = domain->home->driver->objects;
    DomainInfo got = {0};

    if (role == NULL || role->get_info == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (!role->get_info(call_ctx(call, &domain->home->ctx), domain->ref, &got, &call->error))
        return -1;
    *info = (virDomainInfo){
        .state = (unsigned char)got.state,
        .maxMem = got.max_mem_kib,
        .memory = got.memory_kib,
        .nrVirtCpu = (unsigned short)MIN(got.vcpus, G_MAXUSHORT),
        .cpuTime = got.cpu_time_ns,
    };
    return 0;
}

int
domain_call_state(Call *call, virDomainPtr domain, int *state, int *reason, unsigned int flags)
{
    const DomainObjects *role = domain->home->driver->objects;
    DomainState got_state = DOMAIN_STATE_NOSTATE;
    int got_reason = 0;

    if (role == NULL || role->get_state == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (!role->get_state(call_ctx(call, &domain->home->ctx), domain->ref, &got_state, &got_reason,
                         &call->error))
        return -1;
    *state = (int)got_state;
    if (reason != NULL)
        *reason = got_reason;
    return 0;
}

int
domain_call_is_active(Call *call, virDomainPtr dom)
{
    const DomainObjects *role = dom->home->driver->objects;
    g_autoptr(ObjectRef) now = NULL;

    if (role == NULL || role->lookup_uuid == NULL) {
        call_unsupported(call);
        return -1;
    }
    now = role->lookup_uuid(call_ctx(call, &dom->home->ctx), dom->ref->uuid, &call->error);
    return now != NULL ? now->id != -1 : -1;
}
