/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/event-loop.h - the event loop behind virEventRegisterDefaultImpl(): poll(2) over handles and
 * timers.
 *
 * Theory of operation: handles and timers are kept in two lists under one lock. A turn builds the
 * poll set, waits without the lock, then calls back without it: a callback may add, change and remove
 * anything, itself included. A removed entry is only marked; it is dropped, and its opaque freed,
 * between turns, so no callback runs after the turn in which it was removed. A change from another
 * thread wakes the turn through an eventfd.
 */
#pragma once

#include "api/public.h"

typedef struct EventLoop EventLoop;

EventLoop *event_loop_new(void);

int event_loop_add_handle(EventLoop *loop, int fd, int events, virEventHandleCallback callback,
                          void *opaque, virFreeCallback free_opaque);
void event_loop_update_handle(EventLoop *loop, int watch, int events);
int event_loop_remove_handle(EventLoop *loop, int watch); /* -1: there is none */

int event_loop_add_timer(EventLoop *loop, int timeout_ms, virEventTimeoutCallback callback,
                         void *opaque, virFreeCallback free_opaque);
void event_loop_update_timer(EventLoop *loop, int timer, int timeout_ms);
int event_loop_remove_timer(EventLoop *loop, int timer);

/* One turn: waits for something to happen, and calls back. Returns: 0, -1 when poll fails. */
int event_loop_run_once(EventLoop *loop);
