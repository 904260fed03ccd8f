/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/devices.h - the kinds of devices that a machine has, and what can be done with any of them.
 *
 * A kind is a row in the table of devices.c; the order of the enum is the order in the XML. Every
 * device struct begins with a DomainDeviceInfo. Lists hold pointers to structs of the kind.
 *
 * Used by: machine (which also reads the structs), core (attach and detach).
 */
#pragma once

#include "conf/domain/domain.h"
#include "conf/machine/chardev.h"
#include "conf/machine/controller.h"
#include "conf/machine/disk.h"
#include "conf/machine/filesystem.h"
#include "conf/machine/graphics.h"
#include "conf/machine/input.h"
#include "conf/machine/memballoon.h"
#include "conf/machine/redirdev.h"
#include "conf/machine/rng.h"
#include "conf/machine/sound.h"
#include "conf/machine/video.h"
#include "conf/machine/vsock.h"
#include "conf/machine/watchdog.h"

typedef enum {
    MACHINE_DEVICE_DISK,       /* MachineDisk */
    MACHINE_DEVICE_CONTROLLER, /* MachineController */
    MACHINE_DEVICE_FILESYSTEM, /* MachineFilesystem */
    MACHINE_DEVICE_INTERFACE,  /* DomainNet */
    MACHINE_DEVICE_SERIAL,     /* MachineChardev, as the three that follow */
    MACHINE_DEVICE_PARALLEL,
    MACHINE_DEVICE_CONSOLE,
    MACHINE_DEVICE_CHANNEL,
    MACHINE_DEVICE_INPUT,      /* MachineInput */
    MACHINE_DEVICE_GRAPHICS,   /* MachineGraphics */
    MACHINE_DEVICE_SOUND,      /* MachineSound */
    MACHINE_DEVICE_AUDIO,      /* MachineAudio */
    MACHINE_DEVICE_VIDEO,      /* MachineVideo */
    MACHINE_DEVICE_REDIRDEV,   /* MachineRedirdev */
    MACHINE_DEVICE_WATCHDOG,   /* MachineWatchdog */
    MACHINE_DEVICE_MEMBALLOON, /* MachineMemballoon; one at most */
    MACHINE_DEVICE_RNG,        /* MachineRng */
    MACHINE_DEVICE_PANIC,      /* MachinePanic */
    MACHINE_DEVICE_VSOCK,      /* MachineVsock; one at most */
    MACHINE_DEVICE_LAST
} MachineDeviceKind;
ENUM_DECL(machine_device_kind, MachineDeviceKind); /* the element's name: "disk" */

/* The list of one kind; never NULL, owned by @def, which is a machine (of a container there are the
 * interfaces only). */
GPtrArray *machine_devices(const DomainDef *def, MachineDeviceKind kind);

/* A device that stands alone: what attach and detach are given. */
typedef struct {
    MachineDeviceKind kind;
    gpointer device; /* the struct of the kind */
} MachineDevice;

/**
 * machine_device_parse:
 * @text: (array length=size): one device element
 * @source: name for messages
 *
 * An element of no known kind, or one that machines refuse, is an error as in a whole document; so
 * is what nobody knows (there is no place for warnings).
 *
 * Returns: (transfer full): or NULL with @error "FILE:LINE: ..."
 */
MachineDevice *machine_device_parse(const char *text, gsize size, const char *source,
                                    GError **error);
void machine_device_free(MachineDevice *device); /* and the struct in it, unless stolen (NULL) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineDevice, machine_device_free)

/* The element as XML from column 0 on, lines with their line feeds. @def (nullable) is whose it is: the
 * console that is the face of a serial needs it. (transfer full) */
char *machine_device_format(MachineDeviceKind kind, gconstpointer device, const DomainDef *def,
                            DomainFormatFlags flags);

/* A copy of one struct, and its end. */
gpointer machine_device_copy(MachineDeviceKind kind, gconstpointer device);
void machine_device_struct_free(MachineDeviceKind kind, gpointer device);

/**
 * machine_device_find:
 * @wanted: what detach was given
 *
 * The device of @def that @wanted means: by the user's alias or the live one when it has any, else
 * a disk by its target (or source), an interface by its MAC (and address), a controller by type
 * and index, others by everything that @wanted says (address first).
 *
 * Returns: its index in machine_devices(); -1 with LODGE_ERROR_NOT_FOUND, or _CONFIG when several match
 */
int machine_device_find(const DomainDef *def, const MachineDevice *wanted, GError **error);

/**
 * machine_device_insert:
 * @device: its struct goes into @def's list of the kind
 *
 * Refuses what there already is (a disk's target, an interface's MAC or target, a controller's
 * index, a second memballoon or vsock, an alias, an address). Does not complete: see domain_machine_complete().
 *
 * Returns: FALSE with LODGE_ERROR_EXISTS or _CONFIG; @def and @device are unchanged then
 */
gboolean machine_device_insert(DomainDef *def, MachineDevice *device, GError **error);

/* Every device, kind by kind in the XML's order; FALSE from @visit ends the walk (and is returned). */
typedef gboolean (*MachineDeviceVisit)(MachineDeviceKind kind, gpointer device,
                                       DomainDeviceInfo *info, gpointer data);
gboolean machine_devices_foreach(const DomainDef *def, MachineDeviceVisit visit, gpointer data);
