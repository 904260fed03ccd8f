/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Processors of a machine: how many, and how long each has run. */
#include "machine/vcpu.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "conf/machine/machine.h"
#include "machine/monitor.h"
#include "machine/roles.h"
#include "util/error.h"
#include "util/file.h"

#define VCPU_STAT_MAX 4096

enum { /* VIR_DOMAIN_VCPU_* */
    VCPU_MAXIMUM = 4,
    VCPU_GUEST = 8,
    VCPU_HOTPLUGGABLE = 16
};

gboolean
vcpu_read_stat(const char *text, guint64 ticks_per_s, DomainVcpu *ret_vcpu)
{
    /* The name in parentheses may hold anything; what follows is words, from field 3 on. */
    const char *end = strrchr(text, ')');
    g_auto(GStrv) words = end ? g_strsplit(end + 1, " ", -1) : NULL;
    guint n = words ? g_strv_length(words) : 0;

    /* proc(5): 14 utime, 15 stime, 39 processor; words[0] is empty, words[1] is field 3 */
    if (n < 38 || ticks_per_s == 0)
        return FALSE;
    ret_vcpu->time_ns =
        (g_ascii_strtoull(words[12], NULL, 10) + g_ascii_strtoull(words[13], NULL, 10)) *
        (G_GUINT64_CONSTANT(1000000000) / ticks_per_s);
    ret_vcpu->cpu = (int)g_ascii_strtoll(words[37], NULL, 10);
    ret_vcpu->state = words[1][0] == 'R' || words[1][0] == 'S' ? 1 : 2;
    return TRUE;
}

gboolean
vcpu_read_process(int pid, DomainVcpu *ret_process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = file_read(AT_FDCWD, path, VCPU_STAT_MAX, NULL, NULL);

    return text && vcpu_read_stat(text, (guint64)sysconf(_SC_CLK_TCK), ret_process);
}

GArray *
machine_vcpus(const Guest *self, const Status *status, GError **error)
{
    g_autoptr(Qmp) qmp = monitor_open_guest(self, error);
    g_autoptr(JsonTree) answer = qmp ? qmp_execute(qmp, "query-cpus-fast", NULL, -1, error) : NULL;
    const JsonNode *list = answer ? json_node_get(json_tree_root(answer), "return") : NULL;
    GArray *vcpus;

    if (!list)
        return NULL;
    vcpus = g_array_new(FALSE, TRUE, sizeof(DomainVcpu));
    for (const JsonNode *node = list->child; node; node = node->next) {
        DomainVcpu vcpu = {.state = 1, .cpu = -2}; /* VIR_VCPU_RUNNING, _CPU_UNAVAILABLE */
        g_autofree char *path = NULL;
        g_autofree char *text = NULL;
        gint64 thread;

        if (!json_node_int(node, "thread-id", &thread))
            continue;
        path = g_strdup_printf("/proc/%d/task/%d/stat", status->init, (int)thread);
        text = file_read(AT_FDCWD, path, VCPU_STAT_MAX, NULL, NULL);
        if (text)
            (void)vcpu_read_stat(text, (guint64)sysconf(_SC_CLK_TCK), &vcpu);
        g_array_append_val(vcpus, vcpu);
    }
    return vcpus;
}

GArray *
machine_get_vcpu_info(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);

    return status ? machine_vcpus(self, status, error) : NULL;
}

static gboolean
vcpu_set_def(DomainDef *def, guint vcpus, gboolean maximum, GError **error)
{
    if (maximum) {
        const MachineCpu *cpu = &def->machine->cpu;
        guint product = cpu->sockets * MAX(cpu->dies, 1) * cpu->cores * cpu->threads;

        if (cpu->sockets > 0 && product != vcpus)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "the <topology> of domain '%s' makes %u processors; change it as well "
                             "(lodge edit)",
                             def->name, product);
        def->tune.vcpus = vcpus;
        def->tune.vcpus_current = MIN(def->tune.vcpus_current, vcpus);
        return TRUE;
    }
    if (vcpus > def->tune.vcpus)
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "%u processors are more than the maximum of domain '%s', %u; raise that "
                         "first with setvcpus --maximum --config",
                         vcpus, def->name, def->tune.vcpus);
    def->tune.vcpus_current = vcpus;
    return TRUE;
}

gboolean
machine_set_vcpus(DriverCtx *ctx, const ObjectRef *ref, guint vcpus, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(DomainDef) def = NULL;
    gboolean live, config;

    if (!guest_check_flags(
            flags, AFFECT_LIVE | AFFECT_CONFIG | VCPU_MAXIMUM | VCPU_GUEST | VCPU_HOTPLUGGABLE,
            "setvcpus", error))
        return FALSE;
    if (flags & (VCPU_GUEST | VCPU_HOTPLUGGABLE))
        return error_set(
            error, LODGE_ERROR_UNSUPPORTED_CONFIG,
            "--guest and --hotpluggable: processors are not plugged yet; use --config");
    if (vcpus == 0 || vcpus > G_MAXUINT16)
        return error_set(error, LODGE_ERROR_ARGUMENT, "a machine cannot have %u processors", vcpus);
    self = guest_open(ctx, ref, error);
    lock = self ? guest_lock(self, error) : NULL;
    if (!lock || !guest_affect(self, flags, &live, &config, error))
        return FALSE;
    if (live)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "cannot change the processors of domain '%s' while it runs; use --config, "
                         "which holds from the next start on",
                         self->object->name);
    def = guest_config(self, error);
    return def && vcpu_set_def(def, vcpus, (flags & VCPU_MAXIMUM) != 0, error) &&
           guest_save_config(self, def, error);
}
