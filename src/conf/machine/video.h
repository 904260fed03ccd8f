/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/video.h - <video>: graphics cards. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef enum {
    MACHINE_VIDEO_DEFAULT, /* the document names none; domain_machine_complete() chooses */
    MACHINE_VIDEO_VGA,
    MACHINE_VIDEO_CIRRUS,
    MACHINE_VIDEO_VMVGA,
    MACHINE_VIDEO_QXL,
    MACHINE_VIDEO_VIRTIO,
    MACHINE_VIDEO_BOCHS,
    MACHINE_VIDEO_RAMFB,
    MACHINE_VIDEO_NONE, /* the user wants none */
    MACHINE_VIDEO_LAST
} MachineVideoModel;
ENUM_DECL(machine_video_model, MachineVideoModel);

typedef struct {
    DomainDeviceInfo info;
    MachineVideoModel model;
    guint ram_kib, vram_kib, vram64_kib, vgamem_kib; /* 0: not there */
    guint heads;                                     /* 0: not there */
    gboolean is_primary;
    DomainSwitch blob, accel3d;
    guint width, height; /* <resolution>; 0: not there */
    MachineVirtio virtio;
} MachineVideo;
