/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/paths.h - where the files of a connection lie: system, session, or below ?root=DIR.
 *
 * Used by: every driver and the state store. Nothing else builds such a path.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *config; /* /etc/lodge            | $XDG_CONFIG_HOME/lodge | ROOT/etc/lodge */
    char *data;   /* /var/lib/lodge        | $XDG_DATA_HOME/lodge   | ROOT/var/lib/lodge */
    char *live;   /* /run/lodge            | $XDG_RUNTIME_DIR/lodge | ROOT/run/lodge */
    char *log;    /* /var/log/lodge        | $XDG_STATE_HOME/lodge  | ROOT/var/log/lodge */
    char *cache;  /* /var/cache/lodge      | $XDG_CACHE_HOME/lodge  | ROOT/var/cache/lodge */
    char *tag; /* "" for the system; 6 hex digits of a private root (or session) tag kernel names */
    gboolean session;
} Paths;

/**
 * paths_new:
 * @root: private root from ?root=, or NULL
 * @session: TRUE for an unprivileged user's own files
 *
 * Returns: (transfer full): or NULL when @root is no absolute path to a directory
 */
Paths *paths_new(const char *root, gboolean session, GError **error);
void paths_free(Paths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Paths, paths_free)

/* The name of the group that holds all of this root's guests in each hierarchy: "lodge" or "lodge-TAG". */
char *paths_cgroup_name(const Paths *paths);

/* Where our helper programs lie (lodge-supervisor, lodge-proc-view): beside the running library or
 * command in a build tree, else LIBEXECDIR/lodge. (transfer full) */
char *paths_helper(const char *program);
