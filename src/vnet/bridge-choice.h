/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/bridge-choice.h - a name for a bridge that no link of the host and no other network has.
 *
 * Used by: vnet/define, vnet/start.
 */
#pragma once

#include "conf/vnet/network.h"
#include "core/store.h"

/**
 * bridge_choose:
 * @def: gets a bridge name and a MAC, each only when it has none
 * @error: LODGE_ERROR_LIMIT when all names are taken
 *
 * Race: of two networks that are defined in the same instant both may get one name; the second to
 * start is then told so (bridge_check()).
 */
gboolean bridge_choose(Store *store, NetworkDef *def, GError **error);

/* LODGE_ERROR_STATE when the host has a link of the network's bridge name already (or, for forward
 * mode bridge, has no such bridge). */
gboolean bridge_check(const NetworkDef *def, GError **error);
