/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ports of virtio-serial and of USB. */
#include <string.h>

#include "machine/addresses-priv.h"
#include "util/error.h"

#define SERIAL_PORTS 31 /* of a virtio-serial controller, when it says nothing */
#define XHCI_PORTS   15 /* of a controller that we add: as many as QEMU can give it */

/* --- virtio-serial ----------------------------------------------------------------------------- */
static char *
serial_place(guint controller, guint port)
{
    return g_strdup_printf("virtio-serial %u, port %u", controller, port);
}

static gboolean
is_on_virtio_serial(MachineDeviceKind kind, const MachineChardev *dev)
{
    if (kind == MACHINE_DEVICE_CHANNEL)
        return dev->target != CHARDEV_TARGET_GUESTFWD;
    return kind == MACHINE_DEVICE_CONSOLE && dev->target == CHARDEV_TARGET_VIRTIO;
}

static gboolean
serial_take_given(Places *places, MachineDeviceKind kind, GError **error)
{
    const GPtrArray *list = machine_devices(places->def, kind);

    for (guint i = 0; i < list->len; i++) {
        const MachineChardev *dev = g_ptr_array_index(list, i);
        const DomainAddress *address = &dev->info.address;

        if (address->type == DOMAIN_ADDRESS_VIRTIO_SERIAL && address->serial.port != 0 &&
            !places_take(places, serial_place(address->serial.controller, address->serial.port),
                         machine_device_kind_to_string(kind), dev->info.line, error))
            return FALSE;
    }
    return TRUE;
}

