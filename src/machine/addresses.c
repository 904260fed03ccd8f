/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/addresses.h"

#include <string.h>

#include "machine/addresses-priv.h"
#include "util/error.h"

typedef struct {
    const char *what;
    int line;
} PlaceOwner;

gboolean
places_take(Places *places, char *place, const char *what, int line, GError **error)
{
    const PlaceOwner *other = g_hash_table_lookup(places->taken, place);
    PlaceOwner *owner;

    if (other != NULL) {
        g_autofree char *owned = place;

        if (other->line > 0)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%s:%d: <%s>: the address %s is taken by <%s> in line %d; remove one "
                             "of the two <address> elements",
                             places->source, line, what, owned, other->what, other->line);
        return error_set(error, LODGE_ERROR_CONFIG,
                         "%s:%d: <%s>: the address %s is taken by %s%s%s; remove the <address>",
                         places->source, line, what, owned, *other->what == ' ' ? "" : "<",
                         other->what + (*other->what == ' '), *other->what == ' ' ? "" : ">");
    }
    owner = g_new0(PlaceOwner, 1);
    owner->what = what;
    owner->line = line;
    g_hash_table_insert(places->taken, place, owner);
    return TRUE;
}

MachineController *
places_add_controller(Places *places, MachineControllerType type, MachineControllerModel model,
                      int index)
{
    MachineController *controller = g_new0(MachineController, 1);

    controller->type = type;
    controller->model = model;
    controller->index = index;
    controller->ports = controller->vectors = controller->master_startport = -1;
    controller->chassis_nr = controller->chassis = controller->port = controller->bus_nr = -1;
    controller->pcihole64_kib = -1;
    g_ptr_array_add(machine_devices(places->def, MACHINE_DEVICE_CONTROLLER), controller);
    return controller;
}

const MachineController *
places_controller(const Places *places, MachineControllerType type, int index)
{
    const GPtrArray *list = machine_devices(places->def, MACHINE_DEVICE_CONTROLLER);

    for (guint i = 0; i < list->len; i++) {
        const MachineController *controller = g_ptr_array_index(list, i);

        if (controller->type == type && controller->index == index &&
            controller->master_startport < 0)
            return controller;
    }
    return NULL;
}

int
places_next_index(const Places *places, MachineControllerType type)
{
    const GPtrArray *list = machine_devices(places->def, MACHINE_DEVICE_CONTROLLER);
    int next = 0;

    for (guint i = 0; i < list->len; i++) {
        const MachineController *controller = g_ptr_array_index(list, i);

        if (controller->type == type)
            next = MAX(next, controller->index + 1);
    }
    return next;
}

/* IDE, SATA, SCSI, floppy: conf gives each disk a place by its target; two may still meet. */
gboolean
places_drives(Places *places, GError **error)
{
    const GPtrArray *disks = machine_devices(places->def, MACHINE_DEVICE_DISK);

    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *disk = g_ptr_array_index(disks, i);
        const DomainAddress *address = &disk->info.address;

        if (address->type != DOMAIN_ADDRESS_DRIVE)
            continue;
        if (!places_take(places,
                         g_strdup_printf("%s %u:%u:%u:%u", machine_disk_bus_to_string(disk->bus),
                                         address->drive.controller, address->drive.bus,
                                         address->drive.target, address->drive.unit),
                         "disk", disk->info.line, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
addresses_assign(DomainDef *def, const char *source, GError **error)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Places places = {.def = def, .source = source, .taken = taken};

    /* USB before PCI: it may add a controller, which needs a place. */
    return places_drives(&places, error) && places_serial(&places, error) &&
           places_usb(&places, error) && places_pci(&places, error);
}
