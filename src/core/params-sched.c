/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shares and bandwidth of processors: schedinfo, live and stored. */
#include "core/guest-resources.h"

#include <string.h>

#include "core/group-file.h"
#include "core/tune.h"
#include "util/error.h"

static const ParamField sched_fields[] = {
    {"cpu_shares", PARAM_ULLONG},
    {"vcpu_period", PARAM_ULLONG},
    {"vcpu_quota", PARAM_LLONG},
};

typedef struct {
    guint64 shares, period_us;
    gint64 quota_us;
} Sched;

/* What @def asks for; the kernel's own values where it says nothing. */
static Sched
sched_of_def(const DomainDef *def)
{
    const DomainTune *tune = &def->tune;
    Sched sched = {
        .shares = tune->cpu_shares != DOMAIN_UNSET ? tune->cpu_shares : TUNE_SHARES_DEFAULT,
        .period_us =
            tune->cpu_period_us != DOMAIN_UNSET ? tune->cpu_period_us : TUNE_PERIOD_DEFAULT_US,
        .quota_us = tune->cpu_quota_us != G_MININT64 ? tune->cpu_quota_us : -1,
    };

    return sched;
}

static gboolean
sched_read_v1(const char *dir, Sched *sched, GError **error)
{
    guint64 quota;

    if (!group_file_read_number(dir, "cpu.shares", &sched->shares, error) ||
        !group_file_read_number(dir, "cpu.cfs_period_us", &sched->period_us, error) ||
        !group_file_read_number(dir, "cpu.cfs_quota_us", &quota, error))
        return FALSE;
    sched->quota_us = quota == GROUP_UNLIMITED ? -1 : (gint64)quota;
    return TRUE;
}

static gboolean
sched_read_v2(const char *dir, Sched *sched, GError **error)
{
    g_autofree char *text = group_file_read(dir, "cpu.max", error);
    g_auto(GStrv) words = text ? g_strsplit(text, " ", 2) : NULL;
    guint64 weight;

    if (!words || !group_file_read_number(dir, "cpu.weight", &weight, error))
        return FALSE;
    sched->shares = tune_weight_to_shares(weight);
    sched->quota_us =
        strcmp(words[0], "max") == 0 ? -1 : (gint64)g_ascii_strtoll(words[0], NULL, 10);
    if (words[1])
        sched->period_us = g_ascii_strtoull(words[1], NULL, 10);
    return TRUE;
}

GArray *
guest_get_sched_params(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(Status) status = NULL;
    GArray *params;
    Sched sched;

    if (!params_target(ctx, ref, "schedinfo", flags, &def, &status, error))
        return NULL;
    sched = sched_of_def(def);
    if (status) {
        guint64 asked = sched.shares;
        int version = 0;
        const char *dir = params_group(status, "cpu", &version, error);

        if (!dir ||
            !(version == 1 ? sched_read_v1(dir, &sched, error) : sched_read_v2(dir, &sched, error)))
            return NULL;
        /* Weights are coarser than shares: what was asked for reads back as it was asked. */
        if (version == 2 && tune_shares_to_weight(asked) == tune_shares_to_weight(sched.shares))
            sched.shares = asked;
    }
    params = params_new();
    params_add_ullong(params, "cpu_shares", sched.shares);
    params_add_ullong(params, "vcpu_period", sched.period_us);
    params_add_llong(params, "vcpu_quota", sched.quota_us);
    return params;
}

static gboolean
sched_apply(DomainDef *def, const GArray *params, GError **error)
{
    const Param *shares = params_find(params, "cpu_shares");
    const Param *period = params_find(params, "vcpu_period");
    const Param *quota = params_find(params, "vcpu_quota");

    if ((shares && !tune_check_shares(shares->value.ul, error)) ||
        (period && !tune_check_period(period->value.ul, error)) ||
        (quota && !tune_check_quota(quota->value.l, error)))
        return FALSE;
    if (shares)
        def->tune.cpu_shares = shares->value.ul;
    if (period)
        def->tune.cpu_period_us = period->value.ul;
    if (quota)
        def->tune.cpu_quota_us = quota->value.l;
    return TRUE;
}

static gboolean
sched_write(const Status *status, const DomainDef *before, const DomainDef *after, GError **error)
{
    Sched old = sched_of_def(before), new = sched_of_def(after);
    gboolean bandwidth = old.period_us != new.period_us || old.quota_us != new.quota_us;
    g_autofree char *quota = g_strdup_printf("%" G_GINT64_FORMAT, new.quota_us);
    g_autofree char *both = tune_cpu_max(new.quota_us, new.period_us);
    int version = 0;
    const char *dir = params_group(status, "cpu", &version, error);

    if (!dir)
        return FALSE;
    if (version == 2)
        return (old.shares == new.shares ||
                group_file_write_number(dir, "cpu.weight", tune_shares_to_weight(new.shares),
                                        error)) &&
               (!bandwidth || group_file_write(dir, "cpu.max", both, error));
    if (old.shares != new.shares && !group_file_write_number(dir, "cpu.shares", new.shares, error))
        return FALSE;
    return !bandwidth || (group_file_write_number(dir, "cpu.cfs_period_us", new.period_us, error) &&
                          group_file_write(dir, "cpu.cfs_quota_us", quota, error));
}

gboolean
guest_set_sched_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params, guint flags,
                       GError **error)
{
    static const ParamSetter setter = {"schedinfo", sched_fields, G_N_ELEMENTS(sched_fields),
                                       sched_apply, sched_write};

    return params_set(ctx, ref, &setter, params, flags, error);
}
