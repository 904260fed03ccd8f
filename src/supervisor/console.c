/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "supervisor/console-priv.h"

/* Position from which on the ring is still needed. */
static uint64_t
needed_from(const Console *console)
{
    uint64_t from = console->ring.head;

    if (reader_holds(&console->pty) && console->pty.at < from)
        from = console->pty.at;
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        if (reader_holds(&console->readers[i]) && console->readers[i].at < from)
            from = console->readers[i].at;
    return from;
}

static size_t
room(const Console *console)
{
    return console->ring.size - (size_t)(console->ring.head - needed_from(console));
}

static void
hold(Console *console)
{
    console->is_held = true;
    console->pty.held_at = console->pty.at;
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        console->readers[i].held_at = console->readers[i].at;
    timer_set(console->set, &console->patience, CONSOLE_PATIENCE_MS);
}

void
console_unhold(Console *console)
{
    if (!console->is_held || room(console) < CONSOLE_PROGRESS)
        return;
    console->is_held = false;
    timer_clear(console->set, &console->patience);
    watch_rearm(console->set, &console->guest);
}

static void
leave_behind(ConsoleReader *reader)
{
    if (reader_holds(reader) && reader->at - reader->held_at < CONSOLE_PROGRESS &&
        reader->at != reader->console->ring.head)
        reader->is_behind = true;
}

static void
patience_is_over(Timer *timer)
{
    Console *console = timer->owner;

    leave_behind(&console->pty);
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        leave_behind(&console->readers[i]);
    console_unhold(console);
}

static void
deliver(Console *console)
{
    reader_deliver(&console->pty);
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        reader_deliver(&console->readers[i]);
}

/* Returns: bytes taken into the ring and passed on; 0 when there is no room or nothing to read. */
static size_t
take_output(Console *console)
{
    uint64_t start = console->ring.head;
    struct iovec parts[2];
    int n_parts;

    /* a pty gives at most 4 KiB a read; one delivery for all of them saves the readers' wake-ups */
    while ((n_parts = ring_space(&console->ring, needed_from(console), parts)) > 0 &&
           console->ring.head - start < CONSOLE_RING / 2) {
        ssize_t n = readv(console->guest.fd, parts, n_parts);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* EAGAIN; or EIO: no process of the guest has it open just now */
            break;
        ring_advance(&console->ring, (size_t)n);
    }
    if (console->ring.head == start)
        return 0;
    n_parts = ring_data(&console->ring, start, parts);
    console_log_write(&console->log, parts, n_parts);
    deliver(console);
    return (size_t)(console->ring.head - start);
}

static void
drop_input(Console *console)
{
    console->input_at = console->input_size = 0;
}

bool
console_flush_input(Console *console)
{
    while (console->input_size > 0) {
        ssize_t n =
            console->guest.fd < 0
                ? -1
                : write(console->guest.fd, console->input + console->input_at, console->input_size);

        if (n < 0 && console->guest.fd >= 0 && errno == EINTR)
            continue;
        if (n < 0 && (console->guest.fd < 0 || errno != EAGAIN)) {
            drop_input(console); /* nobody is there to read it, nor will be */
            return true;
        }
        if (n <= 0)
            return false;
        console->input_at += (size_t)n;
        console->input_size -= (size_t)n;
    }
    console->input_at = 0;
    return true;
}

static void
guest_ready(Watch *watch, uint32_t events)
{
    Console *console = watch->owner;
    size_t total = 0, n;

    if (events & EPOLLOUT && console->input_size > 0 && console_flush_input(console)) {
        reader_take_input(&console->pty);
        for (int i = 0; i < CONSOLE_READERS_MAX; i++)
            reader_take_input(&console->readers[i]);
    }
    /* a read makes room, which is an event too: not a reason to read again */
    if (console->is_held || !(events & (EPOLLIN | EPOLLHUP)))
        return;
    while (total < CONSOLE_TURN && (n = take_output(console)) > 0)
        total += n;
    if (room(console) == 0)
        hold(console);
    else if (total >= CONSOLE_TURN)
        watch_rearm(console->set, watch);
}

int
console_open(Console *console, WatchSet *set, int host_fd, Err *err)
{
    console->set = set;
    console->guest = (Watch){.func = guest_ready, .owner = console, .fd = -1};
    console->patience = (Timer){.func = patience_is_over, .owner = console};
    console->log.fd = -1;
    console->pty.watch.fd = -1;
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        console->readers[i].watch.fd = -1;
    if (ring_open(&console->ring, CONSOLE_RING) < 0)
        return err_set_errno(err, errno, "cannot make the buffer of a console");
    if (host_fd >= 0 && reader_start_pty(console, host_fd, err) < 0) {
        console_close(console);
        return -1;
    }
    return 0;
}

