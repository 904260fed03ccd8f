/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/machine.h - a machine in the making, running, and ended: what a guest of QEMU has besides.
 *
 * Theory of operation. Phase host opens everything that QEMU is to inherit (ops-machine.c); machine_spawn()
 * starts QEMU, which is the guest's init as far as the rest of the supervisor is concerned: its end ends the
 * guest. machine_await() then goes through the steps greeting, commands of the plan, loading (-incoming),
 * cont. Control requests are served meanwhile, so that a start that hangs can be ended.
 *
 * Later QEMU's events alone say what state the machine is in (machine-event.c), whoever caused it: the user
 * here, a program on the other monitor, the guest. QEMU runs with -no-shutdown: a guest that powers off leaves
 * it stopped, and what `on` says is done from here. QEMU is asked to end by SIGTERM, so that it closes its
 * images, and killed when it does not.
 *
 * Used by: supervisor (guest, guest-load, boot, loop, status, clean).
 */
#pragma once

#include <stdbool.h>

#include "host/err.h"
#include "supervisor/guest.h"

typedef struct Machine Machine;
struct Loop;

/* guest->machine; the plan has said `kind machine`. */
int machine_new(Guest *guest, Err *err);

/* LIVE/work, before phase host; recorded in host_undo. */
int machine_prepare(Guest *guest, Err *err);

/* QEMU is cloned, and goes on by itself; recorded in boot_undo. */
int machine_spawn(Guest *guest, Err *err);

/* From here on the machine can wait for things. */
void machine_attach(Guest *guest, struct Loop *loop);

/* After boot_await(): until the plan's last step has been answered. @err has QEMU's own first words when it
 * ended. The caller undoes. */
int machine_await(Guest *guest, Err *err);

/* How it began, for the status; and the same for the journal. */
GuestReason machine_start_reason(const Guest *guest);
void machine_say_started(const Guest *guest);

/* QEMU is asked to end. Returns: false when it was asked before and did not: kill it */
bool machine_terminate(Machine *machine);

/* QEMU has ended: why the machine is off. */
GuestReason machine_ended(Guest *guest);

/* The loop is over: commands under way fail, everything is closed. Before control_finish(). */
void machine_close(Guest *guest);

/* Lines for the status: see status.h. @n 0: "pause-reason", 1: "job", 2: "agent", 3: "monitor".
 * Returns: the value, or NULL when the line does not stand there */
const char *machine_status(const Guest *guest, int n);

typedef struct {
    pid_t pid; /* 0: it has ended */
    uint64_t start;
    const char *name;
} MachineProcess;
/* Helper @n, from 0. Returns: false when there are not so many */
bool machine_helper(const Guest *guest, int n, MachineProcess *ret);

/* For `clean`: what the plan's undo functions do not know of. */
void machine_clean(Guest *guest);
