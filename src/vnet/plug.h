/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/plug.h - networks for guests that plug in, the `default` one started when they do.
 *
 * Theory of operation. Who starts `default` on demand holds the lock LIVE/.on-demand until its guest runs or
 * has failed. Whoever else wants the network meanwhile waits for that: a guest that plugs in, and a user's
 * own net-start. So when the guest fails, nobody relies on the network yet, and it is stopped again. A port
 * that somebody put into its bridge without asking here keeps it. A holder that is killed leaves the
 * network running.
 *
 * Used by: vnet/role, vnet/start.
 */
#pragma once

#include "core/driver.h"
#include "core/store.h"

/* NetworkRole calls */
gboolean vnet_plug(DriverCtx *ctx, const char *network, char **ret_bridge, guint *ret_mtu,
                   int *hold, GError **error);
void vnet_settle(DriverCtx *ctx, int hold, gboolean keep);

/* Waits until nobody's guest is on trial on the network @name. */
void plug_wait_settled(const Store *store, const char *name);
