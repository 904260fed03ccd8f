/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/driver.h - the driver "QEMU", scheme qemu: virtual machines. */
#pragma once

#include "core/driver.h"

const Driver *machine_driver(void);
