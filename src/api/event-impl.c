/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/event-impl.c - virEvent*: the program's event loop when it registered one, else ours. */
#include "api/error.h"
#include "api/event-loop.h"

static int
default_add_handle(int fd, int event, virEventHandleCallback cb, void *opaque, virFreeCallback ff)
{
    return event_loop_add_handle(process_event_loop(), fd, event, cb, opaque, ff);
}

static void
default_update_handle(int watch, int event)
{
    event_loop_update_handle(process_event_loop(), watch, event);
}

static int
default_remove_handle(int watch)
{
    return event_loop_remove_handle(process_event_loop(), watch);
}

static int
default_add_timeout(int timeout, virEventTimeoutCallback cb, void *opaque, virFreeCallback ff)
{
    return event_loop_add_timer(process_event_loop(), timeout, cb, opaque, ff);
}

static void
default_update_timeout(int timer, int timeout)
{
    event_loop_update_timer(process_event_loop(), timer, timeout);
}

static int
default_remove_timeout(int timer)
{
    return event_loop_remove_timer(process_event_loop(), timer);
}

void
virEventRegisterImpl(virEventAddHandleFunc addHandle, virEventUpdateHandleFunc updateHandle,
                     virEventRemoveHandleFunc removeHandle, virEventAddTimeoutFunc addTimeout,
                     virEventUpdateTimeoutFunc updateTimeout,
                     virEventRemoveTimeoutFunc removeTimeout)
{
    process_set_event_impl((EventImpl){
        .add_handle = addHandle,
        .update_handle = updateHandle,
        .remove_handle = removeHandle,
        .add_timeout = addTimeout,
        .update_timeout = updateTimeout,
        .remove_timeout = removeTimeout,
    });
}

int
virEventRegisterDefaultImpl(void)
{
    virResetLastError();
    virEventRegisterImpl(default_add_handle, default_update_handle, default_remove_handle,
                         default_add_timeout, default_update_timeout, default_remove_timeout);
    return 0;
}

int
virEventRunDefaultImpl(void)
{
    virResetLastError();
    if (process_event_impl().add_handle != default_add_handle) {
        error_raise_plain(VIR_ERR_INTERNAL_ERROR, VIR_FROM_EVENT,
                          "the event loop of the library is not registered; call "
                          "virEventRegisterDefaultImpl() first");
        return -1;
    }
    if (event_loop_run_once(process_event_loop()) < 0) {
        error_raise_plain(VIR_ERR_SYSTEM_ERROR, VIR_FROM_EVENT, "cannot wait for events");
        return -1;
    }
    return 0;
}

int
virEventAddHandle(int fd, int events, virEventHandleCallback cb, void *opaque, virFreeCallback ff)
{
    EventImpl impl = process_event_impl();

    return impl.add_handle != NULL && fd >= 0 && cb != NULL
               ? impl.add_handle(fd, events, cb, opaque, ff)
               : -1;
}

void
virEventUpdateHandle(int watch, int events)
{
    EventImpl impl = process_event_impl();

    if (impl.update_handle != NULL)
        impl.update_handle(watch, events);
}

int
virEventRemoveHandle(int watch)
{
    EventImpl impl = process_event_impl();

    return impl.remove_handle != NULL ? impl.remove_handle(watch) : -1;
}

int
virEventAddTimeout(int timeout, virEventTimeoutCallback cb, void *opaque, virFreeCallback ff)
{
    EventImpl impl = process_event_impl();

    return impl.add_timeout != NULL && cb != NULL ? impl.add_timeout(timeout, cb, opaque, ff) : -1;
}

void
virEventUpdateTimeout(int timer, int timeout)
{
    EventImpl impl = process_event_impl();

    if (impl.update_timeout != NULL)
        impl.update_timeout(timer, timeout);
}

int
virEventRemoveTimeout(int timer)
{
    EventImpl impl = process_event_impl();

    return impl.remove_timeout != NULL ? impl.remove_timeout(timer) : -1;
}
