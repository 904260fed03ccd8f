/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The groups of a guest and what is written into them.
 *
 * Each hierarchy of the host (v1 or v2) gets one group BASE/lodge[-TAG]/DRIVER/NAME.guest. A limit is
 * looked up by its v1 controller or its v2 one, whichever the host has. `must`: the XML asked for
 * it, so a host that cannot do it refuses the start; `try`: our own default, so a host without it
 * is noted in the status. */
#include "core/plan-groups.h"

#include <string.h>

#include "core/tune.h"
#include "util/error.h"

#define MUST "must"
#define TRY  "try"

static char *
plan_group_dir(const GroupsInput *in, const HostHierarchy *hierarchy)
{
    g_autofree char *house = paths_cgroup_name(in->paths);
    g_autofree char *group = g_strconcat(in->def->name, ".guest", NULL);

    return g_build_filename(hierarchy->base, house, in->folder, group, NULL);
}

/* Of an element that a limit can be refused for. */
static int
line_of(const DomainDef *def, const char *element)
{
    const struct {
        const char *element;
        int line;
    } lines[] = {
        {"memory", def->lines.memory},       {"memtune", def->lines.memtune},
        {"cputune", def->lines.cputune},     {"vcpu", def->lines.vcpu},
        {"blkiotune", def->lines.blkiotune}, {"lodge:pids", def->lines.confine},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        if (strcmp(lines[i].element, element) == 0)
            return lines[i].line;
    g_return_val_if_reached(0);
}

static gboolean
plan_refuse(const GroupsInput *in, GError **error, const char *element, const char *file,
            const char *controller)
{
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG,
                "%s:%d: <%s> needs '%s', and this host has no writable cgroup controller '%s'; "
                "mount it or remove the element",
                in->source, line_of(in->def, element), element, file, controller);
    return FALSE;
}

/* One limit, for whichever version of cgroups has @controller (v1 name @v1, v2 name @v2). */
typedef struct {
    const char *element; /* of the XML, for the message */
    const char *v1, *v2; /* controllers */
    const char *v1_file, *v2_file;
    const char *how; /* MUST or TRY */
} PlanLimit;

static gboolean
plan_limit(const GroupsInput *in, GString *plan, const PlanLimit *limit, const char *v1_value,
           const char *v2_value, GError **error)
{
    const HostHierarchy *v1 = host_facts_find(in->facts, limit->v1);
    const HostHierarchy *v2 = host_facts_find(in->facts, limit->v2);
    const HostHierarchy *used = NULL;
    g_autofree char *dir = NULL;

    if (v1 && !v1->is_v2)
        used = v1;
    else if (v2 && v2->is_v2)
        used = v2;
    if (!used) {
        if (strcmp(limit->how, MUST) == 0)
            return plan_refuse(in, error, limit->element, limit->v2_file, limit->v2);
        /* No such hierarchy: an empty directory, so that the supervisor notes it. */
        plan_add(plan, "cgroup-set", "", limit->v2_file, v2_value, TRY, NULL);
        return TRUE;
    }
    dir = plan_group_dir(in, used);
    plan_add(plan, "cgroup-set", dir, used->is_v2 ? limit->v2_file : limit->v1_file,
             used->is_v2 ? v2_value : v1_value, limit->how, NULL);
    return TRUE;
}

