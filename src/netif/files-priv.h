/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/files-priv.h - what the parts of files.h share. */
#pragma once

#include "netif/files.h"

typedef struct {
    char *path;
    int failed; /* errno of the read; ENOENT: not there */
    char *old;  /* on the disk when it was read; NULL when not there */
    gsize old_size;
    char *now; /* edited contents; NULL: removed, or not edited */
    gsize size;
    gboolean is_edited;
    mode_t mode; /* of a new file */
} NetifFile;

struct NetifFiles {
    char *root;
    int root_fd;
    GHashTable *by_path; /* path -> NetifFile, owned */
};

/* Read if it was not yet. */
NetifFile *netif_file(NetifFiles *files, const char *path);

/* Edited ones in order of their paths. (transfer container) */
GPtrArray *netif_files_edited_items(const NetifFiles *files);

/* As netif_files_glob(), of the disk alone; with links that lead to no regular file. What cannot be looked at is
 * an error: it must not be taken for something that is not there. */
GPtrArray *netif_files_glob_disk(const NetifFiles *files, const char *pattern, GError **error);

/* netif_files_recover() by somebody who holds the lock of the state directory. */
gboolean netif_files_recover_locked(int state_fd, GError **error);

/* Takes that lock, making the directory when @make_dir. Returns the lock, with the directory in @ret_fd; -1 with
 * @error, LODGE_ERROR_STATE when there is no directory. */
int netif_state_lock(const char *state_dir, gboolean make_dir, int *ret_fd, GError **error);

/* What it is now: the edit, or what was read; NULL when it is not there. */
const char *netif_file_contents(const NetifFile *file, gsize *ret_size);
