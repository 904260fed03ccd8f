/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/rng.h - <rng>: random numbers of the host for the guest. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef struct {
    DomainDeviceInfo info;
    VirtioModel model;                /* VIRTIO at least */
    gboolean is_builtin;              /* backend model='builtin': QEMU's own generator */
    char *path;                       /* random: "/dev/urandom" */
    guint rate_bytes, rate_period_ms; /* 0: no limit, QEMU's default */
    MachineVirtio virtio;
} MachineRng;
