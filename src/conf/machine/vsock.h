/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/vsock.h - <vsock>: sockets between host and guest. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef struct {
    DomainDeviceInfo info;
    VirtioModel model;
    gboolean is_auto; /* <cid auto='yes'>: chosen at start */
    guint cid;        /* 3 and above; 0: not there, or chosen at start (live shows it) */
    MachineVirtio virtio;
} MachineVsock;
