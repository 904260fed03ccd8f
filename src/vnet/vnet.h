/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/vnet.h - the driver of virtual networks, as api sees it.
 *
 * Used by: api (opens network:///, and gives the role to core_set_networks()).
 */
#pragma once

#include "core/driver.h"

/* Scheme "network"; only the role `networks` is there. Static. */
const Driver *vnet_driver(void);
