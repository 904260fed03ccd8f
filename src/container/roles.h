/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/roles.h - the role tables that make up the driver, each from its own file.
 *
 * Used by: driver.c.
 */
#pragma once

#include "core/driver.h"
#include "core/guest-kind.h"

extern const GuestKind container_kind;          /* kind.c */
extern const DomainConsoles container_consoles; /* enter.c */

/* enter.c: a signal for a process of the guest. */
gboolean container_send_signal(DriverCtx *ctx, const ObjectRef *ref, gint64 pid, guint signum,
                               guint flags, GError **error);

/* memory.c */
gboolean container_set_memory(const Guest *self, const DomainDef *def, GError **error);
GArray *container_get_memory_stats(DriverCtx *ctx, const ObjectRef *ref, GError **error);

/* net-addresses.c */
GPtrArray *container_addresses_inside(DriverCtx *ctx, const Guest *self, const Status *status,
                                      GError **error);

char *container_capabilities(DriverCtx *ctx, GError **error); /* capabilities.c */
