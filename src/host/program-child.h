/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/program-child.h - between fork and exec of a helper program; async-signal-safe calls only.
 *
 * Used by: host/program.
 */
#pragma once

#include <sys/types.h>

typedef struct {
    char *const *argv; /* argv[0] is an absolute path */
    int in, out, err;  /* become 0, 1 and 2; in -1: /dev/null */
    pid_t parent;      /* the program is killed when this one dies */
} ProgramChild;

/* Never returns; ends with status 127 when the program cannot be executed. */
_Noreturn void program_child(const ProgramChild *child);
