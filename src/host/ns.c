/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/io.h"

static const struct {
    const char *name;
    uint64_t flag;
} kinds[] = {
    {"mnt", CLONE_NEWNS},        {"pid", CLONE_NEWPID},   {"ipc", CLONE_NEWIPC},
    {"uts", CLONE_NEWUTS},       {"user", CLONE_NEWUSER}, {"net", CLONE_NEWNET},
    {"cgroup", CLONE_NEWCGROUP},
};

int
ns_flags(const char *list, uint64_t *ret, Err *err)
{
    uint64_t flags = 0;

    for (const char *at = list; *at;) {
        size_t length = strcspn(at, ",");
        bool known = false;

        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (strlen(kinds[i].name) == length && strncmp(kinds[i].name, at, length) == 0) {
                flags |= kinds[i].flag;
                known = true;
            }
        if (!known)
            return err_set(err, "config", "unknown namespace in '%s'", list);
        at += length + (at[length] == ',');
    }
    *ret = flags;
    return 0;
}

pid_t
ns_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd)
{
    int pidfd = -1;
    struct clone_args args = {
        .flags = flags | (ret_pidfd ? CLONE_PIDFD : 0) | (cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0),
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
        .cgroup = cgroup_fd >= 0 ? (uint64_t)cgroup_fd : 0,
    };
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);

    if (pid > 0 && ret_pidfd)
        *ret_pidfd = pidfd;
    return pid;
}

uint64_t
ns_start_time(pid_t pid)
{
    char path[40], text[1024], *at;

    if (io_format(path, sizeof path, "/proc/%d/stat", (int)pid) < 0 ||
        io_read_file(AT_FDCWD, path, text, sizeof text) < 0)
        return 0;
    /* field 2, the name, may hold blanks and brackets: count from the last one */
    at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}
