/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/resources-priv.h - the calls behind the resources role, by file.
 *
 * Used by: resources.c (the table), and the files that implement them.
 */
#pragma once

#include "container/params.h"

/* params-memory.c */
GArray *resources_get_memory_params(DriverCtx *ctx, const ObjectRef *ref, guint flags,
                                    GError **error);
gboolean resources_set_memory_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                     guint flags, GError **error);
gboolean resources_set_memory(DriverCtx *ctx, const ObjectRef *ref, guint64 kib, guint flags,
                              GError **error);

/* params-sched.c */
GArray *resources_get_sched_params(DriverCtx *ctx, const ObjectRef *ref, guint flags,
                                   GError **error);
gboolean resources_set_sched_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                    guint flags, GError **error);

/* params-blkio.c */
GArray *resources_get_blkio_params(DriverCtx *ctx, const ObjectRef *ref, guint flags,
                                   GError **error);
gboolean resources_set_blkio_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                    guint flags, GError **error);

/* stats.c */
GPtrArray *resources_get_cpu_stats(DriverCtx *ctx, const ObjectRef *ref, gboolean totals,
                                   GError **error);
GArray *resources_get_memory_stats(DriverCtx *ctx, const ObjectRef *ref, GError **error);
GArray *resources_get_stats(DriverCtx *ctx, const ObjectRef *ref, guint groups, GError **error);

/* net-stats.c */
gboolean resources_get_interface_stats(DriverCtx *ctx, const ObjectRef *ref, const char *dev,
                                       gint64 ret_stats[8], GError **error);
/* The counters of netdev @index as the guest sees them; FALSE when they cannot be read. */
gboolean resources_read_netdev(const Status *status, guint index, gint64 ret_stats[8]);

/* net-addresses.c */
GPtrArray *resources_get_interface_addresses(DriverCtx *ctx, const ObjectRef *ref, guint source,
                                             GError **error);
