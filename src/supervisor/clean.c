/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mode clean: the supervisor of LIVE was killed. Whatever it would have taken back is known from the plan
 * and the last status; every step is harmless when there is nothing to do. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/io.h"
#include "host/link.h"
#include "host/ns.h"
#include "host/rtnl.h"
#include "supervisor/fault.h"
#include "supervisor/guest-priv.h"
#include "supervisor/keep.h"
#include "supervisor/machine-priv.h"
#include "supervisor/modes.h"
#include "supervisor/plan-ops.h"

#define STATUS_MAX   (1 << 20)
#define LINK_GONE_MS 1000
#define HELPERS_MAX  16

typedef struct {
    pid_t pid;
    uint64_t start;
} Process;

typedef struct {
    Process init, helpers[HELPERS_MAX];
    int n_helpers;
} Remains;

/* -1 when it has gone, or the number is somebody else's by now */
static int
open_process(const Process *process)
{
    int fd = process->pid > 0 ? pidfd_open(process->pid, 0) : -1;

    if (fd >= 0 && ns_start_time(process->pid) != process->start)
        io_close(&fd);
    return fd;
}

static void
end_process(const Process *process)
{
    struct pollfd gone = {.fd = open_process(process), .events = POLLIN};

    if (gone.fd < 0)
        return;
    (void)pidfd_send_signal(gone.fd, SIGKILL, NULL, 0);
    (void)poll(&gone, 1, GUEST_GONE_MS);
    io_close(&gone.fd);
}

static void
take_number(const PlanOp *op, int at, uint64_t *ret)
{
    uint64_t value = 0;

    if (at < op->argc && io_parse_u64(op->argv[at], INT64_MAX, &value) == 0)
        *ret = value;
}

static void
take_link(Guest *guest, const PlanOp *op)
{
    GuestLink *link = &guest->links[guest->n_links];

    if (op->argc < 4 || guest->n_links == GUEST_LINKS_MAX || strcmp(op->argv[1], "-") == 0)
        return;
    if (io_format(link->host, sizeof link->host, "%s", op->argv[1]) < 0 ||
        io_format(link->guest, sizeof link->guest, "%s", op->argv[2]) < 0)
        return;
    guest->n_links++;
}

/* The last status: what runs, and what the new status keeps. */
static void
read_status(Guest *guest, Remains *remains)
{
    char *text = NULL, why[128];
    ssize_t size = io_slurp(guest->live_fd, "status", STATUS_MAX, &text);
    PlanReader reader;
    PlanOp op;

    if (size < 0)
        return;
    plan_reader_init(&reader, text, (size_t)size);
    while (plan_next(&reader, &op, why, sizeof why) == 1) {
        uint64_t pid = 0, value = 0;

        if (strcmp(op.argv[0], "netdev") == 0)
            take_link(guest, &op);
        take_number(&op, 1, &pid);
        if (strcmp(op.argv[0], "started") == 0)
            guest->started = (int64_t)pid;
        else if (strcmp(op.argv[0], "boots") == 0)
            guest->boots = (unsigned)pid;
        take_number(&op, 2, &value);
        if (strcmp(op.argv[0], "supervisor") == 0) {
            guest->supervisor_pid = (pid_t)pid;
            guest->supervisor_start = value;
        } else if (strcmp(op.argv[0], "init") == 0) {
            remains->init = (Process){(pid_t)pid, value};
        } else if (strcmp(op.argv[0], "helper") == 0 && remains->n_helpers < HELPERS_MAX) {
            remains->helpers[remains->n_helpers++] = (Process){(pid_t)pid, value};
        }
    }
    free(text);
}

/* Everything in the plan's groups, also what lost its tie to the supervisor (by becoming another user). */
static void
kill_groups(const Plan *plan)
{
    const PlanPhase *phase = &plan->phase[PLAN_HOST];

    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];
        int fd =
            step->op == OP_CGROUP ? open(step->argv[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

        if (fd >= 0)
            cgroup_kill(strcmp(step->argv[1], "v1") == 0 ? 1 : 2, fd);
        io_close(&fd);
    }
}

