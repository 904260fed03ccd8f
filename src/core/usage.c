/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/usage.h"

#include <string.h>
#include <unistd.h>

#include "core/group-file.h"
#include "core/params.h"
#include "util/error.h"

static gboolean
usage_cpu_v1(const char *dir, UsageCpu *usage, GError **error)
{
    g_autofree char *stat = group_file_read(dir, "cpuacct.stat", error);
    guint64 tick_ns = G_GUINT64_CONSTANT(1000000000) / (guint64)MAX(sysconf(_SC_CLK_TCK), 1);

    if (!stat || !group_file_read_number(dir, "cpuacct.usage", &usage->total_ns, error))
        return FALSE;
    if (group_file_lookup(stat, "user", &usage->user_ns))
        usage->user_ns *= tick_ns;
    if (group_file_lookup(stat, "system", &usage->system_ns))
        usage->system_ns *= tick_ns;
    return TRUE;
}

gboolean
usage_cpu(const Status *status, UsageCpu *ret_usage, GError **error)
{
    UsageCpu usage = {0};
    int version = 0;
    const char *dir = status_cgroup_dir(status, "cpuacct", &version);
    g_autofree char *stat = NULL;

    if (dir && version == 1) {
        if (!usage_cpu_v1(dir, &usage, error))
            return FALSE;
        *ret_usage = usage;
        return TRUE;
    }
    /* cpu.stat of v2 counts time whether the controller is enabled or not. */
    dir = params_group(status, "cpu", &version, error);
    stat = dir ? group_file_read(dir, "cpu.stat", error) : NULL;
    if (!stat)
        return FALSE;
    if (group_file_lookup(stat, "usage_usec", &usage.total_ns))
        usage.total_ns *= 1000;
    if (group_file_lookup(stat, "user_usec", &usage.user_ns))
        usage.user_ns *= 1000;
    if (group_file_lookup(stat, "system_usec", &usage.system_ns))
        usage.system_ns *= 1000;
    *ret_usage = usage;
    return TRUE;
}

GArray *
usage_per_cpu(const Status *status, GError **error)
{
    int version = 0;
    const char *dir = status_cgroup_dir(status, "cpuacct", &version);
    g_autofree char *text = NULL;
    g_auto(GStrv) words = NULL;
    GArray *times;

    if (!dir || version != 1) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG,
                    "this host's control groups (v2) count no time per processor; ask for the "
                    "total");
        return NULL;
    }
    text = group_file_read(dir, "cpuacct.usage_percpu", error);
    if (!text)
        return NULL;
    words = g_strsplit(text, " ", -1);
    times = g_array_new(FALSE, FALSE, sizeof(guint64));
    for (gsize i = 0; words[i]; i++) {
        guint64 ns = g_ascii_strtoull(words[i], NULL, 10);

        if (*words[i])
            g_array_append_val(times, ns);
    }
    return times;
}

gboolean
usage_memory(const Status *status, UsageMemory *ret_usage, GError **error)
{
    UsageMemory usage = {.limit_bytes = G_MAXUINT64};
    int version = 0;
    const char *dir = params_group(status, "memory", &version, error);
    g_autofree char *stat = NULL;
    gboolean v1 = version == 1;

    stat = dir ? group_file_read(dir, "memory.stat", error) : NULL;
    if (!stat)
        return FALSE;
    if (!group_file_read_number(dir, v1 ? "memory.usage_in_bytes" : "memory.current",
                                &usage.used_bytes, error) ||
        !group_file_read_number(dir, v1 ? "memory.limit_in_bytes" : "memory.max",
                                &usage.limit_bytes, error))
        return FALSE;
    /* Lines that this kernel does not print stay 0; without swap accounting there is no swap to count. */
    (void)group_file_lookup(stat, v1 ? "total_cache" : "file", &usage.cache_bytes);
    (void)group_file_lookup(stat, v1 ? "total_pgmajfault" : "pgmajfault", &usage.major_faults);
    (void)group_file_lookup(stat, v1 ? "total_pgfault" : "pgfault", &usage.minor_faults);
    if (v1)
        (void)group_file_lookup(stat, "total_swap", &usage.swap_bytes);
    else
        (void)group_file_read_number(dir, "memory.swap.current", &usage.swap_bytes, NULL);
    *ret_usage = usage;
    return TRUE;
}