static gboolean
plan_memory(const GroupsInput *in, GString *plan, GError **error)
{
    const DomainTune *tune = &in->def->tune;
    gboolean has_hard = tune_is_limited(tune->mem_hard_kib);
    guint64 hard_kib = has_hard ? tune->mem_hard_kib : in->memory_kib;
    PlanLimit limit = {has_hard ? "memtune" : "memory", "memory",     "memory",
                       "memory.limit_in_bytes",         "memory.max", has_hard ? MUST : TRY};
    g_autofree char *hard = g_strdup_printf("%" G_GUINT64_FORMAT, hard_kib * 1024);

    if (tune_is_limited(hard_kib) && !plan_limit(in, plan, &limit, hard, hard, error))
        return FALSE;
    if (tune_is_limited(tune->mem_soft_kib)) {
        /* cgroup-v2.rst, "Issues with v1": memory.low is what became of the soft limit. */
        PlanLimit soft = {"memtune",    "memory", "memory", "memory.soft_limit_in_bytes",
                          "memory.low", MUST};
        g_autofree char *value = g_strdup_printf("%" G_GUINT64_FORMAT, tune->mem_soft_kib * 1024);

        if (!plan_limit(in, plan, &soft, value, value, error))
            return FALSE;
    }
    if (tune_is_limited(tune->mem_swap_kib)) {
        /* v1 counts memory and swap together, v2 counts swap alone. After the hard limit: the kernel
         * keeps memory <= memory+swap at all times. */
        PlanLimit swap = {"memtune",         "memory", "memory", "memory.memsw.limit_in_bytes",
                          "memory.swap.max", MUST};
        g_autofree char *both = NULL;
        g_autofree char *alone = NULL;

        if (tune->mem_swap_kib < hard_kib) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG,
                        "%s:%d: <swap_hard_limit> (%" G_GUINT64_FORMAT
                        " KiB) counts memory and swap together; make it at least the memory limit "
                        "(%" G_GUINT64_FORMAT " KiB)",
                        in->source, in->def->lines.memtune, tune->mem_swap_kib, hard_kib);
            return FALSE;
        }
        if (!tune_is_limited(hard_kib)) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG,
                        "%s:%d: <swap_hard_limit> counts memory and swap together; give a "
                        "<hard_limit> for memory too",
                        in->source, in->def->lines.memtune);
            return FALSE;
        }
        both = g_strdup_printf("%" G_GUINT64_FORMAT, tune->mem_swap_kib * 1024);
        alone = g_strdup_printf("%" G_GUINT64_FORMAT, (tune->mem_swap_kib - hard_kib) * 1024);
        if (!plan_limit(in, plan, &swap, both, alone, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
plan_cpu(const GroupsInput *in, GString *plan, GError **error)
{
    const DomainTune *tune = &in->def->tune;

    if (tune->cpu_shares != DOMAIN_UNSET) {
        PlanLimit limit = {"cputune", "cpu", "cpu", "cpu.shares", "cpu.weight", MUST};
        g_autofree char *shares = g_strdup_printf("%" G_GUINT64_FORMAT, tune->cpu_shares);
        g_autofree char *weight =
            g_strdup_printf("%" G_GUINT64_FORMAT, tune_shares_to_weight(tune->cpu_shares));

        if (!plan_limit(in, plan, &limit, shares, weight, error))
            return FALSE;
    }
    if (tune->cpu_period_us != DOMAIN_UNSET || tune->cpu_quota_us != G_MININT64) {
        guint64 period = tune->cpu_period_us != DOMAIN_UNSET ? tune->cpu_period_us : 100000;
        gint64 quota = tune->cpu_quota_us != G_MININT64 ? tune->cpu_quota_us : -1;
        PlanLimit first = {"cputune", "cpu", "cpu", "cpu.cfs_period_us", "cpu.max", MUST};
        const HostHierarchy *hierarchy = host_facts_find(in->facts, "cpu");
        g_autofree char *period_text = g_strdup_printf("%" G_GUINT64_FORMAT, period);
        g_autofree char *quota_text = g_strdup_printf("%" G_GINT64_FORMAT, quota);
        g_autofree char *both = tune_cpu_max(quota, period);

        if (!plan_limit(in, plan, &first, period_text, both, error))
            return FALSE;
        if (hierarchy && !hierarchy->is_v2) {
            first.v1_file = "cpu.cfs_quota_us";
            if (!plan_limit(in, plan, &first, quota_text, both, error))
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean
plan_cpuset(const GroupsInput *in, GString *plan, GError **error)
{
    PlanLimit limit = {"vcpu", "cpuset", "cpuset", "cpuset.cpus", "cpuset.cpus", MUST};
    const char *cpus = in->def->tune.cpuset;

    if (!cpus)
        return TRUE;
    if (in->facts->cpus && !tune_cpus_within(cpus, in->facts->cpus)) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG,
                    "%s:%d: <vcpu cpuset='%s'>: this host has the processors %s", in->source,
                    in->def->lines.vcpu, cpus, in->facts->cpus);
        return FALSE;
    }
    return plan_limit(in, plan, &limit, cpus, cpus, error);
}

static gboolean
plan_blkio_device(const GroupsInput *in, GString *plan, const DomainBlkioDevice *dev,
                  GError **error)
{
    const HostDevice *node = g_hash_table_lookup(in->facts->devices, dev->path);
    const struct {
        guint64 value;
        const char *v1_file, *v2_file, *v2_key;
    } fields[] = {
        {dev->weight, TUNE_V1_DEVICE_WEIGHT, TUNE_V2_WEIGHT, ""},
        {dev->read_iops, "blkio.throttle.read_iops_device", "io.max", "riops="},
        {dev->write_iops, "blkio.throttle.write_iops_device", "io.max", "wiops="},
        {dev->read_bytes, "blkio.throttle.read_bps_device", "io.max", "rbps="},
        {dev->write_bytes, "blkio.throttle.write_bps_device", "io.max", "wbps="},
    };

    for (gsize i = 0; node && i < G_N_ELEMENTS(fields); i++) {
        PlanLimit limit = {"blkiotune", "blkio", "io", fields[i].v1_file, fields[i].v2_file, MUST};
        g_autofree char *v1 = NULL;
        g_autofree char *v2 = NULL;

        if (fields[i].value == DOMAIN_UNSET)
            continue;
        v1 = g_strdup_printf("%u:%u %" G_GUINT64_FORMAT, node->major, node->minor, fields[i].value);
        v2 = g_strdup_printf("%u:%u %s%" G_GUINT64_FORMAT, node->major, node->minor,
                             fields[i].v2_key, fields[i].value);
        if (!plan_limit(in, plan, &limit, v1, v2, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
plan_blkio(const GroupsInput *in, GString *plan, GError **error)
{
    const DomainTune *tune = &in->def->tune;

    if (tune->blkio_weight != DOMAIN_UNSET) {
        PlanLimit limit = {"blkiotune", "blkio", "io", TUNE_V1_WEIGHT, TUNE_V2_WEIGHT, MUST};
        g_autofree char *weight = g_strdup_printf("%" G_GUINT64_FORMAT, tune->blkio_weight);

        if (!plan_limit(in, plan, &limit, weight, weight, error))
            return FALSE;
    }
    for (guint i = 0; i < tune->blkio_devices->len; i++)
        if (!plan_blkio_device(in, plan, &g_array_index(tune->blkio_devices, DomainBlkioDevice, i),
                               error))
            return FALSE;
    return TRUE;
}

static gboolean
plan_pids(const GroupsInput *in, GString *plan, GError **error)
{
    guint64 asked = in->def->tune.pids_max;
    PlanLimit limit = {"lodge:pids", "pids",     "pids",
                       "pids.max",   "pids.max", asked == DOMAIN_UNSET ? TRY : MUST};
    g_autofree char *value = NULL;

    if (asked == DOMAIN_UNSET)
        asked = in->pids;
    if (asked == DOMAIN_UNSET)
        return TRUE;
    value =
        asked == DOMAIN_UNLIMITED ? g_strdup("max") : g_strdup_printf("%" G_GUINT64_FORMAT, asked);
    return plan_limit(in, plan, &limit, value, value, error);
}

static void
plan_devices(const GroupsInput *in, GString *plan)
{
    const HostHierarchy *hierarchy = host_facts_find(in->facts, "devices");
    g_autoptr(GPtrArray) argv = NULL;
    g_autofree char *dir = NULL;

    if (!in->device_rules)
        return;
    if (!hierarchy)
        hierarchy = host_facts_find(in->facts, NULL);
    if (!hierarchy) {
        plan_add(plan, "cgroup-set", "", "devices.allow", "standard", TRY, NULL);
        return;
    }
    dir = plan_group_dir(in, hierarchy);
    argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer) "devices");
    g_ptr_array_add(argv, hierarchy->is_v2 ? (gpointer) "v2" : (gpointer) "v1");
    g_ptr_array_add(argv, dir);
    for (guint i = 0; i < in->device_rules->len; i++)
        g_ptr_array_add(argv, g_ptr_array_index(in->device_rules, i));
    g_ptr_array_add(argv, NULL);
    plan_addv(plan, (const char *const *)argv->pdata);
}

/* v2: only what is used is enabled for the children; each controller costs at every switch. */
static char *
plan_v2_controllers(const GroupsInput *in)
{
    static const char *const used[] = {"cpu", "cpuset", "io", "memory", "pids"};
    GString *list = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(used); i++) {
        const HostHierarchy *hierarchy = host_facts_find(in->facts, used[i]);

        if (hierarchy && hierarchy->is_v2)
            g_string_append_printf(list, "%s%s", list->len ? "," : "", used[i]);
    }
    return g_string_free(list, FALSE);
}

gboolean
plan_groups(const GroupsInput *in, GString *plan, GError **error)
{
    const GPtrArray *hierarchies = in->facts->hierarchies;
    g_autofree char *house = paths_cgroup_name(in->paths);
    g_autofree char *v2_controllers = plan_v2_controllers(in);

    for (guint i = 0; i < hierarchies->len; i++) {
        const HostHierarchy *hierarchy = g_ptr_array_index(hierarchies, i);
        g_autofree char *dir = g_build_filename(hierarchy->base, house, "supervisors", NULL);

        plan_add(plan, "supervisor-group", hierarchy->is_v2 ? "v2" : "v1", dir, NULL);
    }
    for (guint i = 0; i < hierarchies->len; i++) {
        const HostHierarchy *hierarchy = g_ptr_array_index(hierarchies, i);
        g_autofree char *dir = plan_group_dir(in, hierarchy);

        plan_add(plan, "cgroup", hierarchy->is_v2 ? "v2" : "v1",
                 hierarchy->is_v2 ? v2_controllers : hierarchy->controllers, dir, NULL);
    }
    if (!plan_memory(in, plan, error) || !plan_cpu(in, plan, error) ||
        !plan_cpuset(in, plan, error) || !plan_blkio(in, plan, error) ||
        !plan_pids(in, plan, error))
        return FALSE;
    plan_devices(in, plan);
    return TRUE;
}
