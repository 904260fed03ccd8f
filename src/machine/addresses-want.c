/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which devices sit on PCI, and whether they take a port of their own. */
#include <string.h>

#include "machine/addresses-priv.h"

static PlaceWant
want_virtio(VirtioModel model)
{
    /* Transitional devices need I/O ports, which a root port does not give them. */
    return model == VIRTIO_MODEL_TRANSITIONAL ? WANT_INTEGRATED : WANT_EXPRESS;
}

static PlaceWant
want_controller(const MachineController *controller)
{
    if (controller->model == CONTROLLER_MODEL_QEMU_XHCI ||
        controller->model == CONTROLLER_MODEL_NEC_XHCI)
        return WANT_EXPRESS;
    if (controller->model == CONTROLLER_MODEL_NONE)
        return WANT_NONE;
    if (controller->model == CONTROLLER_MODEL_VIRTIO_TRANSITIONAL)
        return WANT_INTEGRATED;
    switch (controller->type) {
    case MACHINE_CONTROLLER_VIRTIO_SERIAL:
        return WANT_EXPRESS;
    case MACHINE_CONTROLLER_SCSI:
        return controller->model == CONTROLLER_MODEL_LSILOGIC ||
                       controller->model == CONTROLLER_MODEL_AM53C974 ||
                       controller->model == CONTROLLER_MODEL_DC390
                   ? WANT_INTEGRATED
                   : WANT_EXPRESS;
    case MACHINE_CONTROLLER_FDC:
        return WANT_NONE;
    case MACHINE_CONTROLLER_PCI:
        return controller->index == 0 ? WANT_NONE : WANT_INTEGRATED;
    case MACHINE_CONTROLLER_IDE:
    case MACHINE_CONTROLLER_SATA:
    case MACHINE_CONTROLLER_USB:
    case MACHINE_CONTROLLER_LAST:
        break;
    }
    return WANT_INTEGRATED;
}

static PlaceWant
want_net(const DomainNet *net)
{
    if (net->model == NULL || strcmp(net->model, "virtio") == 0 ||
        strcmp(net->model, "virtio-non-transitional") == 0 || strcmp(net->model, "e1000e") == 0 ||
        strcmp(net->model, "igb") == 0)
        return WANT_EXPRESS;
    return WANT_INTEGRATED;
}

static PlaceWant
want_video(const MachineVideo *video)
{
    switch (video->model) {
    case MACHINE_VIDEO_NONE:
    case MACHINE_VIDEO_RAMFB:
        return WANT_NONE;
    case MACHINE_VIDEO_VIRTIO:
    case MACHINE_VIDEO_BOCHS:
        return video->is_primary ? WANT_INTEGRATED : WANT_EXPRESS;
    case MACHINE_VIDEO_DEFAULT:
    case MACHINE_VIDEO_VGA:
    case MACHINE_VIDEO_CIRRUS:
    case MACHINE_VIDEO_VMVGA:
    case MACHINE_VIDEO_QXL:
    case MACHINE_VIDEO_LAST:
        break;
    }
    return WANT_INTEGRATED;
}

static PlaceWant
want_sound(const MachineSound *sound)
{
    switch (sound->model) {
    case MACHINE_SOUND_ICH6:
    case MACHINE_SOUND_ICH9:
    case MACHINE_SOUND_AC97:
    case MACHINE_SOUND_ES1370:
        return WANT_INTEGRATED;
    case MACHINE_SOUND_SB16:
    case MACHINE_SOUND_PCSPK:
    case MACHINE_SOUND_USB:
    case MACHINE_SOUND_LAST:
        break;
    }
    return WANT_NONE;
}

PlaceWant
places_want(MachineDeviceKind kind, gconstpointer device)
{
    switch (kind) {
    case MACHINE_DEVICE_DISK: {
        const MachineDisk *disk = device;

        return disk->bus == MACHINE_BUS_VIRTIO ? want_virtio(disk->model) : WANT_NONE;
    }
    case MACHINE_DEVICE_CONTROLLER:
        return want_controller(device);
    case MACHINE_DEVICE_FILESYSTEM:
        return want_virtio(((const MachineFilesystem *)device)->model);
    case MACHINE_DEVICE_INTERFACE:
        return want_net(device);
    case MACHINE_DEVICE_INPUT:
        return ((const MachineInput *)device)->bus == MACHINE_INPUT_BUS_VIRTIO ? WANT_EXPRESS
                                                                               : WANT_NONE;
    case MACHINE_DEVICE_VIDEO:
        return want_video(device);
    case MACHINE_DEVICE_SOUND:
        return want_sound(device);
    case MACHINE_DEVICE_WATCHDOG:
        return ((const MachineWatchdog *)device)->model == MACHINE_WATCHDOG_I6300ESB
                   ? WANT_INTEGRATED
                   : WANT_NONE;
    case MACHINE_DEVICE_MEMBALLOON: {
        const MachineMemballoon *balloon = device;

        return balloon->is_none ? WANT_NONE : want_virtio(balloon->model);
    }
    case MACHINE_DEVICE_RNG:
        return want_virtio(((const MachineRng *)device)->model);
    case MACHINE_DEVICE_VSOCK:
        return want_virtio(((const MachineVsock *)device)->model);
    case MACHINE_DEVICE_SERIAL:
        return ((const MachineChardev *)device)->target == CHARDEV_TARGET_PCI_SERIAL
                   ? WANT_INTEGRATED
                   : WANT_NONE;
    case MACHINE_DEVICE_PARALLEL:
    case MACHINE_DEVICE_CONSOLE:
    case MACHINE_DEVICE_CHANNEL:
    case MACHINE_DEVICE_GRAPHICS:
    case MACHINE_DEVICE_AUDIO:
    case MACHINE_DEVICE_REDIRDEV:
    case MACHINE_DEVICE_PANIC:
    case MACHINE_DEVICE_LAST:
        break;
    }
    return WANT_NONE;
}

gboolean
places_is_root(MachineDeviceKind kind, gconstpointer device)
{
    const MachineController *controller = device;

    return kind == MACHINE_DEVICE_CONTROLLER && controller->type == MACHINE_CONTROLLER_PCI &&
           controller->index == 0;
}