void
console_close(Console *console)
{
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        reader_end(&console->readers[i]);
    timer_clear(console->set, &console->patience);
    watch_remove(console->set, &console->pty.watch);
    watch_remove(console->set, &console->guest);
    console_log_close(&console->log);
    ring_close(&console->ring);
}

int
console_set_guest(Console *console, int guest_fd, Err *err)
{
    watch_remove(console->set, &console->guest);
    drop_input(console); /* was typed at the former boot */
    console->is_held = false;
    timer_clear(console->set, &console->patience);
    if (guest_fd < 0)
        return 0;
    return watch_add(console->set, &console->guest, guest_fd, EPOLLIN | EPOLLOUT, err);
}

static bool
is_waiting(const ConsoleReader *reader)
{
    return reader_holds(reader) && reader->at != reader->console->ring.head;
}

void
console_drain(Console *console, int ms)
{
    int64_t end = clock_ms() + ms;

    if (console->guest.fd < 0)
        return;
    for (;;) {
        struct pollfd wait[CONSOLE_READERS_MAX + 1];
        nfds_t n = 0;
        int64_t left = end - clock_ms();

        while (take_output(console) > 0)
            ;
        if (is_waiting(&console->pty))
            wait[n++] = (struct pollfd){.fd = console->pty.watch.fd, .events = POLLOUT};
        for (int i = 0; i < CONSOLE_READERS_MAX; i++)
            if (is_waiting(&console->readers[i]))
                wait[n++] = (struct pollfd){console->readers[i].watch.fd, POLLOUT, 0};
        if (n == 0 || left <= 0 || (poll(wait, n, (int)left) <= 0 && errno != EINTR))
            return;
        console->pty.can_take = true;
        for (int i = 0; i < CONSOLE_READERS_MAX; i++)
            console->readers[i].can_take = true;
        deliver(console);
    }
}

static bool
pty_in_use(const Console *console)
{
    struct pollfd now = {.fd = console->pty.watch.fd, .events = 0};

    return now.fd >= 0 && poll(&now, 1, 0) >= 0 && !(now.revents & POLLHUP);
}

static int
make_way(Console *console, ConsoleMode mode, Err *err)
{
    ConsoleReader *writer = NULL;

    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        if (console->readers[i].watch.fd >= 0 && console->readers[i].may_write)
            writer = &console->readers[i];
    if (mode == CONSOLE_SAFE && pty_in_use(console))
        return err_set(err, "busy",
                       "the console is in use through its pty on the host; leave that "
                       "program first, or connect without --safe");
    if (!writer)
        return 0;
    if (mode != CONSOLE_FORCE)
        return err_set(err, "busy",
                       "somebody is connected to this console; use --force to take it "
                       "over, or --readonly to watch");
    reader_end(writer);
    return 0;
}

static ConsoleReader *
find_place(Console *console)
{
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        if (console->readers[i].watch.fd < 0)
            return &console->readers[i];
    return NULL;
}

int
console_attach(Console *console, bool may_write, ConsoleMode mode, int cols, int rows, Err *err)
{
    ConsoleReader *place;
    int pair[2];

    if (may_write && make_way(console, mode, err) < 0)
        return -1;
    place = find_place(console);
    if (!place)
        return err_set(err, "limit",
                       "%d readers are connected to this console, which is the most; "
                       "leave one of them",
                       CONSOLE_READERS_MAX);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return err_set_errno(err, errno, "cannot make the stream of a console");
    if (reader_start(console, place, pair[0], may_write, err) < 0) {
        (void)close(pair[0]);
        (void)close(pair[1]);
        return -1;
    }
    /* the client's end blocks as any stream that a program did not ask to be otherwise */
    (void)fcntl(pair[1], F_SETFL, O_RDWR);
    if (may_write && cols > 0 && rows > 0)
        (void)console_resize(console, cols, rows, NULL); /* a guest between two boots has none */
    reader_deliver(place);
    return pair[1];
}

int
console_resize(Console *console, int cols, int rows, Err *err)
{
    struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};

    if (cols < 1 || rows < 1 || cols > 65535 || rows > 65535)
        return err_set(err, "argument", "a terminal of %dx%d cannot be; both lie in 1 to 65535",
                       cols, rows);
    if (console->guest.fd < 0)
        return err_set(err, "state", "the guest is rebooting");
    /* ENOTTY: a machine's line, which has no size */
    if (ioctl(console->guest.fd, TIOCSWINSZ, &size) < 0 && errno != ENOTTY)
        return err_set_errno(err, errno, "cannot resize the console");
    return 0;
}
