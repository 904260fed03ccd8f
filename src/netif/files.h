/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/files.h - the configuration files below a root: read once, edited in memory, written as one.
 *
 * Theory of operation: a backend asks for the files of its format, by path or by pattern, and puts new
 * contents in their place; nothing reaches the disk before netif_files_write(). Paths are absolute below the
 * root and are looked up inside it (openat2 RESOLVE_IN_ROOT), so that a symbolic link of another system's
 * tree leads into that tree. A file that is reached by a link is replaced where it is, the link stays.
 * What was read is compared before it is replaced: a file that somebody changed meanwhile is not written.
 *
 * One file is replaced atomically. Several are written down in a journal first (STATE/write), so that a kill
 * or a power cut leaves all of them old or, after netif_files_recover(), all of them new.
 *
 * A backend never opens a file by itself: tests, --root, --dry-run and transactions rest on this.
 */
#pragma once

#include <sys/types.h>

#include <glib.h>

typedef struct NetifFiles NetifFiles;

#define NETIF_FILE_BYTES_MAX (16 << 20) /* configuration by hand is 1 MiB at the very most */

/**
 * netif_files_new:
 * @root: directory; NULL: "/"
 *
 * Returns: (transfer full): or NULL when @root is no directory
 */
NetifFiles *netif_files_new(const char *root, GError **error);
void netif_files_free(NetifFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetifFiles, netif_files_free)

/* The root directory, open with O_PATH; borrowed. */
int netif_files_root_fd(const NetifFiles *files);
const char *netif_files_root(const NetifFiles *files);

/**
 * netif_files_get:
 * @path: "/etc/network/interfaces"
 * @ret_size: (out) (optional)
 * @error: LODGE_ERROR_NOT_FOUND when there is none (or it was removed in memory)
 *
 * Returns: its contents with a NUL behind them, edits included; owned by @files, until the next edit of it
 */
const char *netif_files_get(NetifFiles *files, const char *path, gsize *ret_size, GError **error);

/* Whether it is there, edits included; a directory counts. */
gboolean netif_files_has(NetifFiles *files, const char *path);

/* Whether there is no such file on the disk, whatever was edited. */
gboolean netif_files_is_new(NetifFiles *files, const char *path);

/* The target of a symbolic link (not followed). (transfer full): NULL when it is none. */
char *netif_files_link(NetifFiles *files, const char *path);

/**
 * netif_files_glob:
 * @pattern: absolute, '*', '?' and '[...]' in any component (never matching a leading '.')
 *
 * Returns: (transfer full) (element-type utf8): regular files and links to them that match, edits included,
 *   sorted bytewise as glob(7) in the C locale does
 */
GPtrArray *netif_files_glob(NetifFiles *files, const char *pattern);

/* New contents in memory. A file that is not there will be made with @mode, one that is keeps its own mode,
 * owner and attributes. Contents equal to the present ones are no edit. */
void netif_files_set(NetifFiles *files, const char *path, const char *data, gsize size,
                     mode_t mode);

/* Gone, in memory. One that is not there is no edit. */
void netif_files_remove(NetifFiles *files, const char *path);

gboolean netif_files_is_edited(const NetifFiles *files);

/* Paths of edited files, sorted. (transfer full) (element-type utf8) */
GPtrArray *netif_files_edited(const NetifFiles *files);

/* A unified diff of all edits, "" when there is none: for --dry-run. (transfer full) */
char *netif_files_diff(NetifFiles *files);

/* Drops all edits, and what was read: the next look goes to the disk. */
void netif_files_forget(NetifFiles *files);

/**
 * netif_files_write:
 * @state_dir: where the journal is kept while several files are written; on the host, not below the root
 * @error: LODGE_ERROR_STATE when a file is no longer what was read; nothing is written then
 *
 * Missing directories are made (0755). On failure every file is as it was before.
 */
gboolean netif_files_write(NetifFiles *files, const char *state_dir, GError **error);

/* Finishes a write that was killed. Called by those who are about to write, and at boot. */
gboolean netif_files_recover(const char *state_dir, GError **error);
