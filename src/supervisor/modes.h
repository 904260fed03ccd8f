/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/modes.h - the modes of the supervisor's command line besides `run`; see control.h.
 */
#pragma once

/* lodge-supervisor enter LIVE [options] -- PROGRAM ARG...; argv[0] is "enter"; @term is the
 * caller's TERM, or NULL. Returns the exit status. */
int enter_main(int argc, char **argv, const char *term);

/* lodge-supervisor clean LIVE [known]; argv[0] is "clean". */
int clean_main(int argc, char **argv);
