/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static virTypedParameter memory[] = {
    {"hard_limit", VIR_TYPED_PARAM_ULLONG, {.ul = 65536}},
    {"soft_limit", VIR_TYPED_PARAM_ULLONG, {.ul = VIR_DOMAIN_MEMORY_PARAM_UNLIMITED}},
    {"swap_hard_limit", VIR_TYPED_PARAM_ULLONG, {.ul = VIR_DOMAIN_MEMORY_PARAM_UNLIMITED}},
};
static virTypedParameter scheduler[] = {
    {"cpu_shares", VIR_TYPED_PARAM_ULLONG, {.ul = 1024}},
    {"vcpu_period", VIR_TYPED_PARAM_ULLONG, {.ul = 100000}},
    {"vcpu_quota", VIR_TYPED_PARAM_LLONG, {.l = -1}},
};
static virTypedParameter blkio[] = {
    {"weight", VIR_TYPED_PARAM_UINT, {.ui = 500}},
};

static int
get(const virTypedParameter *from, int n, virTypedParameterPtr params, int *nparams)
{
    if (*nparams == 0)
        *nparams = n;
    else
        memcpy(params, from, sizeof *from * (size_t)n);
    return 0;
}

static int
set(virTypedParameterPtr to, int n, virTypedParameterPtr params, int nparams, const char *call)
{
    if (fake_writes(call) < 0)
        return -1;
    for (int i = 0; i < nparams; i++) {
        virTypedParameterPtr at = virTypedParamsGet(to, n, params[i].field);

        if (!at)
            return fake_fail(VIR_ERR_INVALID_ARG, "parameter '%s' is not supported",
                             params[i].field);
        at->value = params[i].value;
    }
    return 0;
}

int
virDomainGetMemoryParameters(virDomainPtr dom, virTypedParameterPtr params, int *n,
                             unsigned int flags)
{
    return get(memory, 3, params, n);
}

int
virDomainSetMemoryParameters(virDomainPtr dom, virTypedParameterPtr params, int n,
                             unsigned int flags)
{
    return set(memory, 3, params, n, "virDomainSetMemoryParameters");
}

int
virDomainGetBlkioParameters(virDomainPtr dom, virTypedParameterPtr params, int *n,
                            unsigned int flags)
{
    return get(blkio, 1, params, n);
}

int
virDomainSetBlkioParameters(virDomainPtr dom, virTypedParameterPtr params, int n,
                            unsigned int flags)
{
    return set(blkio, 1, params, n, "virDomainSetBlkioParameters");
}

char *
virDomainGetSchedulerType(virDomainPtr dom, int *n)
{
    return fake_copy("posix");
}

int
virDomainGetSchedulerParametersFlags(virDomainPtr dom, virTypedParameterPtr params, int *n,
                                     unsigned int flags)
{
    return get(scheduler, 3, params, n);
}

int
virDomainSetSchedulerParametersFlags(virDomainPtr dom, virTypedParameterPtr params, int n,
                                     unsigned int flags)
{
    return set(scheduler, 3, params, n, "virDomainSetSchedulerParameters");
}

int
virDomainSetMemoryFlags(virDomainPtr dom, unsigned long kib, unsigned int flags)
{
    if (fake_writes("virDomainSetMemoryFlags") < 0)
        return -1;
    if (kib > 102400)
        return fake_fail(VIR_ERR_INVALID_ARG, "%lu KiB is above the maximum; flags %u", kib, flags);
    return 0;
}

int
virDomainGetVcpusFlags(virDomainPtr dom, unsigned int flags)
{
    return 2;
}

int
virDomainGetCPUStats(virDomainPtr dom, virTypedParameterPtr params, unsigned int n, int start,
                     unsigned int n_cpus, unsigned int flags)
{
    static const char *const names[] = {"cpu_time", "user_time", "system_time"};

    if (virDomainGetID(dom) == (unsigned int)-1)
        return fake_fail(VIR_ERR_OPERATION_INVALID,
                         "Requested operation is not valid: domain is not running");
    if (start >= 0 && n_cpus == 0)
        return 2;
    if (n == 0)
        return start < 0 ? 3 : 1;
    for (unsigned int cpu = 0; cpu < n_cpus; cpu++)
        for (unsigned int i = 0; i < n; i++) {
            virTypedParameterPtr param = &params[cpu * n + i];

            snprintf(param->field, sizeof param->field, "%s", names[i]);
            param->type = VIR_TYPED_PARAM_ULLONG;
            param->value.ul = 1000000001ull * (cpu + i + 1);
        }
    return (int)n;
}

