/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/jobs.c - saved images, and how a job goes. */
#include <string.h>

#include "api/calls.h"
#include "api/param-list.h"

/* Which driver's guests can be saved: a path says nothing of it. */
static Member *
saver(Call *call, virConnectPtr conn)
{
    for (guint i = 0; i < conn->n_members; i++)
        if (conn->members[i].driver->jobs != NULL)
            return &conn->members[i];
    call_unsupported(call);
    return NULL;
}

int
jobs_call_restore(Call *call, virConnectPtr conn, const char *from, const char *dxml,
                  unsigned int flags)
{
    Member *member = saver(call, conn);

    if (member == NULL)
        return -1;
    call_takes_xml(call);
    return member->driver->jobs->restore(call_ctx(call, &member->ctx), from, dxml, flags,
                                         &call->error)
               ? 0
               : -1;
}

char *
jobs_call_image_xml(Call *call, virConnectPtr conn, const char *file, unsigned int flags)
{
    Member *member = saver(call, conn);

    return member != NULL ? member->driver->jobs->image_xml(call_ctx(call, &member->ctx), file,
                                                            flags, &call->error)
                          : NULL;
}

int
jobs_call_has_managed_save(Call *call, virDomainPtr dom, unsigned int flags)
{
    const DomainJobs *role = dom->home->driver->jobs;
    gboolean value = FALSE;

    if (role == NULL || role->has_managed_save == NULL)
        return 0; /* a kind of guests that is never saved */
    if (!role->has_managed_save(call_ctx(call, &dom->home->ctx), dom->ref, &value, &call->error))
        return -1;
    return value != FALSE;
}

static gboolean
get_job(Call *call, virDomainPtr dom, gboolean completed, DomainJob *ret_job)
{
    const DomainJobs *role = dom->home->driver->jobs;

    if (role == NULL || role->job == NULL) {
        call_unsupported(call);
        return FALSE;
    }
    return role->job(call_ctx(call, &dom->home->ctx), dom->ref, completed, ret_job, &call->error);
}

int
jobs_call_info(Call *call, virDomainPtr dom, virDomainJobInfoPtr info)
{
    DomainJob job = {0};

    if (!get_job(call, dom, FALSE, &job))
        return -1;
    memset(info, 0, sizeof *info);
    info->type = job.is_running ? VIR_DOMAIN_JOB_UNBOUNDED : VIR_DOMAIN_JOB_NONE;
    if (!job.is_running)
        return 0;
    info->timeElapsed = job.elapsed_ms;
    info->dataTotal = info->memTotal = job.total;
    info->dataProcessed = info->memProcessed = job.done;
    info->dataRemaining = info->memRemaining = job.remaining;
    return 0;
}

static void
add_number(virTypedParameterPtr params, int *n, const char *field, int type, guint64 value)
{
    virTypedParameterPtr param = &params[(*n)++];

    g_strlcpy(param->field, field, sizeof param->field);
    param->type = type;
    if (type == VIR_TYPED_PARAM_INT)
        param->value.i = (int)value;
    else
        param->value.ul = value;
}

int
jobs_call_stats(Call *call, virDomainPtr domain, int *type, virTypedParameterPtr *params,
                int *nparams, unsigned int flags)
{
    gboolean completed = (flags & (guint)VIR_DOMAIN_JOB_STATS_COMPLETED) != 0;
    DomainJob job = {0};
    virTypedParameterPtr list;
    int n = 0;

    if (!get_job(call, domain, completed, &job))
        return -1;
    *params = NULL;
    *nparams = 0;
    *type = VIR_DOMAIN_JOB_NONE;
    if (!job.is_running && !completed)
        return 0;
    if (completed && job.operation == VIR_DOMAIN_JOB_OPERATION_UNKNOWN)
        return 0;
    list = g_new0(virTypedParameter, 8);
    add_number(list, &n, VIR_DOMAIN_JOB_OPERATION, VIR_TYPED_PARAM_INT, (guint64)job.operation);
    add_number(list, &n, VIR_DOMAIN_JOB_TIME_ELAPSED, VIR_TYPED_PARAM_ULLONG, job.elapsed_ms);
    add_number(list, &n, VIR_DOMAIN_JOB_DATA_TOTAL, VIR_TYPED_PARAM_ULLONG, job.total);
    add_number(list, &n, VIR_DOMAIN_JOB_DATA_PROCESSED, VIR_TYPED_PARAM_ULLONG, job.done);
    add_number(list, &n, VIR_DOMAIN_JOB_DATA_REMAINING, VIR_TYPED_PARAM_ULLONG, job.remaining);
    add_number(list, &n, VIR_DOMAIN_JOB_MEMORY_TOTAL, VIR_TYPED_PARAM_ULLONG, job.total);
    add_number(list, &n, VIR_DOMAIN_JOB_MEMORY_PROCESSED, VIR_TYPED_PARAM_ULLONG, job.done);
    add_number(list, &n, VIR_DOMAIN_JOB_MEMORY_REMAINING, VIR_TYPED_PARAM_ULLONG, job.remaining);
    *type = completed ? VIR_DOMAIN_JOB_COMPLETED : VIR_DOMAIN_JOB_UNBOUNDED;
    *params = list;
    *nparams = n;
    return 0;
}
