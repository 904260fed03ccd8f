/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/complete-priv.h"
#include "conf/machine/parts-priv.h"
#include "util/error.h"

static MachineChardev *
nth(const DomainDef *def, MachineDeviceKind kind, guint index)
{
    return g_ptr_array_index(machine_devices(def, kind), index);
}

/* The first console, when nothing else is said, is how the first serial looks from outside. */
static gboolean
pair(DomainDef *def, GError **error)
{
    GPtrArray *serials = machine_devices(def, MACHINE_DEVICE_SERIAL);
    GPtrArray *consoles = machine_devices(def, MACHINE_DEVICE_CONSOLE);
    MachineChardev *face;

    for (guint i = 1; i < consoles->len; i++) {
        const MachineChardev *console = nth(def, MACHINE_DEVICE_CONSOLE, i);

        if (console->target != CHARDEV_TARGET_VIRTIO)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <console> is number %u, and only the first can be a serial "
                             "port; give it <target type='virtio'/>",
                             console->info.line, i + 1);
    }
    if (consoles->len == 0 ||
        nth(def, MACHINE_DEVICE_CONSOLE, 0)->target == CHARDEV_TARGET_VIRTIO) {
        if (serials->len == 0 ||
            nth(def, MACHINE_DEVICE_SERIAL, 0)->target == CHARDEV_TARGET_USB_SERIAL ||
            nth(def, MACHINE_DEVICE_SERIAL, 0)->target == CHARDEV_TARGET_PCI_SERIAL)
            return TRUE;
    } else if (serials->len == 0) {
        MachineChardev *serial = g_ptr_array_steal_index(consoles, 0);

        serial->target = CHARDEV_TARGET_ABSENT;
        serial->port = 0;
        g_ptr_array_add(serials, serial);
    } else {
        g_ptr_array_remove_index(consoles, 0); /* it says what the serial says */
    }
    face = g_new0(MachineChardev, 1);
    face->is_face = TRUE;
    face->target = CHARDEV_TARGET_SERIAL;
    face->source.type = CHARDEV_PTY;
    face->info.line = nth(def, MACHINE_DEVICE_SERIAL, 0)->info.line;
    g_ptr_array_insert(consoles, 0, face);
    return TRUE;
}

/* Those that have no number get the next above all. */
static gboolean
number(DomainDef *def, MachineDeviceKind kind, GError **error)
{
    const GPtrArray *list = machine_devices(def, kind);
    int next = 0;

    for (guint i = 0; i < list->len; i++)
        next = MAX(next, nth(def, kind, i)->port + 1);
    for (guint i = 0; i < list->len; i++) {
        MachineChardev *chardev = nth(def, kind, i);

        if (chardev->port < 0)
            chardev->port = next++;
        for (guint j = 0; j < i; j++)
            if (nth(def, kind, j)->port == chardev->port)
                return error_set(error, LODGE_ERROR_CONFIG,
                                 "%d: <%s> has the port '%d' of the one in line %d; change one",
                                 chardev->info.line, machine_device_kind_to_string(kind),
                                 chardev->port, nth(def, kind, j)->info.line);
    }
    return TRUE;
}

static void
choose_target(const DomainDef *def, MachineChardev *serial)
{
    gboolean x86 = domain_machine_is_x86(def);

    if (serial->target == CHARDEV_TARGET_ABSENT)
        switch (serial->info.address.type) {
        case DOMAIN_ADDRESS_USB:
            serial->target = CHARDEV_TARGET_USB_SERIAL;
            break;
        case DOMAIN_ADDRESS_PCI:
            serial->target = CHARDEV_TARGET_PCI_SERIAL;
            break;
        case DOMAIN_ADDRESS_ISA:
        case DOMAIN_ADDRESS_NONE:
        case DOMAIN_ADDRESS_DRIVE:
        case DOMAIN_ADDRESS_VIRTIO_SERIAL:
        case DOMAIN_ADDRESS_VIRTIO_MMIO:
        case DOMAIN_ADDRESS_LAST:
            serial->target = x86 ? CHARDEV_TARGET_ISA_SERIAL : CHARDEV_TARGET_SYSTEM_SERIAL;
            break;
        }
    if (serial->model != CHARDEV_MODEL_ABSENT)
        return;
    if (serial->target == CHARDEV_TARGET_ISA_SERIAL)
        serial->model = CHARDEV_MODEL_ISA_SERIAL;
    else if (serial->target == CHARDEV_TARGET_USB_SERIAL)
        serial->model = CHARDEV_MODEL_USB_SERIAL;
    else if (serial->target == CHARDEV_TARGET_PCI_SERIAL)
        serial->model = CHARDEV_MODEL_PCI_SERIAL;
    else
        serial->model =
            g_strcmp0(def->os.arch, "riscv64") == 0 ? CHARDEV_MODEL_16550A : CHARDEV_MODEL_PL011;
}

static gboolean
check_target(const DomainDef *def, const MachineChardev *serial, GError **error)
{
    gboolean x86 = domain_machine_is_x86(def);

    if (x86 == (serial->target == CHARDEV_TARGET_SYSTEM_SERIAL) &&
        serial->target != CHARDEV_TARGET_USB_SERIAL && serial->target != CHARDEV_TARGET_PCI_SERIAL)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "%d: <serial> of target type '%s' is not possible on %s; leave the "
                         "type out",
                         serial->info.line, chardev_target_to_string(serial->target), def->os.arch);
    return TRUE;
}

gboolean
complete_chardevs(DomainDef *def, GError **error)
{
    const GPtrArray *serials = machine_devices(def, MACHINE_DEVICE_SERIAL);
    const GPtrArray *consoles = machine_devices(def, MACHINE_DEVICE_CONSOLE);

    if (!pair(def, error))
        return FALSE;
    if (!number(def, MACHINE_DEVICE_SERIAL, error) || !number(def, MACHINE_DEVICE_PARALLEL, error))
        return FALSE;
    for (guint i = 0; i < consoles->len; i++)
        nth(def, MACHINE_DEVICE_CONSOLE, i)->port = (int)i; /* the place in the document decides */
    for (guint i = 0; i < serials->len; i++) {
        choose_target(def, nth(def, MACHINE_DEVICE_SERIAL, i));
        if (!check_target(def, nth(def, MACHINE_DEVICE_SERIAL, i), error))
            return FALSE;
    }
    return TRUE;
}
