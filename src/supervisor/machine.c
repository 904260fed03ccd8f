/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/io.h"
#include "host/ns.h"
#include "supervisor/child.h"
#include "supervisor/loop-priv.h"
#include "supervisor/machine-priv.h"
#include "supervisor/plan-ops.h"

#define TIMEOUT_MS 60000
#define DESTROY_MS 3000 /* for QEMU to close its images before it is killed */

int
machine_new(Guest *guest, Err *err)
{
    Machine *machine = calloc(1, sizeof *machine);

    if (!machine)
        return err_set_errno(err, ENOMEM, "cannot start a machine");
    machine->guest = guest;
    machine->work_fd = machine->qmp_fd = machine->agent_fd = -1;
    machine->timeout_ms = TIMEOUT_MS;
    machine->pause = PAUSE_STARTING;
    machine->ending.fd = machine->qmp.watch.fd = -1;
    machine_log_init(&machine->log);
    for (int i = 0; i < MACHINE_HELPERS_MAX; i++)
        machine->helpers[i] = (MachineHelper){.watch.fd = -1, .pidfd = -1};
    agent_init(&machine->agent);
    guest->paused = true;
    guest->machine = machine;
    return 0;
}

static void
undo_work(Guest *guest, int number)
{
    (void)number;
    if (guest->machine)
        io_close(&guest->machine->work_fd);
    live_remove_dir(guest, MACHINE_WORK);
}

static void
undo_inherited(Guest *guest, int number)
{
    Machine *machine = guest->machine;

    (void)number;
    helpers_stop(machine);
    guest->n_links = 0; /* taps have gone with QEMU, macvtaps by their own undo */
    for (int i = 0; i < GUEST_CONSOLES_MAX; i++)
        io_close(&guest->consoles[i].guest_fd);
    machine_drop_fds(machine);
    io_close(&machine->qmp_fd);
    io_close(&machine->agent_fd);
    machine_log_close(&machine->log);
}

static int
find_user(Machine *machine, Err *err)
{
    const PlanStep *step = plan_find(&machine->guest->plan, PLAN_INIT, "user");
    uint64_t uid = 0, gid = 0;

    machine->uid = geteuid();
    machine->gid = getegid();
    if (!step)
        return 0;
    if (io_parse_u64(step->argv[1], UINT32_MAX - 1, &uid) < 0 ||
        io_parse_u64(step->argv[2], UINT32_MAX - 1, &gid) < 0)
        return err_set(err, "config", "plan line %d: the numbers of a user and a group are wanted",
                       step->line);
    machine->uid = (uid_t)uid;
    machine->gid = (gid_t)gid;
    machine->has_user = true;
    return 0;
}

