/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory of a machine: its balloon, and what the guest's driver tells of it. */
#include <fcntl.h>
#include <string.h>

#include "conf/machine/machine.h"
#include "core/guest-resources.h"
#include "core/params.h"
#include "machine/memory.h"
#include "machine/monitor.h"
#include "machine/roles.h"
#include "util/error.h"
#include "util/file.h"

#define MEMORY_STATUS_MAX 65536

/* Path of the balloon in QEMU's tree of objects; NULL without one. (transfer full) */
static char *
memory_balloon(const DomainDef *def)
{
    const GPtrArray *balloons = machine_devices(def, MACHINE_DEVICE_MEMBALLOON);
    const MachineMemballoon *balloon = balloons->len > 0 ? g_ptr_array_index(balloons, 0) : NULL;

    return balloon && !balloon->is_none && balloon->info.alias
               ? g_strdup_printf("/machine/peripheral/%s", balloon->info.alias)
               : NULL;
}

gboolean
machine_set_live_memory(const Guest *self, const DomainDef *def, GError **error)
{
    g_autofree char *balloon = memory_balloon(def);
    g_autofree char *arguments =
        g_strdup_printf("{\"value\":%" G_GUINT64_FORMAT "}", def->current_memory_kib * 1024);
    g_autoptr(Qmp) qmp = NULL;

    if (!balloon)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "domain '%s' has no <memballoon>, so its memory cannot change while it "
                         "runs; use --config",
                         self->object->name);
    qmp = monitor_open_guest(self, error);
    return qmp && qmp_run(qmp, "balloon", arguments, error);
}

/* VmRSS of QEMU, KiB; 0: not known. */
static guint64
memory_rss(const Status *status)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", status->init);
    g_autofree char *text = file_read(AT_FDCWD, path, MEMORY_STATUS_MAX, NULL, NULL);
    const char *at = text ? strstr(text, "\nVmRSS:") : NULL;

    return at ? g_ascii_strtoull(at + strlen("\nVmRSS:"), NULL, 10) : 0;
}

/* What the guest's balloon driver has told: bytes under QEMU's names; KiB under libvirt's. */
static void
memory_add_guest(GArray *params, Qmp *qmp, const char *balloon)
{
    static const struct {
        const char *qemu, *field;
        guint unit;
    } stats[] = {
        {"stats.stat-swap-in", "swap_in", 1024},
        {"stats.stat-swap-out", "swap_out", 1024},
        {"stats.stat-major-faults", "major_fault", 1},
        {"stats.stat-minor-faults", "minor_fault", 1},
        {"stats.stat-free-memory", "unused", 1024},
        {"stats.stat-total-memory", "available", 1024},
        {"stats.stat-available-memory", "usable", 1024},
        {"stats.stat-disk-caches", "disk_caches", 1024},
        {"stats.stat-htlb-pgalloc", "hugetlb_pgalloc", 1},
        {"stats.stat-htlb-pgfail", "hugetlb_pgfail", 1},
        {"last-update", "last_update", 1},
    };
    g_autofree char *arguments =
        g_strdup_printf("{\"path\":\"%s\",\"property\":\"guest-stats\"}", balloon);
    g_autoptr(JsonTree) answer = qmp_execute(qmp, "qom-get", arguments, -1, NULL);
    const JsonNode *got = answer ? json_node_get(json_tree_root(answer), "return") : NULL;
    gint64 updated = 0;

    /* 0: it has told nothing so far */
    if (!got || !json_node_int(got, "last-update", &updated) || updated == 0)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(stats); i++) {
        const JsonNode *node = json_node_get(got, stats[i].qemu);
        guint64 value = node && node->type == JSON_NODE_NUMBER
                            ? g_ascii_strtoull(node->text, NULL, 10)
                            : G_MAXUINT64;

        if (value != G_MAXUINT64) /* -1: the guest does not say */
            params_add_ullong(params, stats[i].field, value / stats[i].unit);
    }
}

