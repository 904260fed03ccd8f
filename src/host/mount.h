/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/mount.h - mounts by descriptor: trees are cloned, attached, made read-only; targets are found below
 * a root without ever leaving it.
 *
 * Paths of the guest are foreign: they are resolved with openat2 and RESOLVE_IN_ROOT, so that a
 * symbolic link in the guest's tree leads nowhere else. Nothing here allocates: it runs between clone
 * and exec too.
 *
 * Used by: supervisor.
 * libc only; needs Linux 5.12 (mount_setattr).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/err.h"

/* Called with the path, as seen by this process, of a mount point that is about to be made; -1 stops. */
typedef int (*MountMadeFunc)(void *user_data, const char *path, bool is_dir, Err *err);

typedef struct {
    int root_fd;        /* root of the guest's tree */
    MountMadeFunc made; /* NULL: a missing target is an error */
    void *user_data;
} MountRoot;

/* An O_PATH descriptor of @path below the root, or -1 with errno. */
int mount_open(const MountRoot *root, const char *path);

/**
 * mount_target:
 * @path: in the guest; made when missing: a directory, or an empty file, and its parents
 * Returns: an O_PATH descriptor, or -1
 */
int mount_target(const MountRoot *root, const char *path, bool is_dir, Err *err);

/* A detached copy of the tree at @path (relative to @dir_fd; "" for @dir_fd itself), with everything
 * mounted below when @recursive. -1 with errno. */
int mount_clone(int dir_fd, const char *path, bool recursive);

/* Puts a detached tree onto an O_PATH descriptor. -1 with errno. */
int mount_attach(int tree_fd, int target_fd);

/* MOUNT_ATTR_* bits of a mount, or of all mounts of a tree. -1 with errno. */
int mount_attr(int tree_fd, bool recursive, unsigned set, unsigned clear);

/**
 * mount_new:
 * @type: "tmpfs", "proc", ...
 * @source: shown in /proc/mounts
 * @options: (nullable): comma list for the file system; no empty word
 * @attr: MOUNT_ATTR_* bits
 * Returns: a detached mount, or -1 with errno
 */
int mount_new(const char *type, const char *source, const char *options, unsigned attr);

/* Like mount_new() and mount_attach() in one, in the current way of mount(2): fewer system calls.
 * @target_fd is a directory; the working directory is moved there. @flags are MS_*. -1 with errno. */
int mount_at(int target_fd, const char *type, const char *source, unsigned long flags,
             const char *options);

/* Makes the tree at @root_fd the root of this mount namespace and drops all that was there before, in
 * one step (nothing is walked: no automount is triggered). -1 with errno. */
int mount_pivot(int root_fd);

/* Detaches every autofs mount of this namespace; reads /proc/self/mountinfo. Without it nothing. */
void mount_drop_autofs(void);

/* "ext4" and the like by looking at the device's first blocks; NULL when unknown. */
const char *mount_probe(int device_fd);
