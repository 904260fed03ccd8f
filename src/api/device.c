/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/device.c - disks and processors of machines. */
#include <stdlib.h>
#include <string.h>

#include "api/calls.h"
#include "api/param-list.h"

int
device_call_block_info(Call *call, virDomainPtr domain, const char *disk,
                       virDomainBlockInfoPtr info, unsigned int flags)
{
    const DomainDevices *role = domain->home->driver->devices;
    guint64 bytes[3];

    if (role == NULL || role->block_info == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (!role->block_info(call_ctx(call, &domain->home->ctx), domain->ref, disk, bytes,
                          &call->error))
        return -1;
    *info = (virDomainBlockInfo){
        .capacity = bytes[0],
        .allocation = bytes[1],
        .physical = bytes[2],
    };
    return 0;
}

static GArray *
block_stats(Call *call, virDomainPtr dom, const char *disk)
{
    const DomainDevices *role = dom->home->driver->devices;

    if (role == NULL || role->block_stats == NULL) {
        call_unsupported(call);
        return NULL;
    }
    return role->block_stats(call_ctx(call, &dom->home->ctx), dom->ref, disk, &call->error);
}

int
device_call_block_stats(Call *call, virDomainPtr dom, const char *disk,
                        virDomainBlockStatsPtr stats, size_t size)
{
    virDomainBlockStatsStruct all = {-1, -1, -1, -1, -1};
    const struct {
        const char *field;
        long long *value;
    } fields[] = {
        {VIR_DOMAIN_BLOCK_STATS_READ_REQ, &all.rd_req},
        {VIR_DOMAIN_BLOCK_STATS_READ_BYTES, &all.rd_bytes},
        {VIR_DOMAIN_BLOCK_STATS_WRITE_REQ, &all.wr_req},
        {VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES, &all.wr_bytes},
    };
    g_autoptr(GArray) list = NULL;

    if (size > sizeof all) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "size %zu in %s is larger than the %zu bytes that are known", size,
                  call->spec->name, sizeof all);
        return -1;
    }
    list = block_stats(call, dom, disk);
    if (list == NULL)
        return -1;
    for (guint i = 0; i < list->len; i++) {
        const Param *param = &g_array_index(list, Param, i);

        for (gsize k = 0; k < G_N_ELEMENTS(fields); k++)
            if (strcmp(param->field, fields[k].field) == 0)
                *fields[k].value = param->value.l;
    }
    memcpy(stats, &all, size); /* a program may be compiled with a shorter struct */
    return 0;
}

int
device_call_block_stats_params(Call *call, virDomainPtr dom, const char *disk,
                               virTypedParameterPtr params, int *nparams, unsigned int flags)
{
    return param_list_give(call, block_stats(call, dom, disk), params, nparams);
}

int
device_call_disk_errors(Call *call, virDomainPtr dom, virDomainDiskErrorPtr errors,
                        unsigned int maxerrors, unsigned int flags)
{
    const DomainDevices *role = dom->home->driver->devices;
    g_autoptr(GArray) list = NULL;
    guint max = 0, n = 0;

    if (role == NULL || role->disk_errors == NULL) {
        call_unsupported(call);
        return -1;
    }
    list = role->disk_errors(call_ctx(call, &dom->home->ctx), dom->ref, &max, &call->error);
    if (list == NULL)
        return -1;
    if (errors == NULL)
        return (int)max;
    for (; n < list->len && n < maxerrors; n++) {
        const Param *param = &g_array_index(list, Param, n);

        errors[n] = (virDomainDiskError){.disk = g_strdup(param->field), .error = param->value.i};
    }
    return (int)n;
}

int
device_call_vcpus(Call *call, virDomainPtr domain, virVcpuInfoPtr info, int maxinfo,
                  unsigned char *cpumaps, int maplen)
{
    const DomainResources *role = domain->home->driver->resources;
    g_autoptr(GArray) list = NULL;
    int n = 0;

    if (role == NULL || role->get_vcpu_info == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (maxinfo < 1 || (cpumaps == NULL) != (maplen == 0) || maplen < 0 || maplen > 65536) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s: maxinfo %d and maplen %d do not go together",
                  call->spec->name, maxinfo, maplen);
        return -1;
    }
    list = role->get_vcpu_info(call_ctx(call, &domain->home->ctx), domain->ref, &call->error);
    if (list == NULL)
        return -1;
    for (; n < maxinfo && n < (int)list->len; n++) {
        const DomainVcpu *vcpu = &g_array_index(list, DomainVcpu, n);

        info[n] = (virVcpuInfo){
            .number = (unsigned int)n,
            .state = vcpu->state,
            .cpuTime = vcpu->time_ns,
            .cpu = vcpu->cpu,
        };
        if (cpumaps != NULL) /* no processor of a guest is bound to one of the host's */
            memset(VIR_GET_CPUMAP(cpumaps, maplen, n), 0xff, (size_t)maplen);
    }
    return n;
}
