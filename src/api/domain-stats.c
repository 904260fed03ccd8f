/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/domain-stats.c - what guests used, and their addresses. */
#include <stdlib.h>
#include <string.h>

#include "api/calls.h"
#include "api/domain-find.h"
#include "api/param-list.h"

/* --- cpu ------------------------------------------------------------------------------------- */

/* Room is checked against @nparams: what does not fit is left out, as libvirt does. */
static int
give_cpus(GPtrArray *cpus, virTypedParameterPtr params, guint nparams, guint first, guint ncpus)
{
    guint most = 0;

    memset(params, 0, sizeof *params * nparams * ncpus);
    for (guint cpu = 0; cpu < ncpus && first + cpu < cpus->len; cpu++) {
        const GArray *one = g_ptr_array_index(cpus, first + cpu);
        guint filled = 0;

        for (guint i = 0; i < one->len && filled < nparams; i++)
            if (param_copy_out(&g_array_index(one, Param, i), &params[cpu * nparams + filled]))
                filled++;
        most = MAX(most, filled);
    }
    return (int)most;
}

int
domain_stats_call_cpu(Call *call, virDomainPtr domain, virTypedParameterPtr params,
                      unsigned int nparams, int start_cpu, unsigned int ncpus, unsigned int flags)
{
    const DomainResources *role = domain->home->driver->resources;
    g_autoptr(GPtrArray) cpus = NULL;

    if (role == NULL || role->get_cpu_stats == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (start_cpu < -1 || (start_cpu == -1 && ncpus != 1) || (params == NULL) != (nparams == 0) ||
        (ncpus == 0 && (params != NULL || start_cpu != 0)) || nparams > 1024 || ncpus > 65536) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "%s: start_cpu %d, ncpus %u and nparams %u do not go together", call->spec->name,
                  start_cpu, ncpus, nparams);
        return -1;
    }
    cpus = role->get_cpu_stats(call_ctx(call, &domain->home->ctx), domain->ref, start_cpu == -1,
                               &call->error);
    if (cpus == NULL)
        return -1;
    if (ncpus == 0)
        return (int)cpus->len;
    if (start_cpu >= (int)cpus->len) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s: the host has no cpu %d", call->spec->name,
                  start_cpu);
        return -1;
    }
    if (nparams == 0)
        return cpus->len > 0 ? (int)((const GArray *)g_ptr_array_index(cpus, 0))->len : 0;
    return give_cpus(cpus, params, nparams, (guint)MAX(start_cpu, 0), ncpus);
}

/* --- memory, interfaces --------------------------------------------------------------------------- */

static const char *const memory_stat_names[VIR_DOMAIN_MEMORY_STAT_NR] = {
    [VIR_DOMAIN_MEMORY_STAT_SWAP_IN] = "swap_in",
    [VIR_DOMAIN_MEMORY_STAT_SWAP_OUT] = "swap_out",
    [VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT] = "major_fault",
    [VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT] = "minor_fault",
    [VIR_DOMAIN_MEMORY_STAT_UNUSED] = "unused",
    [VIR_DOMAIN_MEMORY_STAT_AVAILABLE] = "available",
    [VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON] = "actual",
    [VIR_DOMAIN_MEMORY_STAT_RSS] = "rss",
    [VIR_DOMAIN_MEMORY_STAT_USABLE] = "usable",
    [VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE] = "last_update",
    [VIR_DOMAIN_MEMORY_STAT_DISK_CACHES] = "disk_caches",
    [VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC] = "hugetlb_pgalloc",
    [VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL] = "hugetlb_pgfail",
};

