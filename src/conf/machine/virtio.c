/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/virtio.h"

#include "conf/machine/parts-priv.h"

const char *const virtio_model_names[VIRTIO_MODEL_LAST] = {
    [VIRTIO_MODEL_VIRTIO] = "virtio",
    [VIRTIO_MODEL_TRANSITIONAL] = "virtio-transitional",
    [VIRTIO_MODEL_NON_TRANSITIONAL] = "virtio-non-transitional",
};
ENUM_IMPL(virtio_model, VirtioModel)
