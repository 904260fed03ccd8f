/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/lookup.h - find networks, the built-in default among them, and read their definitions.
 *
 * Used by: every call of the role.
 */
#pragma once

#include "conf/vnet/network.h"
#include "core/driver.h"
#include "core/store.h"

Store *vnet_store(const DriverCtx *ctx); /* (transfer full) */

/* As store_find_name() and store_find_uuid(); the built-in network is found as persistent and off. */
StoreObject *vnet_find_name(Store *store, const char *name, GError **error);
StoreObject *vnet_find(Store *store, const ObjectRef *ref, GError **error);

/* The definition (of the built-in one too), or what runs; NOT_FOUND or STATE. (transfer full) */
NetworkDef *vnet_read_config(Store *store, const char *name, GError **error);
NetworkDef *vnet_read_live(Store *store, const char *name, GError **error);

/* NetworkRole calls */
GPtrArray *vnet_list(DriverCtx *ctx, guint flags, GError **error);
ObjectRef *vnet_lookup_name(DriverCtx *ctx, const char *name, GError **error);
ObjectRef *vnet_lookup_uuid(DriverCtx *ctx, const guint8 *uuid, GError **error);
char *vnet_get_xml(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
char *vnet_get_bridge(DriverCtx *ctx, const ObjectRef *ref, GError **error);
gboolean vnet_is_active(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error);
gboolean vnet_is_persistent(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                            GError **error);
gboolean vnet_get_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                            GError **error);
GPtrArray *vnet_leases(DriverCtx *ctx, const ObjectRef *ref, const char *mac, GError **error);

/* Where dnsmasq keeps the leases of a network. (transfer full) */
char *vnet_lease_file(const Store *store, const char *name, gboolean is_transient);
