/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One boot of the guest: the supervisor's side of what child.h describes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/clock.h"
#include "host/io.h"
#include "host/ns.h"
#include "supervisor/child.h"
#include "supervisor/plan-ops.h"

#define BOOT_MS   60000 /* an automount on the way may take its time */
#define FREEZE_MS 5000

static void
undo_child(Guest *guest, int number)
{
    io_close(&guest->child_socket);
    if (guest->init_pid > 0) {
        guest_kill(guest);
        (void)guest_ended(guest);
    }
}

static void
undo_consoles(Guest *guest, int number)
{
    for (int i = 0; i < GUEST_CONSOLES_MAX; i++)
        io_close(&guest->consoles[i].guest_fd);
}

/* After the end of init: the namespace goes, and its devices with it. */
static void
undo_links(Guest *guest, int number)
{
    links_end(guest);
}

static void
undo_made(Guest *guest, int number)
{
    made_remove(guest);
}

static int
clone_flags(const Guest *guest, uint64_t *ret_flags, Err *err)
{
    const PlanStep *list = plan_find(&guest->plan, PLAN_GUEST, "namespaces");
    const PlanStep *netns = plan_find(&guest->plan, PLAN_LINK, "netns");
    uint64_t flags = 0;

    if (!list)
        return err_set(err, "config", "the plan has no 'namespaces'");
    if (ns_flags(list->argv[1], &flags, err) < 0)
        return -1;
    if (!(flags & CLONE_NEWNS) || !(flags & CLONE_NEWPID))
        return err_set(err, "config", "plan line %d: 'mnt' and 'pid' are always needed",
                       list->line);
    if (netns && strcmp(netns->argv[1], "new") == 0)
        flags |= CLONE_NEWNET;
    *ret_flags = flags & ~(uint64_t)CLONE_NEWCGROUP; /* unshared by the child, after the attach */
    return 0;
}

/* Whether there is something to do for the child while it mounts. */
static bool
must_wait(const Guest *guest)
{
    const PlanPhase *link = &guest->plan.phase[PLAN_LINK], *host = &guest->plan.phase[PLAN_HOST];

    for (int i = 0; i < host->n; i++) /* groups to enter; limits to set, or to note as not set */
        if (host->steps[i].op == OP_CGROUP || host->steps[i].op == OP_CGROUP_SET)
            return true;
    for (int i = 0; i < link->n; i++)
        if (link->steps[i].op == OP_VETH || link->steps[i].op == OP_MACVLAN ||
            link->steps[i].op == OP_NETDEV)
            return true;
    return false;
}

static int
v2_group(const Guest *guest)
{
    for (int i = 0; i < guest->n_groups; i++)
        if (guest->groups[i].version == 2)
            return guest->groups[i].fd;
    return -1;
}

static int
write_map(const Guest *guest, const char *kind, Err *err)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_GUEST];
    char path[48], map[4096];
    size_t at = 0;

    (void)io_format(path, sizeof path, "/proc/%d/%s_map", (int)guest->init_pid, kind);
    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];
        int n = 0;

        if (step->op == OP_IDMAP && strcmp(step->argv[1], kind) == 0)
            n = io_format(map + at, sizeof map - at, "%s %s %s\n", step->argv[2], step->argv[3],
                          step->argv[4]);
        if (n < 0)
            return err_set(err, "limit", "the plan has too many ranges of %ss", kind);
        at += (size_t)n;
    }
    if (at == 0)
        return 0;
    if (io_write_file(AT_FDCWD, path, map) < 0) {
        (void)err_set_errno(err, errno, "cannot map the guest's %ss", kind);
        return err_hint(err, "the ranges of <idmap> must not overlap");
    }
    return 0;
}

