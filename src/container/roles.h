/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/roles.h - the role tables that make up the driver, each from its own file.
 *
 * Used by: driver.c.
 */
#pragma once

#include "core/driver.h"
#include "core/guest-kind.h"

extern const GuestKind container_kind;            /* kind.c */
extern const DomainConsoles container_consoles;   /* enter.c */
extern const DomainResources container_resources; /* resources.c */

/* enter.c: a signal for a process of the guest. */
gboolean container_send_signal(DriverCtx *ctx, const ObjectRef *ref, gint64 pid, guint signum,
                               guint flags, GError **error);

char *container_capabilities(DriverCtx *ctx, GError **error); /* capabilities.c */
