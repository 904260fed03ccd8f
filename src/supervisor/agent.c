/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"
#include "supervisor/json.h"

#define FLAG      '\xff'
#define FIRST_IN  4096
#define IDLE_IN   65536
#define READ_TURN (1 << 18)
#define MUTE_MS   2000 /* in which a refusal would come */

static void send_next(Agent *agent);

static void
set_timer(Agent *agent)
{
    int64_t first = INT64_MAX, now = clock_ms();

    for (int i = 0; i < agent->n_queue; i++)
        if (agent->queue[i].until_ms < first)
            first = agent->queue[i].until_ms;
    if (first == INT64_MAX)
        timer_clear(agent->set, &agent->timer);
    else
        timer_set(agent->set, &agent->timer, first > now ? first - now : 0);
}

static void
end_request(Agent *agent, int at, const char *answer, size_t size, const Err *err)
{
    AgentRequest request = agent->queue[at];

    agent->n_queue--;
    memmove(agent->queue + at, agent->queue + at + 1,
            (size_t)(agent->n_queue - at) * sizeof agent->queue[0]);
    if (at == 0)
        agent->is_asking = agent->is_synced = false;
    free(request.text);
    set_timer(agent);
    if (request.done)
        request.done(request.owner, answer, size, err);
}

static void
drop_out(Agent *agent)
{
    free(agent->out);
    agent->out = NULL;
    agent->out_at = agent->out_size = 0;
}

static void
drop_in(Agent *agent)
{
    free(agent->in);
    agent->in = NULL;
    agent->in_used = agent->in_size = 0;
}

/* Whether the first request has succeeded by what has not come. */
static bool
is_granted(const Agent *agent)
{
    return agent->n_queue > 0 && agent->is_synced && agent->queue[0].is_mute;
}

static void
fail_all(Agent *agent, const Err *err)
{
    int n = agent->n_queue; /* not those that are asked meanwhile */

    if (is_granted(agent)) {
        end_request(agent, 0, "{}", 2, NULL);
        n--;
    }
    while (n-- > 0 && agent->n_queue > 0)
        end_request(agent, 0, NULL, 0, err);
}

static void
time_is_over(Timer *timer)
{
    Agent *agent = timer->owner;
    int64_t now = clock_ms();
    Err err = {0};

    for (int i = agent->n_queue - 1; i >= 0; i--) {
        if (now < agent->queue[i].until_ms)
            continue;
        if (i == 0 && is_granted(agent)) {
            end_request(agent, 0, "{}", 2, NULL);
            continue;
        }
        (void)err_set(
            &err, "timeout",
            i == 0 && agent->is_asking
                ? "the guest agent has not answered in time; is it stuck, or the guest busy?"
                : "the guest agent was busy with other requests all the time");
        end_request(agent, i, NULL, 0, &err);
    }
    send_next(agent);
}

static void
flush(Agent *agent)
{
    while (agent->out && agent->out_at < agent->out_size) {
        ssize_t n = send(agent->watch.fd, agent->out + agent->out_at,
                         agent->out_size - agent->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return; /* EAGAIN: later; anything else shows in the time that passes */
        agent->out_at += (size_t)n;
    }
    drop_out(agent);
}

static void
send_next(Agent *agent)
{
    char sync[128];
    int size;

    /* a request that nobody waits for any more, and half of which is on its way, goes first */
    if (agent->is_asking || agent->n_queue == 0 || agent->out)
        return;
    agent->sync = (agent->sync + 1) & 0x3fffffff;
    size = snprintf(sync, sizeof sync,
                    "%c{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":%lld}}\n", FLAG,
                    (long long)agent->sync);
    agent->out = malloc((size_t)size + agent->queue[0].size);
    if (!agent->out) {
        Err err = {0};

        (void)err_set_errno(&err, ENOMEM, "cannot ask the guest agent");
        end_request(agent, 0, NULL, 0, &err);
        return;
    }
    memcpy(agent->out, sync, (size_t)size);
    memcpy(agent->out + size, agent->queue[0].text, agent->queue[0].size);
    agent->out_size = (size_t)size + agent->queue[0].size;
    agent->out_at = 0;
    agent->is_asking = true;
    flush(agent);
}

/* One line of the agent. */
static void
take_line(Agent *agent, const char *text, size_t size)
{
    char why[512];
    JsonValue value, error;
    int64_t number;
    Err err = {0};

    if (!agent->is_asking)
        return;
    if (!agent->is_synced) {
        /* also its complaint about our 0xff, and answers that came too late */
        if (json_parse(text, size, &value) == 0 && json_get_int(&value, "return", &number) == 0 &&
            number == agent->sync) {
            agent->is_synced = true;
            if (agent->queue[0].is_mute)
                agent->queue[0].until_ms = clock_ms() + MUTE_MS;
            set_timer(agent);
        }
        return;
    }
    if (json_parse(text, size, &value) < 0 || value.type != JSON_OBJECT) {
        (void)err_set(&err, "peer", "the guest agent answered something that is no JSON object");
        end_request(agent, 0, NULL, 0, &err);
    } else if (json_get(&value, "error", &error)) {
        if (json_get_string(&value, "error.desc", why, sizeof why) < 0)
            (void)snprintf(why, sizeof why, "it does not say why");
        (void)err_set(&err, "peer", "the guest agent refused the request: %s", why);
        end_request(agent, 0, NULL, 0, &err);
    } else {
        end_request(agent, 0, value.at, value.size, NULL);
    }
}

