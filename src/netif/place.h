/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/place.h - a path below a root as directory and name, and a file put there whole.
 *
 * Used by: files.c, files-write.c, transaction.c and its siblings.
 */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <glib.h>

#include "util/fd.h"

/* Opens @path below @root_fd, where it stays whatever links say. -1 with errno. */
int place_open(int root_fd, const char *path, int flags);

/* Where a path leads once its last link is followed: rename and unlink work on this. */
typedef struct {
    Fd dir_fd;
    char *name;
    char *path; /* below the root, its last component no link any more */
} Place;

void place_clear(Place *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/**
 * place_find:
 * @make_dirs: make what is missing of the directories (0755)
 *
 * Returns: FALSE with errno; a missing file in a directory that is there is no failure
 */
gboolean place_find(int root_fd, const char *path, gboolean make_dirs, Place *ret_place);

/* Reads a regular file to its end; NULL with errno (EFBIG above @max_bytes, EINVAL when not regular). */
char *place_read(int fd, gsize max_bytes, gsize *ret_size);

/* A name for a temporary file or directory. (transfer full) */
char *place_temp_name(void);

/**
 * place_prepare:
 * Makes a temporary file beside the place, with these contents, on the disk.
 * @like: (nullable): mode and owner it gets; NULL: @mode and the caller
 * @like_fd: -1, or a file whose extended attributes it gets, as far as the file system takes them
 *
 * Returns: (transfer full): its name; NULL with errno and nothing left behind
 */
char *place_prepare(const Place *place, const char *data, gsize size, const struct stat *like,
                    int like_fd, mode_t mode);

/* Mode, owner and (@with_times) times and all extended attributes of @from_fd for @to_fd; FALSE with errno. */
gboolean place_copy_attributes(int from_fd, const struct stat *like, int to_fd,
                               gboolean with_times);

/* fsync of the directory; FALSE with errno. */
gboolean place_sync(const Place *place);
