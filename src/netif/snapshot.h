/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/snapshot.h - copies of files with all that belongs to them, in a directory, and the way back.
 *
 * A snapshot is a directory with the file "manifest" and the copies "0", "1", ... Lines of the manifest,
 * fields separated by tabs and escaped as in C:
 *   lodge-snapshot 1
 *   root PATH           of the files
 *   scope PATTERN       all of it that is not listed was not there
 *   missing DIR         was not there; below it nothing was
 *   link PATH TARGET    a symbolic link
 *   file NUMBER PATH    a regular file; mode, owner, times and extended attributes are the copy's
 * Used by: transaction.c.
 */
#pragma once

#include "netif/files.h"

/* Fills the empty directory @dir_fd; all of it is on the disk when this returns. */
gboolean snapshot_take(const NetifFiles *files, const GPtrArray *scopes, int dir_fd,
                       GError **error);

/**
 * snapshot_restore:
 * @ret_changed: (element-type utf8): paths that were not as they should be are added
 *
 * Can be called again after a failure or a kill, and then does what is left.
 */
gboolean snapshot_restore(const NetifFiles *files, int dir_fd, GPtrArray *ret_changed,
                          GError **error);
