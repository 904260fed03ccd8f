/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/qmp.h - commands to the monitor of a running QEMU.
 *
 * Theory of operation. QEMU has two monitors: the supervisor's own, and this one, a socket in the live
 * directory that serves one client at a time. So a client holds LIVE/monitor-lock (util/lock) from
 * connecting to closing; who comes meanwhile waits for it, and is told who has it when that takes
 * too long. A connection begins with QEMU's greeting and qmp_capabilities. Every command carries an id, and
 * only the answer with that id counts: what comes late from before is skipped. Events that come in between
 * are kept for qmp_wait_event(). What is bounded: a message (QMP_LINE_MAX), the events kept
 * (QMP_EVENTS_MAX: the oldest go), each wait. A peer that breaks the protocol ends the connection:
 * every later call fails with the same words.
 *
 * Used by: monitor.c, screenshot.c, memory.c, block.c, hotplug.c. Blocking.
 */
#pragma once

#include <glib.h>

#include "util/json-tree.h"

#define QMP_LINE_MAX   (16 << 20) /* an answer: the largest, query-qmp-schema, has 200 KiB */
#define QMP_EVENTS_MAX 256
#define QMP_LOCK_MS    30000 /* until who has the monitor is done */
#define QMP_ANSWER_MS  30000

typedef struct Qmp Qmp;

/**
 * qmp_open:
 * @live_dir: of a running machine
 * @error: LODGE_ERROR_BUSY: somebody else has it; STATE: nobody listens; TIMEOUT; PEER: no QMP
 *
 * Returns: (transfer full): ready for commands
 */
Qmp *qmp_open(const char *live_dir, GError **error);

/* The same over a socket that is connected already, and no lock: for tests. Takes @fd. */
Qmp *qmp_open_fd(int fd, int timeout_ms, GError **error);
void qmp_close(Qmp *qmp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qmp, qmp_close)

/**
 * qmp_execute:
 * @arguments: (nullable): JSON object
 * @send_fd: goes along for add-fd and getfd; -1: none
 * @error: what QEMU said: PEER "CLASS: text" without the class when that is GenericError; NOT_FOUND for
 *   DeviceNotFound, UNSUPPORTED for CommandNotFound
 *
 * Returns: (transfer full): the answer; its value is json_node_get(root, "return")
 */
JsonTree *qmp_execute(Qmp *qmp, const char *command, const char *arguments, int send_fd,
                      GError **error);

/* The same when nobody cares for the value. */
gboolean qmp_run(Qmp *qmp, const char *command, const char *arguments, GError **error);

/**
 * qmp_raw:
 * @line: a command, JSON, as the user wrote it
 *
 * Returns: (transfer full): QEMU's answer as it came, errors included, with our id taken out
 */
char *qmp_raw(Qmp *qmp, const char *line, GError **error);

/**
 * qmp_wait_event:
 * @name: "DEVICE_DELETED"
 * @member, @value: (nullable): its data must have this string: "device", "net0"
 *
 * Looks at those that came already first. Returns: (transfer full): or NULL with LODGE_ERROR_TIMEOUT
 */
JsonTree *qmp_wait_event(Qmp *qmp, const char *name, const char *member, const char *value,
                         int timeout_ms, GError **error);

/* The same for the first of several names (NULL-terminated). */
JsonTree *qmp_wait_events(Qmp *qmp, const char *const *names, const char *member, const char *value,
                          int timeout_ms, GError **error);
