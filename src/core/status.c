/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/status.h"

#include <fcntl.h>
#include <string.h>

#include "core/limits.h"
#include "supervisor/plan.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/lock.h"
#include "util/units.h"

#define STATUS_CONSOLES_MAX 1024

static const char *const status_state_names[STATUS_STATE_LAST] = {
    [STATUS_STARTING] = "starting",
    [STATUS_RUNNING] = "running",
    [STATUS_ENDED] = "ended",
};
ENUM_IMPL(status_state, StatusState)

static const char *const status_reason_names[STATUS_REASON_LAST] = {
    [STATUS_UNKNOWN] = "unknown",   [STATUS_BOOTED] = "booted",
    [STATUS_SHUTDOWN] = "shutdown", [STATUS_DESTROYED] = "destroyed",
    [STATUS_CRASHED] = "crashed",   [STATUS_FAILED] = "failed",
    [STATUS_UNPAUSED] = "unpaused", [STATUS_RESTORED] = "restored",
    [STATUS_WAKEUP] = "wakeup",     [STATUS_SAVED] = "saved",
    [STATUS_PANICKED] = "panicked",
};
ENUM_IMPL(status_reason, StatusReason)

static const char *const status_pause_names[STATUS_PAUSE_LAST] = {
    [STATUS_PAUSE_UNKNOWN] = "unknown",
    [STATUS_PAUSE_USER] = "user",
    [STATUS_PAUSE_IOERROR] = "ioerror",
    [STATUS_PAUSE_WATCHDOG] = "watchdog",
    [STATUS_PAUSE_CRASHED] = "crashed",
    [STATUS_PAUSE_STARTING_UP] = "starting-up",
    [STATUS_PAUSE_SAVE] = "save",
    [STATUS_PAUSE_SHUTTING_DOWN] = "shutting-down",
    [STATUS_PAUSE_PMSUSPENDED] = "pmsuspended",
};
ENUM_IMPL(status_pause, StatusPause)

static void
clear_cgroup(gpointer data)
{
    StatusCgroup *cgroup = data;

    g_free(cgroup->controllers);
    g_free(cgroup->dir);
}

static void
clear_netdev(gpointer data)
{
    StatusNetdev *netdev = data;

    g_free(netdev->host);
    g_free(netdev->guest);
    g_free(netdev->mac);
}

static void
clear_not_enforced(gpointer data)
{
    StatusNotEnforced *item = data;

    g_free(item->file);
    g_free(item->reason);
}

static Status *
status_new(void)
{
    Status *status = g_new0(Status, 1);

    status->pause = STATUS_PAUSE_USER;
    status->cgroups = g_array_new(FALSE, FALSE, sizeof(StatusCgroup));
    g_array_set_clear_func(status->cgroups, clear_cgroup);
    status->consoles = g_ptr_array_new_with_free_func(g_free);
    status->netdevs = g_array_new(FALSE, FALSE, sizeof(StatusNetdev));
    g_array_set_clear_func(status->netdevs, clear_netdev);
    status->not_enforced = g_array_new(FALSE, FALSE, sizeof(StatusNotEnforced));
    g_array_set_clear_func(status->not_enforced, clear_not_enforced);
    return status;
}

void
status_free(Status *status)
{
    if (status == NULL)
        return;
    g_free(status->freezer_dir);
    g_free(status->job);
    g_free(status->monitor_broken);
    g_array_unref(status->cgroups);
    g_ptr_array_unref(status->consoles);
    g_array_unref(status->netdevs);
    g_array_unref(status->not_enforced);
    g_free(status);
}

static gboolean
read_number(const PlanOp *op, int arg, guint64 max, guint64 *ret_value)
{
    return op->argc > arg && units_parse_uint(op->argv[arg], 0, max, ret_value, NULL);
}

static gboolean
read_pid(const PlanOp *op, int *ret_pid, guint64 *ret_start)
{
    guint64 pid;

    if (!read_number(op, 1, G_MAXINT, &pid))
        return FALSE;
    *ret_pid = (int)pid;
    return op->argc <= 2 || read_number(op, 2, G_MAXUINT64, ret_start);
}

static int
version_of(const char *word)
{
    return g_str_equal(word, "v1") ? 1 : g_str_equal(word, "v2") ? 2 : 0;
}

static gboolean
read_console(Status *status, const PlanOp *op)
{
    guint64 index;

    if (op->argc < 3 || !read_number(op, 1, STATUS_CONSOLES_MAX, &index))
        return FALSE;
    if (index >= status->consoles->len)
        g_ptr_array_set_size(status->consoles, (int)index + 1);
    g_free(status->consoles->pdata[index]);
    status->consoles->pdata[index] = g_strdup(op->argv[2]);
    return TRUE;
}

