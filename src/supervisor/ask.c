/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/io.h"

/* What sysvinit reads from its FIFO: 384 bytes. */
typedef struct {
    int magic, command, runlevel, sleep_time;
    char reserved[368];
} InitRequest;

#define INIT_MAGIC        0x03091969
#define INIT_SET_RUNLEVEL 1
#define KILL_TRIES        100

static const char *const initctl_paths[] = {"run/initctl", "dev/initctl"};

/* A guest that shares the host's root sees the host's FIFO: what is written there shuts the host down. */
static bool
is_of_host(const struct stat *st)
{
    struct stat host;

    for (size_t i = 0; i < sizeof initctl_paths / sizeof *initctl_paths; i++) {
        char path[32];

        (void)snprintf(path, sizeof path, "/%s", initctl_paths[i]);
        if (stat(path, &host) == 0 && host.st_dev == st->st_dev && host.st_ino == st->st_ino)
            return true;
    }
    return false;
}

/* Opened without touching it, looked at, and only then opened for writing. */
static int
open_fifo(int root_fd, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    char link[64];
    struct stat st;
    int fd, fifo = -1;

    fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof how);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && !is_of_host(&st)) {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        /* without a reader this is ENXIO: init does not listen */
        fifo = open(link, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    }
    io_close(&fd);
    return fifo;
}

static bool
write_initctl(const Guest *guest, char runlevel)
{
    InitRequest request = {INIT_MAGIC, INIT_SET_RUNLEVEL, runlevel, 0, {0}};
    bool done = false;
    char path[64];
    int root_fd;

    (void)snprintf(path, sizeof path, "/proc/%d/root", (int)guest->init_pid);
    root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; root_fd >= 0 && !done && i < sizeof initctl_paths / sizeof *initctl_paths;
         i++) {
        int fifo = open_fifo(root_fd, initctl_paths[i]);

        if (fifo < 0)
            continue;
        done = write(fifo, &request, sizeof request) == (ssize_t)sizeof request;
        io_close(&fifo);
    }
    io_close(&root_fd);
    return done;
}

static bool
is_caught(pid_t pid, int signal)
{
    char path[64], text[8192];
    const char *line;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (io_read_file(AT_FDCWD, path, text, sizeof text) < 0 || !(line = strstr(text, "\nSigCgt:")))
        return true; /* not known: do not say that it is in vain */
    return strtoull(line + 8, NULL, 16) >> (signal - 1) & 1;
}

int
ask_init(const Guest *guest, AskMethod method, bool reboot, bool *ret_ignored, Err *err)
{
    int signal = reboot ? SIGHUP : SIGTERM;

    *ret_ignored = false;
    if (guest->init_pid <= 0 || guest->init_pidfd < 0)
        return err_set(err, "state", "the guest is between two boots; try again in a moment");
    if (method != ASK_SIGNAL && write_initctl(guest, reboot ? '6' : '0'))
        return ASK_INITCTL;
    if (method == ASK_INITCTL)
        return err_set(
            err, "unsupported",
            "the guest's init does not listen on /run/initctl or /dev/initctl of its own; "
            "try the mode signal");
    *ret_ignored = !is_caught(guest->init_pid, signal);
    if (syscall(SYS_pidfd_send_signal, guest->init_pidfd, signal, NULL, 0) < 0)
        return err_set_errno(err, errno, "cannot send a signal to the guest's init");
    return ASK_SIGNAL;
}

/* What the process inside the guest has done, told in memory: the guest may stop or kill it. */
typedef struct {
    bool is_done;
    int why;
} KillResult;

/* Returns: false when the guest was quicker, and the signal has not been sent */
static bool
try_kill(volatile KillResult *result, int pid, int signal)
{
    pid_t child = fork(), got;
    int status;

    if (child == 0) {
        result->why = kill(pid, signal) < 0 ? errno : 0;
        result->is_done = true;
        _exit(0);
    }
    if (child < 0) {
        *result = (KillResult){true, errno};
        return true;
    }
    while ((got = waitpid(child, &status, WUNTRACED)) == child ? WIFSTOPPED(status)
                                                               : errno == EINTR)
        if (got == child)
            (void)kill(child, SIGKILL);
    return result->is_done;
}

/* In a child that has joined nothing but the PID namespace: its own child is in it. Exit status: errno. */
static int
kill_inside(int pidfd, int pid, int signal)
{
    volatile KillResult *result =
        mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    /* a process of the guest with enough rights must not reach our memory */
    if (result == MAP_FAILED || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        setns(pidfd, CLONE_NEWPID) < 0)
        return errno;
    *result = (KillResult){false, 0};
    for (int i = 0; i < KILL_TRIES; i++)
        if (try_kill(result, pid, signal))
            return result->why;
    return EBUSY;
}

int
ask_signal(const Guest *guest, int pid, int signal, Err *err)
{
    pid_t child;
    int status, why;

    if (pid == 0 || pid == -1)
        return err_set(err, "argument", "process %d of a guest names no process; 1 is its init",
                       pid);
    if (signal < 0 || signal > 64)
        return err_set(err, "argument", "there is no signal %d", signal);
    if (guest->init_pid <= 0 || guest->init_pidfd < 0)
        return err_set(err, "state", "the guest is between two boots; try again in a moment");
    /* from outside: sent from inside, the kernel would ignore SIGKILL and SIGSTOP for an init */
    if (pid == 1) {
        if (syscall(SYS_pidfd_send_signal, guest->init_pidfd, signal, NULL, 0) < 0)
            return err_set_errno(err, errno, "cannot send signal %d to the guest's init", signal);
        return 0;
    }
    child = fork();
    if (child == 0)
        _exit(kill_inside(guest->init_pidfd, pid, signal));
    if (child < 0)
        return err_set_errno(err, errno, "cannot send signal %d", signal);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return err_set_errno(err, errno, "cannot send signal %d", signal);
    why = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
    if (why == ESRCH)
        return err_set(err, "not-found", "the guest has no process %d", pid);
    if (why == EBUSY) {
        (void)err_set(err, "busy", "cannot send signal %d: the guest stops all that would send it",
                      signal);
        return err_hint(err, "suspend the guest first, or destroy it");
    }
    return why ? err_set_errno(err, why, "cannot send signal %d to process %d of the guest", signal,
                               pid)
               : 0;
}
