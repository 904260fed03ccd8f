/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/machine.c - screens, monitor, agent, and what a connection's machines can be. */
#include <stdlib.h>
#include <string.h>

#include "api/calls.h"
#include "api/domain-find.h"
#include "api/param-list.h"

int
machine_call_pm_suspend(Call *call, virDomainPtr domain, unsigned int target,
                        unsigned long long duration, unsigned int flags)
{
    const DomainMachines *role = domain->home->driver->machines;

    if (role == NULL || role->pm_suspend == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (target >= VIR_NODE_SUSPEND_TARGET_LAST || duration != 0) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  duration != 0 ? "a guest cannot be told to wake itself; the duration must be 0"
                                : "unknown target of a suspend");
        return -1;
    }
    return role->pm_suspend(call_ctx(call, &domain->home->ctx), domain->ref, target, &call->error)
               ? 0
               : -1;
}

char *
machine_call_screenshot(Call *call, virDomainPtr domain, virStreamPtr stream, unsigned int screen,
                        unsigned int flags)
{
    const DomainMachines *role = domain->home->driver->machines;
    char *mime = NULL;

    if (role == NULL || role->screenshot == NULL) {
        call_unsupported(call);
        return NULL;
    }
    if (stream->conn != domain->conn || stream->fd >= 0) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "the stream is of another connection or in use; make a new one");
        return NULL;
    }
    stream->fd = role->screenshot(call_ctx(call, &domain->home->ctx), domain->ref, screen, &mime,
                                  &call->error);
    return stream->fd >= 0 ? mime : NULL;
}

/* --- what the guest says -------------------------------------------------------------------------- */

static virDomainFSInfoPtr
fs_info_new(const DomainFsInfo *from)
{
    virDomainFSInfoPtr info = g_new0(virDomainFSInfo, 1);

    info->mountpoint = g_strdup(from->mountpoint);
    info->name = g_strdup(from->name);
    info->fstype = g_strdup(from->fstype);
    info->ndevAlias = from->targets != NULL ? g_strv_length(from->targets) : 0;
    info->devAlias = g_strdupv(from->targets);
    return info;
}

int
machine_call_fs_info(Call *call, virDomainPtr dom, virDomainFSInfoPtr **info, unsigned int flags)
{
    const DomainMachines *role = dom->home->driver->machines;
    g_autoptr(GPtrArray) list = NULL;

    if (role == NULL || role->fs_info == NULL) {
        call_unsupported(call);
        return -1;
    }
    list = role->fs_info(call_ctx(call, &dom->home->ctx), dom->ref, &call->error);
    if (list == NULL)
        return -1;
    *info = g_new0(virDomainFSInfoPtr, list->len + 1);
    for (guint i = 0; i < list->len; i++)
        (*info)[i] = fs_info_new(g_ptr_array_index(list, i));
    return (int)list->len;
}

void
virDomainFSInfoFree(virDomainFSInfoPtr info)
{
    if (info == NULL)
        return;
    free(info->mountpoint);
    free(info->name);
    free(info->fstype);
    g_strfreev(info->devAlias);
    free(info);
}

int
machine_call_guest_info(Call *call, virDomainPtr domain, unsigned int types,
                        virTypedParameterPtr *params, int *nparams, unsigned int flags)
{
    const DomainMachines *role = domain->home->driver->machines;
    g_autoptr(GArray) list = NULL;

    if (role == NULL || role->guest_info == NULL) {
        call_unsupported(call);
        return -1;
    }
    list = role->guest_info(call_ctx(call, &domain->home->ctx), domain->ref, types, &call->error);
    if (list == NULL)
        return -1;
    *params = g_new0(virTypedParameter, list->len + 1);
    *nparams = 0;
    for (guint i = 0; i < list->len; i++)
        if (param_copy_out(&g_array_index(list, Param, i), &(*params)[*nparams]))
            ++*nparams;
    return 0;
}

/* --- monitor and agent ----------------------------------------------------------------------------- */

int
machine_call_monitor_command(Call *call, virDomainPtr domain, const char *cmd, char **answer,
                             unsigned int flags)
{
    const DomainMachines *role = domain->home->driver->machines;
    char *text;

    if (role == NULL || role->monitor_command == NULL) {
        call_unsupported(call);
        return -1;
    }
    text = role->monitor_command(call_ctx(call, &domain->home->ctx), domain->ref, cmd, flags,
                                 &call->error);
    if (text == NULL)
        return -1;
    *answer = text;
    return 0;
}

char *
machine_call_agent_command(Call *call, virDomainPtr domain, const char *cmd, int timeout,
                           unsigned int flags)
{
    const DomainMachines *role = domain->home->driver->machines;

    if (role == NULL || role->agent_command == NULL) {
        call_unsupported(call);
        return NULL;
    }
    if (timeout < -2) {
        call_fail(call, VIR_ERR_INVALID_ARG, "a timeout is seconds, 0, -1 or -2, not %d", timeout);
        return NULL;
    }
    return role->agent_command(call_ctx(call, &domain->home->ctx), domain->ref, cmd, timeout,
                               &call->error);
}

/* --- of a connection ------------------------------------------------------------------------------- */

char *
machine_call_domain_capabilities(Call *call, virConnectPtr conn, const char *emulatorbin,
                                 const char *arch, const char *machine, const char *virttype,
                                 unsigned int flags)
{
    for (guint i = 0; i < conn->n_members; i++) {
        Member *member = &conn->members[i];

        if (member->driver->domain_capabilities != NULL)
            return member->driver->domain_capabilities(call_ctx(call, &member->ctx), emulatorbin,
                                                       arch, machine, virttype, &call->error);
    }
    call_unsupported(call);
    return NULL;
}

char *
machine_call_xml_to_native(Call *call, virConnectPtr conn, const char *nativeFormat,
                           const char *domainXml, unsigned int flags)
{
    Member *member = domain_find_driver(call, conn, domainXml);

    if (member == NULL)
        return NULL;
    if (member->driver->xml_to_native == NULL) {
        call_unsupported(call);
        return NULL;
    }
    call_takes_xml(call);
    return member->driver->xml_to_native(call_ctx(call, &member->ctx), nativeFormat, domainXml,
                                         &call->error);
}
