/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/proc-view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/io.h"
#include "host/ns.h"
#include "supervisor/guest-priv.h"

#define START_MS 5000

/* The program beside this one. A launcher that runs us from a mount of our file alone, which has no path,
 * says by argv[0] where that is. */
static int
helper_path(const Guest *guest, char *path, size_t size)
{
    char *slash;
    ssize_t n;

    if (guest->program[0] == '/')
        n = io_format(path, size, "%s", guest->program);
    else
        n = readlink("/proc/self/exe", path, size - 1);
    if (n < 0)
        return -1;
    path[n] = '\0';
    slash = strrchr(path, '/');
    return io_format(slash + 1, size - (size_t)(slash + 1 - path), "lodge-proc-view");
}

static noreturn void
become_helper(Guest *guest, char *path, char *dir, int ready_fd)
{
    char *argv[2 + 3 * GUEST_GROUPS_MAX + 1] = {path, dir};
    char versions[2][3] = {"v1", "v2"}, *env[] = {NULL};
    int n = 2;

    for (int i = 0; i < guest->n_groups; i++) {
        argv[n++] = versions[guest->groups[i].version - 1];
        argv[n++] = (char *)(uintptr_t)guest->groups[i].controllers;
        argv[n++] = (char *)(uintptr_t)guest->groups[i].dir;
    }
    argv[n] = NULL;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(ready_fd, PROC_VIEW_READY_FD) >= 0 &&
        close_range(PROC_VIEW_READY_FD + 1, ~0U, 0) == 0)
        (void)execve(path, argv, env);
    _exit(127);
}

int
proc_view_start(Guest *guest, const char *dir, Err *err)
{
    char path[PATH_MAX], ready = 0;
    struct pollfd answer = {.events = POLLIN};
    int pipe_fds[2];
    pid_t pid;

    if (helper_path(guest, path, sizeof path) < 0 || access(path, X_OK) < 0) {
        (void)err_set(err, "unsupported",
                      "cannot show the guest its limits in /proc: '%s' is missing", path);
        return err_hint(err, "install it, or remove the proc-view from the guest's XML");
    }
    if ((mkdir(dir, 0755) < 0 && errno != EEXIST) || pipe2(pipe_fds, O_CLOEXEC) < 0)
        return err_set_errno(err, errno, "cannot make '%s'", dir);
    pid = ns_clone(0, -1, NULL);
    if (pid == 0)
        become_helper(guest, path, (char *)(uintptr_t)dir, pipe_fds[1]);
    io_close(&pipe_fds[1]);
    guest->helper_pid = pid > 0 ? pid : 0;
    guest->helper_start = pid > 0 ? ns_start_time(pid) : 0;
    answer.fd = pipe_fds[0];
    if (pid > 0 && poll(&answer, 1, START_MS) > 0 && read(pipe_fds[0], &ready, 1) == 1) {
        io_close(&pipe_fds[0]);
        return 0;
    }
    io_close(&pipe_fds[0]);
    (void)err_set(err, "peer", "cannot show the guest its limits in /proc: '%s' does not start",
                  path);
    return err_hint(err, "it needs /dev/fuse; load the kernel's fuse module");
}

void
proc_view_stop(Guest *guest, const char *dir)
{
    /* the mount first: the helper ends by itself when it is gone */
    (void)umount2(dir, MNT_DETACH);
    if (guest->helper_pid > 0) {
        (void)kill(guest->helper_pid, SIGKILL);
        (void)waitpid(guest->helper_pid, NULL, 0);
        guest->helper_pid = 0;
    }
    (void)rmdir(dir);
}
