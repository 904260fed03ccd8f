/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/plan.h - from a definition and the facts of the host to the plan of a machine.
 *
 * Theory of operation: planning is pure. What the host has stands in MachineFacts, so the same input
 * always gives the same text, `--dry-run` shows it, and golden tests compare it. QEMU opens nothing of
 * the host by path: the plan has the supervisor open it and QEMU inherits the descriptor by number. The
 * phases are described in supervisor/plan.h; one file writes one concern:
 *
 *   plan.c          phases in order, object, payload, init
 *   command*.c      QEMU's arguments that belong to no device: machine, processors, memory, clock, boot
 *   dev-*.c         one kind of device a file
 *
 * Used by: lifecycle.c, native.c.
 */
#pragma once

#include <glib.h>

#include "conf/machine/machine.h"
#include "core/paths.h"
#include "machine/facts.h"

typedef struct {
    const DomainDef *def; /* completed, and made live by machine_make_live() */
    const MachineFacts *facts;
    const Paths *paths;
    const char *live_dir;    /* of this guest: store_live_dir() */
    const char *source;      /* name of the XML for messages */
    const char *incoming;    /* (nullable): saved image to restore */
    guint64 incoming_offset; /* where QEMU's stream begins in it */
    gboolean is_transient;   /* the live directory goes away with the guest */
    gboolean is_paused;      /* start --paused */
    gboolean has_waiter;     /* somebody will ask how it ended, maybe after it did */
} MachinePlanInput;

/**
 * machine_make_live:
 * @def: a copy of the definition that becomes live.xml: gets aliases ("net0", "virtio-disk0"), ports,
 *   socket paths
 *
 * Aliases and ports are those of the plan made from the same @def and @facts. What the command line cannot
 * say, the driver does over the monitor once the machine is started (paused until then): passwords of
 * <graphics> (set_password, expire_password), <link state='down'/> (set_link), the balloon's statistics period.
 */
gboolean machine_make_live(DomainDef *def, const MachineFacts *facts, const char *live_dir,
                           const char *source, GError **error);

/**
 * machine_plan_build:
 * Returns: (transfer full): the plan; NULL with @error ("FILE:LINE: ...") when @in cannot be honoured
 */
char *machine_plan_build(const MachinePlanInput *in, GError **error);

/**
 * machine_command_line:
 * Returns: (transfer full): QEMU's command line alone as shell text, for domxml-to-native
 */
char *machine_command_line(const MachinePlanInput *in, GError **error);

/* Is console @dev no device of its own, but what the first serial port looks like from outside? Also in a
 * definition that was read from a file and not completed again. */
gboolean machine_is_face(const DomainDef *def, const MachineChardev *dev);

/* Gives a device that was added to a live definition its alias. */
void machine_set_alias(DomainDef *def, MachineDeviceKind kind, gpointer device);

/* The character device behind console @index; NULL when there is none. Borrowed from @def. */
MachineChardev *machine_console_at(const DomainDef *def, int index);

/* Index of a console in the plan (control.h `console INDEX`): @name is an alias ("serial0", "console1",
 * "channel0") or NULL for the first; -1 when there is none that a console can show. */
int machine_console_index(const DomainDef *def, const char *name);
