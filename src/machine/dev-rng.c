/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <rng>: random numbers of the host for the guest. */
#include "machine/command.h"

gboolean
dev_rng(Command *command, gconstpointer device, GError **error)
{
    const MachineRng *rng = device;
    g_autofree char *id = g_strconcat("obj", rng->info.alias, NULL);
    g_autofree char *driver = virtio_device_name("virtio-rng", rng->model);
    g_autoptr(Option) backend = option_new(rng->is_builtin ? "rng-builtin" : "rng-random");
    g_autoptr(Option) option = option_new(driver);

    option_string(backend, "id", id);
    if (!rng->is_builtin) {
        g_autofree char *name =
            command_open(command, rng->path != NULL ? rng->path : "/dev/urandom", "ro");

        option_string(backend, "filename", name);
    }
    command_take(command, "-object", g_steal_pointer(&backend));
    option_string(option, "rng", id);
    if (!option_device(command, option, &rng->info, error))
        return FALSE;
    if (rng->rate_bytes != 0) {
        option_uint(option, "max-bytes", rng->rate_bytes);
        option_uint(option, "period", rng->rate_period_ms != 0 ? rng->rate_period_ms : 1000);
    }
    option_virtio(option, &rng->virtio);
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}
