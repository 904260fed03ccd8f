/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/event-loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

typedef struct {
    int number;
    gboolean removed;
    int fd, events; /* handles */
    int timeout_ms; /* timers; -1: off */
    gint64 due_us;  /* timers */
    virEventHandleCallback on_handle;
    virEventTimeoutCallback on_timer;
    void *opaque;
    virFreeCallback free_opaque;
} Entry;

struct EventLoop {
    GMutex lock;
    GPtrArray *handles, *timers; /* Entry */
    int last_number;
    int wake_fd; /* -1: the kernel has none left; changes then show in the next turn */
};

EventLoop *
event_loop_new(void)
{
    EventLoop *loop = g_new0(EventLoop, 1);

    g_mutex_init(&loop->lock);
    loop->handles = g_ptr_array_new();
    loop->timers = g_ptr_array_new();
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return loop;
}

static void
wake(EventLoop *loop)
{
    const guint64 one = 1;

    /* A full counter means that the turn is being woken already. */
    if (loop->wake_fd >= 0 && write(loop->wake_fd, &one, sizeof one) < 0)
        return;
}

static Entry *
find(GPtrArray *list, int number)
{
    for (guint i = 0; i < list->len; i++) {
        Entry *entry = g_ptr_array_index(list, i);

        if (entry->number == number && !entry->removed)
            return entry;
    }
    return NULL;
}

static int
add(EventLoop *loop, GPtrArray *list, Entry *entry)
{
    int number;

    g_mutex_lock(&loop->lock);
    number = entry->number = ++loop->last_number;
    g_ptr_array_add(list, entry);
    g_mutex_unlock(&loop->lock);
    wake(loop);
    return number;
}

static int
take_out(EventLoop *loop, GPtrArray *list, int number)
{
    Entry *entry;

    g_mutex_lock(&loop->lock);
    entry = find(list, number);
    if (entry != NULL)
        entry->removed = TRUE;
    g_mutex_unlock(&loop->lock);
    wake(loop);
    return entry != NULL ? 0 : -1;
}

int
event_loop_add_handle(EventLoop *loop, int fd, int events, virEventHandleCallback callback,
                      void *opaque, virFreeCallback free_opaque)
{
    Entry *entry = g_new0(Entry, 1);

    entry->fd = fd;
    entry->events = events;
    entry->on_handle = callback;
    entry->opaque = opaque;
    entry->free_opaque = free_opaque;
    return add(loop, loop->handles, entry);
}

void
event_loop_update_handle(EventLoop *loop, int watch, int events)
{
    Entry *entry;

    g_mutex_lock(&loop->lock);
    entry = find(loop->handles, watch);
    if (entry != NULL)
        entry->events = events;
    g_mutex_unlock(&loop->lock);
    wake(loop);
}

int
event_loop_remove_handle(EventLoop *loop, int watch)
{
    return take_out(loop, loop->handles, watch);
}

static gint64
due_after(int timeout_ms)
{
    return timeout_ms < 0 ? G_MAXINT64 : g_get_monotonic_time() + (gint64)timeout_ms * 1000;
}

int
event_loop_add_timer(EventLoop *loop, int timeout_ms, virEventTimeoutCallback callback,
                     void *opaque, virFreeCallback free_opaque)
{
    Entry *entry = g_new0(Entry, 1);

    entry->timeout_ms = timeout_ms;
    entry->due_us = due_after(timeout_ms);
    entry->on_timer = callback;
    entry->opaque = opaque;
    entry->free_opaque = free_opaque;
    return add(loop, loop->timers, entry);
}

void
event_loop_update_timer(EventLoop *loop, int timer, int timeout_ms)
{
    Entry *entry;

    g_mutex_lock(&loop->lock);
    entry = find(loop->timers, timer);
    if (entry != NULL) {
        entry->timeout_ms = timeout_ms;
        entry->due_us = due_after(timeout_ms);
    }
    g_mutex_unlock(&loop->lock);
    wake(loop);
}

int
event_loop_remove_timer(EventLoop *loop, int timer)
{
    return take_out(loop, loop->timers, timer);
}

