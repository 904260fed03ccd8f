/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/registry.h"

#include "container/driver.h"
#include "machine/driver.h"
#include "vnet/vnet.h"

static const DriverFunction drivers[] = {container_driver, machine_driver, NULL};

const Registry api_registry = {.drivers = drivers, .networks = vnet_driver};
