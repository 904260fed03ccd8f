/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a definition has only while it runs: aliases, ports, sockets, the chosen cid. */
#include <string.h>

#include "machine/command.h"
#include "machine/plan.h"
#include "util/error.h"

static void
set_alias(DomainDeviceInfo *info, char *alias) /* (transfer full) */
{
    /* One that the user gave stays. */
    if (info->alias != NULL && g_str_has_prefix(info->alias, "ua-")) {
        g_free(alias);
        return;
    }
    g_free(info->alias);
    info->alias = alias;
}

static char *
drive_alias(const MachineDisk *disk)
{
    const DomainAddress *address = &disk->info.address;

    if (disk->bus == MACHINE_BUS_SCSI)
        return g_strdup_printf("scsi%u-%u-%u-%u", address->drive.controller, address->drive.bus,
                               address->drive.target, address->drive.unit);
    return g_strdup_printf("%s%u-%u-%u", machine_disk_bus_to_string(disk->bus),
                           address->drive.controller, address->drive.bus, address->drive.unit);
}

static char *
disk_alias(const MachineDisk *disk)
{
    int index = machine_disk_target_index(disk->target);

    switch (disk->bus) {
    case MACHINE_BUS_VIRTIO:
        return g_strdup_printf("virtio-disk%d", index);
    case MACHINE_BUS_USB:
        return g_strdup_printf("usb-disk%d", index);
    case MACHINE_BUS_SATA:
    case MACHINE_BUS_SCSI:
    case MACHINE_BUS_IDE:
    case MACHINE_BUS_FDC:
    case MACHINE_BUS_LAST:
        break;
    }
    return drive_alias(disk);
}

static char *
pci_alias(const DomainDef *def, const MachineController *controller)
{
    if (controller->index == 0)
        return g_strdup(domain_machine_is_i440fx(def) ? "pci.0" : "pcie.0");
    return g_strdup_printf("pci.%d", controller->index);
}

/* Buses that are part of the machine have the names that QEMU gives them. */
static char *
controller_alias(const DomainDef *def, const MachineController *controller)
{
    switch (controller->type) {
    case MACHINE_CONTROLLER_PCI:
        return pci_alias(def, controller);
    case MACHINE_CONTROLLER_USB:
        return controller->index == 0 ? g_strdup("usb")
                                      : g_strdup_printf("usb%d", controller->index);
    case MACHINE_CONTROLLER_IDE:
        return g_strdup("ide");
    case MACHINE_CONTROLLER_SATA:
        if (controller->index == 0 && domain_machine_is_q35(def))
            return g_strdup("ide");
        break;
    case MACHINE_CONTROLLER_FDC:
    case MACHINE_CONTROLLER_SCSI:
    case MACHINE_CONTROLLER_VIRTIO_SERIAL:
    case MACHINE_CONTROLLER_LAST:
        break;
    }
    return g_strdup_printf("%s%d", machine_controller_type_to_string(controller->type),
                           controller->index);
}

/* The word before the number, for kinds whose aliases are counted; NULL for the others. */
static const char *
kind_stem(MachineDeviceKind kind)
{
    static const char *const stems[MACHINE_DEVICE_LAST] = {
        [MACHINE_DEVICE_FILESYSTEM] = "fs",     [MACHINE_DEVICE_INTERFACE] = "net",
        [MACHINE_DEVICE_SERIAL] = "serial",     [MACHINE_DEVICE_PARALLEL] = "parallel",
        [MACHINE_DEVICE_CONSOLE] = "console",   [MACHINE_DEVICE_CHANNEL] = "channel",
        [MACHINE_DEVICE_INPUT] = "input",       [MACHINE_DEVICE_SOUND] = "sound",
        [MACHINE_DEVICE_VIDEO] = "video",       [MACHINE_DEVICE_REDIRDEV] = "redir",
        [MACHINE_DEVICE_WATCHDOG] = "watchdog", [MACHINE_DEVICE_MEMBALLOON] = "balloon",
        [MACHINE_DEVICE_RNG] = "rng",           [MACHINE_DEVICE_PANIC] = "panic",
        [MACHINE_DEVICE_VSOCK] = "vsock",
    };

    return stems[kind];
}

static gboolean
alias_is_taken(const DomainDef *def, MachineDeviceKind kind, const char *alias)
{
    const GPtrArray *devices = machine_devices(def, kind);

    for (guint i = 0; i < devices->len; i++)
        if (g_strcmp0(((const DomainDeviceInfo *)g_ptr_array_index(devices, i))->alias, alias) == 0)
            return TRUE;
    return FALSE;
}

gboolean
machine_is_face(const DomainDef *def, const MachineChardev *dev)
{
    const GPtrArray *consoles = machine_devices(def, MACHINE_DEVICE_CONSOLE);

    return dev->is_face || (dev->target != CHARDEV_TARGET_VIRTIO && consoles->len > 0 &&
                            g_ptr_array_index(consoles, 0) == dev &&
                            machine_devices(def, MACHINE_DEVICE_SERIAL)->len > 0);
}

