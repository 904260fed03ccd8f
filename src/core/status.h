/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/status.h - the supervisor's status file as a struct (supervisor/status.h has the format). */
#pragma once

#include <glib.h>

#include "core/driver.h"
#include "util/enum.h"

typedef enum {
    STATUS_STARTING,
    STATUS_RUNNING,
    STATUS_ENDED,
    STATUS_STATE_LAST
} StatusState;
ENUM_DECL(status_state, StatusState);

typedef enum {
    STATUS_UNKNOWN,
    STATUS_BOOTED,
    STATUS_SHUTDOWN,
    STATUS_DESTROYED,
    STATUS_CRASHED,
    STATUS_FAILED,
    STATUS_UNPAUSED,
    STATUS_RESTORED, /* the rest: machines */
    STATUS_WAKEUP,
    STATUS_SAVED,
    STATUS_PANICKED,
    STATUS_REASON_LAST
} StatusReason;
ENUM_DECL(status_reason, StatusReason);

typedef enum { /* why a machine is paused */
    STATUS_PAUSE_UNKNOWN,
    STATUS_PAUSE_USER,
    STATUS_PAUSE_IOERROR,
    STATUS_PAUSE_WATCHDOG,
    STATUS_PAUSE_CRASHED,
    STATUS_PAUSE_STARTING_UP,
    STATUS_PAUSE_SAVE,
    STATUS_PAUSE_SHUTTING_DOWN,
    STATUS_PAUSE_PMSUSPENDED,
    STATUS_PAUSE_LAST
} StatusPause;
ENUM_DECL(status_pause, StatusPause);

typedef struct {
    int version; /* 1 or 2 */
    char *controllers, *dir;
} StatusCgroup;

typedef struct {
    char *host, *guest, *mac; /* host NULL when none */
} StatusNetdev;

typedef struct {
    char *file, *reason;
} StatusNotEnforced;

typedef struct {
    StatusState state;
    StatusReason reason;
    int supervisor, init;                 /* pids, 0 when unknown */
    guint64 supervisor_start, init_start; /* field 22 of /proc/PID/stat */
    gint64 started;                       /* seconds since the epoch */
    guint boots;
    gboolean has_exit;
    int wait_status;     /* as of wait(2), when has_exit */
    int freezer_version; /* 0 none, 1, 2 */
    char *freezer_dir;
    gboolean is_paused;
    StatusPause pause; /* when is_paused; USER when nothing is said */
    char *job;         /* of a machine, "save"; NULL: none runs */
    gboolean has_agent, is_agent_connected;
    char *monitor_broken; /* why QEMU can no longer be asked; NULL: it can */
    GArray *cgroups;      /* StatusCgroup */
    GPtrArray *consoles;  /* char*: host path by index; NULL for a hole */
    GArray *netdevs;      /* StatusNetdev, in plan order */
    GArray *not_enforced; /* StatusNotEnforced */
} Status;

/**
 * status_read:
 * @live_dir: absolute path of a live directory
 * @error: LODGE_ERROR_NOT_FOUND when there is no status; LODGE_ERROR_UNSUPPORTED when a newer lodge
 *   wrote it
 *
 * Says nothing about whether it is alive: status_is_alive(). Returns: (transfer full)
 */
Status *status_read(const char *live_dir, GError **error);

/* As status_read(), for who only looks. @ret_is_newer: it is there, and of a newer lodge than this one;
 * then nothing is known but whether its `alive` is held. */
Status *status_look(const char *live_dir, gboolean *ret_is_newer);
Status *status_parse(const char *text, GError **error); /* the same from memory */
void status_free(Status *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Status, status_free)

/* Whether LIVE/alive is held; asks, never takes. */
gboolean status_is_alive(const char *live_dir);

/* libvirt's state and reason. @status NULL: RUNNING/UNKNOWN when @is_alive (a newer lodge wrote it), else
 * SHUTOFF/UNKNOWN; ended is SHUTOFF with its reason. */
void status_to_domain_state(const Status *status, gboolean is_alive, DomainState *ret_state,
                            int *ret_reason);
/* The directory of @controller ("memory") in @status, or NULL when it has none; *ret_version 1 or 2. */
const char *status_cgroup_dir(const Status *status, const char *controller, int *ret_version);