/* One word to the child, with @n descriptors. */
static int
say(Guest *guest, char word, const int *fds, int n, Err *err)
{
    struct iovec part = {.iov_base = &word, .iov_len = 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * GUEST_GROUPS_MAX)];
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (n > 0) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof *fds * (size_t)n);
        control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof *fds * (size_t)n),
                                          .cmsg_level = SOL_SOCKET,
                                          .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), fds, sizeof *fds * (size_t)n);
    }
    /* EPIPE: it has ended, and boot_await() reads why */
    if (sendmsg(guest->child_socket, &message, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        return err_set_errno(err, errno, "cannot go on with the start");
    return 0;
}

/* Hands the files to it by which it enters its v1 groups. */
static int
let_go(Guest *guest, Err *err)
{
    int fds[GUEST_GROUPS_MAX], n = 0, result = 0;

    for (int i = 0; i < guest->n_groups && result == 0; i++) {
        if (guest->groups[i].version != 1)
            continue;
        fds[n] = openat(guest->groups[i].fd, "tasks", O_WRONLY | O_CLOEXEC);
        if (fds[n++] < 0)
            result = err_set_errno(err, errno, "cannot enter the control group '%s'",
                                   guest->groups[i].dir);
    }
    if (result == 0)
        result = say(guest, CHILD_GO, fds, n, err);
    while (n > 0)
        io_close(&fds[--n]);
    return result;
}

/* What the child waits for. */
static int
prepare_child(Guest *guest, Err *err)
{
    if (!guest->has_groups && host_phase_late(guest, err) < 0)
        return -1;
    guest->has_groups = true;
    /* a cleaner needs our pids: the names of links begin with ours */
    if (guest->plan.phase[PLAN_LINK].n > 1 &&
        (guest_status_write(guest, err) < 0 || links_make(guest, guest->init_pid, err) < 0))
        return -1;
    return let_go(guest, err);
}

int
boot_progress(Guest *guest, Err *err)
{
    if (!guest->progress) {
        guest->progress = mmap(NULL, sizeof *guest->progress, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (guest->progress == MAP_FAILED) {
            guest->progress = NULL;
            return err_set_errno(err, errno, "cannot start the guest");
        }
    }
    *guest->progress = 0;
    return 0;
}

static int
make_sockets(Guest *guest, int pair[2], Err *err)
{
    if (boot_progress(guest, err) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set_errno(err, errno, "cannot start the guest");
    return 0;
}

/* A user namespace that shares the host's network may make no sysfs, and in it the host's comes only with
 * all that is mounted on it. So it is copied here. */
static int
copy_sys(const Guest *guest, int *ret_fd, Err *err)
{
    const PlanStep *step = plan_find(&guest->plan, PLAN_GUEST, "sys");

    if (!step)
        return 0;
    *ret_fd = mount_clone(AT_FDCWD, "/sys", false);
    if (*ret_fd >= 0 &&
        (strcmp(step->argv[1], "ro") != 0 || mount_attr(*ret_fd, false, MOUNT_ATTR_RDONLY, 0) == 0))
        return 0;
    (void)err_set_errno(err, errno, "cannot copy the mount of /sys for the guest");
    io_close(ret_fd);
    return -1;
}

/* Of each step of phase guest that mounts a directory of the host, that directory without links, for one who
 * may not look it up any more. A name that leads nowhere is told of by whoever mounts it. */
static char **
real_sources(const Guest *guest)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_GUEST];
    char **reals = calloc((size_t)phase->n + 1, sizeof *reals);

    for (int i = 0; reals && i < phase->n; i++)
        if (phase->steps[i].op == OP_ROOT || phase->steps[i].op == OP_MOUNT)
            reals[i] = realpath(phase->steps[i].argv[1], NULL);
    return reals;
}

/* What the child cannot allocate, and in a user namespace what it may not do. */
static int
fill_child(Guest *guest, Child *child, bool has_own_net, Err *err)
{
    int n = guest->plan.phase[PLAN_GUEST].n;

    child->sources = calloc((size_t)n + 1, sizeof *child->sources);
    for (int i = 0; child->sources && i <= n; i++)
        child->sources[i] = -1;
    child->envp = plan_env(&guest->plan);
    if (child->has_userns)
        child->reals = real_sources(guest);
    if (!child->sources || !child->envp || (child->has_userns && !child->reals) ||
        undo_reserve(&guest->boot_undo) < 0)
        return err_set_errno(err, ENOMEM, "cannot start the guest");
    if (!child->has_userns)
        return 0;
    if (!has_own_net && copy_sys(guest, &child->sys_fd, err) < 0)
        return -1;
    return child_make_dev(child, err) < 0 ? -1 : child_open_devices(child, err);
}

/* The child has its own copy of all of it. */
static void
empty_child(const Guest *guest, Child *child)
{
    int n = guest->plan.phase[PLAN_GUEST].n;

    for (int i = 0; child->sources && i < n; i++)
        io_close(&child->sources[i]);
    for (int i = 0; child->reals && i < n; i++)
        free(child->reals[i]);
    free(child->sources);
    free(child->reals);
    free(child->envp);
    io_close(&child->dev_fd);
    io_close(&child->sys_fd);
}

static pid_t
clone_child(Guest *guest, uint64_t flags, Err *err)
{
    Child child = {.guest = guest,
                   .must_wait = must_wait(guest),
                   .has_userns = flags & CLONE_NEWUSER,
                   .dev_fd = -1,
                   .sys_fd = -1};
    int pair[2] = {-1, -1}, saved_errno;
    pid_t pid = -1;

    if (make_sockets(guest, pair, err) < 0)
        return -1;
    child.socket = pair[1];
    if (fill_child(guest, &child, flags & CLONE_NEWNET, err) == 0) {
        undo_add(&guest->boot_undo, undo_made, 0);
        undo_add(&guest->boot_undo, undo_consoles, 0);
        undo_add(&guest->boot_undo, undo_links, 0);
        undo_add(&guest->boot_undo, undo_child, 0);
        pid = ns_clone(flags, v2_group(guest), &guest->init_pidfd);
        if (pid == 0) {
            io_close(&pair[0]);
            child_main(&child);
        }
        saved_errno = errno;
        if (pid < 0)
            (void)err_set_errno(err, saved_errno, "cannot make the guest's namespaces");
        if (pid < 0 && saved_errno == EPERM)
            (void)err_hint(err, "this takes root");
        else if (pid < 0 && saved_errno == ENOSPC)
            (void)err_hint(err, "see the limits in /proc/sys/user");
    }
    io_close(&pair[1]);
    empty_child(guest, &child);
    if (pid < 0)
        io_close(&pair[0]);
    guest->child_socket = pair[0];
    return pid;
}

int
boot_begin(Guest *guest, Err *err)
{
    uint64_t flags = 0;
    bool has_userns;
    pid_t pid;

    if (clone_flags(guest, &flags, err) < 0)
        return -1;
    has_userns = flags & CLONE_NEWUSER;
    pid = clone_child(guest, flags, err);
    if (pid < 0)
        return -1;
    guest->init_pid = pid;
    guest->has_exit = false;
    guest->init_start = ns_start_time(pid);
    if (!guest->init_start) /* `clean` would not know it again */
        return err_set_errno(err, errno, "cannot read when the guest's first process began");
    if (has_userns && (write_map(guest, "uid", err) < 0 || write_map(guest, "gid", err) < 0 ||
                       say(guest, CHILD_MAPPED, NULL, 0, err) < 0))
        return -1;
    return must_wait(guest) ? prepare_child(guest, err) : 0;
}

/* One message of the child; the descriptor is taken over or closed. */
static int
take_message(Guest *guest, char *text, size_t size, int fd, Err *err)
{
    const char *first = text + 1, *second = memchr(first, '\0', size - 1);
    uint64_t index = 0;

    second = second ? second + 1 : "";
    switch (text[0]) {
    case 'C':
        if (fd >= 0 && io_parse_u64(first, GUEST_CONSOLES_MAX - 1, &index) == 0) {
            guest->consoles[index].guest_fd = fd;
            return 0;
        }
        break;
    case CHILD_HOLDS:
        guest->is_held = true;
        return 0;
    case 'L':
        guest_lack(guest, first, second);
        break;
    case 'E':
        (void)err_set(err, first, "%s", second);
        break;
    default:
        break;
    }
    io_close(&fd);
    return err->word[0] ? -1 : 0;
}

/* 1: a message was taken, 0: the child has exec'd or died, -1: the start failed */
static int
receive(Guest *guest, Err *err)
{
    char text[ERR_TEXT_MAX + 512];
    struct iovec part = {.iov_base = text, .iov_len = sizeof text - 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header;
    int fd = -1;
    ssize_t n;

    do
        n = recvmsg(guest->child_socket, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && (errno == EINTR ||
                     errno == ECONNRESET)); /* it went with our word unread: its own follow */
    if (n < 0)
        return err_set_errno(err, errno, "cannot hear from the guest's first process");
    if (n <= 0)
        return 0;
    header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    text[n] = '\0';
    return take_message(guest, text, (size_t)n, fd, err) < 0 ? -1 : 1;
}

/* The child went without a word. */
static int
explain_death(Guest *guest, Err *err)
{
    int line = *guest->progress;
    siginfo_t info = {0};

    (void)waitid(P_PIDFD, (id_t)guest->init_pidfd, &info, WEXITED | WNOWAIT);
    if (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED) {
        (void)err_set(err, "internal",
                      "the guest's first process was killed by signal %d while it was "
                      "set up (plan line %d)",
                      info.si_status, line);
        return info.si_status == SIGKILL
                   ? err_hint(err, "give it more memory if the limit is small")
                   : -1;
    }
    return err_set(err, "internal",
                   "the guest's first process ended while it was set up (plan line %d)", line);
}

/* Freezes the child that waits for its word, and says the word: it goes on when it is thawed. */
static int
hold(Guest *guest, Err *err)
{
    const GuestGroup *group = guest->freezer >= 0 ? &guest->groups[guest->freezer] : NULL;

    if (!group)
        return err_set(err, "unsupported",
                       "cannot start paused: this host has no freezer control group");
    guest->paused = true; /* whoever kills it, thaws it first */
    if (cgroup_freeze(group->version, group->fd, true, FREEZE_MS, err) < 0 ||
        say(guest, CHILD_GO, NULL, 0, err) < 0)
        return -1;
    io_close(&guest->child_socket);
    return 0;
}

int
boot_await(Guest *guest, Err *err)
{
    struct pollfd talk = {.fd = guest->child_socket, .events = POLLIN};
    int64_t deadline = clock_ms() + BOOT_MS;
    int got;

    do {
        int left = (int)(deadline - clock_ms());

        got = left > 0 ? poll(&talk, 1, left) : 0;
        if (got == 0)
            return err_set(err, "timeout", "the guest did not start within %d s (plan line %d)",
                           BOOT_MS / 1000, *guest->progress);
        got = got < 0 ? 1 : receive(guest, err);
    } while (got > 0 && !guest->is_held);
    if (got < 0)
        return -1;
    if (guest->is_held) {
        guest->is_held = false;
        return hold(guest, err);
    }
    io_close(&guest->child_socket);
    /* the last step before exec leaves -1: after it, only exec can have closed the socket */
    if (*guest->progress != CHILD_AT_EXEC)
        return explain_death(guest, err);
    return 0;
}
