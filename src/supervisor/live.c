/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of a live directory (supervisor/status.h): the by-id link goes always, the directory and the
 * by-uuid link only when the file LIVE/transient says so. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/guest-priv.h"

#define DEPTH_MAX 3

static void
remove_inside(int dir_fd, int depth)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!list) {
        io_close(&fd);
        return;
    }
    while ((entry = readdir(list))) {
        int child;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(dir_fd, entry->d_name, 0) == 0 || (errno != EISDIR && errno != EPERM) ||
            depth >= DEPTH_MAX)
            continue;
        child = openat(dir_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child < 0)
            continue;
        remove_inside(child, depth + 1);
        io_close(&child);
        (void)unlinkat(dir_fd, entry->d_name, AT_REMOVEDIR);
    }
    (void)closedir(list);
}

void
live_remove_dir(Guest *guest, const char *name)
{
    int fd = openat(guest->live_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    remove_inside(fd, 0);
    io_close(&fd);
    (void)unlinkat(guest->live_fd, name, AT_REMOVEDIR);
}

void
live_remove(Guest *guest)
{
    const char *name = strrchr(guest->live, '/');
    int parent_fd = openat(guest->live_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char path[NAME_MAX];

    if (parent_fd < 0)
        return;
    (void)unlinkat(guest->live_fd, "control", 0);
    if (guest->supervisor_pid > 0 &&
        io_format(path, sizeof path, "by-id/%d", (int)guest->supervisor_pid) > 0)
        (void)unlinkat(parent_fd, path, 0);
    if (faccessat(guest->live_fd, "transient", F_OK, 0) == 0) {
        if (guest->uuid && io_format(path, sizeof path, "by-uuid/%s", guest->uuid) > 0)
            (void)unlinkat(parent_fd, path, 0);
        remove_inside(guest->live_fd, 0);
        if (name)
            (void)unlinkat(parent_fd, name + 1, AT_REMOVEDIR);
    }
    io_close(&parent_fd);
}
