/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/roles.h - the role tables that make up the driver, each from its own file.
 *
 * Used by: driver.c.
 */
#pragma once

#include "core/driver.h"

extern const DomainObjects container_objects;     /* objects.c */
extern const DomainLifecycle container_lifecycle; /* lifecycle.c */
extern const DomainConsoles container_consoles;   /* consoles.c */
extern const DomainResources container_resources; /* resources.c */

/* Starts a container that is defined; the lifecycle's and autostart's. */
gboolean container_start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error);

char *container_capabilities(DriverCtx *ctx, GError **error); /* capabilities.c */

/* metadata.c, for objects.c */
char *container_get_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *ns_uri,
                             guint flags, GError **error);
gboolean container_set_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *text,
                                const char *key, const char *ns_uri, guint flags, GError **error);
