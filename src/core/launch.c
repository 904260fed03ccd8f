/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/launch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/control.h"
#include "core/journal.h"
#include "core/limits.h"
#include "core/paths.h"
#include "core/status.h"
#include "core/store-priv.h"
#include "host/exe.h"
#include "supervisor/control.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/lock.h"
#include "util/spawn.h"

#define LAUNCH_FDS        SUPERVISOR_FILES_FD
#define LAUNCH_ANSWER_MAX 8192
#define LAUNCH_GONE_MS    10000 /* a supervisor that ended its guest, until it is gone itself */
#define LAUNCH_LOOK_MS    20    /* how often its status is read meanwhile */

/* A launch on its way. */
typedef struct {
    Store *store;
    const LaunchSpec *spec;
    char *live_dir, *uuid_link;
    Fd live_fd, alive_fd, plan_fd;
} Launch;

static void
launch_clear(Launch *launch)
{
    g_free(launch->live_dir);
    g_free(launch->uuid_link);
    fd_close(launch->live_fd);
    fd_close(launch->alive_fd);
    fd_close(launch->plan_fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Launch, launch_clear)

/* --- the live directory ---------------------------------------------------------------------- */

/* Refuses when a supervisor runs. One that has written "ended", or has no status (it removes its directory,
 * or was left by a killed launcher and is about to start), is waited for. */
static gboolean
check_not_alive(const Launch *launch, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)LAUNCH_GONE_MS * 1000;
    g_autofree char *alive = g_build_filename(launch->live_dir, "alive", NULL);

    while (!store_is_alive(launch->store, launch->spec->name) &&
           g_get_monotonic_time() < deadline_us)
        if (lock_wait_free(AT_FDCWD, alive, LAUNCH_LOOK_MS))
            return TRUE;
    if (launch->spec->busy_text != NULL)
        return error_set(error, LODGE_ERROR_STATE, "%s", launch->spec->busy_text);
    return error_set(error, LODGE_ERROR_STATE, "%s is already running", launch->store->noun);
}

/* What killed launchers left. The store lock is held, so each of them with `alive` free is dead. */
static void
remove_stale_temps(const Store *store)
{
    DIR *dir = opendir(store->live_dir);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        g_autofree char *alive = NULL;

        if (!g_str_has_prefix(entry->d_name, FILE_TEMP_PREFIX))
            continue;
        alive = g_build_filename(entry->d_name, "alive", NULL);
        if (!lock_is_held(dirfd(dir), alive))
            (void)file_remove_tree(dirfd(dir), entry->d_name, NULL); /* the next one tries again */
    }
    if (dir != NULL)
        closedir(dir);
}

static gboolean
fill(Launch *launch, GError **error)
{
    const LaunchSpec *spec = launch->spec;
    int fd = launch->live_fd;

    launch->alive_fd = lock_create(fd, "alive", error);
    if (launch->alive_fd < 0 ||
        !file_create(fd, "plan", spec->plan, strlen(spec->plan), 0600, error) ||
        !file_create(fd, "live.xml", spec->xml, strlen(spec->xml), 0600, error) ||
        (spec->is_transient && !file_create(fd, "transient", "", 0, 0600, error)))
        return FALSE;
    for (const char *const *at = spec->files; at != NULL && *at != NULL; at += 2)
        if (!file_create(fd, at[0], at[1], strlen(at[1]), 0600, error))
            return FALSE;
    launch->plan_fd = openat(fd, "plan", O_RDONLY | O_CLOEXEC);
    return launch->plan_fd >= 0 || error_set_errno(error, errno, "cannot open the plan");
}

