/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/tune.h"

#include <string.h>

#include "conf/domain/domain.h"
#include "util/error.h"

#define CPUS_MAX 8192 /* CONFIG_NR_CPUS of the largest kernels */

gboolean
tune_is_limited(guint64 kib)
{
    return kib != DOMAIN_UNSET && kib < DOMAIN_UNLIMITED;
}

guint64
tune_shares_to_weight(guint64 shares)
{
    return CLAMP(shares * 100 / TUNE_SHARES_DEFAULT, 1, 10000);
}

guint64
tune_weight_to_shares(guint64 weight)
{
    return CLAMP(weight * TUNE_SHARES_DEFAULT / 100, 2, 262144);
}

char *
tune_cpu_max(gint64 quota_us, guint64 period_us)
{
    if (quota_us < 0)
        return g_strdup_printf("max %" G_GUINT64_FORMAT, period_us);
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GUINT64_FORMAT, quota_us, period_us);
}

/* Sets the byte of each listed processor; FALSE when @cpus is no list. */
static gboolean
tune_read_cpus(const char *cpus, guint8 *set)
{
    const char *p = cpus;

    while (*p) {
        char *end;
        guint64 first = g_ascii_strtoull(p, &end, 10);
        guint64 last = first;

        if (end == p)
            return FALSE;
        if (*end == '-') {
            p = end + 1;
            last = g_ascii_strtoull(p, &end, 10);
            if (end == p)
                return FALSE;
        }
        if (first > last || last >= CPUS_MAX || (*end != ',' && *end != '\0'))
            return FALSE;
        memset(set + first, 1, last - first + 1);
        p = *end ? end + 1 : end;
    }
    return TRUE;
}

gboolean
tune_cpus_within(const char *cpus, const char *within)
{
    g_autofree guint8 *asked = g_malloc0(CPUS_MAX);
    g_autofree guint8 *there = g_malloc0(CPUS_MAX);

    if (!tune_read_cpus(cpus, asked) || !tune_read_cpus(within, there))
        return FALSE;
    for (gsize i = 0; i < CPUS_MAX; i++)
        if (asked[i] && !there[i])
            return FALSE;
    return TRUE;
}

guint
tune_cpus_count(const char *cpus)
{
    g_autofree guint8 *set = g_malloc0(CPUS_MAX);
    guint n = 0;

    if (!tune_read_cpus(cpus, set))
        return 0;
    for (gsize i = 0; i < CPUS_MAX; i++)
        n += set[i];
    return n;
}

static gboolean
tune_out_of_range(const char *what, gint64 value, const char *range, GError **error)
{
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                "%s %" G_GINT64_FORMAT " is out of range; use %s", what, value, range);
    return FALSE;
}

gboolean
tune_check_shares(guint64 shares, GError **error)
{
    if (shares >= 2 && shares <= 262144)
        return TRUE;
    return tune_out_of_range("cpu_shares", (gint64)shares, "2 to 262144", error);
}

gboolean
tune_check_period(guint64 period_us, GError **error)
{
    if (period_us >= 1000 && period_us <= 1000000)
        return TRUE;
    return tune_out_of_range("vcpu_period", (gint64)period_us, "1000 to 1000000 microseconds",
                             error);
}

gboolean
tune_check_quota(gint64 quota_us, GError **error)
{
    if (quota_us == -1 || (quota_us >= 1000 && quota_us <= G_GINT64_CONSTANT(17592186044415)))
        return TRUE;
    return tune_out_of_range("vcpu_quota", quota_us,
                             "-1 (no limit) or 1000 to 17592186044415 microseconds", error);
}

gboolean
tune_check_weight(guint64 weight, GError **error)
{
    if (weight >= 10 && weight <= 1000)
        return TRUE;
    return tune_out_of_range("weight", (gint64)weight, "10 to 1000", error);
}
