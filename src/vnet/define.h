/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/define.h - persistent networks: define, undefine, autostart.
 *
 * Used by: vnet/role, vnet/start.
 */
#pragma once

#include "conf/vnet/network.h"
#include "core/driver.h"
#include "core/store.h"

/* XML from a user, with ctx's source name; VALIDATE is flag 1. (transfer full) */
NetworkDef *vnet_parse_xml(const DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
                           GError **error);

/**
 * vnet_store_def:
 * Gives @def a bridge name and a MAC when it has none (those of the definition that it replaces, or
 * free ones), and stores it. The object's lock is held.
 */
gboolean vnet_store_def(Store *store, NetworkDef *def, gboolean *ret_is_new, GError **error);

/* LODGE_ERROR_EXISTS when @def has the built-in network's name or uuid, and not both. */
gboolean vnet_check_builtin(const Store *store, const NetworkDef *def, GError **error);

/* Writes the definition of the built-in network when @name is its name and it has none yet. */
gboolean vnet_materialize(Store *store, const char *name, GError **error);

/* NetworkRole calls */
ObjectRef *vnet_define(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
                       GError **error);
gboolean vnet_undefine(DriverCtx *ctx, const ObjectRef *ref, GError **error);
gboolean vnet_set_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean value, GError **error);
