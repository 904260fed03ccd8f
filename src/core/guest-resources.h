/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/guest-resources.h - limits and usage of any guest: the calls of the resources role, by file.
 *
 * Used by: container/driver.c, machine/driver.c (their tables), and the files that implement them.
 */
#pragma once

#include "core/params.h"

/* params-memory.c */
GArray *guest_get_memory_params(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
gboolean guest_set_memory_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                 guint flags, GError **error);

/* params-sched.c */
GArray *guest_get_sched_params(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
gboolean guest_set_sched_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                guint flags, GError **error);

/* params-blkio.c */
GArray *guest_get_blkio_params(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
gboolean guest_set_blkio_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                guint flags, GError **error);

/* guest-stats.c */
GPtrArray *guest_get_cpu_stats(DriverCtx *ctx, const ObjectRef *ref, gboolean totals,
                               GError **error);
GArray *guest_get_stats(DriverCtx *ctx, const ObjectRef *ref, guint groups, GError **error);

/* guest-net-stats.c */
gboolean guest_get_interface_stats(DriverCtx *ctx, const ObjectRef *ref, const char *dev,
                                   gint64 ret_stats[8], GError **error);
/* The counters of netdev @index as the guest sees them; FALSE when they cannot be read. */
gboolean guest_read_netdev(const Status *status, guint index, gint64 ret_stats[8]);

/* guest-addresses.c */
GPtrArray *guest_get_interface_addresses(DriverCtx *ctx, const ObjectRef *ref, guint source,
                                         GError **error);

/* guest-memory.c */
gboolean guest_set_memory(DriverCtx *ctx, const ObjectRef *ref, guint64 kib, guint flags,
                          GError **error);

/* guest-resources.c */
gboolean guest_get_vcpus(DriverCtx *ctx, const ObjectRef *ref, guint flags, guint *ret_vcpus,
                         GError **error);

/* What every driver of guests puts into its DomainResources before it adds its own. */
#define GUEST_RESOURCES                                                                            \
    .get_memory_params = guest_get_memory_params, .set_memory_params = guest_set_memory_params,    \
    .get_blkio_params = guest_get_blkio_params, .set_blkio_params = guest_set_blkio_params,        \
    .get_sched_params = guest_get_sched_params, .set_sched_params = guest_set_sched_params,        \
    .set_memory = guest_set_memory, .get_vcpus = guest_get_vcpus,                                  \
    .get_cpu_stats = guest_get_cpu_stats, .get_interface_stats = guest_get_interface_stats,        \
    .get_interface_addresses = guest_get_interface_addresses, .get_stats = guest_get_stats
