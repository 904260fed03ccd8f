/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From QEMU's exec to "ready": greeting, the plan's commands, loading, cont. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "host/io.h"
#include "supervisor/machine-priv.h"
#include "supervisor/plan-ops.h"

#define LOAD_MS      5 /* between two looks at what is being loaded; doubles */
#define LOAD_MOST_MS 100
#define LAST_WORD_MS 1000 /* its monitor is gone, and so will it be */

static void
start_failed(Machine *machine, const Err *err)
{
    if (machine->start == START_FAILED || machine->start == START_UP)
        return;
    machine->start = START_FAILED;
    machine->start_err = *err;
}

static void start_next(Machine *machine);

/* A command of the start was answered. */
static void
start_answered(void *owner, const JsonValue *ret, const Err *err)
{
    Machine *machine = owner;
    char status[32];

    if (machine->start == START_FAILED)
        return;
    if (!ret) {
        if (machine->qmp.watch.fd >= 0) /* else the end of the monitor is told of */
            start_failed(machine, err);
        return;
    }
    if (machine->start == START_LOAD) {
        if (json_get_string(ret, "status", status, sizeof status) == 0 &&
            strcmp(status, "inmigrate") == 0) {
            timer_set(machine->set, &machine->start_timer, machine->load_wait_ms);
            if (machine->load_wait_ms < LOAD_MOST_MS)
                machine->load_wait_ms *= 2;
            return;
        }
        machine->start = START_CONT;
    } else if (machine->start == START_CONT) {
        machine->start = START_UP;
    }
    start_next(machine);
}

static void
start_send(Machine *machine, const char *command, const char *arguments)
{
    Err err = {0};

    if (qmp_send(&machine->qmp, command, arguments, -1, start_answered, machine, &err) < 0)
        start_failed(machine, &err);
}

/* The next step `qmp` of the plan. */
static bool
send_command(Machine *machine)
{
    const PlanPhase *phase = &machine->guest->plan.phase[PLAN_INIT];

    while (machine->command < phase->n) {
        const PlanStep *step = &phase->steps[machine->command++];

        if (step->op != OP_QMP)
            continue;
        start_send(machine, step->argv[1], step->argc > 2 ? step->argv[2] : NULL);
        return true;
    }
    return false;
}

/* Sends what comes next of the start. */
static void
start_next(Machine *machine)
{
    const Plan *plan = &machine->guest->plan;

    if (machine->start == START_COMMANDS) {
        if (send_command(machine))
            return;
        machine->start = plan_find(plan, PLAN_OBJECT, "incoming") ? START_LOAD : START_CONT;
    }
    if (machine->start == START_LOAD) {
        start_send(machine, "query-status", NULL);
    } else if (machine->start == START_CONT) {
        if (plan_find(plan, PLAN_OBJECT, "paused"))
            machine->start = START_UP;
        else
            start_send(machine, "cont", NULL);
    }
}

static void
start_time(Timer *timer)
{
    Machine *machine = timer->owner;

    if (machine->start == START_LOAD) {
        start_next(machine);
        return;
    }
    /* the monitor was closed, and QEMU has not ended: that stands as the reason */
    if (machine->start_err.word[0] == '\0')
        (void)err_set(&machine->start_err, "peer", "%s", machine->broken);
    machine->start = START_FAILED;
}

static void
monitor_state(void *owner, const Err *err)
{
    Machine *machine = owner;

    if (!err) {
        machine->start = START_COMMANDS;
        start_next(machine);
        return;
    }
    (void)snprintf(machine->broken, sizeof machine->broken, "%s", err->text);
    if (machine->start == START_UP) {
        (void)guest_status_write(machine->guest, NULL);
    } else if (strcmp(err->word, "timeout") == 0) {
        start_failed(machine, err);
    } else {
        machine->start_err = *err;
        /* QEMU's own words are better, if it is about to end */
        timer_set(machine->set, &machine->start_timer, LAST_WORD_MS);
    }
}

