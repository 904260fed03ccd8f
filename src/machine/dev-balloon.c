/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <memballoon>: memory that the guest gives back. */
#include "machine/command.h"

gboolean
dev_balloon(Command *command, gconstpointer device, GError **error)
{
    const MachineMemballoon *balloon = device;
    g_autofree char *driver = virtio_device_name("virtio-balloon", balloon->model);
    g_autoptr(Option) option = NULL;

    if (balloon->is_none)
        return TRUE;
    option = option_new(driver);
    if (!option_device(command, option, &balloon->info, error))
        return FALSE;
    option_switch(option, "deflate-on-oom", balloon->autodeflate);
    option_switch(option, "free-page-reporting", balloon->free_page_reporting);
    option_virtio(option, &balloon->virtio);
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}
