/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/modes.h - the modes of the supervisor's command line besides `run`; see control.h.
 */
#pragma once

#include "supervisor/guest.h"

/* lodge-supervisor enter LIVE [options] -- PROGRAM ARG...; argv[0] is "enter". Returns the exit status. */
int enter_main(int argc, char **argv);

/* lodge-supervisor clean LIVE; argv[0] is "clean". */
int clean_main(int argc, char **argv);

/* kind network, phase keep: run and watch the helper program; returns 0 once it is up. */
int keep_start(Guest *guest, Err *err);
/* Ends the helper (SIGTERM, SIGKILL after 2 s), runs at-end. */
void keep_stop(Guest *guest);
