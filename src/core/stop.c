/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/stop.h"

#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/control.h"
#include "core/limits.h"
#include "core/lock.h"
#include "core/process.h"
#include "core/status.h"
#include "util/error.h"
#include "util/fd.h"

#define STOP_MS      5000 /* then the supervisor itself is killed */
#define STOP_EXIT_MS 1    /* between looks at one that is in its exit already */
#define STOP_LOOK_MS 50 /* a killed process lets go of its locks after the event that we wait for */

static gboolean
is_starting(const char *live_dir)
{
    gboolean is_newer = FALSE;
    g_autoptr(Status) status = status_is_alive(live_dir) ? status_look(live_dir, &is_newer) : NULL;

    return status == NULL && !is_newer && status_is_alive(live_dir);
}

/* Held by somebody who has written no status yet: it is being started, maybe for a launcher that was
 * killed. Waits until it runs or has failed. */
static void
await_start(const char *live_dir)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)STOP_MS * 1000;
    g_auto(Fd) watch_fd = -1;

    if (!is_starting(live_dir)) /* nearly always: closing a watch takes the kernel 14 ms */
        return;
    watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    /* Without a watch we look every STOP_LOOK_MS, which is as good. */
    (void)inotify_add_watch(watch_fd, live_dir, IN_MOVED_TO | IN_CLOSE | IN_DELETE_SELF);
    while (is_starting(live_dir) && g_get_monotonic_time() < deadline_us) {
        struct pollfd wait = {.fd = watch_fd, .events = POLLIN};
        char events[4096];

        if (poll(&wait, 1, STOP_LOOK_MS) > 0)
            (void)!read(watch_fd, events, sizeof(events)); /* only that they came matters */
    }
}

/* The supervisor has answered: nothing is left of the object but the supervisor itself. It leaves the
 * socket and the lock to its exit, and the kernel closes them one right after the other, in no order that
 * it promises: an undefine that still found the lock held would leave the removal to nobody. */
static void
await_end(int fd, const char *live_dir)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)STOP_MS * 1000;
    struct pollfd wait = {.fd = fd, .events = POLLRDHUP};
    int n;

    do
        n = poll(&wait, 1, STOP_MS);
    while (n < 0 && errno == EINTR);
    while (status_is_alive(live_dir) && g_get_monotonic_time() < deadline_us)
        (void)poll(NULL, 0, STOP_EXIT_MS);
}

static gboolean
ask(const char *live_dir)
{
    static const char *const words[] = {"destroy", NULL};
    g_auto(Fd) fd = control_open(live_dir, NULL);

    if (fd < 0 || !control_send(fd, words, NULL) || !control_receive(fd, STOP_MS, NULL, NULL, NULL))
        return FALSE;
    await_end(fd, live_dir);
    return TRUE;
}

static gboolean
force(Store *store, const char *name, const char *live_dir, GError **error)
{
    gboolean is_newer;
    g_autoptr(Status) status = status_look(live_dir, &is_newer);
    g_autoptr(ObjectLock) lock = NULL;

    if (is_newer && status_is_alive(live_dir))
        return error_set(error, LODGE_ERROR_UNSUPPORTED,
                         "cannot stop %s '%s': a newer lodge started it; stop it with that one",
                         store->noun, name);
    if (status && (!process_kill(status->supervisor, status->supervisor_start, STOP_MS) ||
                   !process_kill(status->init, status->init_start, STOP_MS)))
        return error_set(error, LODGE_ERROR_TIMEOUT,
                         "%s '%s' was killed, but the kernel has not ended it after %d seconds; a "
                         "process of it is stuck in a driver or a dead network mount",
                         store->noun, name, STOP_MS / 1000);
    lock = object_lock_take(store, name, CORE_LOCK_MS, error);
    return lock && (cleanup_object(store, lock, name, NULL, NULL) ||
                    cleanup_known(store, lock, name, error));
}

gboolean
stop_object(Store *store, const char *name, GError **error)
{
    g_autofree char *live_dir = store_live_dir(store, name);

    await_start(live_dir);
    if (!store_is_alive(store, name) && !cleanup_is_needed(store, name))
        return store_set_not_running(store, error);
    if (ask(live_dir))
        return TRUE;
    if (!store_is_alive(store, name) && !cleanup_is_needed(store, name))
        return store_set_not_running(store, error); /* it ended by itself in the meantime */
    return force(store, name, live_dir, error);
}
