/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/proc-view.h - start and end the helper that shows /proc files with the guest's limits.
 *
 * The helper is lodge-proc-view, beside this program:
 *   lodge-proc-view DIR [v1|v2 CONTROLLERS GROUPDIR]...     the guest's groups, as in the plan's cgroup lines
 * It serves a FUSE file system on DIR with the files meminfo, cpuinfo, stat and uptime, in the
 * foreground; it writes one byte to descriptor 3 once it is mounted, and closes it. It dies with the
 * supervisor. Undo: SIGTERM, and DIR is unmounted.
 */
#pragma once

#include "supervisor/guest.h"

#define PROC_VIEW_READY_FD 3

int proc_view_start(Guest *guest, const char *dir, Err *err);
/* Also for a helper that somebody else has ended; DIR is removed. */
void proc_view_stop(Guest *guest, const char *dir);
