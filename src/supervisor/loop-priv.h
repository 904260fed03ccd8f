/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/loop-priv.h - the loop's state, shared by loop.c, control-socket.c and control-verbs.c.
 */
#pragma once

#include "supervisor/console.h"
#include "supervisor/control.h"
#include "supervisor/loop.h"
#include "supervisor/watch.h"

#define CONTROL_CLIENTS_MAX 64

typedef enum {
    CLIENT_TALKS,
    CLIENT_WAITS,
    CLIENT_DESTROYS,
    CLIENT_BUSY /* what it asked of a machine is under way */
} ClientState;

typedef struct ControlClient {
    Watch watch; /* fd -1: this place is free */
    Loop *loop;
    ClientState state;
    int fd; /* came with the request that is being carried out; -1 */
    bool has_greeted;
    bool is_denied;  /* told so at its first request: an answer before it would be lost */
    uint64_t number; /* of its connection: the lowest is the oldest */
} ControlClient;

struct Loop {
    Guest *guest;
    WatchSet set;

    /* control-socket.c */
    Watch listener;
    ControlClient clients[CONTROL_CLIENTS_MAX];
    uint64_t n_connections;
    bool is_finished; /* everything is undone: waits are answered at once */
    bool was_waited;  /* somebody was told how it ended */

    /* loop.c */
    Watch init, signals, helper;
    Timer patience; /* with an init that does not end although it was killed */
    Timer again;    /* a restart that waits for its turn */
    int64_t booted_ms;
    int delay_ms;
    Console *consoles; /* (array length=n_consoles) */
    int n_consoles;
    bool has_run;
    bool is_over;
    GuestReason reason;
};

/* control-socket.c: LIVE/control; "io" when it cannot be made. */
int control_listen(Loop *loop, Err *err);
/* All is undone: answers those who wait. */
void control_finish(Loop *loop);
void control_close(Loop *loop);
/* "ok WORD WORD", both (nullable); @fd is sent along, or -1. A client that does not take it at once
 * is dropped. */
void control_ok(ControlClient *client, const char *first, const char *second, int fd);
void control_error(ControlClient *client, const Err *err);
/* The same with an answer that is made already, "ok ...". */
void control_text(ControlClient *client, const char *text);
/* What `wait` is answered. */
void control_say_end(ControlClient *client);

/* control-verbs.c: carries out one request and answers it, now or at the end. */
void control_request(ControlClient *client, int argc, char **argv);

/* Each answers the client (at once or later), or fills @err and returns -1. argv[0] is the verb. */
typedef int (*VerbFunc)(ControlClient *client, int argc, char **argv, Err *err);

typedef struct {
    const char *name;
    int min, max; /* words behind it */
    VerbFunc func;
} Verb;

/* machine-verbs.c: what a machine does otherwise than a guest; NULL: the same. */
const Verb *machine_verb_find(const char *name);
/* @client has gone with its request under way. */
void machine_forget_client(Guest *guest, ControlClient *client);

/* loop.c: the guest ends now, as somebody demanded. */
void loop_destroy(Loop *loop);
