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

/* What it is now: the edit, or what was read; NULL when it is not there. */
const char *netif_file_contents(const NetifFile *file, gsize *ret_size);