int
domain_stats_call_memory(Call *call, virDomainPtr dom, virDomainMemoryStatPtr stats,
                         unsigned int nr_stats, unsigned int flags)
{
    const DomainResources *role = dom->home->driver->resources;
    g_autoptr(GArray) list = NULL;
    guint n = 0;

    if (role == NULL || role->get_memory_stats == NULL) {
        call_unsupported(call);
        return -1;
    }
    list = role->get_memory_stats(call_ctx(call, &dom->home->ctx), dom->ref, &call->error);
    if (list == NULL)
        return -1;
    for (guint i = 0; i < list->len && n < nr_stats; i++) {
        const Param *param = &g_array_index(list, Param, i);

        for (int tag = 0; tag < VIR_DOMAIN_MEMORY_STAT_NR; tag++)
            if (strcmp(memory_stat_names[tag], param->field) == 0) {
                stats[n++] = (virDomainMemoryStatStruct){.tag = tag, .val = param->value.ul};
                break;
            }
    }
    return (int)n;
}

int
domain_stats_call_interface(Call *call, virDomainPtr dom, const char *device,
                            virDomainInterfaceStatsPtr stats, size_t size)
{
    const DomainResources *role = dom->home->driver->resources;
    gint64 got[8];
    virDomainInterfaceStatsStruct all;

    if (role == NULL || role->get_interface_stats == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (size > sizeof *stats) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "size %zu in %s is larger than the %zu bytes that are known", size,
                  call->spec->name, sizeof *stats);
        return -1;
    }
    if (!role->get_interface_stats(call_ctx(call, &dom->home->ctx), dom->ref, device, got,
                                   &call->error))
        return -1;
    all = (virDomainInterfaceStatsStruct){got[0], got[1], got[2], got[3],
                                          got[4], got[5], got[6], got[7]};
    memcpy(stats, &all, size); /* a program may be compiled with a shorter struct */
    return 0;
}

/* --- everything of many guests -------------------------------------------------------------------- */

#define STATS_KNOWN                                                                                \
    (VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON |              \
     VIR_DOMAIN_STATS_VCPU | VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK)

static gboolean
check_groups(Call *call, guint *groups, guint flags)
{
    guint unknown = *groups & ~(guint)STATS_KNOWN;

    if (unknown != 0 && (flags & (guint)VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS) != 0)
        return call_fail(call, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "statistics 0x%x are not known to any driver; known are 0x%x", unknown,
                         (guint)STATS_KNOWN);
    if (*groups == 0)
        *groups = STATS_KNOWN;
    *groups &= STATS_KNOWN;
    return TRUE;
}

static void
record_free(virDomainStatsRecordPtr record)
{
    virTypedParamsFree(record->params, record->nparams);
    domain_unref(record->dom);
    free(record);
}

