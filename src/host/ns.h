/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/ns.h - make a process in new namespaces, and small facts about processes.
 *
 * Used by: supervisor.
 * libc only; needs Linux 5.14.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/err.h"

/**
 * ns_flags:
 * @list: "mnt,pid,ipc,uts,user,cgroup"; also "net"
 * @ret: CLONE_NEW* bits
 */
int ns_flags(const char *list, uint64_t *ret, Err *err);

/**
 * ns_clone:
 * @flags: CLONE_NEW* bits
 * @cgroup_fd: v2 group that the child is born in, or -1
 * @ret_pidfd: (out) (nullable)
 *
 * As fork(2): returns 0 in the child, which may call anything (the caller is single-threaded),
 * the pid in the parent, -1 with errno on failure.
 */
pid_t ns_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd);

/* Field 22 of /proc/PID/stat: when the process began. 0 when there is no such process. */
uint64_t ns_start_time(pid_t pid);
