/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/complete-priv.h"
#include "conf/machine/parts-priv.h"
#include "util/error.h"

#define INDEX_MAX 255

static MachineController *
nth(const DomainDef *def, guint index)
{
    return g_ptr_array_index(machine_devices(def, MACHINE_DEVICE_CONTROLLER), index);
}

static guint
count(const DomainDef *def)
{
    return machine_devices(def, MACHINE_DEVICE_CONTROLLER)->len;
}

MachineController *
complete_find_controller(const DomainDef *def, MachineControllerType type, int index)
{
    for (guint i = 0; i < count(def); i++)
        if (nth(def, i)->type == type && (index < 0 || nth(def, i)->index == index))
            return nth(def, i);
    return NULL;
}

static int
next_index(const DomainDef *def, MachineControllerType type)
{
    int next = 0;

    for (guint i = 0; i < count(def); i++)
        if (nth(def, i)->type == type)
            next = MAX(next, nth(def, i)->index + 1);
    return next;
}

static MachineController *
add(DomainDef *def, MachineControllerType type, int index, MachineControllerModel model)
{
    MachineController *controller = complete_add(def, MACHINE_DEVICE_CONTROLLER);

    controller->type = type;
    controller->index = index;
    controller->model = model;
    controller->ports = controller->vectors = controller->master_startport = -1;
    controller->chassis_nr = controller->chassis = controller->port = controller->bus_nr = -1;
    controller->pcihole64_kib = -1;
    return controller;
}

static void
add_up_to(DomainDef *def, MachineControllerType type, int last, MachineControllerModel model)
{
    for (int index = 0; index <= last; index++)
        if (complete_find_controller(def, type, index) == NULL)
            add(def, type, index, model);
}

static gboolean
is_root(const MachineController *controller)
{
    return controller->model == CONTROLLER_MODEL_PCI_ROOT ||
           controller->model == CONTROLLER_MODEL_PCIE_ROOT;
}

/* The companions of an EHCI controller are one with it. */
static gboolean
joins_previous(const MachineController *controller, const MachineController *previous)
{
    return previous != NULL && controller->type == MACHINE_CONTROLLER_USB &&
           previous->type == MACHINE_CONTROLLER_USB &&
           controller->model >= CONTROLLER_MODEL_ICH9_UHCI1 &&
           controller->model <= CONTROLLER_MODEL_ICH9_UHCI3 &&
           previous->model >= CONTROLLER_MODEL_ICH9_EHCI1 && previous->model < controller->model;
}

static gboolean
number(DomainDef *def, GError **error)
{
    for (guint i = 0; i < count(def); i++) {
        MachineController *controller = nth(def, i);

        if (controller->index < 0 && controller->type == MACHINE_CONTROLLER_PCI &&
            is_root(controller))
            controller->index = 0;
    }
    for (guint i = 0; i < count(def); i++) {
        MachineController *controller = nth(def, i);
        int next = next_index(def, controller->type);

        if (controller->index >= 0)
            continue;
        if (joins_previous(controller, i > 0 ? nth(def, i - 1) : NULL))
            next = nth(def, i - 1)->index;
        else if (controller->type == MACHINE_CONTROLLER_PCI)
            next = MAX(next, 1); /* 0 is the root */
        if (next > INDEX_MAX)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <controller> of type '%s' would be number %d; the limit is "
                             "%d",
                             controller->info.line,
                             machine_controller_type_to_string(controller->type), next, INDEX_MAX);
        controller->index = next;
    }
    return TRUE;
}

static gboolean
complete_root(DomainDef *def, GError **error)
{
    MachineControllerModel model =
        domain_machine_is_i440fx(def) ? CONTROLLER_MODEL_PCI_ROOT : CONTROLLER_MODEL_PCIE_ROOT;
    const MachineController *root = complete_find_controller(def, MACHINE_CONTROLLER_PCI, 0);

    if (root == NULL)
        root = add(def, MACHINE_CONTROLLER_PCI, 0, model);
    if (root->model != model)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "%d: <controller> of type 'pci' and index 0 has the model '%s', but "
                         "machine '%s' has %s; leave it out",
                         root->info.line, machine_controller_model_to_string(root->model),
                         def->machine->os.machine, machine_controller_model_to_string(model));
    for (guint i = 0; i < count(def); i++)
        if (nth(def, i)->type == MACHINE_CONTROLLER_PCI && is_root(nth(def, i)) &&
            nth(def, i)->index != 0)
            return error_set(
                error, LODGE_ERROR_CONFIG,
                "%d: <controller> of model '%s' has the index %d; it has 0", nth(def, i)->info.line,
                machine_controller_model_to_string(nth(def, i)->model), nth(def, i)->index);
    return TRUE;
}

/* --- usb --------------------------------------------------------------------------------------- */
static gboolean
is_on_usb(MachineDeviceKind kind, gconstpointer device)
{
    return (kind == MACHINE_DEVICE_DISK && ((const MachineDisk *)device)->bus == MACHINE_BUS_USB) ||
           (kind == MACHINE_DEVICE_INPUT &&
            ((const MachineInput *)device)->bus == MACHINE_INPUT_BUS_USB) ||
           (kind == MACHINE_DEVICE_SERIAL &&
            ((const MachineChardev *)device)->target == CHARDEV_TARGET_USB_SERIAL) ||
           (kind == MACHINE_DEVICE_SOUND &&
            ((const MachineSound *)device)->model == MACHINE_SOUND_USB) ||
           kind == MACHINE_DEVICE_REDIRDEV;
}

