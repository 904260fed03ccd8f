/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/start.h - start and stop networks.
 *
 * Theory of operation. Starting looks at the host (programs, used addresses, packet filters of others),
 * settles what the definition left open (bridge name, subnet), writes a plan and hands it to a
 * supervisor, which makes bridge and rules, runs dnsmasq and takes everything back at the end.
 * Nothing on the host is changed by this process, so there is nothing to undo when it is killed.
 *
 * Used by: vnet/role, vnet/plug.
 */
#pragma once

#include "core/driver.h"

/* NetworkRole calls */
gboolean vnet_start(DriverCtx *ctx, const ObjectRef *ref, GError **error);
ObjectRef *vnet_create_xml(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
                           GError **error);
gboolean vnet_destroy(DriverCtx *ctx, const ObjectRef *ref, GError **error);
int vnet_autostart_all(DriverCtx *ctx, GPtrArray *messages);
int vnet_reap(DriverCtx *ctx, GError **error);

/* Starts the defined network @name; that it runs already is success. */
gboolean vnet_start_on_demand(DriverCtx *ctx, const char *name, GError **error);
