/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/tune.h - values of limits, and how v1 and v2 of cgroups write them.
 *
 * Used by: plan-cgroup.c, params-*.c.
 */
#pragma once

#include <glib.h>

/* The CFQ and cost models call it one way, the BFQ scheduler the other; a kernel has one or none. */
#define TUNE_V1_WEIGHT        "blkio.weight|blkio.bfq.weight"
#define TUNE_V1_DEVICE_WEIGHT "blkio.weight_device|blkio.bfq.weight_device"
#define TUNE_V2_WEIGHT        "io.weight|io.bfq.weight"

#define TUNE_PERIOD_DEFAULT_US 100000 /* the kernel's own */
#define TUNE_SHARES_DEFAULT    1024

/* Is @kib a limit: given, and not the word for "unlimited"? */
gboolean tune_is_limited(guint64 kib);

/* cpu.shares (2-262144, 1024 is normal) to cpu.weight (1-10000, 100 is normal) and back. The same
 * proportion, so that the same XML shares a host in the same way under both versions. */
guint64 tune_shares_to_weight(guint64 shares);
guint64 tune_weight_to_shares(guint64 weight);

/* cpu.max: "QUOTA PERIOD", "max PERIOD" for a negative quota. (transfer full) */
char *tune_cpu_max(gint64 quota_us, guint64 period_us);

/* Are all processors of the list @cpus in the list @within? Lists are "0-3,5". */
gboolean tune_cpus_within(const char *cpus, const char *within);
/* How many processors @cpus lists; 0 when it is no list. */
guint tune_cpus_count(const char *cpus);

/* Ranges that the kernel takes; each gives LODGE_ERROR_ARGUMENT with the range. */
gboolean tune_check_shares(guint64 shares, GError **error);
gboolean tune_check_period(guint64 period_us, GError **error);
gboolean tune_check_quota(gint64 quota_us, GError **error);
gboolean tune_check_weight(guint64 weight, GError **error);
