/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/roles.h - the role tables that make up the driver, each from its own file.
 *
 * Used by: driver.c, kind.c.
 */
#pragma once

#include "core/driver.h"
#include "core/guest-kind.h"

extern const GuestKind machine_kind;             /* kind.c */
extern const DomainDevices machine_devices_role; /* devices.c */
extern const DomainJobs machine_jobs;            /* save.c */
extern const DomainMachines machine_machines;    /* power.c */

/* save.c: a start that goes on from a managed save when there is one. */
gboolean machine_start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error);
gboolean machine_has_managed_save(DriverCtx *ctx, const char *name);
gboolean machine_drop_managed_save(DriverCtx *ctx, const char *name, GError **error);

/* monitor.c */
char *machine_monitor_command(DriverCtx *ctx, const ObjectRef *ref, const char *command,
                              guint flags, GError **error);
char *machine_agent_command(DriverCtx *ctx, const ObjectRef *ref, const char *command,
                            int timeout_s, GError **error);

/* screenshot.c */
int machine_screenshot(DriverCtx *ctx, const ObjectRef *ref, guint screen, char **ret_mime,
                       GError **error);

/* agent.c */
GPtrArray *machine_fs_info(DriverCtx *ctx, const ObjectRef *ref, GError **error);
GArray *machine_guest_info(DriverCtx *ctx, const ObjectRef *ref, guint types, GError **error);
char *machine_hostname(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
GPtrArray *machine_addresses_inside(DriverCtx *ctx, const Guest *self, const Status *status,
                                    GError **error);

/* memory.c */
GArray *machine_get_memory_stats(DriverCtx *ctx, const ObjectRef *ref, GError **error);
gboolean machine_set_stats_period(DriverCtx *ctx, const ObjectRef *ref, int seconds, guint flags,
                                  GError **error);

/* vcpu.c */
gboolean machine_set_vcpus(DriverCtx *ctx, const ObjectRef *ref, guint vcpus, guint flags,
                           GError **error);
GArray *machine_get_vcpu_info(DriverCtx *ctx, const ObjectRef *ref, GError **error);

/* block.c */
gboolean machine_block_info(DriverCtx *ctx, const ObjectRef *ref, const char *disk,
                            guint64 ret_bytes[3], GError **error);
GArray *machine_block_stats(DriverCtx *ctx, const ObjectRef *ref, const char *disk, GError **error);
GArray *machine_disk_errors(DriverCtx *ctx, const ObjectRef *ref, guint *ret_max, GError **error);
/* domstats: block.N.*, and what the monitor knows of memory and processors */
void machine_add_stats(DriverCtx *ctx, Guest *self, const DomainDef *def, const Status *status,
                       guint groups, GArray *params);