/* Killed while the links were made: their names are not in the status, but how they are chosen is known. */
static void
guess_links(Guest *guest)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_LINK];

    for (int i = 0; i < phase->n && guest->n_links < GUEST_LINKS_MAX; i++)
        if (phase->steps[i].op == OP_VETH &&
            links_name(phase->steps[i].argv[1], guest->supervisor_pid, 0,
                       guest->links[guest->n_links].host) >= 0)
            guest->n_links++;
}

/* The devices of a dead namespace go by themselves, a little later. */
static void
await_links(Guest *guest)
{
    LinkInfo info;
    int sock;

    if (guest->n_links == 0 && guest->supervisor_pid > 0)
        guess_links(guest);
    sock = guest->n_links ? rtnl_open(NULL) : -1;
    for (int i = 0; i < guest->n_links && sock >= 0; i++)
        if (plan_find(&guest->plan, PLAN_LINK, "veth") &&
            link_find(sock, guest->links[i].host, &info) == 0)
            /* still there after that: it was lent and is back, or somebody else has the name */
            (void)link_wait_gone(info.index, info.name, LINK_GONE_MS);
    io_close(&sock);
    guest->n_links = 0;
}

static void
undo_host(Guest *guest)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_HOST];

    for (int i = phase->n - 1; i >= 0; i--) {
        const PlanStep *step = &phase->steps[i];
        UndoFunc undo = ops_host_undo(step->op);

        if (!undo)
            undo = ops_net_undo(step->op);
        if (!undo)
            undo = ops_machine_undo(step->op);
        if (undo)
            undo(guest, guest_step_number(guest, step));
        else if (step->op == OP_SUPERVISOR_GROUP)
            cgroup_remove_unused(step->argv[2]);
    }
}

static void
remove_files(Guest *guest)
{
    char name[32];

    for (int i = 0; i < GUEST_CONSOLES_MAX; i++) {
        (void)io_format(name, sizeof name, "console%d", i);
        (void)unlinkat(guest->live_fd, name, 0);
    }
    (void)unlinkat(guest->live_fd, "control", 0);
    (void)unlinkat(guest->live_fd, ".status.new", 0);
    if (guest->supervisor_pid > 0) {
        (void)io_format(name, sizeof name, "../by-id/%d", (int)guest->supervisor_pid);
        (void)unlinkat(guest->live_fd, name, 0);
    }
}

static int
open_live(Guest *guest, const char *live, PlanTrust trust, Err *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int plan_fd, alive_fd, result;

    guest->live_fd = open(live, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (guest->live_fd < 0)
        return err_set_errno(err, errno, "cannot open the live directory '%s'", live);
    alive_fd = openat(guest->live_fd, "alive", O_RDWR | O_CLOEXEC);
    if (alive_fd >= 0 && fcntl(alive_fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
        io_close(&alive_fd);
        return err_set(err, "busy", "'%s' is alive; there is nothing to clean", live);
    }
    io_close(&alive_fd);
    plan_fd = openat(guest->live_fd, "plan", O_RDONLY | O_CLOEXEC);
    if (plan_fd < 0)
        return err_set_errno(err, errno, "cannot read '%s/plan'", live);
    result = guest_load_plan(guest, plan_fd, trust, err);
    io_close(&plan_fd);
    return result;
}

int
clean_main(int argc, char **argv)
{
    static Guest guest;
    Remains remains = {0};
    Err err = {0};

    guest_init(&guest);
    if (open_live(&guest, argv[1], argc > 2 ? PLAN_KNOWN : PLAN_ALL, &err) < 0) {
        (void)fprintf(stderr, "lodge-supervisor: %s\n", err.text);
        return 1;
    }
    fault_disarm();
    read_status(&guest, &remains);
    kill_groups(&guest.plan);
    end_process(&remains.init);
    for (int i = 0; i < remains.n_helpers; i++)
        end_process(&remains.helpers[i]);
    if (guest.is_network)
        keep_at_end(&guest.plan);
    if (!guest.machine)
        await_links(&guest);
    lent_restore(guest.live_fd);
    made_remove(&guest);
    undo_host(&guest);
    if (guest.machine)
        machine_clean(&guest);
    remove_files(&guest);
    guest.state = GUEST_ENDED;
    guest.reason = GUEST_REASON_CRASHED;
    if (guest_status_write(&guest, &err) < 0) {
        (void)fprintf(stderr, "lodge-supervisor: %s\n", err.text);
        return 1;
    }
    return 0;
}