static gboolean
read_exit(Status *status, const PlanOp *op)
{
    guint64 number;

    if (!read_number(op, 2, 255, &number))
        return FALSE;
    status->has_exit = TRUE;
    status->wait_status =
        g_str_equal(op->argv[1], "signaled") ? (int)(number & 0x7f) : (int)number << 8;
    return TRUE;
}

/* The keys that say what a guest has, each of which may come several times. */
static gboolean
read_part(Status *status, const PlanOp *op)
{
    const char *key = op->argv[0];

    if (g_str_equal(key, "console"))
        return read_console(status, op);
    if (g_str_equal(key, "cgroup") && op->argc >= 4) {
        StatusCgroup cgroup = {version_of(op->argv[1]), g_strdup(op->argv[2]),
                               g_strdup(op->argv[3])};

        g_array_append_val(status->cgroups, cgroup);
    } else if (g_str_equal(key, "netdev") && op->argc >= 4) {
        StatusNetdev netdev = {g_str_equal(op->argv[1], "-") ? NULL : g_strdup(op->argv[1]),
                               g_strdup(op->argv[2]), g_strdup(op->argv[3])};

        g_array_append_val(status->netdevs, netdev);
    } else if (g_str_equal(key, "not-enforced") && op->argc >= 2) {
        g_autofree char *reason = g_strjoinv(" ", (char **)op->argv + 2);
        StatusNotEnforced item = {g_strdup(op->argv[1]), g_steal_pointer(&reason)};

        g_array_append_val(status->not_enforced, item);
    }
    return TRUE; /* a key that a later minor version added says nothing to us */
}

/* The keys that only machines have. FALSE: it is none of them. */
static gboolean
read_machine(Status *status, const PlanOp *op)
{
    const char *key = op->argv[0], *value = op->argc > 1 ? op->argv[1] : "";

    if (g_str_equal(key, "pause-reason")) {
        if (!status_pause_from_string(value, &status->pause))
            status->pause = STATUS_PAUSE_UNKNOWN; /* one that a later minor version added */
    } else if (g_str_equal(key, "job")) {
        g_free(status->job);
        status->job = g_strdup(value);
    } else if (g_str_equal(key, "agent")) {
        status->has_agent = TRUE;
        status->is_agent_connected = g_str_equal(value, "connected");
    } else if (g_str_equal(key, "monitor") && g_str_equal(value, "broken")) {
        g_free(status->monitor_broken);
        status->monitor_broken = g_strjoinv(" ", (char **)op->argv + 2);
    } else {
        return FALSE;
    }
    return TRUE;
}

static gboolean
read_line(Status *status, const PlanOp *op)
{
    const char *key = op->argv[0], *value = op->argc > 1 ? op->argv[1] : "";
    guint64 number = 0;

    if (g_str_equal(key, "state"))
        return status_state_from_string(value, &status->state);
    if (g_str_equal(key, "reason")) {
        if (!status_reason_from_string(value, &status->reason))
            status->reason = STATUS_UNKNOWN; /* one that a later minor version added */
        return TRUE;
    }
    if (g_str_equal(key, "supervisor"))
        return read_pid(op, &status->supervisor, &status->supervisor_start);
    if (g_str_equal(key, "init"))
        return read_pid(op, &status->init, &status->init_start);
    if (g_str_equal(key, "started") && read_number(op, 1, G_MAXINT64, &number)) {
        status->started = (gint64)number;
        return TRUE;
    }
    if (g_str_equal(key, "boots") && read_number(op, 1, G_MAXUINT, &number)) {
        status->boots = (guint)number;
        return TRUE;
    }
    if (g_str_equal(key, "exit"))
        return read_exit(status, op);
    if (g_str_equal(key, "freezer") && op->argc >= 2) {
        status->freezer_version = version_of(value);
        g_free(status->freezer_dir);
        status->freezer_dir = op->argc > 2 ? g_strdup(op->argv[2]) : NULL;
        return TRUE;
    }
    if (g_str_equal(key, "paused")) {
        status->is_paused = g_str_equal(value, "yes");
        return TRUE;
    }
    return read_machine(status, op) || read_part(status, op);
}

Status *
status_parse(const char *text, GError **error)
{
    g_autoptr(Status) status = status_new();
    g_autofree char *buf = g_strdup(text);
    g_autofree PlanOp *op = g_new(PlanOp, 1); /* 4 KiB: not on the stack of a caller's thread */
    PlanReader reader;
    char problem[200];
    int got;

    plan_reader_init(&reader, buf, strlen(buf));
    while ((got = plan_next(&reader, op, problem, sizeof(problem))) > 0) {
        if (g_str_equal(op->argv[0], "version")) {
            if (op->argc == 2 && g_str_equal(op->argv[1], "1"))
                continue;
            error_set(error, LODGE_ERROR_UNSUPPORTED,
                      "status was written by a newer lodge (version %s); use that one",
                      op->argc > 1 ? op->argv[1] : "?");
            return NULL;
        }
        if (!read_line(status, op)) {
            error_set(error, LODGE_ERROR_INTERNAL, "status line %d is damaged: bad '%s'", op->line,
                      op->argv[0]);
            return NULL;
        }
    }
    if (got == 0)
        return g_steal_pointer(&status);
    error_set(error, LODGE_ERROR_INTERNAL, "status is damaged: %s", problem);
    return NULL;
}

