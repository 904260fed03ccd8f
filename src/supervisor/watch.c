/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/clock.h"

int
watch_set_open(WatchSet *set, Err *err)
{
    *set = (WatchSet){.epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
    if (set->epoll_fd < 0)
        return err_set_errno(err, errno, "cannot make an epoll descriptor");
    return 0;
}

void
watch_set_close(WatchSet *set)
{
    if (set->epoll_fd >= 0)
        (void)close(set->epoll_fd);
    set->epoll_fd = -1;
}

int
watch_add(WatchSet *set, Watch *watch, int fd, uint32_t events, Err *err)
{
    struct epoll_event event = {.events = events | EPOLLET, .data.ptr = watch};

    if (epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        return err_set_errno(err, errno, "cannot wait for descriptor %d", fd);
    watch->fd = fd;
    watch->events = event.events;
    return 0;
}

void
watch_rearm(WatchSet *set, Watch *watch)
{
    struct epoll_event event = {.events = watch->events, .data.ptr = watch};

    if (watch->fd >= 0)
        (void)epoll_ctl(set->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event); /* it is in the set */
}

void
watch_remove(WatchSet *set, Watch *watch)
{
    if (watch->fd < 0)
        return;
    (void)epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL); /* gone is what is wanted */
    watch->fd = -1;
    for (int i = 0; i < set->n_round; i++)
        if (set->round[i] == watch)
            set->round[i] = NULL;
}

void
timer_clear(WatchSet *set, Timer *timer)
{
    timer->at_ms = 0;
    for (Timer **at = &set->timers; *at; at = &(*at)->next)
        if (*at == timer) {
            *at = timer->next;
            return;
        }
}

void
timer_set(WatchSet *set, Timer *timer, int64_t ms)
{
    timer_clear(set, timer);
    timer->at_ms = clock_ms() + ms;
    timer->next = set->timers;
    set->timers = timer;
}

static int
next_timeout(const WatchSet *set)
{
    int64_t first = INT64_MAX, now;

    for (const Timer *timer = set->timers; timer; timer = timer->next)
        if (timer->at_ms < first)
            first = timer->at_ms;
    if (first == INT64_MAX)
        return -1;
    now = clock_ms();
    if (first <= now)
        return 0;
    return first - now < 60000 ? (int)(first - now) : 60000;
}

static Timer *
find_due(const WatchSet *set, int64_t now)
{
    for (Timer *timer = set->timers; timer; timer = timer->next)
        if (timer->at_ms <= now)
            return timer;
    return NULL;
}

void
watch_wait(WatchSet *set)
{
    struct epoll_event events[WATCH_ROUND];
    int n = epoll_wait(set->epoll_fd, events, WATCH_ROUND, next_timeout(set));
    int64_t now;

    for (int i = 0; i < n; i++)
        set->round[i] = events[i].data.ptr;
    set->n_round = n > 0 ? n : 0;
    for (int i = 0; i < n; i++)
        if (set->round[i])
            set->round[i]->func(set->round[i], events[i].events);
    set->n_round = 0;
    if (!set->timers)
        return;
    /* one reading of the clock: a timer that sets itself anew is not due again in this round */
    now = clock_ms();
    for (Timer *timer; (timer = find_due(set, now));) {
        timer_clear(set, timer);
        timer->func(timer);
    }
}