/* Called with the lock, drops it around the callbacks. */
static void
drop_removed_locked(EventLoop *loop, GPtrArray *list)
{
    for (guint i = 0; i < list->len;) {
        Entry *entry = g_ptr_array_index(list, i);

        if (!entry->removed) {
            i++;
            continue;
        }
        g_ptr_array_remove_index(list, i);
        g_mutex_unlock(&loop->lock);
        if (entry->free_opaque != NULL)
            entry->free_opaque(entry->opaque);
        g_free(entry);
        g_mutex_lock(&loop->lock);
        i = 0; /* the list may have changed meanwhile */
    }
}

static int
next_timeout_locked(EventLoop *loop)
{
    gint64 due = G_MAXINT64;
    gint64 now = g_get_monotonic_time();

    for (guint i = 0; i < loop->timers->len; i++) {
        const Entry *entry = g_ptr_array_index(loop->timers, i);

        if (!entry->removed)
            due = MIN(due, entry->due_us);
    }
    if (due == G_MAXINT64)
        return -1;
    return due <= now ? 0 : (int)MIN((due - now + 999) / 1000, G_MAXINT);
}

static short
poll_bits(int events)
{
    return (short)((events & VIR_EVENT_HANDLE_READABLE ? POLLIN : 0) |
                   (events & VIR_EVENT_HANDLE_WRITABLE ? POLLOUT : 0));
}

static int
event_bits(short revents)
{
    return (revents & POLLIN ? VIR_EVENT_HANDLE_READABLE : 0) |
           (revents & POLLOUT ? VIR_EVENT_HANDLE_WRITABLE : 0) |
           (revents & (POLLERR | POLLNVAL) ? VIR_EVENT_HANDLE_ERROR : 0) |
           (revents & POLLHUP ? VIR_EVENT_HANDLE_HANGUP : 0);
}

static void
run_timers_locked(EventLoop *loop)
{
    gint64 now = g_get_monotonic_time();
    guint n = loop->timers->len; /* those that callbacks add wait for the next turn */

    for (guint i = 0; i < n; i++) {
        Entry *entry = g_ptr_array_index(loop->timers, i);

        if (entry->removed || entry->due_us > now)
            continue;
        entry->due_us = due_after(entry->timeout_ms);
        g_mutex_unlock(&loop->lock);
        entry->on_timer(entry->number, entry->opaque);
        g_mutex_lock(&loop->lock);
    }
}

static void
run_handles_locked(EventLoop *loop, const struct pollfd *polled, guint n)
{
    for (guint i = 0; i < n; i++) {
        Entry *entry = g_ptr_array_index(loop->handles, i);
        int events = event_bits(polled[i].revents);

        if (events == 0 || entry->removed || entry->events == 0)
            continue;
        g_mutex_unlock(&loop->lock);
        entry->on_handle(entry->number, entry->fd, events, entry->opaque);
        g_mutex_lock(&loop->lock);
    }
}

int
event_loop_run_once(EventLoop *loop)
{
    g_autofree struct pollfd *polled = NULL;
    guint n;
    int timeout_ms, got;
    guint64 count;

    g_mutex_lock(&loop->lock);
    drop_removed_locked(loop, loop->handles);
    drop_removed_locked(loop, loop->timers);
    n = loop->handles->len;
    polled = g_new0(struct pollfd, n + 1);
    for (guint i = 0; i < n; i++) {
        const Entry *entry = g_ptr_array_index(loop->handles, i);

        /* A handle that waits for nothing must not spin on a hang-up. */
        polled[i].fd = entry->events != 0 ? entry->fd : -1;
        polled[i].events = poll_bits(entry->events);
    }
    polled[n] = (struct pollfd){.fd = loop->wake_fd, .events = POLLIN};
    timeout_ms = next_timeout_locked(loop);
    g_mutex_unlock(&loop->lock);

    got = poll(polled, n + 1, timeout_ms);
    if (got < 0)
        return errno == EINTR ? 0 : -1;
    if (polled[n].revents != 0 && read(loop->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
        return -1;

    g_mutex_lock(&loop->lock);
    run_timers_locked(loop);
    run_handles_locked(loop, polled, n);
    drop_removed_locked(loop, loop->handles);
    drop_removed_locked(loop, loop->timers);
    g_mutex_unlock(&loop->lock);
    return 0;
}
