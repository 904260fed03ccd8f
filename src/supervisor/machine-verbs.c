/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked of a machine: most of it is a command to QEMU, and its answer is the client's. A request that
 * is under way belongs to its client (CLIENT_BUSY), by whose address everybody knows it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/agent-verbs.h"
#include "supervisor/loop-priv.h"
#include "supervisor/machine-priv.h"

#define GRACE_MS 15000

static Machine *
need(const ControlClient *client, Err *err)
{
    const Guest *guest = client->loop->guest;

    if (client->loop->is_finished || guest->state == GUEST_ENDED)
        (void)err_set(err, "state", "the machine is not running");
    else if (guest->state == GUEST_STARTING)
        (void)err_set(err, "state", "the machine is being started");
    else
        return guest->machine;
    return NULL;
}

static void
answered(void *owner, const JsonValue *ret, const Err *err)
{
    ControlClient *client = owner;

    client->state = CLIENT_TALKS;
    if (ret)
        control_ok(client, NULL, NULL, -1);
    else
        control_error(client, err);
}

/* The client is answered when QEMU has answered. */
static int
tell(ControlClient *client, const char *command, QmpDone done, Err *err)
{
    Machine *machine = need(client, err);

    if (!machine || qmp_send(&machine->qmp, command, NULL, -1, done, client, err) < 0)
        return -1;
    client->state = CLIENT_BUSY;
    return 0;
}

static int
verb_suspend(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = need(client, err);

    (void)argc;
    (void)argv;
    if (!machine)
        return -1;
    if (machine->guest->paused)
        return err_set(err, "state", "the guest is suspended already");
    if (tell(client, "stop", answered, err) < 0)
        return -1;
    machine->next_pause = PAUSE_USER;
    return 0;
}

static int
verb_resume(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = need(client, err);

    (void)argc;
    (void)argv;
    if (!machine)
        return -1;
    if (!machine->guest->paused)
        return err_set(err, "state", "the guest is not suspended");
    if (job_type(&machine->job))
        return err_set(err, "busy", "the machine is being saved; abort that first");
    if (machine->pause == PAUSE_PMSUSPENDED)
        return err_set(err, "state", "the guest has suspended itself; wake it up with dompmwakeup");
    return tell(client, "cont", answered, err);
}

static int
verb_reset(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)argc;
    (void)argv;
    return tell(client, "system_reset", answered, err);
}

static int
verb_nmi(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)argc;
    (void)argv;
    return tell(client, "inject-nmi", answered, err);
}

static int
verb_wakeup(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = need(client, err);

    (void)argc;
    (void)argv;
    if (!machine)
        return -1;
    if (!machine->guest->paused || machine->pause != PAUSE_PMSUSPENDED)
        return err_set(err, "state", "the guest has not suspended itself");
    return tell(client, "system_wakeup", answered, err);
}

static void
pressed(void *owner, const JsonValue *ret, const Err *err)
{
    ControlClient *client = owner;

    client->state = CLIENT_TALKS;
    /* a quick guest is off before the answer */
    if (ret || client->loop->guest->machine->end_reason == GUEST_REASON_SHUTDOWN)
        control_ok(client, "acpi", NULL, -1);
    else
        control_error(client, err);
}

static int
power(ControlClient *client, char **argv, bool reboot, Err *err)
{
    Machine *machine = need(client, err);
    bool any = strcmp(argv[1], "any") == 0;

    if (!machine)
        return -1;
    if (strcmp(argv[1], "agent") == 0 || (any && machine->agent.is_connected))
        return agent_verb_power(client, reboot, any, err);
    if (!any && strcmp(argv[1], "acpi") != 0)
        return err_set(err, "argument", "'%s' is no way to ask; ways are acpi and agent", argv[1]);
    return machine_press_power(client, reboot, err);
}

int
machine_press_power(ControlClient *client, bool reboot, Err *err)
{
    if (tell(client, "system_powerdown", pressed, err) < 0)
        return -1;
    client->loop->guest->machine->must_reset = reboot;
    return 0;
}

static int
verb_shutdown(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)argc;
    return power(client, argv, false, err);
}

static int
verb_reboot(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)argc;
    return power(client, argv, true, err);
}

static int
verb_signal(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)client;
    (void)argc;
    (void)argv;
    return err_set(err, "unsupported", "the processes in a machine cannot be sent signals");
}

static void
grace_is_over(Timer *timer)
{
    Machine *machine = timer->owner;
    ControlClient *client = machine->graceful;
    Err err = {0};

    machine->graceful = NULL;
    machine->end_reason = GUEST_REASON_UNKNOWN;
    if (!client)
        return;
    client->state = CLIENT_TALKS;
    (void)err_set(&err, "timeout",
                  "QEMU does not end by itself within %d s; destroy it without --graceful",
                  GRACE_MS / 1000);
    control_error(client, &err);
}

