/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/loop.h - what the supervisor does while its guest lives.
 *
 * Used by: supervisor/main.c only, in the order of the functions below.
 */
#pragma once

#include <stdbool.h>

#include "host/err.h"
#include "supervisor/guest.h"

typedef struct Loop Loop;

/* Control socket bound and listening; called while the child is at work, before "ready". NULL with @err. */
Loop *loop_new(Guest *guest, Err *err);

/* Serves control, consoles and init's end until the guest is over for good (restarts included).
 * Returns: the reason to end with. */
GuestReason loop_run(Loop *loop);

/* Whether loop_finish() will stay for a `wait` that comes late, and so needs the control socket. */
bool loop_lingers(const Loop *loop);

/* After guest_undo(): answers who waits for the end (destroy, wait), removes the socket, frees. */
void loop_finish(Loop *loop);