/* NULL without an error: the guest went away between the list and now. */
static virDomainStatsRecordPtr
record_new(Call *call, virDomainPtr domain, guint groups)
{
    const DomainResources *role = domain->home->driver->resources;
    g_autoptr(GArray) list = NULL;
    virDomainStatsRecordPtr record;

    if (role == NULL || role->get_stats == NULL) {
        call_unsupported(call);
        return NULL;
    }
    list = role->get_stats(call_ctx(call, &domain->home->ctx), domain->ref, groups, &call->error);
    if (list == NULL) {
        if (g_error_matches(call->error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
            g_clear_error(&call->error);
        return NULL;
    }
    record = g_new0(virDomainStatsRecord, 1);
    record->params = g_new0(virTypedParameter, list->len + 1);
    for (guint i = 0; i < list->len; i++)
        if (param_copy_out(&g_array_index(list, Param, i), &record->params[record->nparams]))
            record->nparams++;
    g_atomic_int_inc(&domain->refs);
    record->dom = domain;
    return record;
}

static int
give_records(Call *call, virDomainPtr *domains, guint n, guint groups,
             virDomainStatsRecordPtr **retStats)
{
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
    int n_records;

    for (guint i = 0; i < n; i++) {
        virDomainStatsRecordPtr record = record_new(call, domains[i], groups);

        if (record != NULL)
            g_ptr_array_add(records, record);
        else if (call->error != NULL)
            return -1;
    }
    n_records = (int)records->len;
    g_ptr_array_add(records, NULL);
    g_ptr_array_set_free_func(records, NULL);
    *retStats = (virDomainStatsRecordPtr *)g_ptr_array_free(g_steal_pointer(&records), FALSE);
    return n_records;
}

int
domain_stats_call_all(Call *call, virConnectPtr conn, unsigned int stats,
                      virDomainStatsRecordPtr **retStats, unsigned int flags)
{
    g_autoptr(GPtrArray) list = NULL;

    if (!check_groups(call, &stats, flags))
        return -1;
    list = domain_find_all(call, conn, flags & 0xff); /* the filters have the values of lists */
    if (list == NULL)
        return -1;
    return give_records(call, (virDomainPtr *)list->pdata, list->len, stats, retStats);
}

int
virDomainListGetStats(virDomainPtr *doms, unsigned int stats, virDomainStatsRecordPtr **retStats,
                      unsigned int flags)
{
    static const CallSpec spec = {
        .name = "virDomainListGetStats",
        .flags = (guint)VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT |
                 (guint)VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING |
                 (guint)VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS,
    };
    Call call;
    guint n = 0;
    int result = -1;
    gboolean good = call_begin_domain(&call, &spec, doms != NULL ? doms[0] : NULL, flags) &&
                    call_needs(&call, retStats != NULL, "retStats");

    for (; good && doms[n] != NULL; n++) {
        good = call_needs_domain(&call, doms[n]);
        if (good && doms[n]->conn != doms[0]->conn)
            good = call_fail(&call, VIR_ERR_INVALID_ARG,
                             "the guests in %s must be of one connection", spec.name);
    }
    if (good && check_groups(&call, &stats, flags))
        result = give_records(&call, doms, n, stats, retStats);
    call_end(&call);
    return result;
}

void
virDomainStatsRecordListFree(virDomainStatsRecordPtr *stats)
{
    for (virDomainStatsRecordPtr *next = stats; next != NULL && *next != NULL; next++)
        record_free(*next);
    free(stats);
}

/* --- addresses -------------------------------------------------------------------------------------- */

/* "4 192.0.2.1 24" */
static gboolean
address_read(const char *text, virDomainIPAddressPtr address)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 3);

    if (g_strv_length(words) != 3)
        return FALSE;
    address->type = words[0][0] == '6' ? VIR_IP_ADDR_TYPE_IPV6 : VIR_IP_ADDR_TYPE_IPV4;
    address->addr = g_strdup(words[1]);
    address->prefix = (unsigned int)g_ascii_strtoull(words[2], NULL, 10);
    return TRUE;
}

static virDomainInterfacePtr
interface_new(const DomainIfaceAddrs *from)
{
    virDomainInterfacePtr iface = g_new0(virDomainInterface, 1);
    guint n = from->addrs != NULL ? from->addrs->len : 0;

    iface->name = g_strdup(from->name);
    iface->hwaddr = g_strdup(from->mac);
    iface->addrs = n > 0 ? g_new0(virDomainIPAddress, n) : NULL;
    for (guint i = 0; i < n; i++)
        if (address_read(g_ptr_array_index(from->addrs, i), &iface->addrs[iface->naddrs]))
            iface->naddrs++;
    return iface;
}

int
domain_stats_call_addresses(Call *call, virDomainPtr dom, virDomainInterfacePtr **ifaces,
                            unsigned int source, unsigned int flags)
{
    const DomainResources *role = dom->home->driver->resources;
    g_autoptr(GPtrArray) list = NULL;

    if (role == NULL || role->get_interface_addresses == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (source >= VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LAST) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s knows no source %u of addresses", call->spec->name,
                  source);
        return -1;
    }
    list = role->get_interface_addresses(call_ctx(call, &dom->home->ctx), dom->ref, source,
                                         &call->error);
    if (list == NULL)
        return -1;
    *ifaces = g_new0(virDomainInterfacePtr, list->len + 1);
    for (guint i = 0; i < list->len; i++)
        (*ifaces)[i] = interface_new(g_ptr_array_index(list, i));
    return (int)list->len;
}

void
virDomainInterfaceFree(virDomainInterfacePtr iface)
{
    if (iface == NULL)
        return;
    for (unsigned int i = 0; i < iface->naddrs; i++)
        free(iface->addrs[i].addr);
    free(iface->addrs);
    free(iface->name);
    free(iface->hwaddr);
    free(iface);
}