int
machine_prepare(Guest *guest, Err *err)
{
    Machine *machine = guest->machine;

    if (find_user(machine, err) < 0)
        return -1;
    if (undo_reserve(&guest->host_undo) < 0)
        return err_set_errno(err, ENOMEM, "cannot start '%s'", guest->name);
    undo_add(&guest->host_undo, undo_work, 0);
    live_remove_dir(guest, MACHINE_WORK); /* of a supervisor that was killed */
    if (mkdirat(guest->live_fd, MACHINE_WORK, 0700) < 0 ||
        (machine->work_fd = openat(guest->live_fd, MACHINE_WORK,
                                   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0 ||
        (machine->has_user && fchown(machine->work_fd, machine->uid, machine->gid) < 0))
        return err_set_errno(err, errno, "cannot make '%s/%s'", guest->live, MACHINE_WORK);
    if (undo_reserve(&guest->host_undo) < 0)
        return err_set_errno(err, ENOMEM, "cannot start '%s'", guest->name);
    undo_add(&guest->host_undo, undo_inherited, 0);
    return machine_log_open(&machine->log, guest->log_path, guest->log_max_bytes, guest->log_keep,
                            err);
}

static void
undo_qemu(Guest *guest, int number)
{
    (void)number;
    io_close(&guest->child_socket);
    machine_close(guest);
    if (guest->init_pid > 0) {
        guest_kill(guest);
        (void)guest_ended(guest);
    }
}

static int
v2_group(const Guest *guest)
{
    for (int i = 0; i < guest->n_groups; i++)
        if (guest->groups[i].version == 2)
            return guest->groups[i].fd;
    return -1;
}

int
machine_spawn(Guest *guest, Err *err)
{
    char **envp = plan_env(&guest->plan);
    int pair[2] = {-1, -1}, saved_errno;
    pid_t pid = -1;

    if (!envp || boot_progress(guest, err) < 0 || undo_reserve(&guest->boot_undo) < 0) {
        free(envp);
        return err_set_errno(err, ENOMEM, "cannot start QEMU");
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
        undo_add(&guest->boot_undo, undo_qemu, 0);
        guest->child_socket = pair[0];
        pid = ns_clone(0, v2_group(guest), &guest->init_pidfd);
        if (pid == 0) {
            io_close(&pair[0]);
            machine_child(guest, pair[1], NULL, -1, envp);
        }
    }
    saved_errno = errno;
    io_close(&pair[1]);
    free(envp);
    if (pid < 0)
        return err_set_errno(err, saved_errno, "cannot start QEMU");
    guest->init_pid = pid;
    guest->has_exit = false;
    guest->init_start = ns_start_time(pid);
    machine_drop_fds(guest->machine);
    machine_log_close_out(&guest->machine->log);
    if (!guest->init_start) /* `clean` would not know it again */
        return err_set_errno(err, errno, "cannot read when QEMU began");
    return guest_status_write(guest, err);
}

static void
out_of_patience(Timer *timer)
{
    Machine *machine = timer->owner;

    machine->was_asked = true;
    guest_kill(machine->guest);
    if (machine->loop)
        loop_destroy(machine->loop);
}

void
machine_attach(Guest *guest, struct Loop *loop)
{
    Machine *machine = guest->machine;

    machine->loop = loop;
    machine->set = &loop->set;
    machine->patience = (Timer){.func = out_of_patience, .owner = machine};
    machine->decide = (Timer){.func = machine_decide, .owner = machine};
    keys_init(&machine->keys, machine);
    job_init(&machine->job, machine);
}

static void
ask_to_end(Machine *machine, int patience_ms)
{
    machine->was_asked = true;
    if (machine->guest->init_pidfd >= 0)
        (void)pidfd_send_signal(machine->guest->init_pidfd, SIGTERM, NULL, 0);
    timer_set(machine->set, &machine->patience, patience_ms);
}

bool
machine_terminate(Machine *machine)
{
    Guest *guest = machine->guest;

    if (guest->init_pidfd < 0 || guest->destroy_asked)
        return false;
    if (machine->end_reason == GUEST_REASON_UNKNOWN)
        machine->end_reason = GUEST_REASON_DESTROYED;
    ask_to_end(machine, DESTROY_MS);
    return true;
}

void
machine_end(Machine *machine, GuestReason reason, int patience_ms)
{
    if (machine->end_reason == GUEST_REASON_UNKNOWN)
        machine->end_reason = reason;
    if (!machine->was_asked)
        ask_to_end(machine, patience_ms);
}

GuestReason
machine_ended(Guest *guest)
{
    Machine *machine = guest->machine;

    guest->paused = false;
    if (machine->set)
        timer_clear(machine->set, &machine->patience);
    if (machine->end_reason != GUEST_REASON_UNKNOWN)
        return machine->end_reason;
    if (guest->destroy_asked)
        return GUEST_REASON_DESTROYED;
    /* it said that it would: somebody sent it a signal, or `quit` on its other monitor */
    return machine->has_next_event ? GUEST_REASON_SHUTDOWN : GUEST_REASON_CRASHED;
}

void
machine_close(Guest *guest)
{
    Machine *machine = guest->machine;

    if (!machine || !machine->set)
        return;
    if (machine->graceful)
        machine->graceful->state = CLIENT_DESTROYS;
    machine->graceful = NULL;
    qmp_close(&machine->qmp); /* first: whoever waits for an answer is told */
    keys_close(&machine->keys);
    job_close(&machine->job);
    agent_close(&machine->agent);
    timer_clear(machine->set, &machine->start_timer);
    timer_clear(machine->set, &machine->patience);
    timer_clear(machine->set, &machine->decide);
    timer_clear(machine->set, &machine->grace);
    watch_remove(machine->set, &machine->ending);
}

const char *
machine_status(const Guest *guest, int n)
{
    const Machine *machine = guest->machine;

    switch (n) {
    case 0:
        return guest->paused ? machine_pause_word(machine->pause) : NULL;
    case 1:
        return job_type(&machine->job);
    case 2:
        if (!machine->agent_alias)
            return NULL;
        return machine->agent.is_connected ? "connected" : "disconnected";
    default:
        return machine->broken[0] ? machine->broken : NULL;
    }
}

bool
machine_helper(const Guest *guest, int n, MachineProcess *ret)
{
    const MachineHelper *helper = &guest->machine->helpers[n];

    if (n >= guest->machine->n_helpers)
        return false;
    *ret = (MachineProcess){.pid = helper->pid, .start = helper->start, .name = helper->name};
    return true;
}

void
machine_clean(Guest *guest)
{
    guest->paused = false;
    guest->n_links = 0; /* macvtaps have been deleted, taps went with QEMU */
    undo_work(guest, 0);
}