static int
verb_destroy(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = client->loop->guest->machine;

    if (argc > 1 && strcmp(argv[1], "graceful") != 0)
        return err_set(err, "argument", "'%s' is no way to destroy", argv[1]);
    if (client->loop->is_finished) {
        control_ok(client, NULL, NULL, -1);
        return 0;
    }
    client->state = CLIENT_DESTROYS;
    if (argc == 1) {
        loop_destroy(client->loop);
        return 0;
    }
    if (machine->graceful)
        return err_set(err, "busy", "it is being destroyed already");
    client->state = CLIENT_BUSY;
    machine->graceful = client;
    if (machine->end_reason == GUEST_REASON_UNKNOWN)
        machine->end_reason = GUEST_REASON_DESTROYED;
    machine->grace = (Timer){.func = grace_is_over, .owner = machine};
    if (machine->guest->init_pidfd >= 0)
        (void)pidfd_send_signal(machine->guest->init_pidfd, SIGTERM, NULL, 0);
    timer_set(machine->set, &machine->grace, GRACE_MS);
    return 0;
}

static int
take_fd(ControlClient *client, const char *verb, Err *err)
{
    int fd = client->fd;

    if (fd < 0)
        return err_set(err, "argument", "'%s' needs a descriptor", verb);
    client->fd = -1;
    return fd;
}

static void
keys_done(void *owner, uint64_t n_events, const Err *err)
{
    ControlClient *client = owner;
    char number[24];

    client->state = CLIENT_TALKS;
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)n_events);
    if (err)
        control_error(client, err);
    else
        control_ok(client, number, NULL, -1);
}

static int
verb_keys(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = need(client, err);
    int fd;

    (void)argc;
    if (!machine || (fd = take_fd(client, argv[0], err)) < 0 ||
        keys_add(&machine->keys, fd, keys_done, client, err) < 0)
        return -1;
    client->state = CLIENT_BUSY;
    return 0;
}

static void
saved(void *owner, const Err *err)
{
    ControlClient *client = owner;

    /* when nothing is left of it, "ok" follows by itself */
    client->state = err ? CLIENT_TALKS : CLIENT_DESTROYS;
    if (err)
        control_error(client, err);
}

static int
verb_save(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = need(client, err);
    uint64_t state_at = 0, complete_at = 0;
    int fd;

    (void)argc;
    if (!machine)
        return -1;
    if (io_parse_u64(argv[1], INT64_MAX, &state_at) < 0 ||
        io_parse_u64(argv[2], INT64_MAX, &complete_at) < 0)
        return err_set(err, "argument", "'save' takes two places in the file");
    if ((fd = take_fd(client, argv[0], err)) < 0 ||
        job_save(&machine->job, fd, (off_t)state_at, (off_t)complete_at, saved, client, err) < 0)
        return -1;
    client->state = CLIENT_BUSY;
    return 0;
}

static int
verb_job(ControlClient *client, int argc, char **argv, Err *err)
{
    const Machine *machine = client->loop->guest->machine;
    JobFigures figures;
    char text[128];

    if (argc > 1 && strcmp(argv[1], "completed") != 0)
        return err_set(err, "argument", "'%s' is no job", argv[1]);
    if (!job_figures(&machine->job, argc > 1, &figures)) {
        control_ok(client, "none", NULL, -1);
        return 0;
    }
    (void)snprintf(text, sizeof text, "ok save %lld %lld %lld %lld", (long long)figures.elapsed_ms,
                   (long long)figures.done, (long long)figures.total, (long long)figures.remain);
    control_text(client, text);
    return 0;
}

static int
verb_job_abort(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = need(client, err);

    (void)argc;
    (void)argv;
    if (!machine || job_abort(&machine->job, err) < 0)
        return -1;
    control_ok(client, NULL, NULL, -1);
    return 0;
}

static const Verb verbs[] = {
    {"agent", 2, 2, agent_verb},       {"destroy", 0, 1, verb_destroy},
    {"job", 0, 1, verb_job},           {"job-abort", 0, 0, verb_job_abort},
    {"keys", 0, 0, verb_keys},         {"nmi", 0, 0, verb_nmi},
    {"reboot", 1, 1, verb_reboot},     {"reset", 0, 0, verb_reset},
    {"resume", 0, 0, verb_resume},     {"save", 2, 2, verb_save},
    {"shutdown", 1, 1, verb_shutdown}, {"signal", 2, 2, verb_signal},
    {"suspend", 0, 0, verb_suspend},   {"wakeup", 0, 0, verb_wakeup},
};

const Verb *
machine_verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

void
machine_forget_client(Guest *guest, ControlClient *client)
{
    Machine *machine = guest->machine;

    if (!machine)
        return;
    qmp_forget(&machine->qmp, client);
    keys_cancel(&machine->keys, client);
    job_forget(&machine->job, client);
    agent_cancel(&machine->agent, client);
    if (machine->graceful == client)
        machine->graceful = NULL;
}
