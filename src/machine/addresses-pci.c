/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Places on PCI and PCI Express.
 *
 * A bus is a pci controller: its index is the number of the bus in addresses. On q35 (and virt) bus 0 is
 * pcie.0, whose devices cannot be unplugged; every pcie-root-port makes a bus with one slot, for one device that
 * can. On pc bus 0 takes and gives away conventional devices. */
#include <string.h>

#include "machine/addresses-priv.h"
#include "util/error.h"

#define SLOTS            32
#define SPARE_ROOT_PORTS 4 /* for devices that come later, when the XML brings no ports itself */
#define BUSES_MAX        255

static char *
pci_place(const DomainAddress *address)
{
    return g_strdup_printf("%04x:%02x:%02x.%x", address->pci.domain, address->pci.bus,
                           address->pci.slot, address->pci.function);
}

static DomainAddress
pci_address(guint bus, guint slot, guint function)
{
    DomainAddress address = {.type = DOMAIN_ADDRESS_PCI};

    address.pci.bus = (guint8)bus;
    address.pci.slot = (guint8)slot;
    address.pci.function = (guint8)function;
    return address;
}

static gboolean
is_free(const Places *places, guint bus, guint slot, guint function)
{
    DomainAddress address = pci_address(bus, slot, function);
    g_autofree char *place = pci_place(&address);

    return !g_hash_table_contains(places->taken, place);
}

static gboolean
slot_is_free(const Places *places, guint bus, guint slot)
{
    for (guint function = 0; function < 8; function++)
        if (!is_free(places, bus, slot, function))
            return FALSE;
    return TRUE;
}

static gboolean
has_place(const DomainDeviceInfo *info)
{
    return info->address.type == DOMAIN_ADDRESS_PCI && !info->address.pci.pending;
}

static gboolean
is_express_machine(const Places *places)
{
    return !domain_machine_is_i440fx(places->def);
}

/* --- buses --------------------------------------------------------------------------------------- */
/* The slots of a bus that devices may have. */
static void
bus_slots(const MachineController *bus, guint *ret_first, guint *ret_last)
{
    gboolean is_port = bus->model == CONTROLLER_MODEL_PCIE_ROOT_PORT ||
                       bus->model == CONTROLLER_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT;
    gboolean has_slot_0 = is_port || bus->model == CONTROLLER_MODEL_PCIE_SWITCH_UPSTREAM_PORT ||
                          bus->model == CONTROLLER_MODEL_PCI_EXPANDER_BUS ||
                          bus->model == CONTROLLER_MODEL_PCIE_EXPANDER_BUS;

    *ret_first = has_slot_0 ? 0 : 1;
    *ret_last = is_port ? 0 : SLOTS - 1;
}

/* Buses that addresses name and the XML does not bring. */
static gboolean
add_bus(Places *places, int index, int line, GError **error)
{
    if (index > BUSES_MAX)
        return error_set(error, LODGE_ERROR_CONFIG, "%s:%d: there is no PCI bus %d", places->source,
                         line, index);
    for (int i = 1; i <= index; i++)
        if (places_controller(places, MACHINE_CONTROLLER_PCI, i) == NULL)
            (void)places_add_controller(places, MACHINE_CONTROLLER_PCI,
                                        is_express_machine(places) ? CONTROLLER_MODEL_PCIE_ROOT_PORT
                                                                   : CONTROLLER_MODEL_PCI_BRIDGE,
                                        i);
    return TRUE;
}

typedef struct {
    Places *places;
    GError **error;
    PlaceWant want;
} Round;

static gboolean
take_given(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info, gpointer data)
{
    Round *round = data;
    Places *places = round->places;
    const DomainAddress *address = &info->address;
    const MachineController *bus;
    guint first, last;

    if (!has_place(info) || places_is_root(kind, device))
        return TRUE;
    if (address->pci.domain != 0)
        return error_set(round->error, LODGE_ERROR_CONFIG,
                         "%s:%d: <%s>: the machine has PCI domain 0 only", places->source,
                         info->line, machine_device_kind_to_string(kind));
    bus = places_controller(places, MACHINE_CONTROLLER_PCI, address->pci.bus);
    if (bus == NULL) {
        if (!add_bus(places, address->pci.bus, info->line, round->error))
            return FALSE;
        bus = places_controller(places, MACHINE_CONTROLLER_PCI, address->pci.bus);
    }
    bus_slots(bus, &first, &last);
    if (address->pci.slot < first || address->pci.slot > last || address->pci.function > 7)
        return error_set(round->error, LODGE_ERROR_CONFIG,
                         "%s:%d: <%s>: PCI bus %u has the slots 0x%02x to 0x%02x, each with "
                         "functions 0 to 7",
                         places->source, info->line, machine_device_kind_to_string(kind),
                         address->pci.bus, first, last);
    return places_take(places, pci_place(address), machine_device_kind_to_string(kind), info->line,
                       round->error);
}