int
virDomainMemoryStats(virDomainPtr dom, virDomainMemoryStatPtr stats, unsigned int n,
                     unsigned int flags)
{
    stats[0] = (virDomainMemoryStatStruct){VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON, 102400};
    stats[1] = (virDomainMemoryStatStruct){VIR_DOMAIN_MEMORY_STAT_SWAP_IN, 0};
    stats[2] = (virDomainMemoryStatStruct){VIR_DOMAIN_MEMORY_STAT_RSS, 1024};
    return 3;
}

int
virDomainInterfaceStats(virDomainPtr dom, const char *device, virDomainInterfaceStatsPtr stats,
                        size_t size)
{
    if (strcmp(device, "veth0") != 0)
        return fake_fail(VIR_ERR_INVALID_ARG, "'%s' is no interface of domain '%s'", device,
                         virDomainGetName(dom));
    *stats = (virDomainInterfaceStatsStruct){1, 2, 3, 4, 5, 6, 7, -1};
    return 0;
}

static virDomainStatsRecordPtr
record(virDomainPtr dom)
{
    virDomainStatsRecordPtr made = calloc(1, sizeof *made);

    made->dom = dom;
    made->params = calloc(2, sizeof *made->params);
    made->params[0] = (virTypedParameter){"state.state", VIR_TYPED_PARAM_INT, {.i = 1}};
    made->params[1] = (virTypedParameter){"cpu.time", VIR_TYPED_PARAM_ULLONG, {.ul = 42}};
    made->nparams = 2;
    return made;
}

int
virDomainListGetStats(virDomainPtr *doms, unsigned int stats, virDomainStatsRecordPtr **list,
                      unsigned int flags)
{
    int n = 0;

    while (doms[n])
        n++;
    *list = calloc((size_t)n + 1, sizeof **list);
    for (int i = 0; i < n; i++)
        (*list)[i] = record(doms[i]);
    return n;
}

int
virConnectGetAllDomainStats(virConnectPtr conn, unsigned int stats, virDomainStatsRecordPtr **list,
                            unsigned int flags)
{
    virDomainPtr doms[] = {virDomainLookupByName(conn, "web"), virDomainLookupByName(conn, "db"),
                           NULL};

    return virDomainListGetStats(doms, stats, list, flags);
}

void
virDomainStatsRecordListFree(virDomainStatsRecordPtr *list)
{
    for (virDomainStatsRecordPtr *at = list; at && *at; at++) {
        virTypedParamsFree((*at)->params, (*at)->nparams);
        free(*at);
    }
    free(list);
}

int
virDomainInterfaceAddresses(virDomainPtr dom, virDomainInterfacePtr **ifaces, unsigned int source,
                            unsigned int flags)
{
    virDomainInterfacePtr iface = calloc(1, sizeof *iface);

    *ifaces = calloc(1, sizeof **ifaces);
    (*ifaces)[0] = iface;
    iface->name = fake_copy("veth0");
    iface->hwaddr = fake_copy("52:54:00:4d:2b:cd");
    if (source == VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP)
        return 1;
    iface->naddrs = 2;
    iface->addrs = calloc(2, sizeof *iface->addrs);
    iface->addrs[0] = (virDomainIPAddress){VIR_IP_ADDR_TYPE_IPV4, fake_copy("192.168.122.7"), 24};
    iface->addrs[1] = (virDomainIPAddress){VIR_IP_ADDR_TYPE_IPV6, fake_copy("fd00::7"), 64};
    return 1;
}

void
virDomainInterfaceFree(virDomainInterfacePtr iface)
{
    for (unsigned int i = 0; i < iface->naddrs; i++)
        free(iface->addrs[i].addr);
    free(iface->addrs);
    free(iface->name);
    free(iface->hwaddr);
    free(iface);
}
