/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/launch.h - give a plan to a supervisor and wait until it says ready.
 *
 * Theory of operation. The live directory is filled under a temporary name with `alive` locked by us,
 * then renamed into place under the store lock: nobody ever sees it unlocked. The supervisor is started
 * before, and gets the locked description, the plan and the directory over the socket that it answers
 * on: so it comes up while the caller makes the plan, and when no plan comes, it ends with that socket.
 * When it fails or dies before "ready", everything is removed again.
 */
#pragma once

#include <glib.h>

#include "core/lock.h"
#include "core/store.h"

/* A supervisor that waits for its plan. */
typedef struct LaunchStandby LaunchStandby;

/**
 * launch_standby:
 * @name: of the object
 * @stdio: what init gets with `stdio inherit`; -1: /dev/null
 *
 * Returns: (transfer full): for LaunchSpec.standby; NULL with @error
 */
LaunchStandby *launch_standby(const char *name, const int stdio[3], GError **error);
/* One that got no plan ends, and has ended when this returns. */
void launch_standby_free(LaunchStandby *standby);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LaunchStandby, launch_standby_free)

typedef struct {
    const char *name;
    const guint8 *uuid;
    const char *xml;          /* becomes live.xml */
    const char *plan;         /* its `live` operation names store_live_dir() */
    gboolean is_transient;    /* no definition: the live directory goes at the end */
    gboolean has_id;          /* guests; networks have none */
    const int *pass_fds;      /* what init gets with `files`: as 3, 4, ... */
    guint n_pass_fds;         /* at most SUPERVISOR_FILES_MAX */
    LaunchStandby *standby;   /* (nullable): borrowed; NULL: one is started then, without stdio */
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