/* --- fixed places ---------------------------------------------------------------------------------- */
static gboolean
fix_controller(Places *places, MachineController *controller, guint slot, guint function,
               GError **error)
{
    DomainAddress wanted = pci_address(0, slot, function);
    g_autofree char *place = pci_place(&wanted);

    if (!has_place(&controller->info)) {
        controller->info.address = wanted;
        return places_take(places, g_steal_pointer(&place), "controller", controller->info.line,
                           error);
    }
    if (controller->info.address.pci.bus == 0 && controller->info.address.pci.slot == slot &&
        controller->info.address.pci.function == function)
        return TRUE;
    return error_set(error, LODGE_ERROR_CONFIG,
                     "%s:%d: <controller type='%s'> is part of this machine type at %s; remove "
                     "its <address>",
                     places->source, controller->info.line,
                     machine_controller_type_to_string(controller->type), place);
}

static MachineController *
find_controller(const Places *places, MachineControllerType type, int index)
{
    return (MachineController *)places_controller(places, type, index);
}

static gboolean
reserve(Places *places, guint slot, guint function, const char *what, GError **error)
{
    DomainAddress address = pci_address(0, slot, function);

    return places_take(places, pci_place(&address), what, 0, error);
}

/* What the machine types bring, before anything else is entered. */
static gboolean
reserve_builtin(Places *places, GError **error)
{
    if (domain_machine_is_i440fx(places->def))
        return reserve(places, 1, 0, " the ISA bridge of this machine type", error) &&
               reserve(places, 1, 3, " the power management of this machine type", error);
    if (domain_machine_is_q35(places->def))
        return reserve(places, 0x1f, 0, " the ISA bridge of this machine type", error) &&
               reserve(places, 0x1f, 3, " the SMBus of this machine type", error);
    return TRUE;
}

static gboolean
place_builtin(Places *places, GError **error)
{
    MachineController *ide = find_controller(places, MACHINE_CONTROLLER_IDE, 0);
    MachineController *sata = find_controller(places, MACHINE_CONTROLLER_SATA, 0);
    MachineController *usb = find_controller(places, MACHINE_CONTROLLER_USB, 0);

    if (domain_machine_is_i440fx(places->def)) {
        if (ide != NULL && !fix_controller(places, ide, 1, 1, error))
            return FALSE;
        if (ide == NULL &&
            !reserve(places, 1, 1, " the IDE controller of this machine type", error))
            return FALSE;
        if (usb != NULL && usb->model == CONTROLLER_MODEL_PIIX3_UHCI && !has_place(&usb->info) &&
            is_free(places, 0, 1, 2))
            return fix_controller(places, usb, 1, 2, error);
        return TRUE;
    }
    if (!domain_machine_is_q35(places->def))
        return TRUE;
    if (sata != NULL)
        return fix_controller(places, sata, 0x1f, 2, error);
    return reserve(places, 0x1f, 2, " the SATA controller of this machine type", error);
}

/* The card that shows the firmware has the place where QEMU's own would be. */
static gboolean
place_video(Places *places, GError **error)
{
    const GPtrArray *videos = machine_devices(places->def, MACHINE_DEVICE_VIDEO);
    guint slot = domain_machine_is_i440fx(places->def) ? 2 : 1;

    for (guint i = 0; i < videos->len; i++) {
        MachineVideo *video = g_ptr_array_index(videos, i);

        if (places_want(MACHINE_DEVICE_VIDEO, video) == WANT_NONE || has_place(&video->info) ||
            !(video->is_primary || videos->len == 1) || !slot_is_free(places, 0, slot))
            continue;
        video->info.address = pci_address(0, slot, 0);
        return places_take(places, pci_place(&video->info.address), "video", video->info.line,
                           error);
    }
    return TRUE;
}

