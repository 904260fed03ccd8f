/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/file.h - read, write, make and remove files so that a kill at any instant leaves old or new.
 *
 * Used by: core (state store, live state), vnet, cli.
 * All paths are relative to @dir_fd (AT_FDCWD: to the current directory; absolute paths ignore it).
 * Errors: error_set_errno(), so NOT_FOUND, DENIED or IO, each with the path in quotes.
 */
#pragma once

#include <sys/types.h>

#include <glib.h>

#define FILE_TEMP_PREFIX                                                                           \
    ".tmp-" /* of files and links on their way; what a kill leaves has it too */

typedef enum {
    FILE_LIVE,    /* no fsync: for tmpfs, where nothing outlives the power anyway */
    FILE_DURABLE, /* fsync of the file before the rename and of the directory after it */
} FileSync;

/**
 * file_read:
 * @max_bytes: a longer file is LODGE_ERROR_LIMIT
 * @ret_size: (out) (optional): bytes read
 *
 * Returns: (transfer full): the contents with a NUL behind them, or NULL
 */
char *file_read(int dir_fd, const char *path, gsize max_bytes, gsize *ret_size, GError **error);

/**
 * file_write:
 * @data: (array length=size): the new contents
 * @mode: permissions of the new file, not narrowed by the umask
 *
 * Atomic: a temporary file ".tmp-..." in the same directory, renamed over @path. Killed at any
 * instant or out of space, @path has its old contents or the new ones.
 */
gboolean file_write(int dir_fd, const char *path, const char *data, gsize size, mode_t mode,
                    FileSync sync, GError **error);

/* Makes a new file with these contents, not atomically: for a directory that nobody sees yet. */
gboolean file_create(int dir_fd, const char *path, const char *data, gsize size, mode_t mode,
                     GError **error);

/* Makes @path a symbolic link to @target, replacing one that is there, atomically. */
gboolean file_link(int dir_fd, const char *target, const char *path, FileSync sync, GError **error);

/* Removes what killed writers left in directory @path. The caller knows that none is at work there. */
void file_sweep(int dir_fd, const char *path);

/* Removes one file or link; one that is absent is no error. DURABLE: fsync of the directory. */
gboolean file_remove(int dir_fd, const char *path, FileSync sync, GError **error);

/* fsync of the directory that holds @path. */
gboolean file_sync_dir(int dir_fd, const char *path, GError **error);

/**
 * file_remove_tree:
 * Removes @path and all below it, following no link and crossing no mount (a mount point below is
 * left, with LODGE_ERROR_BUSY). Absent is no error.
 */
gboolean file_remove_tree(int dir_fd, const char *path, GError **error);

/* Makes @path and its missing parents with @mode; one that is there already is left as it is. */
gboolean file_make_dirs(const char *path, mode_t mode, GError **error);

/* Opens directory @path (O_PATH no: for reading, CLOEXEC); -1 with @error set. */
int file_open_dir(int dir_fd, const char *path, GError **error);