static void
say_why_it_ended(Machine *machine)
{
    char words[MACHINE_LOG_WORDS];
    siginfo_t info = {0};
    Err *err = &machine->start_err;

    machine->start = START_FAILED;
    machine_log_drain(&machine->log);
    (void)machine_log_words(&machine->log, words, sizeof words);
    (void)waitid(P_PIDFD, (id_t)machine->guest->init_pidfd, &info, WEXITED | WNOWAIT);
    if (machine->was_asked || machine->guest->destroy_asked)
        (void)err_set(err, "state", "cannot start '%s': it was destroyed meanwhile",
                      machine->guest->name);
    else if (words[0])
        (void)err_set(err, "peer", "cannot start '%s': QEMU: %s", machine->guest->name, words);
    else if (info.si_code == CLD_EXITED)
        (void)err_set(err, "peer", "cannot start '%s': QEMU ended with status %d, without a word",
                      machine->guest->name, info.si_status);
    else
        (void)err_set(err, "peer", "cannot start '%s': QEMU was killed by signal %d",
                      machine->guest->name, info.si_status);
}

static void
ending_ready(Watch *watch, uint32_t events)
{
    Machine *machine = watch->owner;

    (void)events;
    watch_remove(machine->set, watch);
    say_why_it_ended(machine);
}

static int
open_channels(Machine *machine, Err *err)
{
    int fd = machine->qmp_fd;

    if (fd < 0)
        return err_set(err, "config", "the plan has no 'monitor'");
    machine->qmp_fd = -1;
    if (qmp_open(&machine->qmp, machine->set, fd, machine->timeout_ms, machine_event, monitor_state,
                 machine, err) < 0)
        return -1;
    if (machine->agent_fd >= 0) {
        fd = machine->agent_fd;
        machine->agent_fd = -1;
        if (agent_open(&machine->agent, machine->set, fd, err) < 0)
            return -1;
    }
    return 0;
}

/* Until all is said, or QEMU has ended, which @ending_fd shows. */
static int
go_through(Machine *machine, int ending_fd, Err *err)
{
    if (machine_log_watch(&machine->log, machine->set, err) < 0 ||
        helpers_watch(machine, err) < 0 || open_channels(machine, err) < 0 ||
        watch_add(machine->set, &machine->ending, ending_fd, EPOLLIN, err) < 0)
        return -1;
    while (machine->start != START_UP && machine->start != START_FAILED)
        watch_wait(machine->set);
    timer_clear(machine->set, &machine->start_timer);
    watch_remove(machine->set, &machine->ending);
    if (machine->start == START_UP)
        return 0;
    *err = machine->start_err;
    if (strncmp(err->text, "cannot start", 12) != 0)
        (void)err_prefix(err, "cannot start '%s'", machine->guest->name);
    return -1;
}

int
machine_await(Guest *guest, Err *err)
{
    Machine *machine = guest->machine;
    int ending_fd = pidfd_open(guest->init_pid, 0); /* one of its own: the loop watches the other */
    int result;

    if (ending_fd < 0)
        return err_set_errno(err, errno, "cannot watch QEMU");
    machine->load_wait_ms = LOAD_MS;
    machine->start_timer = (Timer){.func = start_time, .owner = machine};
    machine->ending = (Watch){.func = ending_ready, .owner = machine, .fd = -1};
    result = go_through(machine, ending_fd, err);
    io_close(&ending_fd);
    if (result < 0)
        return -1;
    machine->log.is_up = true;
    if (guest->paused)
        machine->pause = PAUSE_USER;
    return 0;
}

GuestReason
machine_start_reason(const Guest *guest)
{
    return plan_find(&guest->plan, PLAN_OBJECT, "incoming") ? GUEST_REASON_RESTORED
                                                            : GUEST_REASON_BOOTED;
}

void
machine_say_started(const Guest *guest)
{
    bool is_restored = machine_start_reason(guest) == GUEST_REASON_RESTORED;

    event_append(guest, is_restored ? EVENT_RESTORED : EVENT_STARTED);
    if (guest->paused)
        event_append(guest, is_restored ? EVENT_SUSPENDED_RESTORED : EVENT_SUSPENDED);
}
