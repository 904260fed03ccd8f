/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/redirdev.h - <redirdev>: a USB device of the one who looks at the screen. */
#pragma once

#include "conf/machine/chardev.h"

typedef struct {
    DomainDeviceInfo info; /* bus='usb' */
    ChardevSource source;  /* spicevmc, tcp, unix ... */
} MachineRedirdev;
