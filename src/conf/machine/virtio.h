/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/virtio.h - what every virtio device may say: driver options, and which generation it is. */
#pragma once

#include "conf/domain/device.h"

typedef struct {
    DomainSwitch iommu, ats, packed, page_per_vq;
} MachineVirtio;

/* model='virtio-transitional' and the like; for a disk of bus='virtio' too. */
typedef enum {
    VIRTIO_MODEL_ABSENT,
    VIRTIO_MODEL_VIRTIO,
    VIRTIO_MODEL_TRANSITIONAL,
    VIRTIO_MODEL_NON_TRANSITIONAL,
    VIRTIO_MODEL_LAST
} VirtioModel;
ENUM_DECL(virtio_model, VirtioModel);
