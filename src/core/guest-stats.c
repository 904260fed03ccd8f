/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a guest uses, as numbers with libvirt's names: cpu-stats, domstats. */
#include "core/guest-resources.h"

#include <string.h>

#include "core/usage.h"
#include "util/error.h"

enum {
    STATS_STATE = 1,
    STATS_CPU = 2,
    STATS_BALLOON = 4,
    STATS_VCPU = 8,
    STATS_INTERFACE = 16
}; /* VIR_DOMAIN_STATS_* */

static void
stats_free_params(gpointer params)
{
    g_array_unref(params);
}

GPtrArray *
guest_get_cpu_stats(DriverCtx *ctx, const ObjectRef *ref, gboolean totals, GError **error)
{
    g_autoptr(Status) status = guest_open_active(ctx, ref, NULL, error);
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func(stats_free_params);
    g_autoptr(GArray) times = NULL;
    UsageCpu usage;

    if (!status)
        return NULL;
    if (totals) {
        GArray *params;

        if (!usage_cpu(status, &usage, error))
            return NULL;
        params = params_new();
        params_add_ullong(params, "cpu_time", usage.total_ns);
        params_add_ullong(params, "user_time", usage.user_ns);
        params_add_ullong(params, "system_time", usage.system_ns);
        g_ptr_array_add(lists, params);
        return g_steal_pointer(&lists);
    }
    times = usage_per_cpu(status, error);
    for (guint i = 0; times && i < times->len; i++) {
        GArray *params = params_new();

        params_add_ullong(params, "cpu_time", g_array_index(times, guint64, i));
        g_ptr_array_add(lists, params);
    }
    return times ? g_steal_pointer(&lists) : NULL;
}

/* A guest without processors of its own has the host's. */
static GArray *
stats_vcpus(DriverCtx *ctx, const Guest *self, const Status *status)
{
    g_autoptr(GArray) times = NULL;
    GArray *vcpus;

    if (ctx->kind->vcpus)
        return ctx->kind->vcpus(self, status, NULL);
    times = usage_per_cpu(status, NULL);
    vcpus = times ? g_array_new(FALSE, TRUE, sizeof(DomainVcpu)) : NULL;
    for (guint i = 0; times && i < times->len; i++) {
        DomainVcpu vcpu = {.state = 1, .time_ns = g_array_index(times, guint64, i)};

        g_array_append_val(vcpus, vcpu); /* 1: VIR_VCPU_RUNNING */
    }
    return vcpus;
}

static void
stats_add_vcpus(DriverCtx *ctx, const Guest *self, GArray *params, const DomainDef *def,
                const Status *status)
{
    g_autoptr(GArray) vcpus = status ? stats_vcpus(ctx, self, status) : NULL;

    params_add_uint(params, "vcpu.current", def->tune.vcpus_current);
    params_add_uint(params, "vcpu.maximum", def->tune.vcpus);
    for (guint i = 0; vcpus && i < vcpus->len && i < def->tune.vcpus_current; i++) {
        const DomainVcpu *vcpu = &g_array_index(vcpus, DomainVcpu, i);
        char field[64];

        g_snprintf(field, sizeof(field), "vcpu.%u.state", i);
        params_add_int(params, field, vcpu->state);
        g_snprintf(field, sizeof(field), "vcpu.%u.time", i);
        params_add_ullong(params, field, vcpu->time_ns);
    }
}

static void
stats_add_nets(GArray *params, const Status *status)
{
    static const char *const names[8] = {"rx.bytes", "rx.pkts", "rx.errs", "rx.drop",
                                         "tx.bytes", "tx.pkts", "tx.errs", "tx.drop"};

    params_add_uint(params, "net.count", status->netdevs->len);
    for (guint i = 0; i < status->netdevs->len; i++) {
        const StatusNetdev *netdev = &g_array_index(status->netdevs, StatusNetdev, i);
        gint64 counters[8];
        char field[64];

        g_snprintf(field, sizeof(field), "net.%u.name", i);
        params_add_string(params, field, netdev->host ? netdev->host : netdev->guest);
        if (!guest_read_netdev(status, i, counters))
            continue;
        for (gsize k = 0; k < G_N_ELEMENTS(names); k++) {
            g_snprintf(field, sizeof(field), "net.%u.%s", i, names[k]);
            params_add_ullong(params, field, (guint64)counters[k]);
        }
    }
}

static void
stats_add_usage(GArray *params, const DomainDef *def, const Status *status, guint groups)
{
    UsageCpu cpu;
    UsageMemory memory;

    if (groups & STATS_CPU && status && usage_cpu(status, &cpu, NULL)) {
        params_add_ullong(params, "cpu.time", cpu.total_ns);
        params_add_ullong(params, "cpu.user", cpu.user_ns);
        params_add_ullong(params, "cpu.system", cpu.system_ns);
    }
    if (groups & STATS_BALLOON) {
        params_add_ullong(params, "balloon.current", def->current_memory_kib);
        params_add_ullong(params, "balloon.maximum", def->memory_kib);
        if (status && usage_memory(status, &memory, NULL)) {
            params_add_ullong(params, "balloon.swap_in", memory.swap_bytes / 1024);
            params_add_ullong(params, "balloon.rss", memory.used_bytes / 1024);
        }
    }
}

GArray *
guest_get_stats(DriverCtx *ctx, const ObjectRef *ref, guint groups, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(DomainDef) def = self ? guest_current(self, error) : NULL;
    g_autoptr(Status) last = NULL;
    const Status *status; /* NULL when it does not run: there is nothing to count */
    GArray *params;

    if (!def)
        return NULL;
    if (!groups)
        groups = G_MAXUINT;
    last = guest_status(self, NULL);
    status = self->object->is_active ? last : NULL;
    params = params_new();
    if (groups & STATS_STATE) {
        DomainState state;
        int reason;

        status_to_domain_state(last, self->object->is_active, &state, &reason);
        params_add_int(params, "state.state", (int)state);
        params_add_int(params, "state.reason", reason);
    }
    stats_add_usage(params, def, status, groups);
    if (groups & STATS_VCPU)
        stats_add_vcpus(ctx, self, params, def, status);
    if (groups & STATS_INTERFACE && status)
        stats_add_nets(params, status);
    if (ctx->kind->add_stats)
        ctx->kind->add_stats(ctx, self, def, status, groups, params);
    return params;
}
