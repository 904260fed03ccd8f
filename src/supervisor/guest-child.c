/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/child.h"
#include "supervisor/plan-ops.h"

int
child_send(int sock, const void *data, size_t size, int fd)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t n;

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    do
        n = sendmsg(sock, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -1 : 0;
}

/* 'X' FIRST NUL SECOND */
static void
send_pair(int sock, char what, const char *first, const char *second)
{
    char text[ERR_TEXT_MAX + 320];
    size_t at = 1;

    text[0] = what;
    at += (size_t)snprintf(text + at, 300, "%.280s", first) + 1;
    at += (size_t)snprintf(text + at, sizeof text - at, "%.*s", ERR_TEXT_MAX, second);
    (void)child_send(sock, text, at, -1);
}

void
child_say_lack(Child *child, const char *file, const char *why)
{
    send_pair(child->socket, 'L', file, why);
}

noreturn void
child_give_up(Child *child, const Err *err)
{
    send_pair(child->socket, 'E', err->word, err->text);
    _exit(127);
}

int
child_tie(Child *child, Err *err)
{
    struct pollfd peer = {.fd = child->socket, .events = POLLOUT};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return err_set_errno(err, errno, "cannot tie the guest to its supervisor");
    if (poll(&peer, 1, 0) > 0 && (peer.revents & (POLLHUP | POLLERR)))
        _exit(127);
    return 0;
}

int
child_leave_supervisor(Child *child, Err *err)
{
    Guest *guest = child->guest;
    sigset_t none;

    io_close(&guest->alive_fd);
    io_close(&guest->launch_fd);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL); /* SIGKILL, SIGSTOP and libc's own refuse: fine */
    (void)setsid();
    (void)umask(0);
    return 0;
}

int
child_await_word(Child *child, char wanted, int fds[GUEST_GROUPS_MAX])
{
    char word = 0;
    struct iovec part = {.iov_base = &word, .iov_len = 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * GUEST_GROUPS_MAX)];
    } control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header;
    ssize_t n;

    do
        n = recvmsg(child->socket, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != 1 || word != wanted)
        _exit(127);
    header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS)
        return 0;
    memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
    return (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof *fds);
}

/* Finds what lies on the host while this is still the host's root, who may go where the guest's may not
 * (lodge's live state, somebody's home); then becomes the guest's root, who owns what is made. */
static int
open_and_become_root(Child *child, Err *err)
{
    int none[GUEST_GROUPS_MAX];

    if (child_open_sources(child, err) < 0)
        return -1;
    if (!child->has_userns)
        return 0;
    child->made_fd = made_open(child->guest->live_fd);
    if (child->made_fd < 0)
        return err_set_errno(err, errno, "cannot make the list of mount points");
    (void)child_await_word(child, CHILD_MAPPED, none);
    if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        return err_set_errno(err, errno, "cannot become root of the user namespace");
    return 0;
}

/* A single-threaded process that writes "0" into `tasks` itself takes no lock of the whole host. The files
 * were opened by the supervisor: from here they may be out of sight, or out of reach. */
static int
enter_groups(Child *child, Err *err)
{
    int fds[GUEST_GROUPS_MAX], n = 0, result = 0;

    if (child->must_wait)
        n = child_await_word(child, CHILD_GO, fds);
    for (int i = 0; i < n; i++) {
        if (result == 0 && write(fds[i], "0", 1) != 1)
            result = err_set_errno(err, errno, "cannot enter the guest's control groups");
        io_close(&fds[i]);
    }
    /* only now: the root of the new cgroup namespace is where we are */
    if (result == 0 &&
        strstr(plan_find(&child->guest->plan, PLAN_GUEST, "namespaces")->argv[1], "cgroup") &&
        unshare(CLONE_NEWCGROUP) < 0)
        result = err_set_errno(err, errno, "cannot make a cgroup namespace");
    return result;
}

static int
do_hostname(Child *child, const PlanStep *step, Err *err)
{
    if (sethostname(step->argv[1], strlen(step->argv[1])) < 0)
        return err_set_errno(err, errno, "cannot set the host name '%s'", step->argv[1]);
    return 0;
}

static int
do_phase(Child *child, Err *err)
{
    const PlanPhase *phase = &child->guest->plan.phase[PLAN_GUEST];

    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];
        ChildOpFunc func = child_mount_op(step->op);

        *child->guest->progress = step->line;
        if (!func)
            func = child_dev_op(step->op);
        if (!func && step->op == OP_HOSTNAME)
            func = do_hostname;
        if (func && func(child, step, err) < 0)
            return -1;
    }
    return 0;
}

noreturn void
child_main(Child *child)
{
    Err err = {0};

    child->tree_fd = child->mask_fd = child->slave_fd = child->made_fd = -1;
    if (child_tie(child, &err) < 0 || child_leave_supervisor(child, &err) < 0)
        child_give_up(child, &err);
    /* slave, not private: what an automounter mounts for us on the host has to arrive here */
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) {
        (void)err_set_errno(&err, errno, "cannot separate the guest's mounts from the host's");
        child_give_up(child, &err);
    }
    if (open_and_become_root(child, &err) < 0 || do_phase(child, &err) < 0)
        child_give_up(child, &err);
    /* all that can be done without the supervisor comes before its word */
    if (child_loopback(child, &err) < 0 || child_seal_root(child, &err) < 0 ||
        enter_groups(child, &err) < 0 || child_network(child, &err) < 0)
        child_give_up(child, &err);
    (void)child_become_init(child, &err);
    child_give_up(child, &err);
}
