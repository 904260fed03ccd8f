/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/keys.h - press keys in a machine: scripts of "down", "up" and "wait", one after another.
 *
 * Theory of operation. A script (control.h: keys) is read once to be checked and once to be played, in small
 * pieces; its file may belong to somebody who changes it, so each line is checked again. Events without a wait
 * between them go in one input-send-event; the next ones go when that was answered and the wait is over.
 *
 * What is down is known at every moment, and is released when the script ends, however it ends: its
 * last line, an error of QEMU, its owner's connection. A machine that does not run drops events, also
 * releases; so a script ends when the machine stops, and what is down is released when it runs again, before
 * anything else is pressed.
 *
 * Bounded: scripts in the queue, lines, waits, keys that are down.
 *
 * Used by: supervisor (machine, machine-event, machine-verbs).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/err.h"
#include "supervisor/control.h"
#include "supervisor/watch.h"

#define KEYS_QUEUE_MAX 16
#define KEYS_NAME_MAX  24

struct Machine;

/* @err NULL: all was played, @n_events of it. Called once, never within keys_add(). */
typedef void (*KeysDone)(void *owner, uint64_t n_events, const Err *err);

typedef struct {
    int fd;
    KeysDone done; /* NULL: its owner has gone */
    void *owner;
} KeysScript;

typedef struct {
    char names[KEYS_DOWN_MAX][KEYS_NAME_MAX];
    int n;
} KeysDown;

typedef struct {
    int fd; /* borrowed */
    off_t at;
    int line;
    size_t used, taken;
    char text[1024];
} KeysReader;

typedef struct {
    struct Machine *machine;
    KeysScript queue[KEYS_QUEUE_MAX]; /* the first one is being played */
    int n_queue;
    bool is_playing;
    bool is_releasing;
    bool is_sent; /* an answer is awaited */
    bool is_over; /* the script's last line was played, or err says why not */
    KeysReader reader;
    uint64_t n_events;
    int wait_ms; /* after what was sent */
    KeysDown down, before;
    Err err;
    Timer timer;
} Keys;

void keys_init(Keys *keys, struct Machine *machine);

/**
 * keys_add:
 * @fd: a regular file or memfd with the script; taken over, also on failure
 * @err: "argument" with the line that is wrong, "state" when the machine is paused, "limit"
 */
int keys_add(Keys *keys, int fd, KeysDone done, void *owner, Err *err);

/* @owner is going: its scripts end. */
void keys_cancel(Keys *keys, const void *owner);

/* The processors stop; they run again. */
void keys_stopped(Keys *keys);
void keys_resumed(Keys *keys);

void keys_close(Keys *keys);
