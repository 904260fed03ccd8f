/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/process.h - processes named by pid and start time, so that a reused pid is nobody.
 *
 * Used by: core/stop, container (namespaces).
 */
#pragma once

#include <sys/types.h>

#include <glib.h>

/**
 * process_open:
 * @start: field 22 of /proc/PID/stat
 *
 * Returns: a pidfd of exactly that process; -1 when it is gone
 */
int process_open(pid_t pid, guint64 start);

/* SIGKILL, then waits at most @timeout_ms for its end. TRUE when it has ended (or never was). */
gboolean process_kill(pid_t pid, guint64 start, int timeout_ms);