/* The first free port; QEMU keeps port 0 for a first console of the old kind. */
static gboolean
serial_choose(Places *places, DomainAddress *address)
{
    int n = places_next_index(places, MACHINE_CONTROLLER_VIRTIO_SERIAL);

    for (int i = 0; i < n; i++) {
        const MachineController *controller =
            places_controller(places, MACHINE_CONTROLLER_VIRTIO_SERIAL, i);
        guint ports =
            controller != NULL && controller->ports >= 0 ? (guint)controller->ports : SERIAL_PORTS;

        for (guint port = 1; controller != NULL && port < ports; port++) {
            g_autofree char *place = serial_place((guint)i, port);

            if (g_hash_table_contains(places->taken, place))
                continue;
            address->type = DOMAIN_ADDRESS_VIRTIO_SERIAL;
            address->serial.controller = (guint)i;
            address->serial.bus = 0;
            address->serial.port = port;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
serial_assign(Places *places, MachineDeviceKind kind, GError **error)
{
    const GPtrArray *list = machine_devices(places->def, kind);

    for (guint i = 0; i < list->len; i++) {
        MachineChardev *dev = g_ptr_array_index(list, i);
        DomainAddress *address = &dev->info.address;

        if (!is_on_virtio_serial(kind, dev) ||
            (address->type == DOMAIN_ADDRESS_VIRTIO_SERIAL && address->serial.port != 0))
            continue;
        if (!serial_choose(places, address)) {
            (void)places_add_controller(
                places, MACHINE_CONTROLLER_VIRTIO_SERIAL, CONTROLLER_MODEL_ABSENT,
                places_next_index(places, MACHINE_CONTROLLER_VIRTIO_SERIAL));
            if (!serial_choose(places, address))
                return error_set(error, LODGE_ERROR_CONFIG,
                                 "%s:%d: <%s>: no virtio-serial controller has a free port",
                                 places->source, dev->info.line,
                                 machine_device_kind_to_string(kind));
        }
        if (!places_take(places, serial_place(address->serial.controller, address->serial.port),
                         machine_device_kind_to_string(kind), dev->info.line, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
places_serial(Places *places, GError **error)
{
    return serial_take_given(places, MACHINE_DEVICE_CHANNEL, error) &&
           serial_take_given(places, MACHINE_DEVICE_CONSOLE, error) &&
           serial_assign(places, MACHINE_DEVICE_CHANNEL, error) &&
           serial_assign(places, MACHINE_DEVICE_CONSOLE, error);
}

/* --- USB --------------------------------------------------------------------------------------- */
static char *
usb_place(const DomainAddress *address)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "usb %u, port ", address->usb.bus);
    for (int i = 0; i < DOMAIN_USB_DEPTH && address->usb.port[i] != 0; i++)
        g_string_append_printf(text, "%s%u", i > 0 ? "." : "", address->usb.port[i]);
    return g_string_free(text, FALSE);
}

gboolean
places_is_usb(MachineDeviceKind kind, gconstpointer device)
{
    switch (kind) {
    case MACHINE_DEVICE_DISK:
        return ((const MachineDisk *)device)->bus == MACHINE_BUS_USB;
    case MACHINE_DEVICE_INPUT:
        return ((const MachineInput *)device)->bus == MACHINE_INPUT_BUS_USB;
    case MACHINE_DEVICE_SOUND:
        return ((const MachineSound *)device)->model == MACHINE_SOUND_USB;
    case MACHINE_DEVICE_SERIAL:
        return ((const MachineChardev *)device)->target == CHARDEV_TARGET_USB_SERIAL;
    case MACHINE_DEVICE_REDIRDEV:
        return TRUE;
    case MACHINE_DEVICE_CONTROLLER:
    case MACHINE_DEVICE_FILESYSTEM:
    case MACHINE_DEVICE_INTERFACE:
    case MACHINE_DEVICE_PARALLEL:
    case MACHINE_DEVICE_CONSOLE:
    case MACHINE_DEVICE_CHANNEL:
    case MACHINE_DEVICE_GRAPHICS:
    case MACHINE_DEVICE_AUDIO:
    case MACHINE_DEVICE_VIDEO:
    case MACHINE_DEVICE_WATCHDOG:
    case MACHINE_DEVICE_MEMBALLOON:
    case MACHINE_DEVICE_RNG:
    case MACHINE_DEVICE_PANIC:
    case MACHINE_DEVICE_VSOCK:
    case MACHINE_DEVICE_LAST:
        break;
    }
    return FALSE;
}

/* How many devices a controller takes, with QEMU's own numbers where it says nothing. */
static guint
usb_ports(const MachineController *controller)
{
    MachineControllerModel model = controller->model;

    if (model == CONTROLLER_MODEL_QEMU_XHCI || model == CONTROLLER_MODEL_NEC_XHCI)
        return controller->ports > 0 ? (guint)controller->ports : 4;
    if (model == CONTROLLER_MODEL_EHCI || model == CONTROLLER_MODEL_ICH9_EHCI1)
        return 6;
    if (model == CONTROLLER_MODEL_PCI_OHCI)
        return 3;
    return model == CONTROLLER_MODEL_NONE ? 0 : 2;
}

static gboolean
usb_choose(Places *places, DomainAddress *address)
{
    int n = places_next_index(places, MACHINE_CONTROLLER_USB);

    for (int i = 0; i < n; i++) {
        const MachineController *controller = places_controller(places, MACHINE_CONTROLLER_USB, i);
        guint ports = controller != NULL ? usb_ports(controller) : 0;

        for (guint port = 1; port <= ports; port++) {
            DomainAddress wanted = {.type = DOMAIN_ADDRESS_USB};
            g_autofree char *place = NULL;

            wanted.usb.bus = (guint)i;
            wanted.usb.port[0] = port;
            place = usb_place(&wanted);
            if (g_hash_table_contains(places->taken, place))
                continue;
            *address = wanted;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
usb_is_forbidden(const Places *places)
{
    const MachineController *first = places_controller(places, MACHINE_CONTROLLER_USB, 0);

    return first != NULL && first->model == CONTROLLER_MODEL_NONE;
}

typedef struct {
    Places *places;
    GError **error;
    gboolean given; /* the round of those that have an address */
} UsbRound;

static gboolean
usb_visit(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info, gpointer data)
{
    UsbRound *round = data;
    Places *places = round->places;
    gboolean has_place = info->address.type == DOMAIN_ADDRESS_USB && info->address.usb.port[0] != 0;

    if (!places_is_usb(kind, device) || has_place != round->given)
        return TRUE;
    if (usb_is_forbidden(places))
        return error_set(round->error, LODGE_ERROR_CONFIG,
                         "%s:%d: <%s> is on USB, and <controller type='usb' model='none'/> says "
                         "that there is none; remove one of the two",
                         places->source, info->line, machine_device_kind_to_string(kind));
    if (!has_place && !usb_choose(places, &info->address)) {
        MachineController *more =
            places_add_controller(places, MACHINE_CONTROLLER_USB, CONTROLLER_MODEL_QEMU_XHCI,
                                  places_next_index(places, MACHINE_CONTROLLER_USB));

        more->ports = XHCI_PORTS;
        (void)usb_choose(places, &info->address); /* it has free ports now */
    }
    return places_take(places, usb_place(&info->address), machine_device_kind_to_string(kind),
                       info->line, round->error);
}

gboolean
places_usb(Places *places, GError **error)
{
    UsbRound given = {places, error, TRUE}, chosen = {places, error, FALSE};

    return machine_devices_foreach(places->def, usb_visit, &given) &&
           machine_devices_foreach(places->def, usb_visit, &chosen);
}
