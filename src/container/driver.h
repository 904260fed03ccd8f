/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/driver.h - the driver "LXC", scheme lxc: Linux containers.
 *
 * Used by: api (opens it), tests.
 */
#pragma once

#include "core/driver.h"

/* Static. */
const Driver *container_driver(void);
