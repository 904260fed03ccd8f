/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/exe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdint.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

/* Of linux/mount.h; glibc's sys/mount.h cannot be included beside it before 2.37. */
typedef struct {
    uint64_t set, clear, propagation, userns_fd;
} MountAttr;

int
exe_open_sealed(const char *path)
{
    MountAttr attr = {.set = MOUNT_ATTR_RDONLY};
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC);

    if (fd >= 0 && syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof attr) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

void
exe_seal(char **argv)
{
    struct statvfs st;
    int fd;

    if (statvfs("/proc/self/exe", &st) < 0 || st.f_flag & ST_RDONLY)
        return;
    fd = exe_open_sealed("/proc/self/exe");
    if (fd < 0)
        return;
    (void)syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
    (void)close(fd);
}