Status *
status_read(const char *live_dir, GError **error)
{
    g_autofree char *path = g_build_filename(live_dir, "status", NULL);
    g_autofree char *text = file_read(AT_FDCWD, path, CORE_STATUS_BYTES_MAX, NULL, error);
    Status *status = text != NULL ? status_parse(text, error) : NULL;

    if (text != NULL && status == NULL)
        g_prefix_error(error, "%s: ", path);
    return status;
}

Status *
status_look(const char *live_dir, gboolean *ret_is_newer)
{
    g_autoptr(GError) problem = NULL;
    Status *status = status_read(live_dir, &problem);

    *ret_is_newer = g_error_matches(problem, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED);
    return status;
}

gboolean
status_is_alive(const char *live_dir)
{
    g_autofree char *path = g_build_filename(live_dir, "alive", NULL);

    return lock_is_held(AT_FDCWD, path);
}

/* Of one that is alive and has a status. */
static void
running_to_domain_state(const Status *status, DomainState *ret_state, int *ret_reason)
{
    /* libvirt's VIR_DOMAIN_PAUSED_* and VIR_DOMAIN_RUNNING_* */
    static const int paused[STATUS_PAUSE_LAST] = {
        [STATUS_PAUSE_USER] = 1,     [STATUS_PAUSE_SAVE] = 3,         [STATUS_PAUSE_IOERROR] = 5,
        [STATUS_PAUSE_WATCHDOG] = 6, [STATUS_PAUSE_STARTING_UP] = 11,
    };
    static const int running[STATUS_REASON_LAST] = {
        [STATUS_BOOTED] = 1, [STATUS_RESTORED] = 3, [STATUS_UNPAUSED] = 5,
        [STATUS_WAKEUP] = 8, [STATUS_PANICKED] = 9,
    };

    if (!status->is_paused) {
        *ret_state = DOMAIN_STATE_RUNNING;
        *ret_reason = running[status->reason];
        return;
    }
    *ret_state = DOMAIN_STATE_PAUSED;
    *ret_reason = paused[status->pause];
    if (status->pause == STATUS_PAUSE_CRASHED) {
        *ret_state = DOMAIN_STATE_CRASHED;
        *ret_reason = 1; /* VIR_DOMAIN_CRASHED_PANICKED */
    } else if (status->pause == STATUS_PAUSE_SHUTTING_DOWN) {
        *ret_state = DOMAIN_STATE_SHUTDOWN;
    } else if (status->pause == STATUS_PAUSE_PMSUSPENDED) {
        *ret_state = DOMAIN_STATE_PMSUSPENDED;
    }
}

void
status_to_domain_state(const Status *status, gboolean is_alive, DomainState *ret_state,
                       int *ret_reason)
{
    /* libvirt's VIR_DOMAIN_SHUTOFF_* */
    static const int off[STATUS_REASON_LAST] = {
        [STATUS_SHUTDOWN] = 1, [STATUS_DESTROYED] = 2, [STATUS_CRASHED] = 3,
        [STATUS_PANICKED] = 3, [STATUS_SAVED] = 5,     [STATUS_FAILED] = 6,
    };
    gboolean is_ended = status == NULL || status->state == STATUS_ENDED;

    if (is_alive && status == NULL) {
        *ret_state = DOMAIN_STATE_RUNNING;
        *ret_reason = 0; /* VIR_DOMAIN_RUNNING_UNKNOWN */
    } else if (!is_alive || is_ended) {
        *ret_state = DOMAIN_STATE_SHUTOFF;
        /* Neither alive nor ended: its supervisor was killed. */
        *ret_reason = status == NULL ? 0 : is_ended ? off[status->reason] : off[STATUS_CRASHED];
    } else if (status->state == STATUS_STARTING) {
        *ret_state = DOMAIN_STATE_PAUSED;
        *ret_reason = 11; /* VIR_DOMAIN_PAUSED_STARTING_UP */
    } else {
        running_to_domain_state(status, ret_state, ret_reason);
    }
}

const char *
status_cgroup_dir(const Status *status, const char *controller, int *ret_version)
{
    for (guint i = 0; i < status->cgroups->len; i++) {
        const StatusCgroup *cgroup = &g_array_index(status->cgroups, StatusCgroup, i);
        g_auto(GStrv) names = g_strsplit(cgroup->controllers, ",", -1);

        if (g_strv_contains((const char *const *)names, controller)) {
            *ret_version = cgroup->version;
            return cgroup->dir;
        }
    }
    return NULL;
}
