/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/default-network.h - the network that is there without anybody having defined it.
 *
 * Its XML is data/default-network.xml, compiled in. It is in force while there is neither a
 * definition named `default` nor the mark CONFIG/.no-default, which net-undefine leaves. Starting it or
 * marking it autostart writes the definition first, so that from then on it is a network like any other.
 *
 * Used by: vnet/lookup, vnet/define, vnet/start.
 */
#pragma once

#include "conf/vnet/network.h"
#include "core/store.h"

#define DEFAULT_NETWORK_NAME "default"

void default_network_uuid(guint8 *ret_uuid);
NetworkDef *default_network_def(GError **error); /* (transfer full) */
gboolean default_network_is_built_in(const Store *store);

/* Hides it for good (net-undefine), or takes the mark away again (net-define of that name). */
gboolean default_network_hide(const Store *store, GError **error);
gboolean default_network_unhide(const Store *store, GError **error);
