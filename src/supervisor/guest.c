/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/clock.h"
#include "host/io.h"
#include "host/ns.h"
#include "host/pty.h"
#include "supervisor/detach.h"
#include "supervisor/fault.h"
#include "supervisor/guest-priv.h"
#include "supervisor/machine-priv.h"
#include "supervisor/plan-ops.h"

#define FREEZE_MS 5000
#define REAP_MS   1000

/* The groups of v1 are many, and the child enters them by itself: they are made while it mounts. The
 * group of v2 is there before, because the child is born in it; and the view of /proc wants to know all. */
static bool
is_late(const Guest *guest, const PlanStep *step)
{
    if (guest->is_network || guest->machine || plan_find(&guest->plan, PLAN_HOST, "proc-view"))
        return false;
    return step->op == OP_CGROUP_SET || step->op == OP_DEVICES ||
           (step->op == OP_CGROUP && strcmp(step->argv[1], "v1") == 0);
}

static int
run_host_phase(Guest *guest, bool late, Err *err)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_HOST];

    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];
        GuestOpFunc func = ops_host_find(step->op);

        if (is_late(guest, step) != late)
            continue;
        if (!func)
            func = ops_net_find(step->op);
        if (!func && guest->machine)
            func = ops_machine_find(step->op);
        if (undo_reserve(&guest->host_undo) < 0)
            return err_set_errno(err, ENOMEM, "cannot start '%s'", guest->name);
        if (!func || func(guest, step, err) < 0)
            return -1;
    }
    return 0;
}

int
host_phase_late(Guest *guest, Err *err)
{
    detach_settle(guest);
    return run_host_phase(guest, true, err);
}

static void
undo_host_terminals(Guest *guest, int number)
{
    char name[16];

    for (int i = 0; i < guest->n_consoles; i++) {
        io_close(&guest->consoles[i].host_fd);
        io_close(&guest->consoles[i].host_slave_fd);
        (void)io_format(name, sizeof name, "console%d", i);
        (void)unlinkat(guest->live_fd, name, 0);
    }
    guest->n_consoles = 0;
}

/* A terminal of the host for each console, so that any program can use it; kept over reboots. */
static int
open_host_terminals(Guest *guest, Err *err)
{
    const PlanPhase *phase = &guest->plan.phase[guest->machine ? PLAN_HOST : PLAN_GUEST];
    char name[16];

    if (undo_reserve(&guest->host_undo) < 0)
        return err_set_errno(err, ENOMEM, "cannot open the consoles");
    undo_add(&guest->host_undo, undo_host_terminals, 0);
    for (int i = 0; i < phase->n; i++) {
        GuestConsole *console = &guest->consoles[guest->n_consoles];
        int number = 0;

        if (phase->steps[i].op != OP_CONSOLE && phase->steps[i].op != OP_CONSOLE_SOCKET)
            continue;
        if (guest->n_consoles == GUEST_CONSOLES_MAX)
            return err_set(err, "limit", "a guest has at most %d consoles", GUEST_CONSOLES_MAX);
        console->host_fd = pty_open(AT_FDCWD, "/dev/ptmx", &number, &console->host_slave_fd, err);
        if (console->host_fd < 0)
            return -1;
        (void)pty_make_raw(console->host_slave_fd); /* it only carries bytes */
        (void)io_format(console->host_path, sizeof console->host_path, "/dev/pts/%d", number);
        (void)io_format(name, sizeof name, "console%d", guest->n_consoles++);
        (void)unlinkat(guest->live_fd, name, 0);
        if (symlinkat(console->host_path, guest->live_fd, name) < 0)
            return err_set_errno(err, errno, "cannot make '%s/%s'", guest->live, name);
    }
    return 0;
}

static int
begin_payload(Guest *guest, Err *err)
{
    return guest->machine ? machine_spawn(guest, err) : boot_begin(guest, err);
}

int
guest_begin(Guest *guest, Err *err)
{
    guest->supervisor_pid = getpid();
    guest->supervisor_start = ns_start_time(guest->supervisor_pid);
    guest->started = time(NULL);
    guest->state = GUEST_STARTING;
    /* the child is at work while the terminals are opened */
    if ((guest->machine && machine_prepare(guest, err) < 0) ||
        run_host_phase(guest, false, err) < 0 ||
        (!guest->is_network &&
         (begin_payload(guest, err) < 0 || open_host_terminals(guest, err) < 0))) {
        guest_undo(guest, GUEST_REASON_FAILED);
        return -1;
    }
    return 0;
}

int
guest_await(Guest *guest, Err *err)
{
    /* after the boot init has the launcher's standard streams, if it was to have them */
    if ((!guest->is_network && boot_await(guest, err) < 0) ||
        (guest->machine && machine_await(guest, err) < 0) || detach_stdio(err) < 0) {
        guest_undo(guest, GUEST_REASON_FAILED);
        return -1;
    }
    detach_files(guest);
    guest->state = GUEST_RUNNING;
    guest->reason = guest->machine ? machine_start_reason(guest) : GUEST_REASON_BOOTED;
    guest->boots = 1;
    if (guest_status_write(guest, err) < 0) {
        guest->state = GUEST_STARTING; /* nobody has heard of it */
        guest_undo(guest, GUEST_REASON_FAILED);
        return -1;
    }
    if (guest->machine) {
        machine_say_started(guest);
    } else {
        event_append(guest, EVENT_STARTED);
        if (guest->paused)
            event_append(guest, EVENT_SUSPENDED);
    }
    fault_disarm();
    return 0;
}

