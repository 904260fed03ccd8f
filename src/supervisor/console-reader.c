/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include "supervisor/console-priv.h"

#define READER_TURN 16 /* reads of input before others have their turn */

bool
reader_holds(const ConsoleReader *reader)
{
    return reader->watch.fd >= 0 && !reader->is_behind && (!reader->is_pty || reader->has_user);
}

static ssize_t
put(ConsoleReader *reader, struct iovec *parts, int n_parts)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)n_parts};

    if (reader->is_pty)
        return writev(reader->watch.fd, parts, n_parts);
    return sendmsg(reader->watch.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Bytes that the ring lost before the reader took them: says so in the stream. */
static void
skip(ConsoleReader *reader)
{
    uint64_t oldest = ring_oldest(&reader->console->ring);
    int n;

    if (reader->at >= oldest)
        return;
    n = snprintf(reader->note, sizeof reader->note,
                 "\r\n[lodge: %" PRIu64 " bytes were missed here]\r\n", oldest - reader->at);
    reader->note_at = 0;
    reader->note_size = (size_t)n;
    reader->at = oldest;
}

/* Returns: 1 when all of the note is out, else what the last write said. */
static ssize_t
put_note(ConsoleReader *reader)
{
    while (reader->note_at < reader->note_size) {
        struct iovec part = {reader->note + reader->note_at, reader->note_size - reader->note_at};
        ssize_t n = put(reader, &part, 1);

        if (n <= 0)
            return n;
        reader->note_at += (size_t)n;
    }
    return 1;
}

void
reader_deliver(ConsoleReader *reader)
{
    Console *console = reader->console;

    if (reader->watch.fd < 0 || (reader->is_pty && !reader->has_user))
        return;
    while (reader->can_take) {
        struct iovec parts[2];
        int n_parts;
        ssize_t n;

        skip(reader);
        n = put_note(reader);
        n_parts = ring_data(&console->ring, reader->at, parts);
        if (n > 0 && n_parts == 0)
            break;
        if (n > 0) {
            n = put(reader, parts, n_parts);
            reader->at += n > 0 ? (uint64_t)n : 0;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN && !reader->is_pty) {
            reader_end(reader);
            return;
        }
        reader->can_take = n > 0;
    }
    if (reader->at == console->ring.head)
        reader->is_behind = false;
}

void
reader_take_input(ConsoleReader *reader)
{
    Console *console = reader->console;

    for (int i = 0; reader->watch.fd >= 0 && reader->has_input && console->input_size == 0; i++) {
        ssize_t n;

        if (i == READER_TURN) {
            watch_rearm(console->set, &reader->watch);
            return;
        }
        n = read(reader->watch.fd, console->input, sizeof console->input);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            reader->has_input = false;
        if (n == 0 && !reader->is_pty)
            reader->may_write = false; /* half-closed: it goes on as a reader, another may write */
        if (n > 0 && reader->may_write) {
            console->input_at = 0;
            console->input_size = (size_t)n;
            (void)console_flush_input(console); /* what stays waits for the guest's pty */
        }
    }
}

static void
reader_ready(Watch *watch, uint32_t events)
{
    ConsoleReader *reader = watch->owner;
    Console *console = reader->console;

    if (events & EPOLLOUT)
        reader->can_take = true;
    reader_deliver(reader);
    if (watch->fd >= 0 && events & (EPOLLIN | EPOLLRDHUP)) {
        reader->has_input = true;
        reader_take_input(reader);
    }
    if (watch->fd >= 0 && events & (EPOLLHUP | EPOLLERR))
        reader_end(reader);
    console_unhold(console);
}

int
reader_start(Console *console, ConsoleReader *reader, int fd, bool may_write, Err *err)
{
    *reader = (ConsoleReader){.watch = {.func = reader_ready, .owner = reader, .fd = -1},
                              .console = console,
                              .may_write = may_write,
                              .can_take = true,
                              .at = ring_oldest(&console->ring)};
    return watch_add(console->set, &reader->watch, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP, err);
}

void
reader_end(ConsoleReader *reader)
{
    int fd = reader->watch.fd;

    if (fd < 0)
        return;
    watch_remove(reader->console->set, &reader->watch);
    (void)close(fd);
}

/* What the user who left did not read goes; the byte that tells of the next one, see console.h, comes. */
static int
prime(int fd)
{
    int slave = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (slave < 0)
        return -1;
    (void)tcflush(slave, TCIFLUSH); /* what stays is shown first, no more harm than that */
    /* the first time this also makes the pty say that nobody has it open, which a new one does not */
    (void)close(slave);
    return write(fd, "\r", 1) == 1 ? 0 : -1;
}

static void
user_came(ConsoleReader *reader)
{
    struct winsize size;

    reader->has_user = reader->can_take = true;
    reader->at = ring_oldest(&reader->console->ring);
    if (ioctl(reader->watch.fd, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row)
        (void)console_resize(reader->console, size.ws_col, size.ws_row, NULL); /* as on attach */
}

static void
user_left(ConsoleReader *reader)
{
    reader->has_user = reader->is_behind = false;
    reader->note_at = reader->note_size = 0;
    (void)prime(reader->watch.fd); /* without it the next user is noticed when it types */
}

static void
pty_ready(Watch *watch, uint32_t events)
{
    ConsoleReader *reader = watch->owner;
    bool has_user = !(events & EPOLLHUP);

    if (has_user && !reader->has_user)
        user_came(reader);
    else if (!has_user && reader->has_user)
        user_left(reader);
    if (events & EPOLLOUT)
        reader->can_take = true;
    reader_deliver(reader);
    if (events & EPOLLIN) {
        reader->has_input = true;
        reader_take_input(reader);
    }
    console_unhold(reader->console);
}

int
reader_start_pty(Console *console, int fd, Err *err)
{
    struct termios mode;

    console->pty = (ConsoleReader){.watch = {.func = pty_ready, .owner = &console->pty, .fd = -1},
                                   .console = console,
                                   .is_pty = true,
                                   .may_write = true};
    if (tcgetattr(fd, &mode) < 0)
        return err_set_errno(err, errno, "cannot prepare the host's pty of a console");
    cfmakeraw(&mode);
    if (tcsetattr(fd, TCSANOW, &mode) < 0 || prime(fd) < 0)
        return err_set_errno(err, errno, "cannot prepare the host's pty of a console");
    return watch_add(console->set, &console->pty.watch, fd, EPOLLIN | EPOLLOUT, err);
}
