/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/ask.h - ask the guest's init to end, and send signals to its processes.
 *
 * Used by: supervisor/control-verbs.c.
 */
#pragma once

#include <stdbool.h>

#include "supervisor/guest.h"

typedef enum {
    ASK_ANY,
    ASK_INITCTL,
    ASK_SIGNAL
} AskMethod;

/**
 * ask_init:
 * @method: initctl writes to the FIFO of sysvinit in the guest, /run/initctl or /dev/initctl, never to
 *   the host's own; signal is SIGTERM, SIGHUP for a reboot; any tries them in this order
 * @reboot: what to ask for
 * @ret_ignored: (out): true when init was sent a signal for which it has no handler, which the kernel
 *   does not deliver to the first process of a PID namespace
 * @err: "unsupported" when initctl was demanded and nobody listens there
 *
 * Returns: the method that was used; -1
 */
int ask_init(const Guest *guest, AskMethod method, bool reboot, bool *ret_ignored, Err *err);

/**
 * ask_signal:
 * @pid: as the guest sees it; below -1: the process group; -1, everybody, is refused
 * @signal: 0 (does it exist?) to 64
 * @err: "not-found" when there is no such process in the guest
 *
 * A child enters the guest's PID namespace and sends it there, so no number is ever translated.
 */
int ask_signal(const Guest *guest, int pid, int signal, Err *err);
