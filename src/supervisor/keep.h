/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/keep.h - the helper program of a network (phase keep): started, watched, restarted, ended.
 *
 * The program runs in the foreground as our child, with no descriptor of ours but its output, which goes
 * to LIVE/helper.log. When it ends, it is started again after a delay that doubles from 0.1 s to 10 s
 * and falls back to the beginning once the program has lived for a minute. It gets SIGKILL when the
 * supervisor dies, as far as it has not changed its user; for the rest status names it to `clean`.
 *
 * Used by: supervisor (main, loop, clean).
 */
#pragma once

#include "supervisor/guest.h"
#include "supervisor/watch.h"

typedef struct Keep Keep;

/**
 * keep_start:
 * @guest: of kind network; its keep and helper_pid are set
 * @err: "peer" with the program's last words when it ended before it wrote its pid file
 *
 * Blocking: until the pid file is there (at once when the plan names none), 10 s at most.
 * Returns: 0 once it is up, or when the plan keeps no program; -1
 */
int keep_start(Guest *guest, Err *err);

/* From here on its end is noticed. */
int keep_watch(Guest *guest, WatchSet *set, Err *err);

/* Ends the helper (SIGTERM, SIGKILL after 2 s), runs at-end. Harmless when nothing was started. */
void keep_stop(Guest *guest);

/* The at-end commands of the plan; for `clean` too. What fails was not there. */
void keep_at_end(const Plan *plan);
