/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/modes.h - the modes of the supervisor's command line besides `run`; see control.h.
 */
#pragma once

/* lodge-supervisor enter LIVE [options] -- PROGRAM ARG...; argv[0] is "enter". Returns the exit status. */
int enter_main(int argc, char **argv);

/* lodge-supervisor clean LIVE; argv[0] is "clean". */
int clean_main(int argc, char **argv);
