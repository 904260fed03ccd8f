/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/launch.h - give a plan to a supervisor and wait until it says ready.
 *
 * Theory of operation. The live directory is filled under a temporary name with `alive` locked by us,
 * then renamed into place under the store lock: nobody ever sees it unlocked. The supervisor
 * inherits the locked description (SUPERVISOR_ALIVE_FD), the plan in a memory file, the pipe it
 * answers on and the directory. When it fails or dies before "ready", everything is removed again.
 */
#pragma once

#include <glib.h>

#include "core/lock.h"
#include "core/store.h"

typedef struct {
    const char *name;
    const guint8 *uuid;
    const char *xml;          /* becomes live.xml */
    const char *plan;         /* its `live` operation names store_live_dir() */
    gboolean is_transient;    /* no definition: the live directory goes at the end */
    gboolean has_id;          /* guests; networks have none */
    int stdio[3];             /* what init gets with `stdio inherit`; -1: /dev/null */
    const int *pass_fds;      /* what init gets with `files`: as 3, 4, ... */
    guint n_pass_fds;         /* at most SUPERVISOR_FILES_MAX */
    const char *const *files; /* NULL, or NAME, TEXT, NAME, TEXT ... NULL: more files of the live
                                 directory, 0600, there before the supervisor starts */
    const char
        *busy_text; /* LODGE_ERROR_STATE when it lives already; NULL: "domain is already running" */
} LaunchSpec;

/**
 * launch_start:
 * @lock: the object's lock, held by the caller
 * @ret_id: (out) (optional): the supervisor's pid
 * @error: EXISTS as store_define(); STATE; what the supervisor said
 *
 * Blocking: until ready, at most CORE_LAUNCH_MS. On failure nothing is left.
 */
gboolean launch_start(Store *store, const ObjectLock *lock, const LaunchSpec *spec, int *ret_id,
                      GError **error);