void
machine_set_alias(DomainDef *def, MachineDeviceKind kind, gpointer device)
{
    DomainDeviceInfo *info = device;
    const char *stem = kind_stem(kind);

    if (info->alias != NULL)
        return;
    if (kind == MACHINE_DEVICE_DISK) {
        set_alias(info, disk_alias(device));
        return;
    }
    if (kind == MACHINE_DEVICE_CONTROLLER) {
        const MachineController *controller = device;

        /* Companions of a USB 2 controller share its name; QEMU gets it once. */
        if (controller->master_startport < 0)
            set_alias(info, controller_alias(def, controller));
        return;
    }
    if (kind == MACHINE_DEVICE_CONSOLE && machine_is_face(def, device)) {
        const GPtrArray *serials = machine_devices(def, MACHINE_DEVICE_SERIAL);
        const DomainDeviceInfo *serial = serials->len > 0 ? g_ptr_array_index(serials, 0) : NULL;

        ((MachineChardev *)device)->is_face = TRUE;
        set_alias(info, g_strdup(serial != NULL ? serial->alias : NULL));
        return;
    }
    for (guint i = 0; stem != NULL; i++) {
        char *alias = g_strdup_printf("%s%u", stem, i);

        if (!alias_is_taken(def, kind, alias)) {
            set_alias(info, alias);
            return;
        }
        g_free(alias);
    }
}

static gboolean
alias_visit(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info, gpointer data)
{
    (void)info;
    machine_set_alias(data, kind, device);
    return TRUE;
}

static void
live_listen(MachineListen *listen, const MachineGraphics *graphics, const char *live_dir)
{
    if (listen->type == MACHINE_LISTEN_SOCKET && listen->socket == NULL) {
        listen->socket = g_strdup_printf("%s/work/%s.sock", live_dir,
                                         machine_graphics_type_to_string(graphics->type));
        listen->socket_is_auto = TRUE;
    } else if ((listen->type == MACHINE_LISTEN_ADDRESS || listen->type == MACHINE_LISTEN_NETWORK) &&
               listen->address == NULL) {
        listen->address = g_strdup("127.0.0.1");
    }
}

static void
live_graphics(const DomainDef *def, const MachineFacts *facts, const char *live_dir)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_GRAPHICS);

    for (guint i = 0; i < list->len; i++) {
        MachineGraphics *graphics = g_ptr_array_index(list, i);

        if (i < facts->ports->len && g_array_index(facts->ports, int, i) > 0)
            graphics->port = g_array_index(facts->ports, int, i);
        if (graphics->websocket < 0 && graphics->port >= 5900)
            graphics->websocket = graphics->port - 5900 + 5700; /* QEMU's own way to count them */
        if (graphics->tls_port < 0)
            graphics->tls_port = 0;
        for (guint j = 0; j < graphics->listens->len; j++)
            live_listen(g_ptr_array_index(graphics->listens, j), graphics, live_dir);
    }
}

static void
live_sockets(const DomainDef *def, MachineDeviceKind kind, const char *live_dir)
{
    const GPtrArray *list = machine_devices(def, kind);

    for (guint i = 0; i < list->len; i++) {
        MachineChardev *dev = g_ptr_array_index(list, i);
        gboolean is_agent = g_strcmp0(dev->name, "org.qemu.guest_agent.0") == 0;

        /* The agent's is the supervisor's. */
        if (dev->source.type == CHARDEV_UNIX && dev->source.path == NULL && !is_agent) {
            dev->source.path = g_strdup_printf("%s/%s.sock", live_dir, dev->info.alias);
            dev->source.listens = TRUE;
        }
    }
}

gboolean
machine_make_live(DomainDef *def, const MachineFacts *facts, const char *live_dir,
                  const char *source, GError **error)
{
    static const MachineDeviceKind with_sockets[] = {MACHINE_DEVICE_SERIAL, MACHINE_DEVICE_PARALLEL,
                                                     MACHINE_DEVICE_CONSOLE,
                                                     MACHINE_DEVICE_CHANNEL};
    const GPtrArray *vsocks = machine_devices(def, MACHINE_DEVICE_VSOCK);

    (void)source;
    (void)error;
    (void)machine_devices_foreach(def, alias_visit, def);
    live_graphics(def, facts, live_dir);
    for (gsize i = 0; i < G_N_ELEMENTS(with_sockets); i++)
        live_sockets(def, with_sockets[i], live_dir);
    for (guint i = 0; i < vsocks->len; i++) {
        MachineVsock *vsock = g_ptr_array_index(vsocks, i);

        if (vsock->is_auto && vsock->cid == 0)
            vsock->cid = facts->vsock_cid;
    }
    return TRUE;
}

/* Kinds whose pty is a console of the supervisor, in the order of the command line. */
static const MachineDeviceKind console_kinds[] = {MACHINE_DEVICE_SERIAL, MACHINE_DEVICE_PARALLEL,
                                                  MACHINE_DEVICE_CHANNEL, MACHINE_DEVICE_CONSOLE};

int
machine_console_index(const DomainDef *def, const char *name)
{
    int index = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(console_kinds); i++) {
        const GPtrArray *list = machine_devices(def, console_kinds[i]);

        for (guint j = 0; j < list->len; j++) {
            const MachineChardev *dev = g_ptr_array_index(list, j);

            if (dev->source.type != CHARDEV_PTY || machine_is_face(def, dev))
                continue;
            if (name == NULL || g_strcmp0(dev->info.alias, name) == 0)
                return index;
            index++;
        }
    }
    return -1;
}

MachineChardev *
machine_console_at(const DomainDef *def, int index)
{
    for (gsize i = 0; i < G_N_ELEMENTS(console_kinds); i++) {
        const GPtrArray *list = machine_devices(def, console_kinds[i]);

        for (guint j = 0; j < list->len; j++) {
            MachineChardev *dev = g_ptr_array_index(list, j);

            if (dev->source.type == CHARDEV_PTY && !machine_is_face(def, dev) && index-- == 0)
                return dev;
        }
    }
    return NULL;
}
