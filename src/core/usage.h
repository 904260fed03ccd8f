/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/usage.h - what a running guest uses, from its control groups.
 *
 * Used by: kind.c (info), stats.c.
 * All calls: FALSE with an error naming the controller when the host has none for it.
 */
#pragma once

#include <glib.h>

#include "core/status.h"

typedef struct {
    guint64 total_ns, user_ns, system_ns;
} UsageCpu;

typedef struct {
    guint64 used_bytes;
    guint64 limit_bytes; /* G_MAXUINT64: none */
    guint64 swap_bytes, cache_bytes, major_faults, minor_faults;
} UsageMemory;

gboolean usage_cpu(const Status *status, UsageCpu *ret_usage, GError **error);

/* Nanoseconds by processor; (transfer full) (element-type guint64). v2 has no such count. */
GArray *usage_per_cpu(const Status *status, GError **error);

gboolean usage_memory(const Status *status, UsageMemory *ret_usage, GError **error);
