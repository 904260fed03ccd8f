/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/agent.h - talk to the guest agent over its virtio channel.
 *
 * Theory of operation. The agent answers in order, without ids, and whoever asked before may have given up. So
 * each request begins with a byte 0xff, which ends whatever the agent was reading, and guest-sync-delimited
 * with a number of our own; its answer comes behind a 0xff of the agent's. What comes before that number is
 * somebody else's and is dropped. One request at a time; the others wait, each until its own time is over.
 *
 * The guest is not trusted: an answer is one line of JSON of at most AGENT_TEXT_MAX bytes, or an error.
 *
 * Used by: supervisor (machine, machine-event, agent-verbs).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/err.h"
#include "supervisor/control.h"
#include "supervisor/watch.h"

#define AGENT_QUEUE_MAX 16
#define AGENT_ENDED     "the machine has ended" /* text of the error of agent_close() */

/* @answer: the line, without its end, valid during the call; NULL: @err says why there is none. Called once, never
 * within agent_ask(). */
typedef void (*AgentDone)(void *owner, const char *answer, size_t size, const Err *err);

typedef struct {
    char *text; /* with a newline; freed here */
    size_t size;
    int64_t until_ms;
    bool is_mute;   /* on success the agent says nothing */
    AgentDone done; /* NULL: its owner has gone */
    void *owner;
} AgentRequest;

typedef struct {
    WatchSet *set;
    Watch watch; /* fd -1: the machine has no agent's channel */
    Timer timer;
    bool is_connected;
    bool is_asking; /* queue[0] has been sent */
    bool is_synced; /* its number has come back */
    int64_t sync;   /* that number */
    AgentRequest queue[AGENT_QUEUE_MAX];
    int n_queue;
    char *out; /* the request as it goes; (nullable) */
    size_t out_at, out_size;
    char *in;
    size_t in_used, in_size;
} Agent;

void agent_init(Agent *agent);

/* @fd: a stream socket, non-blocking; taken over, also on failure */
int agent_open(Agent *agent, WatchSet *set, int fd, Err *err);
/* Requests under way fail with "state"; harmless when it is not open. */
void agent_close(Agent *agent);

/* QEMU says that a program of the guest has opened the channel, or closed it. */
void agent_set_connected(Agent *agent, bool is_connected);

/**
 * agent_ask:
 * @text: one line of JSON; a newline at its end is not needed
 * @timeout_ms: from now until the answer
 * @is_mute: the agent answers only when it refuses; what is no refusal within a moment is "{}"
 * @err: "unsupported" without a channel, "state" when nobody listens there, "argument", "limit"
 */
int agent_ask(Agent *agent, const char *text, size_t size, int timeout_ms, bool is_mute,
              AgentDone done, void *owner, Err *err);

/* @owner is going. What was sent cannot be taken back; its answer is dropped. */
void agent_cancel(Agent *agent, const void *owner);