static void
take_lines(Agent *agent)
{
    size_t at = 0;

    for (;;) {
        char *start = agent->in + at;
        char *end = memchr(start, '\n', agent->in_used - at), *flag;

        if (!end)
            break;
        /* what stands before the mark is none of ours */
        while ((flag = memchr(start, FLAG, (size_t)(end - start))))
            start = flag + 1;
        if (end > start)
            take_line(agent, start, (size_t)(end - start));
        at = (size_t)(end - agent->in) + 1;
    }
    memmove(agent->in, agent->in + at, agent->in_used - at);
    agent->in_used -= at;
    if (agent->in_used == 0)
        drop_in(agent);
    send_next(agent);
}

/* A guest that was not asked has little to say. */
static int
make_room(Agent *agent)
{
    size_t wanted = agent->in_size ? 2 * agent->in_size : FIRST_IN;
    size_t most = agent->is_synced ? AGENT_TEXT_MAX : IDLE_IN;
    char *bigger;

    if (agent->in_used < agent->in_size)
        return 0;
    bigger = wanted > most ? NULL : realloc(agent->in, wanted);
    if (!bigger)
        return -1;
    agent->in = bigger;
    agent->in_size = wanted;
    return 0;
}

static void
channel_ready(Watch *watch, uint32_t events)
{
    Agent *agent = watch->owner;
    size_t total = 0;

    if (events & EPOLLOUT) {
        flush(agent);
        send_next(agent);
    }
    while (watch->fd >= 0) {
        ssize_t n;

        if (make_room(agent) < 0) {
            Err err = {0};

            (void)err_set(&err, "limit", "the guest agent answers with more than %d bytes",
                          AGENT_TEXT_MAX);
            drop_in(agent);
            if (agent->is_synced)
                end_request(agent, 0, NULL, 0, &err);
            continue;
        }
        n = recv(watch->fd, agent->in + agent->in_used, agent->in_size - agent->in_used,
                 MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break; /* QEMU's end goes with QEMU */
        agent->in_used += (size_t)n;
        total += (size_t)n;
        if (memchr(agent->in + agent->in_used - (size_t)n, '\n', (size_t)n))
            take_lines(agent);
        if (total > READ_TURN) {
            watch_rearm(agent->set, watch);
            return;
        }
    }
    if (agent->in && agent->in_used == 0)
        drop_in(agent);
}

void
agent_init(Agent *agent)
{
    *agent = (Agent){.watch.fd = -1};
}

int
agent_open(Agent *agent, WatchSet *set, int fd, Err *err)
{
    agent->set = set;
    agent->watch = (Watch){.func = channel_ready, .owner = agent, .fd = -1};
    agent->timer = (Timer){.func = time_is_over, .owner = agent};
    if (watch_add(set, &agent->watch, fd, EPOLLIN | EPOLLOUT, err) == 0)
        return 0;
    (void)close(fd);
    return -1;
}

void
agent_close(Agent *agent)
{
    int fd = agent->watch.fd;
    Err err = {0};

    if (fd < 0)
        return;
    (void)err_set(&err, "state", AGENT_ENDED);
    watch_remove(agent->set, &agent->watch);
    io_close(&fd);
    fail_all(agent, &err);
    timer_clear(agent->set, &agent->timer);
    drop_out(agent);
    drop_in(agent);
}

void
agent_set_connected(Agent *agent, bool is_connected)
{
    Err err = {0};

    agent->is_connected = is_connected;
    if (is_connected || agent->watch.fd < 0)
        return;
    (void)err_set(&err, "state", "the guest agent has gone");
    fail_all(agent, &err);
    drop_out(agent);
    drop_in(agent);
}

int
agent_ask(Agent *agent, const char *text, size_t size, int timeout_ms, bool is_mute, AgentDone done,
          void *owner, Err *err)
{
    AgentRequest *request = &agent->queue[agent->n_queue];
    JsonValue value;

    if (agent->watch.fd < 0)
        return err_set(err, "unsupported",
                       "the machine has no channel for a guest agent; add <channel type='unix'> "
                       "with the target name org.qemu.guest_agent.0");
    if (!agent->is_connected)
        return err_set(
            err, "state",
            "no guest agent is connected; install and start qemu-guest-agent in the guest");
    if (size > AGENT_TEXT_MAX || json_parse(text, size, &value) < 0 || value.type != JSON_OBJECT)
        return err_set(err, "argument", "the request to the guest agent is no JSON object");
    if (agent->n_queue == AGENT_QUEUE_MAX)
        return err_set(err, "limit", "%d requests wait for the guest agent; wait for one of them",
                       AGENT_QUEUE_MAX);
    *request = (AgentRequest){.text = malloc(value.size + 1),
                              .size = value.size + 1,
                              .until_ms = clock_ms() + timeout_ms,
                              .is_mute = is_mute,
                              .done = done,
                              .owner = owner};
    if (!request->text)
        return err_set_errno(err, ENOMEM, "cannot ask the guest agent");
    /* a line break in JSON is never within a string */
    for (size_t i = 0; i < value.size; i++)
        request->text[i] = (char)(value.at[i] == '\n' || value.at[i] == '\r' ? ' ' : value.at[i]);
    request->text[value.size] = '\n';
    agent->n_queue++;
    set_timer(agent);
    send_next(agent);
    return 0;
}

void
agent_cancel(Agent *agent, const void *owner)
{
    for (int i = agent->n_queue - 1; i >= 0; i--) {
        if (agent->queue[i].owner != owner)
            continue;
        agent->queue[i].done = NULL;
        if (i > 0 || !agent->is_asking)
            end_request(agent, i, NULL, 0, NULL);
    }
}
