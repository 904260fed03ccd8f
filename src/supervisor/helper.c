/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Programs beside QEMU (passt, virtiofsd): started before it, ended after it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"
#include "host/ns.h"
#include "supervisor/machine-priv.h"

#define EXEC_MS 10000 /* until it has exec'd */
#define STOP_MS 1000

static void
reap(MachineHelper *helper)
{
    while (helper->pid > 0 && waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    helper->pid = 0;
    io_close(&helper->pidfd);
}

/* Its end is QEMU's affair, which sees its connection closed; the number must not stay. */
static void
helper_ready(Watch *watch, uint32_t events)
{
    MachineHelper *helper = watch->owner;

    (void)events;
    watch_remove(helper->machine->set, watch);
    reap(helper);
    (void)guest_status_write(helper->machine->guest, NULL);
}

int
helpers_watch(Machine *machine, Err *err)
{
    for (int i = 0; i < machine->n_helpers; i++) {
        MachineHelper *helper = &machine->helpers[i];

        helper->watch = (Watch){.func = helper_ready, .owner = helper, .fd = -1};
        if (watch_add(machine->set, &helper->watch, helper->pidfd, EPOLLIN, err) < 0)
            return -1;
    }
    return 0;
}

void
helpers_stop(Machine *machine)
{
    int64_t end = clock_ms() + STOP_MS;

    for (int i = 0; i < machine->n_helpers; i++) {
        if (machine->set)
            watch_remove(machine->set, &machine->helpers[i].watch);
        if (machine->helpers[i].pid > 0)
            (void)pidfd_send_signal(machine->helpers[i].pidfd, SIGTERM, NULL, 0);
    }
    for (int i = 0; i < machine->n_helpers; i++) {
        struct pollfd gone = {.fd = machine->helpers[i].pidfd, .events = POLLIN};
        int64_t left = end - clock_ms();

        if (machine->helpers[i].pid <= 0)
            continue;
        if (poll(&gone, 1, left > 0 ? (int)left : 0) <= 0)
            (void)pidfd_send_signal(gone.fd, SIGKILL, NULL, 0);
        reap(&machine->helpers[i]);
    }
    machine->n_helpers = 0;
}

/* Waits until it has exec'd, which closes its end, or says why not. */
static int
await_exec(const PlanStep *step, int socket, Err *err)
{
    char text[ERR_TEXT_MAX + 320];
    struct pollfd talk = {.fd = socket, .events = POLLIN};
    ssize_t n = -1;

    if (poll(&talk, 1, EXEC_MS) > 0)
        n = recv(socket, text, sizeof text - 1, 0);
    if (n == 0)
        return 0;
    if (n < 3 || text[0] != 'E')
        return err_set(err, "timeout", "cannot start '%s'", step->argv[4]);
    text[n] = '\0';
    return err_set(err, text + 1, "%s", text + strnlen(text, (size_t)n - 1) + 1);
}

static int
spawn(Guest *guest, const PlanStep *step, MachineHelper *helper, int fd, Err *err)
{
    char **envp = plan_env(&guest->plan);
    int pair[2] = {-1, -1}, group = -1, result = -1;

    for (int i = 0; i < guest->n_groups; i++)
        if (guest->groups[i].version == 2)
            group = guest->groups[i].fd;
    if (!envp || boot_progress(guest, err) < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        free(envp);
        return err_set_errno(err, errno, "cannot start '%s'", step->argv[4]);
    }
    helper->pid = ns_clone(0, group, &helper->pidfd);
    if (helper->pid == 0) {
        io_close(&pair[0]);
        machine_child(guest, pair[1], step, fd, envp);
    }
    io_close(&pair[1]);
    if (helper->pid < 0)
        (void)err_set_errno(err, errno, "cannot start '%s'", step->argv[4]);
    else
        result = await_exec(step, pair[0], err);
    io_close(&pair[0]);
    free(envp);
    return result;
}

/* The descriptor of an earlier line; QEMU does not get it then. */
static int
take_fd(Machine *machine, const PlanStep *step, int *ret, Err *err)
{
    uint64_t as = 0;

    *ret = -1;
    if (!*step->argv[2])
        return 0;
    for (int i = 0; i < machine->n_fds && io_parse_u64(step->argv[2], MACHINE_FD_LAST, &as) == 0;
         i++)
        if (machine->fds[i].as == (int)as && machine->fds[i].fd >= 0) {
            *ret = machine->fds[i].fd;
            machine->fds[i].fd = -1;
            return 0;
        }
    return err_set(err, "config", "plan line %d: no earlier line has descriptor '%s'", step->line,
                   step->argv[2]);
}

int
helper_start(Guest *guest, const PlanStep *step, Err *err)
{
    Machine *machine = guest->machine;
    MachineHelper *helper = &machine->helpers[machine->n_helpers];
    int fd, result;

    if (machine->n_helpers == MACHINE_HELPERS_MAX)
        return err_set(err, "limit", "a machine has at most %d helpers", MACHINE_HELPERS_MAX);
    if (strcmp(step->argv[3], "user") != 0 && strcmp(step->argv[3], "root") != 0)
        return err_set(err, "config", "plan line %d: 'user' or 'root' is wanted", step->line);
    if (take_fd(machine, step, &fd, err) < 0)
        return -1;
    *helper =
        (MachineHelper){.watch.fd = -1, .machine = machine, .name = step->argv[1], .pidfd = -1};
    machine->n_helpers++;
    result = spawn(guest, step, helper, fd, err);
    io_close(&fd);
    if (result == 0) {
        helper->start = ns_start_time(helper->pid);
        result = guest_status_write(guest, err); /* a cleaner finds it there */
    }
    return result;
}
