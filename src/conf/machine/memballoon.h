/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/memballoon.h - <memballoon>: memory that the guest gives back. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef struct {
    DomainDeviceInfo info;
    gboolean is_none; /* model='none' */
    VirtioModel model;
    DomainSwitch autodeflate, free_page_reporting;
    guint stats_period_s; /* 0: not there */
    MachineVirtio virtio;
} MachineMemballoon;
