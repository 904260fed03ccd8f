/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/addresses-priv.h - which places are taken, shared by addresses*.c. */
#pragma once

#include "conf/machine/machine.h"

typedef struct {
    DomainDef *def;
    const char *source;
    GHashTable *taken; /* place as text -> PlaceOwner */
} Places;

/**
 * places_take:
 * @place: (transfer full): "pci 0000:00:03.0", "drive sata 0:0:0"
 * @what: the element's name
 * @error: LODGE_ERROR_CONFIG that names both
 */
gboolean places_take(Places *places, char *place, const char *what, int line, GError **error);

/* Adds a controller with nothing but its type, model and index. Owned by the definition. */
MachineController *places_add_controller(Places *places, MachineControllerType type,
                                         MachineControllerModel model, int index);
const MachineController *places_controller(const Places *places, MachineControllerType type,
                                           int index);
/* One above the highest index of that type. */
int places_next_index(const Places *places, MachineControllerType type);

gboolean places_pci(Places *places, GError **error);
gboolean places_drives(Places *places, GError **error);
gboolean places_serial(Places *places, GError **error);
gboolean places_usb(Places *places, GError **error);

typedef enum {
    WANT_NONE,       /* not a PCI device */
    WANT_EXPRESS,    /* a port of its own where there are ports */
    WANT_INTEGRATED, /* the root bus */
} PlaceWant;

PlaceWant places_want(MachineDeviceKind kind, gconstpointer device);

/* Bus 0: it has no place itself. */
gboolean places_is_root(MachineDeviceKind kind, gconstpointer device);

/* Whether a device of that kind sits on USB. */
gboolean places_is_usb(MachineDeviceKind kind, gconstpointer device);
