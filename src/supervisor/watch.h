/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/watch.h - descriptors and deadlines that the supervisor waits for: a thin epoll.
 *
 * Theory of operation. Watches and timers are embedded in what owns them, so nothing is allocated. All
 * watches are edge-triggered: whoever is told that a descriptor is ready goes on until EAGAIN, or keeps
 * a flag that it stopped early, or calls watch_rearm() to be told again after the others had their turn
 * (this bounds what one busy console can take). A watch may be removed, its own too, from any function
 * that a round calls.
 *
 * Used by: supervisor (loop, control, console).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host/err.h"

typedef struct Watch Watch;
typedef struct Timer Timer;
typedef void (*WatchFunc)(Watch *watch, uint32_t events);
typedef void (*TimerFunc)(Timer *timer);

struct Watch {
    WatchFunc func; /* set by the owner, as the next two */
    void *owner;
    int fd;          /* borrowed; -1: not watched */
    uint32_t events; /* EPOLLIN ... as of watch_add() */
};

struct Timer {
    TimerFunc func;
    void *owner;
    int64_t at_ms; /* of clock_ms(); 0: not set */
    Timer *next;
};

#define WATCH_ROUND 16 /* events taken at once */

typedef struct {
    int epoll_fd;
    Timer *timers;
    Watch *round[WATCH_ROUND]; /* of the round under way; NULL: removed meanwhile */
    int n_round;
} WatchSet;

int watch_set_open(WatchSet *set, Err *err);
void watch_set_close(WatchSet *set);

/**
 * watch_add:
 * @watch: func and owner are set; must stay where it is until watch_remove()
 * @fd: what to wait for; borrowed
 * @events: EPOLLIN, EPOLLOUT, EPOLLRDHUP; EPOLLET is added, EPOLLHUP and EPOLLERR come always
 */
int watch_add(WatchSet *set, Watch *watch, int fd, uint32_t events, Err *err);

/* Call the function again next round when the descriptor is ready then. */
void watch_rearm(WatchSet *set, Watch *watch);

/* To be called before the descriptor is closed. Harmless when not watched. */
void watch_remove(WatchSet *set, Watch *watch);

/* Calls @timer's function once, @ms from now; a timer that is set already is moved. */
void timer_set(WatchSet *set, Timer *timer, int64_t ms);
void timer_clear(WatchSet *set, Timer *timer);

/* Waits for the next round of events (or the next timer) and calls the functions. */
void watch_wait(WatchSet *set);
