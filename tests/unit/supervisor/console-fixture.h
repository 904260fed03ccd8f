/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/unit/supervisor/console-fixture.h - a console between a guest's pty, whose slave the test holds,
 * and a pty of the host; the loop is run by hand until a condition holds or a deadline passes.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <pty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "supervisor/console.h"

typedef struct {
    WatchSet set;
    Console *console;
    int guest_master, guest_slave, host_master;
    char host_path[64];
    Err err;
} Fixture;

static inline int
open_pty(char *ret_path, size_t size)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

    g_assert_cmpint(master, >=, 0);
    g_assert_cmpint(grantpt(master), ==, 0);
    g_assert_cmpint(unlockpt(master), ==, 0);
    g_assert_cmpint(ptsname_r(master, ret_path, size), ==, 0);
    return master;
}

static inline int
open_slave(const char *path)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    struct termios mode;

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(tcgetattr(fd, &mode), ==, 0);
    cfmakeraw(&mode);
    g_assert_cmpint(tcsetattr(fd, TCSANOW, &mode), ==, 0);
    return fd;
}

static inline void
set_up(Fixture *f, gconstpointer data)
{
    char path[64];

    g_assert_cmpint(watch_set_open(&f->set, &f->err), ==, 0);
    f->guest_master = open_pty(path, sizeof path);
    f->guest_slave = open_slave(path);
    f->host_master = open_pty(f->host_path, sizeof f->host_path);
    f->console = g_new0(Console, 1);
    g_assert_cmpint(console_open(f->console, &f->set, f->host_master, &f->err), ==, 0);
    g_assert_cmpint(console_set_guest(f->console, f->guest_master, &f->err), ==, 0);
}

static inline void
tear_down(Fixture *f, gconstpointer data)
{
    console_close(f->console);
    g_free(f->console);
    watch_set_close(&f->set);
    close(f->guest_master);
    close(f->guest_slave);
    close(f->host_master);
}

static inline void
wake(Timer *timer)
{
    *(gboolean *)timer->owner = TRUE;
}

/* One round of the loop, at most @ms. */
static inline void
turn(Fixture *f, int ms)
{
    gboolean woken = FALSE;
    Timer timer = {.func = wake, .owner = &woken};

    timer_set(&f->set, &timer, ms);
    watch_wait(&f->set);
    timer_clear(&f->set, &timer);
}

static inline void
settle(Fixture *f)
{
    for (int64_t end = clock_ms() + 30; clock_ms() < end;)
        turn(f, 5);
}

/* Reads from @fd, with the loop running, until @size bytes came or a deadline passed. */
static inline GByteArray *
gather_for(Fixture *f, int fd, gsize size, int ms)
{
    GByteArray *all = g_byte_array_new();
    int64_t end = clock_ms() + ms;
    guint8 buf[65536];

    while (all->len < size && clock_ms() < end) {
        gssize n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);

        if (n < 0 && errno == ENOTSOCK)
            n = read(fd, buf, sizeof buf);
        if (n > 0)
            g_byte_array_append(all, buf, (guint)n);
        else if (n == 0)
            break;
        else
            turn(f, 2);
    }
    return all;
}

/* Until nothing has come for a while. */
static inline GByteArray *
gather_all(Fixture *f, int fd)
{
    GByteArray *all = g_byte_array_new();

    for (;;) {
        g_autoptr(GByteArray) more = gather_for(f, fd, G_MAXUINT, 300);

        if (more->len == 0)
            return all;
        g_byte_array_append(all, more->data, more->len);
    }
}

static inline GByteArray *
gather(Fixture *f, int fd, gsize size)
{
    return gather_for(f, fd, size, 10000);
}

static inline void
expect(Fixture *f, int fd, const char *text)
{
    g_autoptr(GByteArray) got = gather(f, fd, strlen(text));

    g_byte_array_append(got, (const guint8 *)"", 1);
    g_assert_cmpstr((char *)got->data, ==, text);
}

static inline void
say(Fixture *f, const char *text)
{
    g_assert_cmpint(write(f->guest_slave, text, strlen(text)), ==, strlen(text));
}

static inline int
attach(Fixture *f, gboolean may_write, ConsoleMode mode)
{
    int fd = console_attach(f->console, may_write, mode, 0, 0, &f->err);

    g_assert_cmpint(fd, >=, 0);
    return fd;
}

static inline gboolean
is_ended(Fixture *f, int fd)
{
    char byte;

    settle(f);
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

/* Writes @size bytes as the guest would; every byte tells its place. */
static inline gpointer
blast(gpointer data)
{
    Fixture *f = data;
    guint8 piece[4096];
    gsize at = 0, size = 8 << 20;

    while (at < size) {
        gssize n;

        for (gsize i = 0; i < sizeof piece; i++)
            piece[i] = (guint8)((at + i) % 253);
        n = write(f->guest_slave, piece, MIN(sizeof piece, size - at));
        if (n > 0)
            at += (gsize)n;
        else
            g_assert_cmpint(errno, ==, EAGAIN);
        if (n < 0)
            (void)poll(&(struct pollfd){f->guest_slave, POLLOUT, 0}, 1, 100);
    }
    return NULL;
}
