/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/node.c - the host's cpus and memory, from /proc and /sys. */
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "api/calls.h"
#include "util/file.h"

#define PROC_FILE_MAX                                                                              \
    (4u << 20) /* /proc/cpuinfo and /proc/stat of the largest hosts are below 2 MiB */

/* "Name:   123 kB" -> 123; 0 when absent. */
static guint64
field_kib(const char *text, const char *name)
{
    const char *found = strstr(text, name);

    return found != NULL ? g_ascii_strtoull(found + strlen(name), NULL, 10) : 0;
}

static guint
sysfs_number(guint cpu, const char *what)
{
    g_autofree char *path = g_strdup_printf("/sys/devices/system/cpu/cpu%u/topology/%s", cpu, what);
    g_autofree char *text = file_read(AT_FDCWD, path, 64, NULL, NULL);

    return text != NULL ? (guint)g_ascii_strtoull(text, NULL, 10) : 0;
}

static guint
count_nodes(void)
{
    guint n = 0;
    g_autofree char *path = NULL;

    for (;;) {
        g_free(path);
        path = g_strdup_printf("/sys/devices/system/node/node%u", n);
        if (access(path, F_OK) != 0)
            return MAX(n, 1);
        n++;
    }
}

/* Counts packages, cores of one and threads of one core over the online cpus. */
static void
read_topology(virNodeInfoPtr info)
{
    g_autoptr(GHashTable) packages = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) cores = g_hash_table_new(NULL, NULL);
    long configured = sysconf(_SC_NPROCESSORS_CONF);

    for (guint cpu = 0; cpu < (guint)MAX(configured, 1); cpu++) {
        guint package = sysfs_number(cpu, "physical_package_id");

        g_hash_table_add(packages, GUINT_TO_POINTER(package + 1));
        g_hash_table_add(cores,
                         GUINT_TO_POINTER((package << 16 | sysfs_number(cpu, "core_id")) + 1));
    }
    info->nodes = count_nodes();
    info->sockets = MAX(g_hash_table_size(packages) / info->nodes, 1);
    info->cores = MAX(g_hash_table_size(cores) / g_hash_table_size(packages), 1);
    info->threads = MAX(info->cpus / g_hash_table_size(cores), 1);
    /* The product is the convention's upper bound of cpus; odd machines are shown flat. */
    if (VIR_NODEINFO_MAXCPUS(*info) < info->cpus) {
        info->nodes = info->sockets = info->threads = 1;
        info->cores = info->cpus;
    }
}

int
node_call_info(Call *call, virConnectPtr conn, virNodeInfoPtr info)
{
    g_autofree char *meminfo =
        file_read(AT_FDCWD, "/proc/meminfo", PROC_FILE_MAX, NULL, &call->error);
    g_autofree char *cpuinfo = NULL;
    struct utsname system;
    const char *mhz;

    if (meminfo == NULL || uname(&system) < 0)
        return -1;
    cpuinfo = file_read(AT_FDCWD, "/proc/cpuinfo", PROC_FILE_MAX, NULL, &call->error);
    if (cpuinfo == NULL)
        return -1;
    memset(info, 0, sizeof *info);
    g_strlcpy(info->model, system.machine, sizeof info->model);
    info->memory = field_kib(meminfo, "MemTotal:");
    info->cpus = (unsigned int)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1);
    mhz = strstr(cpuinfo, "cpu MHz");
    mhz = mhz != NULL ? strchr(mhz, ':') : NULL;
    info->mhz = mhz != NULL ? (unsigned int)g_ascii_strtod(mhz + 1, NULL) : 0;
    read_topology(info);
    return 0;
}

/* "cpu  USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ" of one cpu, or of all. */
static gboolean
read_cpu_ticks(Call *call, int cpu, guint64 ticks[7])
{
    g_autofree char *text = file_read(AT_FDCWD, "/proc/stat", PROC_FILE_MAX, NULL, &call->error);
    g_autofree char *key = cpu < 0 ? g_strdup("cpu ") : g_strdup_printf("cpu%d ", cpu);
    const char *line = text;
    char *end;

    if (text == NULL)
        return FALSE;
    while (line != NULL && !g_str_has_prefix(line, key)) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line == NULL)
        return call_fail(call, VIR_ERR_INVALID_ARG, "the host has no online cpu %d", cpu);
    line += strlen(key);
    for (int i = 0; i < 7; i++) {
        ticks[i] = g_ascii_strtoull(line, &end, 10);
        line = end;
    }
    return TRUE;
}

