/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/qmp.h - the supervisor's own QMP connection to QEMU.
 *
 * Theory of operation. QMP is one JSON object a line, both ways. QEMU greets, is told qmp_capabilities, and
 * from then on answers each command by its id and sends events in between. Nothing here waits: a command
 * that was answered, refused, or not answered within the time calls its function, exactly once. A late
 * answer finds nobody and is dropped; what it did shows in events, from which the machine's state comes.
 *
 * Whatever is no QMP (text, a line longer than QMP_LINE_MAX, half a line before the end, an answer without
 * an id, the end itself) breaks the connection for good: all commands under way fail, later ones are refused,
 * the owner is told once. A connection whose place in the stream is unknown must not be guessed at.
 *
 * Bounded: the line, commands under way, bytes that QEMU does not take.
 *
 * Used by: supervisor (machine, machine-event, machine-verbs, keys, job).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host/err.h"
#include "supervisor/json.h"
#include "supervisor/watch.h"

#define QMP_LINE_MAX    262144
#define QMP_OUT_MAX     65536
#define QMP_PENDING_MAX 32

/* @ret: what the command returned, valid during the call; NULL: it failed, and @err says how */
typedef void (*QmpDone)(void *owner, const JsonValue *ret, const Err *err);
/* @event: the whole object: "event", "data", "timestamp" */
typedef void (*QmpEvent)(void *owner, const char *name, const JsonValue *event);
/* @err NULL: QEMU has greeted and takes commands. Else: it is broken. */
typedef void (*QmpState)(void *owner, const Err *err);

typedef struct {
    uint64_t id; /* 0: this place is free */
    QmpDone done;
    void *owner;
    int64_t until_ms;
    char command[32];
} QmpPending;

typedef struct {
    WatchSet *set;
    Watch watch; /* fd -1: broken or closed */
    Timer timer;
    int timeout_ms;
    bool is_ready;
    bool was_told; /* of its end */
    int64_t greet_until_ms;
    uint64_t last_id;
    QmpPending pending[QMP_PENDING_MAX];
    char *in, *out;
    size_t in_size, in_used, in_seen, out_size, out_used;
    QmpEvent event_func;
    QmpState state_func;
    void *owner;
} Qmp;

/**
 * qmp_open:
 * @qmp: zeroed memory that stays where it is
 * @fd: a stream socket, non-blocking; taken over, also on failure
 * @timeout_ms: for the greeting, and for each answer
 */
int qmp_open(Qmp *qmp, WatchSet *set, int fd, int timeout_ms, QmpEvent event_func,
             QmpState state_func, void *owner, Err *err);

/* Commands under way fail with "state"; harmless when it is not open. */
void qmp_close(Qmp *qmp);

/**
 * qmp_send:
 * @command: "stop"
 * @arguments: (nullable): a JSON object
 * @fd: passed along, or -1; borrowed
 * @done: (nullable): called once with what came of it, never from within this call
 * @err: why it was not even sent; then @done is not called
 */
int qmp_send(Qmp *qmp, const char *command, const char *arguments, int fd, QmpDone done,
             void *owner, Err *err);

/* @owner is going: its commands under way end without a call. */
void qmp_forget(Qmp *qmp, const void *owner);