void
guest_kill(Guest *guest)
{
    GuestGroup *freezer = guest->freezer >= 0 ? &guest->groups[guest->freezer] : NULL;

    guest->destroy_asked = true;
    /* the end of init ends its whole pid namespace */
    if (guest->init_pidfd >= 0)
        (void)pidfd_send_signal(guest->init_pidfd, SIGKILL, NULL, 0);
    /* a frozen v1 task does not take the signal before it is thawed */
    if (freezer && guest->paused && !guest->machine)
        (void)cgroup_set(freezer->fd, freezer->version == 1 ? "freezer.state" : "cgroup.freeze",
                         freezer->version == 1 ? "THAWED" : "0", NULL);
    guest->paused = false;
}

/* The wait status of init, which has ended or was killed. One that cannot end, because a process of its
 * namespace waits to be reaped by somebody outside, has given back everything but its number. */
static int
reap(Guest *guest)
{
    struct pollfd ended = {.fd = guest->init_pidfd, .events = POLLIN};
    int status = SIGKILL;

    if (guest->init_pidfd >= 0 && poll(&ended, 1, REAP_MS) == 0)
        return status;
    while (waitpid(guest->init_pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

GuestVerdict
guest_ended(Guest *guest)
{
    GuestEvent event = GUEST_ON_POWEROFF;
    int status = 0;

    if (guest->init_pid > 0) {
        status = reap(guest);
        guest->exit_status = status;
        guest->has_exit = true;
    }
    guest->init_pid = 0;
    io_close(&guest->init_pidfd);
    if (guest->machine) {
        guest->reason = machine_ended(guest);
        return GUEST_OVER;
    }
    if (guest->destroy_asked) {
        guest->reason = GUEST_REASON_DESTROYED;
        return GUEST_OVER;
    }
    /* reboot(2) in a pid namespace ends its init with one of two signals that nobody else can make
     * it die of; see reboot_pid_ns() in the kernel */
    if (guest->reboot_asked || (WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP))
        event = GUEST_ON_REBOOT;
    else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGINT)
        event = GUEST_ON_CRASH;
    guest->reboot_asked = false;
    guest->reason = event == GUEST_ON_CRASH ? GUEST_REASON_CRASHED : GUEST_REASON_SHUTDOWN;
    return guest->restarts[event] ? GUEST_AGAIN : GUEST_OVER;
}

int
guest_restart(Guest *guest, Err *err)
{
    undo_run(&guest->boot_undo, guest);
    guest->n_links = 0;
    guest->destroy_asked = false;
    if (boot_begin(guest, err) < 0 || boot_await(guest, err) < 0) {
        undo_run(&guest->boot_undo, guest);
        guest->reason = GUEST_REASON_FAILED;
        return -1;
    }
    guest->boots++;
    guest->reason = GUEST_REASON_BOOTED;
    event_append(guest, EVENT_REBOOT);
    return guest_status_write(guest, err);
}

static EventWhat
event_of(const Guest *guest, GuestReason reason)
{
    switch (reason) {
    case GUEST_REASON_DESTROYED:
        return EVENT_DESTROYED;
    case GUEST_REASON_CRASHED: /* QEMU, not what runs in it: libvirt says so */
        return guest->machine ? EVENT_FAILED : EVENT_CRASHED;
    case GUEST_REASON_PANICKED:
        return EVENT_CRASHED;
    case GUEST_REASON_SAVED:
        return EVENT_SAVED;
    case GUEST_REASON_FAILED:
        return EVENT_FAILED;
    case GUEST_REASON_UNKNOWN:
    case GUEST_REASON_BOOTED:
    case GUEST_REASON_UNPAUSED:
    case GUEST_REASON_SHUTDOWN:
    case GUEST_REASON_RESTORED:
    case GUEST_REASON_WAKEUP:
        break;
    }
    return EVENT_SHUTDOWN;
}

void
guest_undo(Guest *guest, GuestReason reason)
{
    bool was_running = guest->state == GUEST_RUNNING;

    if (guest->state == GUEST_ENDED)
        return;
    undo_run(&guest->boot_undo, guest);
    detach_undo(guest);
    undo_run(&guest->host_undo, guest);
    guest->state = GUEST_ENDED;
    guest->reason = reason;
    (void)guest_status_write(guest,
                             NULL); /* a full disk: whoever looks finds alive free, and cleans */
    if (was_running)
        event_append(guest, event_of(guest, reason));
    if (guest->linger_ms ==
        0) /* else a late `wait` must still find the socket; main does it then */
        live_remove(guest);
}

int
guest_freeze(Guest *guest, bool freeze, Err *err)
{
    GuestGroup *group = guest->freezer >= 0 ? &guest->groups[guest->freezer] : NULL;

    if (!group)
        return err_set(err, "unsupported",
                       "cannot suspend: this host has no freezer control group");
    if (cgroup_freeze(group->version, group->fd, freeze, FREEZE_MS, err) < 0) {
        /* half frozen helps nobody */
        if (freeze)
            (void)cgroup_freeze(group->version, group->fd, false, FREEZE_MS, NULL);
        return -1;
    }
    guest->paused = freeze;
    if (!freeze)
        guest->reason = GUEST_REASON_UNPAUSED;
    event_append(guest, freeze ? EVENT_SUSPENDED : EVENT_RESUMED);
    return guest_status_write(guest, err);
}