static void
set_stat(char field[80], unsigned long long *value, const char *name, guint64 number)
{
    g_strlcpy(field, name, 80);
    *value = number;
}

int
node_call_cpu_stats(Call *call, virConnectPtr conn, int cpuNum, virNodeCPUStatsPtr params,
                    int *nparams, unsigned int flags)
{
    const int known = 4;
    guint64 ticks[7];
    guint64 tick_ns = G_GUINT64_CONSTANT(1000000000) / (guint64)sysconf(_SC_CLK_TCK);

    if (*nparams == 0) {
        *nparams = known;
        return 0;
    }
    if (params == NULL || *nparams != known || cpuNum < VIR_NODE_CPU_STATS_ALL_CPUS) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "%s needs room for %d values and a cpu number from -1 on", call->spec->name,
                  known);
        return -1;
    }
    if (!read_cpu_ticks(call, cpuNum, ticks))
        return -1;
    set_stat(params[0].field, &params[0].value, VIR_NODE_CPU_STATS_KERNEL,
             (ticks[2] + ticks[5] + ticks[6]) * tick_ns);
    set_stat(params[1].field, &params[1].value, VIR_NODE_CPU_STATS_USER,
             (ticks[0] + ticks[1]) * tick_ns);
    set_stat(params[2].field, &params[2].value, VIR_NODE_CPU_STATS_IDLE, ticks[3] * tick_ns);
    set_stat(params[3].field, &params[3].value, VIR_NODE_CPU_STATS_IOWAIT, ticks[4] * tick_ns);
    return 0;
}

int
node_call_memory_stats(Call *call, virConnectPtr conn, int cellNum, virNodeMemoryStatsPtr params,
                       int *nparams, unsigned int flags)
{
    static const struct {
        const char *name, *in_proc;
    } stats[] = {
        {VIR_NODE_MEMORY_STATS_TOTAL, "MemTotal:"},
        {VIR_NODE_MEMORY_STATS_FREE, "MemFree:"},
        {VIR_NODE_MEMORY_STATS_BUFFERS, "Buffers:"},
        {VIR_NODE_MEMORY_STATS_CACHED, "Cached:"},
    };
    int known =
        cellNum == VIR_NODE_MEMORY_STATS_ALL_CELLS ? 4 : 2; /* a cell knows total and free */
    g_autofree char *path = NULL;
    g_autofree char *text = NULL;

    if (*nparams == 0) {
        *nparams = known;
        return 0;
    }
    if (params == NULL || *nparams != known) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s needs room for %d values", call->spec->name,
                  known);
        return -1;
    }
    if (cellNum < VIR_NODE_MEMORY_STATS_ALL_CELLS || cellNum >= (int)count_nodes()) {
        call_fail(call, VIR_ERR_INVALID_ARG, "the host has no NUMA cell %d", cellNum);
        return -1;
    }
    path = cellNum < 0 ? g_strdup("/proc/meminfo")
                       : g_strdup_printf("/sys/devices/system/node/node%d/meminfo", cellNum);
    text = file_read(AT_FDCWD, path, PROC_FILE_MAX, NULL, &call->error);
    if (text == NULL)
        return -1;
    for (int i = 0; i < known; i++)
        set_stat(params[i].field, &params[i].value, stats[i].name,
                 field_kib(text, stats[i].in_proc));
    return 0;
}

unsigned long long
node_call_free_memory(Call *call, virConnectPtr conn)
{
    g_autofree char *text = file_read(AT_FDCWD, "/proc/meminfo", PROC_FILE_MAX, NULL, &call->error);

    return text != NULL ? field_kib(text, "MemFree:") * 1024 : 0;
}

int
node_call_security_model(Call *call, virConnectPtr conn, virSecurityModelPtr secmodel)
{
    memset(secmodel, 0, sizeof *secmodel);
    g_strlcpy(secmodel->model, "none", sizeof secmodel->model);
    g_strlcpy(secmodel->doi, "0", sizeof secmodel->doi);
    return 0;
}