GArray *
memory_stats(const Guest *self, Qmp *qmp, const DomainDef *def, const Status *status)
{
    GArray *params = params_new();
    g_autofree char *balloon = memory_balloon(def);
    g_autoptr(JsonTree) answer = balloon ? qmp_execute(qmp, "query-balloon", NULL, -1, NULL) : NULL;
    gint64 actual = (gint64)def->current_memory_kib * 1024;
    guint64 rss = memory_rss(status);

    if (answer)
        (void)json_node_int(json_tree_root(answer), "return.actual", &actual);
    params_add_ullong(params, "actual", (guint64)actual / 1024);
    if (balloon)
        memory_add_guest(params, qmp, balloon);
    if (rss > 0)
        params_add_ullong(params, "rss", rss);
    return params;
}

GArray *
machine_get_memory_stats(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);
    g_autoptr(DomainDef) def = status ? guest_live(self, error) : NULL;
    g_autoptr(Qmp) qmp = def ? monitor_open_guest(self, error) : NULL;

    return qmp ? memory_stats(self, qmp, def, status) : NULL;
}

static gboolean
memory_set_def_period(DomainDef *def, guint seconds, GError **error)
{
    const GPtrArray *balloons = machine_devices(def, MACHINE_DEVICE_MEMBALLOON);
    MachineMemballoon *balloon = balloons->len > 0 ? g_ptr_array_index(balloons, 0) : NULL;

    if (!balloon || balloon->is_none)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "domain '%s' has no <memballoon> that could tell", def->name);
    balloon->stats_period_s = seconds;
    return TRUE;
}

static gboolean
memory_set_period(Qmp *qmp, const char *balloon, guint seconds, GError **error)
{
    g_autofree char *arguments = g_strdup_printf(
        "{\"path\":\"%s\",\"property\":\"guest-stats-polling-interval\",\"value\":%u}", balloon,
        seconds);

    return qmp_run(qmp, "qom-set", arguments, error);
}

void
memory_begin_stats(const GuestStart *start)
{
    const GPtrArray *balloons = machine_devices(start->def, MACHINE_DEVICE_MEMBALLOON);
    const MachineMemballoon *device = balloons->len > 0 ? g_ptr_array_index(balloons, 0) : NULL;
    g_autofree char *balloon = memory_balloon(start->def);
    g_autoptr(GError) error = NULL;
    g_autoptr(Qmp) qmp = NULL;

    if (!balloon || device->stats_period_s == 0)
        return;
    qmp = qmp_open(start->live_dir, &error);
    if ((!qmp || !memory_set_period(qmp, balloon, device->stats_period_s, &error)) &&
        start->ctx->warnings)
        g_ptr_array_add(start->ctx->warnings,
                        g_strdup_printf("domain '%s' tells nothing of its memory: %s",
                                        start->def->name, error->message));
}

static gboolean
memory_set_live_period(Guest *self, guint seconds, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(self, error);
    g_autofree char *balloon = def ? memory_balloon(def) : NULL;
    g_autoptr(Qmp) qmp = NULL;

    if (!def || !memory_set_def_period(def, seconds, error))
        return FALSE;
    qmp = monitor_open_guest(self, error);
    return qmp && memory_set_period(qmp, balloon, seconds, error) &&
           guest_save_live(self, def, error);
}

gboolean
machine_set_stats_period(DriverCtx *ctx, const ObjectRef *ref, int seconds, guint flags,
                         GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(DomainDef) def = NULL;
    gboolean live, config;

    if (!guest_check_flags(flags, AFFECT_LIVE | AFFECT_CONFIG, "dommemstat", error))
        return FALSE;
    if (seconds < 0)
        return error_set(error, LODGE_ERROR_ARGUMENT, "a period is 0 or more seconds, not %d",
                         seconds);
    self = guest_open(ctx, ref, error);
    lock = self ? guest_lock(self, error) : NULL;
    if (!lock || !guest_affect(self, flags, &live, &config, error) ||
        (live && !memory_set_live_period(self, (guint)seconds, error)))
        return FALSE;
    if (!config)
        return TRUE;
    def = guest_config(self, error);
    return def && memory_set_def_period(def, (guint)seconds, error) &&
           guest_save_config(self, def, error);
}
