/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <vsock>: sockets between host and guest. */
#include "core/plan-text.h"
#include "machine/command.h"

gboolean
dev_vsock(Command *command, gconstpointer device, GError **error)
{
    const MachineVsock *vsock = device;
    g_autofree char *driver = virtio_device_name("vhost-vsock", vsock->model);
    g_autoptr(Option) option = option_new(driver);
    int fd = command_fd(command);
    g_autofree char *number = g_strdup_printf("%d", fd);

    if (vsock->cid < 3)
        return command_wrong(command->in, vsock->info.line, error,
                             "<vsock> needs <cid address='N'/> of 3 or above, or auto='yes'");
    if (!command->in->facts->has_vhost_vsock)
        return command_wrong(
            command->in, vsock->info.line, error,
            "<vsock> needs /dev/vhost-vsock, which this host does not have or does "
            "not let us open; load it with 'modprobe vhost_vsock', or remove it");
    plan_add(command->host, "open", number, "/dev/vhost-vsock", "rw", NULL);
    if (!option_device(command, option, &vsock->info, error))
        return FALSE;
    option_uint(option, "guest-cid", vsock->cid);
    option_uint(option, "vhostfd", (guint64)fd);
    option_virtio(option, &vsock->virtio);
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}