/* The four parts of ICH9's USB 2 are functions of one slot. */
static gboolean
place_ich9(Places *places, int index, GError **error)
{
    const GPtrArray *list = machine_devices(places->def, MACHINE_DEVICE_CONTROLLER);
    guint slot = 0;

    for (guint s = 0x1d; s > 1 && slot == 0; s--)
        if (slot_is_free(places, 0, s))
            slot = s;
    for (guint i = 0; i < list->len; i++) {
        MachineController *controller = g_ptr_array_index(list, i);
        int function = controller->model == CONTROLLER_MODEL_ICH9_EHCI1   ? 7
                       : controller->model == CONTROLLER_MODEL_ICH9_UHCI1 ? 0
                       : controller->model == CONTROLLER_MODEL_ICH9_UHCI2 ? 1
                       : controller->model == CONTROLLER_MODEL_ICH9_UHCI3 ? 2
                                                                          : -1;

        if (controller->type != MACHINE_CONTROLLER_USB || controller->index != index ||
            function < 0 || has_place(&controller->info) || slot == 0)
            continue;
        controller->info.address = pci_address(0, slot, (guint)function);
        if (function == 0)
            controller->info.address.pci.multifunction = DOMAIN_SWITCH_ON;
        if (!places_take(places, pci_place(&controller->info.address), "controller",
                         controller->info.line, error))
            return FALSE;
    }
    return TRUE;
}

