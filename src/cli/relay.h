/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/relay.h - carry bytes between a console's socket and the two ends that the user has.
 *
 * Theory of operation: one loop, two buffers. Each direction is read only when its buffer is empty
 * and written until it is, so memory is bounded and a slow reader slows only its own direction. A
 * byte of the escape character from a terminal ends the loop; input that is no terminal is passed on
 * untouched, and its end ends the input only: the loop goes on until the guest's side closes. The signals that
 * would end us end the loop instead, so that the terminal is put right first.
 *
 * Used by: attach.c. Knows nothing of: guests.
 */
#pragma once

#include <glib.h>
#include <signal.h>

#define RELAY_BUFFER                                                                               \
    (256 << 10) /* of a pipe or file; the kernel's largest pipe default is 64 KiB */
#define RELAY_CHUNK_TTY (16 << 10) /* a write to a slow terminal may not keep us from the escape */

typedef struct {
    int socket;  /* both ways; borrowed, as the others */
    int in, out; /* -1: none */
    int escape;  /* -1: none */
    void (*resized)(int cols, int rows,
                    void *opaque); /* the terminal's size, first and when it changes */
    void *opaque;
} Relay;

typedef enum {
    RELAY_CLOSED,  /* the other side closed: the guest ended, or somebody took over */
    RELAY_ESCAPED, /* the escape character */
    RELAY_SIGNAL,  /* SIGINT, SIGTERM, SIGHUP or SIGQUIT came */
    RELAY_BROKEN,  /* our output cannot be written any more; errno says why */
} RelayEnd;

/* Those of SIGINT, SIGTERM, SIGHUP and SIGQUIT that would end us: what is ignored (nohup, a shell's background)
 * stays ignored; once blocked it would be delivered after all. */
void relay_signals(sigset_t *ret_set);

RelayEnd relay_run(const Relay *relay, int *ret_signal);
