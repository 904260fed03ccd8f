/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/spawn.h - run another program, with a deadline and nothing inherited.
 *
 * posix_spawn: no copy of the caller's memory, no code of ours between fork and exec. The child gets
 * descriptors 0-2 (and those it is given), default signals, and an environment of PATH and LC_ALL=C.
 * Output goes to memory files, so a daemon that keeps its standard output open does not hold us up.
 */
#pragma once

#include <sys/types.h>

#include <glib.h>

/**
 * spawn_run:
 * @argv: (array zero-terminated): argv[0] is looked up in PATH (/usr/sbin:/usr/bin:/sbin:/bin and local ones)
 * @stdin_text: (nullable): what the program reads; NULL: /dev/null
 * @timeout_ms: it is killed after that; -1: never
 * @ret_stdout: (out) (optional) (transfer full): what it wrote, at most SPAWN_OUTPUT_MAX bytes
 * @error: LODGE_ERROR_NOT_FOUND when there is no such program; LODGE_ERROR_TIMEOUT;
 *   LODGE_ERROR_PEER when it ended with another status than 0: "nft failed with status 1: <stderr>"
 */
gboolean spawn_run(const char *const *argv, const char *stdin_text, int timeout_ms,
                   char **ret_stdout, GError **error);
#define SPAWN_OUTPUT_MAX (4 << 20)

/* Full path of @program in that PATH, or NULL: to say which package is missing before anything is done. */
char *spawn_find(const char *program);

/**
 * spawn_start:
 * @path: the program; absolute
 * @argv: (array zero-terminated)
 * @fds: (array length=n_fds): fds[n] becomes the child's descriptor n; -1: /dev/null; borrowed
 * @n_fds: at least 3
 *
 * In a session of its own. Returns: its pid, for spawn_reap(); or -1
 */
pid_t spawn_start(const char *path, const char *const *argv, const int *fds, int n_fds,
                  GError **error);

/* Waits for @pid to end. Returns: its wait status, -1 when this process lost it (SIGCHLD ignored). */
int spawn_reap(pid_t pid);
