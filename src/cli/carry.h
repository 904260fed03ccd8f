/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/carry.h - the standard streams of a guest that runs in the foreground (create --wait).
 *
 * Theory of operation. Whoever holds a descriptor can open its file anew with other rights, so a guest's
 * root that is handed `< list` can write to the list. Pipes, sockets and /dev/null go to the guest as they
 * are; for any other file it gets a pipe, and a thread carries the bytes. When the guest has ended the
 * output is there to its last byte, and what init did not read of a file is given back to the next program.
 * A terminal is the console's matter.
 */
#pragma once

#include <glib.h>
#include <pthread.h>

typedef struct {
    int outer[3], inner[3]; /* -1: not carried */
    gboolean runs[3];
    pthread_t threads[3];
    int stop_fd;  /* tells the input's thread that the guest has ended */
    gsize unsent; /* of the input: read, and not in the pipe yet */
} Carry;

/* Puts pipes into @fds (-1: none) where they are needed. FALSE with errno. */
gboolean carry_begin(Carry *carry, int *fds);

/* The guest has them: the bytes may flow. */
void carry_go(Carry *carry);

/* The guest has ended, or never was. */
void carry_end(Carry *carry);