/* --- root ports -------------------------------------------------------------------------------------- */
/* Next function of the slots that root ports share, eight in one. */
static gboolean
choose_port_place(Places *places, DomainAddress *ret_address)
{
    for (guint slot = 2; slot < SLOTS; slot++) {
        for (guint function = 0; function < 8; function++) {
            /* Only a slot that begins with a port of ours may be shared. */
            if (!is_free(places, 0, slot, function))
                continue;
            if (function == 0 ? !slot_is_free(places, 0, slot) : is_free(places, 0, slot, 0))
                break;
            if (function > 0) {
                g_autofree char *key = g_strdup_printf("ports %u", slot);

                if (!g_hash_table_contains(places->taken, key))
                    break;
            }
            *ret_address = pci_address(0, slot, function);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
place_port(Places *places, MachineController *port, GError **error)
{
    if (!has_place(&port->info)) {
        if (!choose_port_place(places, &port->info.address))
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%s:%d: <controller type='pci'>: no free slot for another "
                             "pcie-root-port; use fewer devices",
                             places->source, port->info.line);
        if (port->info.address.pci.function == 0)
            port->info.address.pci.multifunction = DOMAIN_SWITCH_ON;
        if (!places_take(places, pci_place(&port->info.address), "controller", port->info.line,
                         error))
            return FALSE;
    }
    if (port->info.address.pci.bus == 0 && port->info.address.pci.function == 0 &&
        port->info.address.pci.multifunction == DOMAIN_SWITCH_ON)
        g_hash_table_insert(places->taken, g_strdup_printf("ports %u", port->info.address.pci.slot),
                            NULL);
    if (port->chassis < 0)
        port->chassis = port->index;
    if (port->port < 0)
        port->port = port->info.address.pci.slot << 3 | port->info.address.pci.function;
    if (port->pci_model == NULL)
        port->pci_model = g_strdup("pcie-root-port");
    return TRUE;
}

static gboolean
place_ports(Places *places, GError **error)
{
    const GPtrArray *list = machine_devices(places->def, MACHINE_DEVICE_CONTROLLER);

    /* Those with a place first: they say which slots are shared. */
    for (int given = 1; given >= 0; given--) {
        for (guint i = 0; i < list->len; i++) {
            MachineController *controller = g_ptr_array_index(list, i);

            if (controller->model == CONTROLLER_MODEL_PCIE_ROOT_PORT &&
                has_place(&controller->info) == (gboolean)given &&
                !place_port(places, controller, error))
                return FALSE;
        }
    }
    return TRUE;
}

static const MachineController *
free_port(const Places *places)
{
    int n = places_next_index(places, MACHINE_CONTROLLER_PCI);

    for (int i = 1; i < n; i++) {
        const MachineController *port = places_controller(places, MACHINE_CONTROLLER_PCI, i);

        if (port != NULL && port->model == CONTROLLER_MODEL_PCIE_ROOT_PORT &&
            port->hotplug != DOMAIN_SWITCH_OFF && slot_is_free(places, (guint)i, 0))
            return port;
    }
    return NULL;
}

static const MachineController *
add_port(Places *places, GError **error)
{
    MachineController *port =
        places_add_controller(places, MACHINE_CONTROLLER_PCI, CONTROLLER_MODEL_PCIE_ROOT_PORT,
                              places_next_index(places, MACHINE_CONTROLLER_PCI));

    return place_port(places, port, error) ? port : NULL;
}

static guint
count_ports(const Places *places)
{
    const GPtrArray *list = machine_devices(places->def, MACHINE_DEVICE_CONTROLLER);
    guint n = 0;

    for (guint i = 0; i < list->len; i++)
        n += ((const MachineController *)g_ptr_array_index(list, i))->model ==
             CONTROLLER_MODEL_PCIE_ROOT_PORT;
    return n;
}

/* --- all others ---------------------------------------------------------------------------------------- */
static gboolean
choose_slot(const Places *places, DomainAddress *ret_address)
{
    int n = places_next_index(places, MACHINE_CONTROLLER_PCI);

    for (int i = 0; i < n; i++) {
        const MachineController *bus = places_controller(places, MACHINE_CONTROLLER_PCI, i);
        guint first, last;

        if (bus == NULL || (i > 0 && bus->model != CONTROLLER_MODEL_PCI_BRIDGE &&
                            bus->model != CONTROLLER_MODEL_PCIE_TO_PCI_BRIDGE))
            continue;
        bus_slots(bus, &first, &last);
        for (guint slot = first; slot <= last; slot++) {
            if (!slot_is_free(places, (guint)i, slot))
                continue;
            *ret_address = pci_address((guint)i, slot, 0);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
assign_visit(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info, gpointer data)
{
    Round *round = data;
    Places *places = round->places;
    PlaceWant want = places_want(kind, device);
    gboolean is_port = kind == MACHINE_DEVICE_CONTROLLER &&
                       ((MachineController *)device)->model == CONTROLLER_MODEL_PCIE_ROOT_PORT;

    if (!is_express_machine(places) && want == WANT_EXPRESS)
        want = WANT_INTEGRATED;
    if (want != round->want || has_place(info) || is_port)
        return TRUE;
    if (info->address.type != DOMAIN_ADDRESS_NONE && info->address.type != DOMAIN_ADDRESS_PCI)
        return TRUE; /* conf has said what it thinks of that */
    if (want == WANT_EXPRESS) {
        const MachineController *port = free_port(places);

        if (port == NULL)
            port = add_port(places, round->error);
        if (port == NULL)
            return FALSE;
        info->address = pci_address((guint)port->index, 0, 0);
    } else if (!choose_slot(places, &info->address)) {
        return error_set(round->error, LODGE_ERROR_CONFIG,
                         "%s:%d: <%s>: no free PCI slot; add <controller type='pci' "
                         "model='pci-bridge'/> or use machine='q35'",
                         places->source, info->line, machine_device_kind_to_string(kind));
    }
    return places_take(places, pci_place(&info->address), machine_device_kind_to_string(kind),
                       info->line, round->error);
}

static gboolean
place_usb2(Places *places, GError **error)
{
    int n = places_next_index(places, MACHINE_CONTROLLER_USB);

    for (int i = 0; i < n; i++) {
        const MachineController *controller = places_controller(places, MACHINE_CONTROLLER_USB, i);

        if (controller != NULL && controller->model == CONTROLLER_MODEL_ICH9_EHCI1 &&
            !has_place(&controller->info) && !place_ich9(places, i, error))
            return FALSE;
    }
    return TRUE;
}

/* machine_devices_foreach() walks the list of controllers while ports are added to it: hence by copy. */
static gboolean
for_all(Places *places, MachineDeviceVisit visit, Round *round)
{
    static const MachineDeviceKind order[] = {
        MACHINE_DEVICE_CONTROLLER, MACHINE_DEVICE_INTERFACE, MACHINE_DEVICE_DISK,
        MACHINE_DEVICE_FILESYSTEM, MACHINE_DEVICE_SOUND,     MACHINE_DEVICE_SERIAL,
        MACHINE_DEVICE_INPUT,      MACHINE_DEVICE_VIDEO,     MACHINE_DEVICE_WATCHDOG,
        MACHINE_DEVICE_MEMBALLOON, MACHINE_DEVICE_RNG,       MACHINE_DEVICE_VSOCK,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        const GPtrArray *list = machine_devices(places->def, order[i]);
        guint n = list->len;

        for (guint j = 0; j < n; j++) {
            gpointer device = g_ptr_array_index(list, j);

            if (!visit(order[i], device, device, round))
                return FALSE;
        }
    }
    return TRUE;
}

gboolean
places_pci(Places *places, GError **error)
{
    Round integrated = {places, error, WANT_INTEGRATED};
    Round express = {places, error, WANT_EXPRESS};
    gboolean had_ports = count_ports(places) > 0;

    if (!reserve_builtin(places, error) || !for_all(places, take_given, &integrated) ||
        !place_builtin(places, error) || !place_video(places, error))
        return FALSE;
    if (is_express_machine(places) && !place_ports(places, error))
        return FALSE;
    if (!place_usb2(places, error) || !for_all(places, assign_visit, &express))
        return FALSE;
    for (int i = 0; is_express_machine(places) && !had_ports && i < SPARE_ROOT_PORTS; i++)
        if (add_port(places, error) == NULL)
            return FALSE;
    return for_all(places, assign_visit, &integrated);
}
