/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/process.h"

#include "api/event-loop.h"

/* The only mutable file-level variables of the library; each has its lock or is per thread. */
static GMutex lock;
static ErrorHandler error_handler;
static EventImpl event_impl;

static void
last_error_free(void *error)
{
    virFreeError(error);
}

static GPrivate last_error = G_PRIVATE_INIT(last_error_free);

virError *
process_last_error(void)
{
    virError *error = g_private_get(&last_error);

    if (error == NULL) {
        error = g_new0(virError, 1);
        g_private_set(&last_error, error);
    }
    return error;
}

ErrorHandler
process_error_handler(void)
{
    ErrorHandler handler;

    g_mutex_lock(&lock);
    handler = error_handler;
    g_mutex_unlock(&lock);
    return handler;
}

void
process_set_error_handler(ErrorHandler handler)
{
    g_mutex_lock(&lock);
    error_handler = handler;
    g_mutex_unlock(&lock);
}

EventImpl
process_event_impl(void)
{
    EventImpl impl;

    g_mutex_lock(&lock);
    impl = event_impl;
    g_mutex_unlock(&lock);
    return impl;
}

void
process_set_event_impl(EventImpl impl)
{
    g_mutex_lock(&lock);
    event_impl = impl;
    g_mutex_unlock(&lock);
}

EventLoop *
process_event_loop(void)
{
    static EventLoop *loop;

    if (g_once_init_enter(&loop))
        g_once_init_leave(&loop, event_loop_new());
    return loop;
}
