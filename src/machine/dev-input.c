/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <input>: keyboards, mice and tablets; those on PS/2 are part of the machine. */
#include "machine/command.h"

static const char *
input_usb(MachineInputType type)
{
    switch (type) {
    case MACHINE_INPUT_MOUSE:
        return "usb-mouse";
    case MACHINE_INPUT_TABLET:
        return "usb-tablet";
    case MACHINE_INPUT_KEYBOARD:
        return "usb-kbd";
    case MACHINE_INPUT_LAST:
        break;
    }
    g_return_val_if_reached("usb-mouse");
}

static const char *
input_virtio(MachineInputType type)
{
    switch (type) {
    case MACHINE_INPUT_MOUSE:
        return "virtio-mouse-pci";
    case MACHINE_INPUT_TABLET:
        return "virtio-tablet-pci";
    case MACHINE_INPUT_KEYBOARD:
        return "virtio-keyboard-pci";
    case MACHINE_INPUT_LAST:
        break;
    }
    g_return_val_if_reached("virtio-mouse-pci");
}

gboolean
dev_input(Command *command, gconstpointer device, GError **error)
{
    const MachineInput *input = device;
    g_autoptr(Option) option = NULL;

    switch (input->bus) {
    case MACHINE_INPUT_BUS_ABSENT:
    case MACHINE_INPUT_BUS_PS2:
        return TRUE;
    case MACHINE_INPUT_BUS_USB:
        option = option_new(input_usb(input->type));
        break;
    case MACHINE_INPUT_BUS_VIRTIO:
        option = option_new(input_virtio(input->type));
        option_virtio(option, &input->virtio);
        break;
    case MACHINE_INPUT_BUS_LAST:
        g_return_val_if_reached(FALSE);
    }
    if (!option_device(command, option, &input->info, error))
        return FALSE;
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}
