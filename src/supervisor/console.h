/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/console.h - one console of the guest, and everybody who watches it or types on it.
 *
 * Theory of operation. The supervisor holds the master of the guest's pty and always drains it into a
 * ring. From the ring go, each at its own pace: the log file, up to CONSOLE_READERS_MAX stream sockets,
 * and a pty of the host whose path never changes, for programs such as screen.
 *
 * Nobody who reads loses a byte: while one lags a whole ring behind, the guest's pty is left alone and the
 * guest waits, as it would for a slow terminal. But only for CONSOLE_PATIENCE_MS at a time: a reader that
 * takes less than CONSOLE_PROGRESS in it is left behind, the guest goes on, and when the reader comes back
 * it is told how many bytes it missed. So a stopped or dead reader costs the guest one such moment.
 *
 * One socket at a time may write. What is typed waits in a small buffer until the guest's pty takes it;
 * a writer that types ahead of that is left waiting, the supervisor is not. The host's pty may always
 * type: who may open it is a matter of its mode.
 *
 * The host's pty has no event for "somebody opened me", and polling would wake an idle host. But a pty
 * takes data while nobody has it open, and says so when that data is read or flushed. So one carriage
 * return, which no terminal shows, waits there; when it goes, somebody is there, and gets the replay;
 * likewise when something is typed. They are there until the pty hangs up.
 *
 * Bounded: readers, ring, input buffer. Deliberately not done: echo, line editing, any look at the bytes.
 *
 * Used by: supervisor (loop, control).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host/err.h"
#include "supervisor/console-log.h"
#include "supervisor/ring.h"
#include "supervisor/watch.h"

#define CONSOLE_READERS_MAX 16
#define CONSOLE_RING        65536
#define CONSOLE_INPUT       4096
#define CONSOLE_PATIENCE_MS 1000
#define CONSOLE_PROGRESS    4096
#define CONSOLE_TURN        (4 * CONSOLE_RING) /* bytes of output before others have their turn */

typedef enum {
    CONSOLE_PLAIN,
    CONSOLE_SAFE,
    CONSOLE_FORCE
} ConsoleMode;

typedef struct Console Console;

typedef struct {
    Watch watch; /* fd -1: this place is free */
    Console *console;
    bool is_pty; /* the host's pty: it is there always, has_user tells whether somebody else is */
    bool has_user;
    bool may_write;
    bool can_take;    /* output: no EAGAIN since the last try */
    bool has_input;   /* it wrote something that was not read yet */
    bool is_behind;   /* does not hold the guest, until it has caught up */
    uint64_t at;      /* place in the stream */
    uint64_t held_at; /* `at` when the guest began to wait */
    char note[96];    /* goes before the stream: what was missed */
    size_t note_at, note_size;
} ConsoleReader;

struct Console {
    WatchSet *set;
    Watch guest; /* master of the guest's pty */
    Ring ring;
    ConsoleLog log;
    ConsoleReader pty;
    ConsoleReader readers[CONSOLE_READERS_MAX];
    bool is_held; /* the guest waits for a reader */
    Timer patience;
    unsigned char input[CONSOLE_INPUT]; /* typed, not taken by the guest's pty yet */
    size_t input_at, input_size;
};

/**
 * console_open:
 * @console: zeroed memory that stays where it is
 * @host_fd: master of the host's pty, non-blocking, borrowed until console_close(); its terminal is made
 *   raw here (an echo there would be typed into the guest); -1: none
 */
int console_open(Console *console, WatchSet *set, int host_fd, Err *err);

/* Ends all streams. What can be delivered at once has been by console_drain(). */
void console_close(Console *console);

/**
 * console_set_guest:
 * @guest_fd: master of the guest's pty, non-blocking, borrowed; -1: the guest is between two boots
 */
int console_set_guest(Console *console, int guest_fd, Err *err);

/* The guest has ended: takes what is left in its pty and gives readers @ms to take it from here. */
void console_drain(Console *console, int ms);

/**
 * console_attach:
 * @may_write: one at a time
 * @mode: with @may_write and somebody writing: force ends that stream, plain and safe are refused. safe
 *   is also refused while somebody has the host's pty open
 * @cols, @rows: the terminal's new size when it may write; 0: leave it
 * @err: "busy", "limit" when there are too many readers
 *
 * Returns: a stream socket for the client, to be closed here once it was passed on; or -1
 */
int console_attach(Console *console, bool may_write, ConsoleMode mode, int cols, int rows,
                   Err *err);

int console_resize(Console *console, int cols, int rows, Err *err);
