/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/io.h"
#include "host/pty.h"
#include "supervisor/enter-priv.h"
#include "supervisor/payload.h"

#define REPORT_FD 3

static void
report(int socket, const void *data, size_t size, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
        _exit(ENTER_FAILED); /* whoever waited for the program is gone */
}

static noreturn void
fail(int socket, int status, const Err *err)
{
    char text[ERR_TEXT_MAX + 2];
    int n = snprintf(text, sizeof text, "E%c%s", (char)status, err->text);

    report(socket, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1, -1);
    _exit(status);
}

static int
join(const Enter *enter, Err *err)
{
    /* no process of the guest may reach our memory or our file, whatever it sees of us */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return err_set_errno(err, errno, "cannot protect the process");
    for (int i = 0; i < enter->n_v1; i++)
        if (cgroup_enter_v1(enter->v1_fds[i], err) < 0)
            return -1;
    if (enter->namespaces && setns(enter->init_pidfd, enter->namespaces) < 0)
        return err_set_errno(err, errno, "cannot enter the namespaces of guest '%s'", enter->name);
    /* a user namespace shows us as nobody until we become its root */
    if (enter->namespaces & CLONE_NEWUSER &&
        (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
        return err_set_errno(err, errno, "cannot become root of guest '%s'", enter->name);
    return 0;
}

/* The program's terminal is one of the guest's own devpts: opened below it, where nobody can put
 * anything else. */
static int
open_tty(const Enter *enter, const PayloadUser *user, Err *err)
{
    int dir_fd = open("/dev/pts", O_PATH | O_DIRECTORY | O_CLOEXEC), master, slave = -1;
    struct statfs st;

    if (dir_fd < 0)
        return err_set_errno(err, errno, "cannot open /dev/pts of the guest");
    if (fstatfs(dir_fd, &st) < 0 || st.f_type != DEVPTS_SUPER_MAGIC) {
        (void)err_set(err, "unsupported",
                      "the guest has no terminals on /dev/pts; leave out --tty");
        io_close(&dir_fd);
        return -1;
    }
    master = pty_open(dir_fd, "ptmx", NULL, &slave, err);
    io_close(&dir_fd);
    if (master < 0)
        return -1;
    if (enter->size.ws_col)
        (void)ioctl(master, TIOCSWINSZ, &enter->size);
    if (user && fchown(slave, user->uid, (gid_t)-1) < 0 && errno != EPERM && errno != EINVAL)
        return err_set_errno(err, errno, "cannot give the terminal to user %u", user->uid);
    if (ioctl(slave, TIOCSCTTY, 0) < 0 || dup2(slave, 0) < 0 || dup2(slave, 1) < 0 ||
        dup2(slave, 2) < 0)
        return err_set_errno(err, errno, "cannot make the program's terminal");
    report(REPORT_FD, "T", 1, master);
    return 0;
}

static void
reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL); /* not for KILL and STOP */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Only the three standard streams and the report go on. */
static int
close_others(const EnterPipes *pipes, int socket, Err *err)
{
    if (enter_pipes_take(pipes) < 0 ||
        (socket != REPORT_FD && dup3(socket, REPORT_FD, O_CLOEXEC) < 0) ||
        syscall(SYS_close_range, REPORT_FD + 1, ~0U, 0) < 0)
        return err_set_errno(err, errno, "cannot close the host's descriptors");
    return 0;
}

static int
go_to(const Enter *enter, Err *err)
{
    const PlanStep *step = plan_find(&enter->plan, PLAN_INIT, "dir");
    const char *dir = enter->dir ? enter->dir : step ? step->argv[1] : "/";

    if (chdir(dir) < 0)
        return err_set_errno(err, errno, "cannot change to the directory '%s' in the guest", dir);
    return 0;
}

static const PayloadUser *
find_user(Enter *enter, PayloadUser *user, Err *err)
{
    static char home[sizeof user->home + 8]; /* the environment points at it until exec */
    const PlanStep *step = plan_find(&enter->plan, PLAN_INIT, "user");
    const char *name = enter->user ? enter->user : step ? step->argv[1] : "0";
    const char *group = enter->user ? enter->group : step ? step->argv[2] : "";

    if (payload_find_user(name, group, user, err) < 0)
        return NULL;
    if (!enter->has_home && enter->n_env < ENTER_ENV_MAX) {
        (void)snprintf(home, sizeof home, "HOME=%s", user->home[0] ? user->home : "/");
        enter->env[enter->n_env++] = home;
        enter->env[enter->n_env] = NULL;
    }
    return user;
}

/* The third process. */
static noreturn void
become_program(Enter *enter)
{
    PayloadUser user;
    const PayloadUser *as;
    Err err = {0};

    if (close_others(&enter->pipes, enter->socket, &err) < 0)
        fail(enter->socket, ENTER_FAILED, &err);
    reset_signals();
    /* a session of its own: no signal of the caller's terminal, and no way to type on it */
    (void)setsid();
    (void)umask(022);
    as = find_user(enter, &user, &err);
    if (!as || (enter->has_tty && open_tty(enter, as, &err) < 0) ||
        payload_confine(&enter->plan, as, &err) < 0 || go_to(enter, &err) < 0)
        fail(REPORT_FD, ENTER_FAILED, &err);
    /* after the change of user, which clears it */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
        (void)err_set_errno(&err, errno, "cannot tie the program to its caller");
        fail(REPORT_FD, ENTER_FAILED, &err);
    }
    report(REPORT_FD, "S", 1, -1); /* a caller that died before that would not be noticed */
    if (syscall(SYS_close_range, REPORT_FD + 1, ~0U, 0) < 0) /* the terminal's ends */
        fail(REPORT_FD, ENTER_FAILED, &err);
    (void)payload_exec(enter->argv, enter->env, &err);
    fail(REPORT_FD, err.saved_errno == ENOENT ? ENTER_NOT_FOUND : ENTER_NOT_EXEC, &err);
}

noreturn void
enter_child_main(Enter *enter)
{
    char answer[1 + sizeof(pid_t)] = "P";
    Err err = {0};
    pid_t pid;

    if (join(enter, &err) < 0)
        fail(enter->socket, ENTER_FAILED, &err);
    /* all arguments but the first are zero, so their order, which differs, does not matter */
    pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        become_program(enter);
    if (pid < 0) {
        bool is_full = errno == EAGAIN;

        (void)err_set_errno(&err, errno, "cannot make a process in guest '%s'", enter->name);
        if (is_full)
            (void)err_hint(&err, "its limit of processes is reached");
        fail(enter->socket, ENTER_FAILED, &err);
    }
    memcpy(answer + 1, &pid, sizeof pid);
    report(enter->socket, answer, sizeof answer, -1);
    _exit(0);
}
