/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/hotplug.h - put a device into a running QEMU, take one out, change a medium.
 *
 * Theory of operation. A device is described as at a start: dev-*.c writes options and the lines of the plan that
 * open what they name (command.h). Here the lines are carried out in this process, QEMU gets the
 * descriptors over its monitor (add-fd for disks, getfd for interfaces), and each option becomes a
 * command: -blockdev is blockdev-add, -netdev netdev_add, -device device_add. What fails takes
 * back, in reverse, what came before. Taking out asks the guest (device_del) and waits for
 * DEVICE_DELETED; only then the backend goes.
 *
 * Used by: attach.c.
 */
#pragma once

#include "conf/machine/machine.h"
#include "core/guest.h"
#include "machine/plan.h"
#include "machine/qmp.h"

#define HOTPLUG_WAIT_MS 10000 /* for the guest to let go of a device */
#define HOTPLUG_TRAY_MS 5000  /* for the guest to open a tray */

/**
 * hotplug_add:
 * @in: the live definition with the new device in it, completed and with its alias, and facts of it
 * @device: in @in->def; an interface gets the name of its host's end
 * @error: UNSUPPORTED_CONFIG for kinds that cannot come while the machine runs
 */
gboolean hotplug_add(Qmp *qmp, const MachinePlanInput *in, MachineDeviceKind kind, gpointer device,
                     GError **error);

/**
 * hotplug_remove:
 * @device: of the live definition, with its alias
 * @error: TIMEOUT when the guest has not let go: the device is still there and may go later
 */
gboolean hotplug_remove(Qmp *qmp, MachineDeviceKind kind, gconstpointer device, GError **error);

/**
 * hotplug_change_medium:
 * @in: the live definition with the new source in @disk, and facts of it
 * @force: open a tray that the guest has locked
 */
gboolean hotplug_change_medium(Qmp *qmp, const MachinePlanInput *in, const MachineDisk *disk,
                               gboolean force, GError **error);

/* The cable of an interface. */
gboolean hotplug_set_link(Qmp *qmp, const DomainNet *net, gboolean is_up, GError **error);