/* Makes the live directory under another name, then all at once. The store lock is held. */
static gboolean
make_live_locked(Launch *launch, GError **error)
{
    Store *store = launch->store;
    g_autofree char *temp = g_strdup_printf("%s/" FILE_TEMP_PREFIX "%d-%p", store->live_dir,
                                            (int)getpid(), (void *)launch);
    g_autofree char *index = g_build_filename(store->live_dir, "by-uuid", NULL);
    g_autofree char *ids = g_build_filename(store->live_dir, "by-id", NULL);
    g_autofree char *entry = g_path_get_basename(launch->live_dir);
    g_autofree char *target = g_strconcat("../", entry, NULL);

    if (!check_not_alive(launch, error) ||
        !store_check_unique_locked(store, launch->spec->name, launch->spec->uuid, error))
        return FALSE;
    remove_stale_temps(store);
    if (!file_make_dirs(index, 0700, error) || !file_make_dirs(ids, 0700, error) ||
        !file_make_dirs(temp, 0700, error))
        return FALSE;
    launch->live_fd = file_open_dir(AT_FDCWD, temp, error);
    if (launch->live_fd >= 0 && !fill(launch, error))
        g_prefix_error(error, "cannot make the live state '%s': ", launch->live_dir);
    else if (launch->live_fd >= 0 &&
             file_remove_tree(AT_FDCWD, launch->live_dir, error) && /* its last state */
             file_link(AT_FDCWD, target, launch->uuid_link, FILE_LIVE, error)) {
        if (rename(temp, launch->live_dir) == 0)
            return TRUE;
        error_set_errno(error, errno, "cannot make '%s'", launch->live_dir);
    }
    (void)file_remove_tree(AT_FDCWD, temp, NULL); /* the first error is the one to tell */
    (void)file_remove(AT_FDCWD, launch->uuid_link, FILE_LIVE, NULL); /* likewise */
    return FALSE;
}

static gboolean
make_live(Launch *launch, GError **error)
{
    int lock_fd = store_lock(launch->store, error);
    gboolean ok;

    if (lock_fd < 0)
        return FALSE;
    ok = make_live_locked(launch, error);
    store_unlock(lock_fd);
    return ok;
}

/* Takes everything back after a failed start. */
static void
remove_live(Launch *launch, const ObjectLock *lock)
{
    g_autofree char *alive = g_build_filename(launch->live_dir, "alive", NULL);

    fd_close(fd_steal(&launch->alive_fd));
    if (!lock_wait_free(AT_FDCWD, alive, LAUNCH_GONE_MS))
        return; /* it lives on after all: cleanup_object() sees to it when it ends */
    /* one that failed took everything back itself; one that was killed could not */
    (void)cleanup_object(launch->store, lock, launch->spec->name, NULL, NULL);
    (void)file_remove_tree(AT_FDCWD, launch->live_dir, NULL); /* cleanup_all() tries again */
    (void)file_remove(AT_FDCWD, launch->uuid_link, FILE_LIVE, NULL);
}

/* --- the supervisor -------------------------------------------------------------------------- */

/* Reads until the supervisor closes its end, which is after one line or its death. */
static gboolean
read_answer(int fd, GString *answer, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)CORE_LAUNCH_MS * 1000;
    char buf[1024];
    ssize_t n;

    while (strchr(answer->str, '\n') == NULL && answer->len < LAUNCH_ANSWER_MAX) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        gint64 left_us = deadline_us - g_get_monotonic_time();
        int got = poll(&poll_fd, 1, (int)MAX(left_us / 1000, 0));

        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            return error_set(error, LODGE_ERROR_TIMEOUT, "the supervisor was not ready within %d s",
                             CORE_LAUNCH_MS / 1000);
        n = got > 0 ? read(fd, buf, sizeof(buf)) : -1;
        if (n < 0 && errno != EINTR)
            return error_set_errno(error, errno, "cannot hear the supervisor");
        if (n == 0)
            break;
        if (n > 0)
            g_string_append_len(answer, buf, n);
    }
    return TRUE;
}

/* "ready PID" or "error WORD TEXT". */
static gboolean
parse_answer(char *answer, int *ret_pid, GError **error)
{
    LodgeErrorCode code = LODGE_ERROR_INTERNAL;
    g_auto(GStrv) words = g_strsplit(g_strchomp(answer), " ", 3);

    if (g_str_has_prefix(answer, "ready ") && sscanf(answer, "ready %d", ret_pid) == 1)
        return TRUE;
    if (g_strv_length(words) == 3 && g_str_equal(words[0], "error")) {
        (void)error_code_from_word(words[1], &code);
        return error_set(error, code, "%s", words[2]);
    }
    return error_set(error, LODGE_ERROR_INTERNAL,
                     "the supervisor died while starting and did not say why");
}

/* Runs @program from a read-only mount of its own, so that no guest reaches the host's file through it;
 * as it is where that is not allowed. spawn_start() closes our descriptors before the exec, but not
 * ours in /proc. */
static pid_t
spawn_sealed(const char *program, const char *const *argv, const int *fds, int n_fds,
             GError **error)
{
    g_auto(Fd) sealed_fd = exe_open_sealed(program);
    g_autofree char *sealed = g_strdup_printf("/proc/%d/fd/%d", (int)getpid(), sealed_fd);

    if (sealed_fd < 0 || access(sealed, X_OK) < 0)
        return spawn_start(program, argv, fds, n_fds, error);
    return spawn_start(sealed, argv, fds, n_fds, error);
}

