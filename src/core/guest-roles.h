/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/guest-roles.h - the calls that containers and machines share, ready for a driver's role tables.
 *
 * Used by: container/driver.c, machine/driver.c and their files that offer a role with more than this.
 */
#pragma once

#include "core/driver.h"
#include "core/guest-kind.h"
#include "core/lock.h"

extern const DomainObjects guest_objects; /* guest-objects.c */

/* What every driver of guests puts into its DomainLifecycle before it adds its own. */
#define GUEST_LIFECYCLE                                                                            \
    .create_xml = guest_create_xml, .dry_run = guest_dry_run, .destroy = guest_destroy,            \
    .shutdown = guest_shutdown, .reboot = guest_reboot, .suspend = guest_suspend,                  \
    .resume = guest_resume, .wait = guest_wait

/* guest-lifecycle.c */
gboolean guest_destroy(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
gboolean guest_shutdown(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
gboolean guest_reboot(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
gboolean guest_suspend(DriverCtx *ctx, const ObjectRef *ref, GError **error);
gboolean guest_resume(DriverCtx *ctx, const ObjectRef *ref, GError **error);
gboolean guest_wait(DriverCtx *ctx, const ObjectRef *ref, int until_fd, int *ret_wait_status,
                    GError **error);

/* guest-start.c */
gboolean guest_start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error);
/* DomainLifecycle.start_files, for kinds whose plan honours StartIo.files. */
gboolean guest_start_files(DriverCtx *ctx, ObjectRef *ref, const int *files, guint n_files,
                           guint flags, GError **error);
ObjectRef *guest_create_xml(DriverCtx *ctx, const char *xml, const StartIo *io, guint flags,
                            GPtrArray *warnings, GError **error);
char *guest_dry_run(DriverCtx *ctx, const char *xml, const ObjectRef *ref, GError **error);

/* Starts what @start says, with the guest's lock held: for starts of another source (restore). */
gboolean guest_start_locked(GuestStart *start, const ObjectLock *lock, int *ret_id, GError **error);

/* guest-metadata.c */
char *guest_get_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *ns_uri,
                         guint flags, GError **error);
gboolean guest_set_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *text,
                            const char *key, const char *ns_uri, guint flags, GError **error);

/* guest-consoles.c */
int guest_open_console(DriverCtx *ctx, const ObjectRef *ref, const char *name, guint flags,
                       GError **error);
gboolean guest_resize_console(DriverCtx *ctx, const ObjectRef *ref, const char *name, int cols,
                              int rows, GError **error);

/* guest-all.c: Driver.autostart_all and Driver.reap */
int guest_autostart_all(DriverCtx *ctx, GPtrArray *messages);
int guest_reap(DriverCtx *ctx, GError **error);
