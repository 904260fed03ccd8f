/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/enter-pipe.h - the standard streams of a program in a guest, where it has no terminal.
 *
 * Theory of operation. Whoever holds a descriptor can open its file anew through /proc/self/fd, with
 * other rights than the descriptor has: a guest's root that is handed `< /etc/passwd` can write to it, and
 * one that is handed the caller's terminal can read what is typed there later. So a stream that is a pipe,
 * a socket or /dev/null goes inside as it is, and of everything else the guest sees a pipe, whose bytes the
 * first process carries. What the program has not read of a file is given back: the next program reads on
 * from there, as without lodge.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "host/err.h"

typedef struct {
    int outer[3]; /* our ends; -1: that stream is not carried, or has ended */
    int inner[3]; /* the program's ends */
    char input[65536];
    size_t input_at, input_size; /* read, not taken by the program's pipe yet */
} EnterPipes;

/* Before the clone: looks at descriptors 0 to 2. All ends are -1 before. */
int enter_pipes_make(EnterPipes *pipes, Err *err);

/* In the child: its descriptors 0 to 2. */
int enter_pipes_take(const EnterPipes *pipes);

/* After the clone, outside. */
void enter_pipes_part(EnterPipes *pipes);

/* What to wait for, and what to do then. */
void enter_pipes_poll(const EnterPipes *pipes, struct pollfd wait[3]);
void enter_pipes_carry(EnterPipes *pipes, const struct pollfd wait[3]);

/* The program has ended: its last words, and what it has not read. */
void enter_pipes_end(EnterPipes *pipes);