/* Starts the program; @ret_answer_fd is where it speaks. */
static pid_t
spawn(Launch *launch, int *ret_answer_fd, GError **error)
{
    g_autofree char *path = paths_helper("lodge-supervisor");
    const char *const argv[] = {path, "run", launch->spec->name,
                                NULL}; /* it looks beside argv[0] */
    guint n_pass = MIN(launch->spec->n_pass_fds, SUPERVISOR_FILES_MAX);
    int fds[LAUNCH_FDS + SUPERVISOR_FILES_MAX], ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0) {
        error_set_errno(error, errno, "cannot make a pipe");
        return -1;
    }
    memcpy(fds, launch->spec->stdio, sizeof(launch->spec->stdio));
    fds[SUPERVISOR_PLAN_FD] = launch->plan_fd;
    fds[SUPERVISOR_LAUNCH_FD] = ends[1];
    fds[SUPERVISOR_LIVE_FD] = launch->live_fd;
    fds[SUPERVISOR_ALIVE_FD] = launch->alive_fd;
    if (n_pass > 0)
        memcpy(fds + SUPERVISOR_FILES_FD, launch->spec->pass_fds, n_pass * sizeof *fds);
    pid = spawn_sealed(path, argv, fds, LAUNCH_FDS + (int)n_pass, error);
    fd_close(ends[1]);
    if (pid < 0)
        fd_close(ends[0]);
    else
        *ret_answer_fd = ends[0];
    return pid;
}

/* Makes LIVE/by-id/PID. Its supervisor removes that after it wrote "ended": when that was before we
 * made it, we remove it. */
static void
link_id(const Launch *launch, int pid)
{
    g_autofree char *link = store_id_link(launch->store, pid);
    g_autofree char *entry = g_path_get_basename(launch->live_dir);
    g_autofree char *target = g_strconcat("../", entry, NULL);
    g_autoptr(Status) status = NULL;

    (void)file_remove(AT_FDCWD, link, FILE_LIVE, NULL);       /* of an earlier life of that pid */
    (void)file_link(AT_FDCWD, target, link, FILE_LIVE, NULL); /* look-ups do without it, slowly */
    status = status_read(launch->live_dir, NULL);
    if (status == NULL || status->state == STATUS_ENDED || !status_is_alive(launch->live_dir))
        (void)file_remove(AT_FDCWD, link, FILE_LIVE, NULL);
}

static gboolean
run_supervisor(Launch *launch, int *ret_id, GError **error)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    g_auto(Fd) answer_fd = -1;
    int id = -1;
    gboolean ok;
    pid_t pid;

    pid = spawn(launch, &answer_fd, error);
    if (pid < 0)
        return FALSE;
    fd_close(fd_steal(&launch->alive_fd)); /* from now on it is the supervisor's alone */
    ok = read_answer(answer_fd, answer, error);
    if (!ok) { /* stuck: let its own end take everything back */
        (void)control_request(launch->live_dir, (const char *[]){"destroy", NULL}, LAUNCH_GONE_MS,
                              NULL, NULL, NULL);
        fd_close(fd_steal(&answer_fd));
    }
    (void)spawn_reap(pid); /* the parent of the one that stays; it ended long ago */
    if (!ok || !parse_answer(answer->str, &id, error))
        return FALSE;
    if (launch->spec->has_id)
        link_id(launch, id);
    if (ret_id != NULL)
        *ret_id = id;
    return TRUE;
}

gboolean
launch_start(Store *store, const ObjectLock *lock, const LaunchSpec *spec, int *ret_id,
             GError **error)
{
    g_auto(Launch) launch = {
        .store = store,
        .spec = spec,
        .live_dir = store_live_dir(store, spec->name),
        .uuid_link = store_uuid_link(store->live_dir, spec->uuid),
        .live_fd = -1,
        .alive_fd = -1,
        .plan_fd = -1,
    };

    journal_trim(store->paths); /* the supervisor appends only */
    if (!cleanup_object(store, lock, spec->name, NULL, error) || !make_live(&launch, error))
        return FALSE;
    if (run_supervisor(&launch, ret_id, error))
        return TRUE;
    remove_live(&launch, lock);
    return FALSE;
}
