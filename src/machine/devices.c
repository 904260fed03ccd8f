/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of device kinds, and the order in which they come. */
#include "machine/command.h"

#define BUS_DEPTH_MAX 16 /* of bridges behind bridges */

/* Buses stand before what sits on them; audio backends before who plays through them. */
static const struct {
    MachineDeviceKind kind;
    gboolean (*add)(Command *command, gconstpointer device, GError **error);
} kinds[] = {
    {MACHINE_DEVICE_CONTROLLER, dev_controller},
    {MACHINE_DEVICE_DISK, dev_disk},
    {MACHINE_DEVICE_FILESYSTEM, dev_filesystem},
    {MACHINE_DEVICE_INTERFACE, dev_net},
    {MACHINE_DEVICE_SERIAL, dev_serial},
    {MACHINE_DEVICE_PARALLEL, dev_parallel},
    {MACHINE_DEVICE_CHANNEL, dev_channel},
    {MACHINE_DEVICE_CONSOLE, dev_console},
    {MACHINE_DEVICE_INPUT, dev_input},
    {MACHINE_DEVICE_AUDIO, dev_audio},
    {MACHINE_DEVICE_GRAPHICS, dev_graphics},
    {MACHINE_DEVICE_VIDEO, dev_video},
    {MACHINE_DEVICE_SOUND, dev_sound},
    {MACHINE_DEVICE_WATCHDOG, dev_watchdog},
    {MACHINE_DEVICE_REDIRDEV, dev_redirdev},
    {MACHINE_DEVICE_MEMBALLOON, dev_balloon},
    {MACHINE_DEVICE_RNG, dev_rng},
    {MACHINE_DEVICE_PANIC, dev_panic},
    {MACHINE_DEVICE_VSOCK, dev_vsock},
};

G_STATIC_ASSERT(G_N_ELEMENTS(kinds) == MACHINE_DEVICE_LAST);

gboolean
command_device(Command *command, MachineDeviceKind kind, gconstpointer device, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].add(command, device, error);
    g_return_val_if_reached(FALSE);
}

/* PCI buses, each behind the one that it sits on: QEMU makes devices in the order of its arguments. */
static gboolean
add_buses(Command *command, guint bus, guint depth, GError **error)
{
    const GPtrArray *list = machine_devices(command->in->def, MACHINE_DEVICE_CONTROLLER);

    if (depth > BUS_DEPTH_MAX)
        return command_wrong(command->in, 0, error, "PCI bus %u is behind itself", bus);
    for (guint i = 0; i < list->len; i++) {
        const MachineController *controller = g_ptr_array_index(list, i);

        if (controller->type != MACHINE_CONTROLLER_PCI || controller->index == 0 ||
            controller->info.address.pci.bus != bus)
            continue;
        if (!dev_controller(command, controller, error) ||
            !add_buses(command, (guint)controller->index, depth + 1, error))
            return FALSE;
    }
    return TRUE;
}

/* Those that are no bus, and the root, which only has options. */
static gboolean
add_controller(Command *command, gconstpointer device, GError **error)
{
    const MachineController *controller = device;

    return (controller->type == MACHINE_CONTROLLER_PCI && controller->index > 0) ||
           dev_controller(command, device, error);
}

gboolean
command_devices(Command *command, GError **error)
{
    if (!add_buses(command, 0, 0, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const GPtrArray *devices = machine_devices(command->in->def, kinds[i].kind);

        for (guint j = 0; j < devices->len; j++)
            if (!(kinds[i].kind == MACHINE_DEVICE_CONTROLLER ? add_controller : kinds[i].add)(
                    command, g_ptr_array_index(devices, j), error))
                return FALSE;
    }
    return TRUE;
}

/* The boot device that @device is the first of, or MACHINE_BOOT_LAST. */
static MachineBoot
boot_kind(const DomainDef *def, MachineDeviceKind kind, gconstpointer device)
{
    const GPtrArray *devices = machine_devices(def, kind);

    if (kind == MACHINE_DEVICE_INTERFACE)
        return devices->len > 0 && g_ptr_array_index(devices, 0) == device ? MACHINE_BOOT_NETWORK
                                                                           : MACHINE_BOOT_LAST;
    if (kind != MACHINE_DEVICE_DISK)
        return MACHINE_BOOT_LAST;
    for (guint i = 0; i < devices->len; i++) {
        const MachineDisk *other = g_ptr_array_index(devices, i);

        if (other->device != ((const MachineDisk *)device)->device)
            continue;
        if (other != device)
            return MACHINE_BOOT_LAST;
        return other->device == MACHINE_DISK_CDROM    ? MACHINE_BOOT_CDROM
               : other->device == MACHINE_DISK_FLOPPY ? MACHINE_BOOT_FD
                                                      : MACHINE_BOOT_HD;
    }
    return MACHINE_BOOT_LAST;
}

guint
boot_index(const DomainDef *def, MachineDeviceKind kind, gconstpointer device)
{
    const MachineOs *os = &def->machine->os;
    const DomainDeviceInfo *info = device;
    MachineBoot boot;

    if (info->boot_order > 0)
        return info->boot_order;
    boot = os->n_boot > 0 ? boot_kind(def, kind, device) : MACHINE_BOOT_LAST;
    for (guint i = 0; boot != MACHINE_BOOT_LAST && i < os->n_boot; i++)
        if (os->boot[i] == boot)
            return i + 1;
    return 0;
}
