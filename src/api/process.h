/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/process.h - what libvirt's API keeps per process and per thread, and nothing else does.
 *
 * The rest of lodge has no mutable global state; the API's contract needs three pieces: the last error
 * of each thread, the error function, and the registered event loop.
 */
#pragma once

#include <glib.h>

#include "api/public.h"

typedef struct {
    virErrorFunc function; /* NULL: virDefaultErrorFunc */
    void *data;
} ErrorHandler;

typedef struct {
    virEventAddHandleFunc add_handle; /* NULL: no event loop was registered */
    virEventUpdateHandleFunc update_handle;
    virEventRemoveHandleFunc remove_handle;
    virEventAddTimeoutFunc add_timeout;
    virEventUpdateTimeoutFunc update_timeout;
    virEventRemoveTimeoutFunc remove_timeout;
} EventImpl;

typedef struct EventLoop EventLoop;

virError *process_last_error(void); /* of this thread; never NULL; code 0 when all was well */
ErrorHandler process_error_handler(void);
void process_set_error_handler(ErrorHandler handler);
EventImpl process_event_impl(void);
void process_set_event_impl(EventImpl impl);
EventLoop *process_event_loop(void); /* the library's own; made on first use, lives for ever */