typedef struct {
    int line; /* of the first device on USB; -1: there is none */
    const char *name;
    int last_bus;
} UsbNeed;

static gboolean
note_usb(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info, gpointer data)
{
    UsbNeed *need = data;

    if (!is_on_usb(kind, device))
        return TRUE;
    if (need->line < 0) {
        need->line = info->line;
        need->name = machine_device_kind_to_string(kind);
    }
    if (info->address.type == DOMAIN_ADDRESS_USB)
        need->last_bus = MAX(need->last_bus, (int)info->address.usb.bus);
    return TRUE;
}

static gboolean
complete_usb(DomainDef *def, GError **error)
{
    gboolean x86 = domain_machine_is_x86(def);
    MachineControllerModel implied =
        domain_machine_is_i440fx(def) ? CONTROLLER_MODEL_PIIX3_UHCI : CONTROLLER_MODEL_QEMU_XHCI;
    const MachineController *first;
    UsbNeed need = {.line = -1};

    for (guint i = 0; i < count(def); i++)
        if (nth(def, i)->type == MACHINE_CONTROLLER_USB &&
            nth(def, i)->model == CONTROLLER_MODEL_ABSENT)
            nth(def, i)->model = x86 ? CONTROLLER_MODEL_PIIX3_UHCI : CONTROLLER_MODEL_QEMU_XHCI;
    machine_devices_foreach(def, note_usb, &need);
    first = complete_find_controller(def, MACHINE_CONTROLLER_USB, -1);
    if (first != NULL && first->model == CONTROLLER_MODEL_NONE) {
        if (need.line >= 0)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <%s> is on USB, but <controller type='usb' model='none'/> "
                             "says that there is none; remove one",
                             need.line, need.name);
        return TRUE;
    }
    if (first == NULL && !x86 && need.line < 0)
        return TRUE; /* those boards have USB only when it is asked for */
    add_up_to(def, MACHINE_CONTROLLER_USB, need.last_bus, implied);
    return TRUE;
}

/* --- disks and serial ports --------------------------------------------------------------------- */
static gboolean
complete_disk_controllers(DomainDef *def, GError **error)
{
    static const struct {
        MachineDiskBus bus;
        MachineControllerType type;
    } pairs[] = {{MACHINE_BUS_SATA, MACHINE_CONTROLLER_SATA},
                 {MACHINE_BUS_SCSI, MACHINE_CONTROLLER_SCSI},
                 {MACHINE_BUS_IDE, MACHINE_CONTROLLER_IDE},
                 {MACHINE_BUS_FDC, MACHINE_CONTROLLER_FDC}};
    const GPtrArray *disks = machine_devices(def, MACHINE_DEVICE_DISK);
    MachineControllerModel scsi =
        domain_machine_is_x86(def) ? CONTROLLER_MODEL_LSILOGIC : CONTROLLER_MODEL_VIRTIO_SCSI;

    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *disk = g_ptr_array_index(disks, i);
        int last = (int)disk->info.address.drive.controller;

        if (disk->bus == MACHINE_BUS_IDE && (!domain_machine_is_i440fx(def) || last > 0))
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <disk> '%s' is on bus 'ide', %s; use bus='sata' or 'virtio'",
                             disk->info.line, disk->target,
                             last > 0 ? "which has four places"
                                      : "which this machine type has not");
        if (disk->bus == MACHINE_BUS_FDC && (!domain_machine_is_x86(def) || last > 0))
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <disk> '%s' is on bus 'fdc', %s; remove it", disk->info.line,
                             disk->target,
                             last > 0 ? "which has two places" : "which this machine type has not");
        for (gsize j = 0; j < G_N_ELEMENTS(pairs); j++)
            if (disk->bus == pairs[j].bus && disk->info.address.type == DOMAIN_ADDRESS_DRIVE)
                add_up_to(def, pairs[j].type, last,
                          pairs[j].type == MACHINE_CONTROLLER_SCSI ? scsi
                                                                   : CONTROLLER_MODEL_ABSENT);
    }
    if (domain_machine_is_q35(def))
        add_up_to(def, MACHINE_CONTROLLER_SATA, 0, CONTROLLER_MODEL_ABSENT);
    for (guint i = 0; i < count(def); i++)
        if (nth(def, i)->type == MACHINE_CONTROLLER_SCSI &&
            (nth(def, i)->model == CONTROLLER_MODEL_ABSENT ||
             nth(def, i)->model == CONTROLLER_MODEL_AUTO))
            nth(def, i)->model = scsi;
    return TRUE;
}

static void
complete_virtio_serial(DomainDef *def)
{
    int last = -1;

    for (int kind = MACHINE_DEVICE_CONSOLE; kind <= MACHINE_DEVICE_CHANNEL; kind++) {
        const GPtrArray *list = machine_devices(def, (MachineDeviceKind)kind);

        for (guint i = 0; i < list->len; i++) {
            const MachineChardev *chardev = g_ptr_array_index(list, i);

            if (chardev->target == CHARDEV_TARGET_VIRTIO)
                last = MAX(last, chardev->info.address.type == DOMAIN_ADDRESS_VIRTIO_SERIAL
                                     ? (int)chardev->info.address.serial.controller
                                     : 0);
        }
    }
    add_up_to(def, MACHINE_CONTROLLER_VIRTIO_SERIAL, last, CONTROLLER_MODEL_ABSENT);
}

gboolean
complete_controllers(DomainDef *def, GError **error)
{
    if (!number(def, error) || !complete_root(def, error) || !complete_usb(def, error) ||
        !complete_disk_controllers(def, error))
        return FALSE;
    complete_virtio_serial(def);
    return TRUE;
}
