/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/complete-priv.h - the steps of domain_machine_complete().
 *
 * Their messages begin with the line: "12: <disk> ..."; the caller puts the file before it.
 */
#pragma once

#include "conf/machine/machine.h"

/* complete-chardev.c: consoles and serials, ports, targets */
gboolean complete_chardevs(DomainDef *def, GError **error);

/* complete-controller.c: indexes, and the controllers that are always there or needed */
gboolean complete_controllers(DomainDef *def, GError **error);

/* complete-disk.c: drive addresses from target names */
gboolean complete_drives(DomainDef *def, GError **error);

/* The controller of @type with @index; NULL when there is none. */
MachineController *complete_find_controller(const DomainDef *def, MachineControllerType type,
                                            int index);

/* A device of zeroes in its list. */
gpointer complete_add(DomainDef *def, MachineDeviceKind kind);
