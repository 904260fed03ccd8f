/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/cgroup.h - one control group: make, attach, set, freeze, kill, remove; v1 and v2.
 *
 * Groups of lodge lie below a component "lodge" or "lodge-TAG" (hexadecimal); what lies above it is BASE and
 * belongs to somebody else: it is never made, removed, or written to, except v2's subtree_control.
 *
 * Used by: supervisor, container (live limits).
 * libc only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/err.h"

/* The length of BASE in @dir: "/sys/fs/cgroup/pids/lodge-1a/lxc/web.guest" -> up to "/pids". -1 when no
 * component is "lodge" or "lodge-TAG". */
int cgroup_base_length(const char *dir);

/**
 * cgroup_make:
 * @version: 1 or 2
 * @dir: made with its parents below BASE
 * @controllers: v1: comma list of the hierarchy's (cpuset groups get cpus and mems of the parent),
 *   NULL: not known;
 *   v2: comma list to enable for @dir in all groups above it ("" for none)
 * @ret_missing: (out) (nullable): of @size bytes: the controllers that could not be enabled, "" for none
 *
 * A parent that somebody removes in the meantime is made again.
 * Returns: descriptor of the directory, or -1
 */
int cgroup_make(int version, const char *dir, const char *controllers, char *ret_missing,
                size_t size, Err *err);

/* As much of that as is quick, of v1, for a process that works ahead of the one that calls cgroup_make(). */
void cgroup_make_ahead(const char *dir, const char *controllers);

/* The calling, single-threaded process moves into the v1 group. Writing "0" to `tasks` takes no lock of
 * the whole host, where a pid into `cgroup.procs` waits for all processors (7-13 ms). */
int cgroup_enter_v1(int dir_fd, Err *err);

/* Any process, both versions; slow on an idle host (see above). */
int cgroup_attach(int dir_fd, pid_t pid, Err *err);

/* Writes @value to @file in one write. */
int cgroup_set(int dir_fd, const char *file, const char *value, Err *err);

/* Freezes or thaws and waits, at most @timeout_ms, until it is so. */
int cgroup_freeze(int version, int dir_fd, bool freeze, int timeout_ms, Err *err);

/* SIGKILL to everything in the group and below; thaws it. Does not wait. */
void cgroup_kill(int version, int dir_fd);

/**
 * cgroup_remove:
 * Removes @dir, and then each parent up to BASE that has become empty. Processes that are still in
 * @dir are killed, and waited for until @timeout_ms. Fine when it is not there.
 * Returns: -1 when @dir is still there
 */
int cgroup_remove(int version, const char *dir, int timeout_ms, Err *err);

/* Only when empty and unused; parents too. For groups that several guests share. */
void cgroup_remove_unused(const char *dir);
/* The same from its parent on: @dir itself has gone. */
void cgroup_remove_parents(const char *dir);
