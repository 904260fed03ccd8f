/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <redirdev>: a USB device of the one who looks at the screen. */
#include "machine/command.h"

gboolean
dev_redirdev(Command *command, gconstpointer device, GError **error)
{
    const MachineRedirdev *dev = device;
    g_autofree char *id = g_strconcat("char", dev->info.alias, NULL);
    g_autoptr(Option) option = option_new("usb-redir");

    if (!command_has_device(command, "usb-redir"))
        return command_refuse(command->in, dev->info.line, error,
                              "<redirdev>: this QEMU has no device 'usb-redir'; install the "
                              "package qemu-system-modules-spice or remove the element");
    if (!command_chardev(command, &dev->source, id, "redirdev", dev->info.line, error))
        return FALSE;
    option_string(option, "chardev", id);
    if (!option_device(command, option, &dev->info, error))
        return FALSE;
    option_given(option, "bootindex", dev->info.boot_order);
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}
