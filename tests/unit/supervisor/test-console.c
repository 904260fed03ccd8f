/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The guest's side is a real pty whose slave the test holds; the loop is run by hand until a condition
 * holds or a deadline passes. */
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

static int
open_pty(char *ret_path, size_t size)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

    g_assert_cmpint(master, >=, 0);
    g_assert_cmpint(grantpt(master), ==, 0);
    g_assert_cmpint(unlockpt(master), ==, 0);
    g_assert_cmpint(ptsname_r(master, ret_path, size), ==, 0);
    return master;
}

static int
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

static void
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

static void
tear_down(Fixture *f, gconstpointer data)
{
    console_close(f->console);
    g_free(f->console);
    watch_set_close(&f->set);
    close(f->guest_master);
    close(f->guest_slave);
    close(f->host_master);
}

static void
wake(Timer *timer)
{
    *(gboolean *)timer->owner = TRUE;
}

/* One round of the loop, at most @ms. */
static void
turn(Fixture *f, int ms)
{
    gboolean woken = FALSE;
    Timer timer = {.func = wake, .owner = &woken};

    timer_set(&f->set, &timer, ms);
    watch_wait(&f->set);
    timer_clear(&f->set, &timer);
}

static void
settle(Fixture *f)
{
    for (int64_t end = clock_ms() + 30; clock_ms() < end;)
        turn(f, 5);
}

/* Reads from @fd, with the loop running, until @size bytes came or a deadline passed. */
static GByteArray *
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
static GByteArray *
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

static GByteArray *
gather(Fixture *f, int fd, gsize size)
{
    return gather_for(f, fd, size, 10000);
}

static void
expect(Fixture *f, int fd, const char *text)
{
    g_autoptr(GByteArray) got = gather(f, fd, strlen(text));

    g_byte_array_append(got, (const guint8 *)"", 1);
    g_assert_cmpstr((char *)got->data, ==, text);
}

static void
say(Fixture *f, const char *text)
{
    g_assert_cmpint(write(f->guest_slave, text, strlen(text)), ==, strlen(text));
}

static int
attach(Fixture *f, gboolean may_write, ConsoleMode mode)
{
    int fd = console_attach(f->console, may_write, mode, 0, 0, &f->err);

    g_assert_cmpint(fd, >=, 0);
    return fd;
}

static gboolean
is_ended(Fixture *f, int fd)
{
    char byte;

    settle(f);
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
test_replay(Fixture *f, gconstpointer data)
{
    int fd;

    say(f, "booting\n");
    settle(f);
    fd = attach(f, TRUE, CONSOLE_PLAIN);
    expect(f, fd, "booting\n");
    say(f, "login: ");
    expect(f, fd, "login: ");
    close(fd);
}

static void
test_binary_both_ways(Fixture *f, gconstpointer data)
{
    int fd = attach(f, TRUE, CONSOLE_PLAIN);
    guint8 bytes[256];
    g_autoptr(GByteArray) out = NULL, in = NULL;

    for (int i = 0; i < 256; i++)
        bytes[i] = (guint8)i;
    g_assert_cmpint(write(f->guest_slave, bytes, 256), ==, 256);
    out = gather(f, fd, 256);
    g_assert_cmpmem(out->data, out->len, bytes, 256);
    g_assert_cmpint(write(fd, bytes, 256), ==, 256);
    in = gather(f, f->guest_slave, 256);
    g_assert_cmpmem(in->data, in->len, bytes, 256);
    close(fd);
}

static void
test_one_writer(Fixture *f, gconstpointer data)
{
    int first = attach(f, TRUE, CONSOLE_PLAIN), second, reader;

    g_assert_cmpint(console_attach(f->console, TRUE, CONSOLE_PLAIN, 0, 0, &f->err), ==, -1);
    g_assert_cmpstr(f->err.word, ==, "busy");
    g_assert_cmpstr(f->err.text, ==,
                    "somebody is connected to this console; use --force to take it over, or "
                    "--readonly to watch");
    g_assert_cmpint(console_attach(f->console, TRUE, CONSOLE_SAFE, 0, 0, &f->err), ==, -1);
    g_assert_cmpstr(f->err.word, ==, "busy");
    reader = attach(f, FALSE, CONSOLE_PLAIN);
    second = attach(f, TRUE, CONSOLE_FORCE);
    g_assert_true(is_ended(f, first));
    say(f, "hello");
    expect(f, second, "hello");
    expect(f, reader, "hello");
    g_assert_cmpint(write(reader, "no", 2), ==, 2);
    g_assert_cmpint(write(second, "yes", 3), ==, 3);
    expect(f, f->guest_slave, "yes");
    g_assert_false(is_ended(f, second));
    close(first);
    close(second);
    close(reader);
}

static void
test_half_close(Fixture *f, gconstpointer data)
{
    int first = attach(f, TRUE, CONSOLE_PLAIN), second;

    g_assert_cmpint(write(first, "date\n", 5), ==, 5);
    shutdown(first, SHUT_WR);
    expect(f, f->guest_slave, "date\n");
    settle(f);
    second = attach(f, TRUE, CONSOLE_SAFE); /* the first is a reader now */
    say(f, "today");
    expect(f, first, "today");
    expect(f, second, "today");
    close(first);
    close(second);
}

static void
test_too_many(Fixture *f, gconstpointer data)
{
    int fds[CONSOLE_READERS_MAX];

    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        fds[i] = attach(f, FALSE, CONSOLE_PLAIN);
    g_assert_cmpint(console_attach(f->console, FALSE, CONSOLE_PLAIN, 0, 0, &f->err), ==, -1);
    g_assert_cmpstr(f->err.word, ==, "limit");
    close(fds[3]);
    settle(f);
    fds[3] = attach(f, FALSE, CONSOLE_PLAIN);
    for (int i = 0; i < CONSOLE_READERS_MAX; i++)
        close(fds[i]);
}

/* Writes @size bytes as the guest would; every byte tells its place. */
static gpointer
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

static void
test_nothing_is_lost(Fixture *f, gconstpointer data)
{
    int fd = attach(f, TRUE, CONSOLE_PLAIN), slow = attach(f, FALSE, CONSOLE_PLAIN);
    GThread *guest = g_thread_new("guest", blast, f);
    g_autoptr(GByteArray) all = g_byte_array_new();
    int64_t end = clock_ms() + 60000;
    guint8 buf[1 << 17];

    while (all->len < 8 << 20 && clock_ms() < end) {
        gssize n;

        turn(f, 2);
        n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);
        if (n > 0)
            g_byte_array_append(all, buf, (guint)n);
        (void)recv(slow, buf, 40000, MSG_DONTWAIT); /* slower, but alive */
    }
    g_thread_join(guest);
    g_assert_cmpuint(all->len, ==, 8 << 20);
    for (guint i = 0; i < all->len; i++)
        if (all->data[i] != i % 253)
            g_error("byte %u is %d", i, all->data[i]);
    close(fd);
    close(slow);
}

/* A reader that takes nothing costs the guest one second, once; then it is told what it missed. */
static void
test_dead_reader(Fixture *f, gconstpointer data)
{
    int dead = attach(f, TRUE, CONSOLE_PLAIN);
    GThread *guest = g_thread_new("guest", blast, f);
    int64_t start = clock_ms();
    g_autoptr(GByteArray) all = NULL;
    char *mark;

    while (f->console->ring.head < 8 << 20 && clock_ms() < start + 60000)
        turn(f, 10);
    g_thread_join(guest);
    g_assert_cmpuint(f->console->ring.head, ==, 8 << 20);
    g_assert_cmpint(clock_ms() - start, >=, CONSOLE_PATIENCE_MS);
    g_assert_cmpint(clock_ms() - start, <, 5 * CONSOLE_PATIENCE_MS);
    all = gather_all(f, dead);
    g_byte_array_append(all, (const guint8 *)"", 1);
    mark = memmem(all->data, all->len, "\r\n[lodge: ", 10);
    g_assert_nonnull(mark);
    g_assert_nonnull(strstr(mark, " bytes were missed here]\r\n"));
    g_assert_cmpint(all->data[all->len - 2], ==, ((8 << 20) - 1) % 253);
    say(f, "again");
    expect(f, dead, "again");
    close(dead);
}

static void
test_pty_replays(Fixture *f, gconstpointer data)
{
    int slave;

    say(f, "one");
    settle(f);
    slave = open(f->host_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    expect(f, slave, "\rone");
    settle(f);
    g_assert_true(f->console->pty.has_user);
    say(f, "two");
    expect(f, slave, "two");
    g_assert_cmpint(write(slave, "typed\0\377", 7), ==, 7);
    expect(f, f->guest_slave, "typed");
    close(slave);
    settle(f);
    g_assert_false(f->console->pty.has_user);
    slave = open(f->host_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    expect(f, slave, "\ronetwo"); /* all of it again, and once */
    close(slave);
}

/* With nobody on the pty the guest goes on, and the next one gets the last of it. */
static void
test_pty_is_absent(Fixture *f, gconstpointer data)
{
    GThread *guest = g_thread_new("guest", blast, f);
    int64_t start = clock_ms();
    g_autoptr(GByteArray) got = NULL;
    int slave;

    while (f->console->ring.head < 8 << 20 && clock_ms() < start + 60000)
        turn(f, 10);
    g_thread_join(guest);
    g_assert_cmpint(clock_ms() - start, <, 20000); /* an absent reader never holds the guest */
    slave = open(f->host_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    got = gather_all(f, slave);
    g_assert_cmpuint(got->len, ==, 1 + CONSOLE_RING);
    for (guint i = 1; i < got->len; i++)
        g_assert_cmpint(got->data[i], ==, ((8 << 20) - CONSOLE_RING + i - 1) % 253);
    close(slave);
}

static void
test_pty_of_a_quiet_guest(Fixture *f, gconstpointer data)
{
    int slave = open(f->host_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    g_assert_cmpint(tcflush(slave, TCIFLUSH), ==, 0); /* as screen does */
    settle(f);
    g_assert_true(f->console->pty.has_user);
    say(f, "hello");
    expect(f, slave, "hello");
    g_assert_cmpint(write(slave, "x", 1), ==, 1);
    expect(f, f->guest_slave, "x");
    g_assert_cmpint(console_attach(f->console, TRUE, CONSOLE_SAFE, 0, 0, &f->err), ==, -1);
    g_assert_true(g_str_has_prefix(f->err.text, "the console is in use through its pty"));
    close(slave);
    settle(f);
    close(attach(f, TRUE, CONSOLE_SAFE));
}

/* An idle console must not turn the loop. */
static void
test_idle(Fixture *f, gconstpointer data)
{
    int rounds = 0, reader = attach(f, FALSE, CONSOLE_PLAIN);

    say(f, "x");
    settle(f);
    shutdown(reader, SHUT_WR);
    close(f->guest_slave);
    settle(f);
    for (int64_t end = clock_ms() + 100; clock_ms() < end; rounds++)
        turn(f, 50);
    g_assert_cmpint(rounds, <=, 4);
    close(reader);
    f->guest_slave = -1;
}

static void
test_resize(Fixture *f, gconstpointer data)
{
    struct winsize size;
    int fd = console_attach(f->console, TRUE, CONSOLE_PLAIN, 132, 43, &f->err);

    g_assert_cmpint(ioctl(f->guest_slave, TIOCGWINSZ, &size), ==, 0);
    g_assert_cmpint(size.ws_col, ==, 132);
    g_assert_cmpint(size.ws_row, ==, 43);
    g_assert_cmpint(console_resize(f->console, 80, 25, &f->err), ==, 0);
    g_assert_cmpint(ioctl(f->guest_slave, TIOCGWINSZ, &size), ==, 0);
    g_assert_cmpint(size.ws_col, ==, 80);
    g_assert_cmpint(console_resize(f->console, 0, 25, &f->err), ==, -1);
    g_assert_cmpstr(f->err.text, ==, "a terminal of 0x25 cannot be; both lie in 1 to 65535");
    close(fd);
}

/* A guest that reads nothing: the writer waits, the loop does not, and nothing is lost. */
static void
test_input_waits(Fixture *f, gconstpointer data)
{
    int fd = attach(f, TRUE, CONSOLE_PLAIN);
    gsize sent = 0;
    g_autoptr(GByteArray) got = NULL;
    guint8 piece[1000];

    for (int64_t end = clock_ms() + 200; clock_ms() < end;) {
        gssize n;

        for (gsize i = 0; i < sizeof piece; i++)
            piece[i] = (guint8)((sent + i) % 253);
        n = send(fd, piece, sizeof piece, MSG_DONTWAIT);
        sent += n > 0 ? (gsize)n : 0;
        turn(f, 1);
    }
    say(f, "still here");
    expect(f, fd, "still here");
    got = gather(f, f->guest_slave, sent);
    g_assert_cmpuint(got->len, ==, sent);
    for (guint i = 0; i < got->len; i++)
        if (got->data[i] != i % 253)
            g_error("byte %u is %d", i, got->data[i]);
    close(fd);
}

static void
test_reboot(Fixture *f, gconstpointer data)
{
    int fd = attach(f, TRUE, CONSOLE_PLAIN);
    char path[64];

    say(f, "down");
    console_drain(f->console, 100);
    g_assert_cmpint(console_set_guest(f->console, -1, &f->err), ==, 0);
    g_assert_cmpint(console_resize(f->console, 80, 25, &f->err), ==, -1);
    g_assert_cmpint(write(fd, "lost", 4), ==, 4);
    settle(f);
    close(f->guest_slave);
    close(f->guest_master);
    f->guest_master = open_pty(path, sizeof path);
    f->guest_slave = open_slave(path);
    g_assert_cmpint(console_set_guest(f->console, f->guest_master, &f->err), ==, 0);
    say(f, "up");
    expect(f, fd, "downup");
    g_assert_cmpint(write(fd, "kept", 4), ==, 4);
    expect(f, f->guest_slave, "kept");
    close(fd);
}

static void
test_drain(Fixture *f, gconstpointer data)
{
    int fd = attach(f, TRUE, CONSOLE_PLAIN);
    g_autoptr(GByteArray) got = g_byte_array_new();
    guint8 buf[64];
    gssize n;

    say(f, "last words");
    close(f->guest_slave);
    f->guest_slave = -1;
    console_drain(f->console, 100);
    console_close(f->console);
    while ((n = recv(fd, buf, sizeof buf, 0)) > 0)
        g_byte_array_append(got, buf, (guint)n);
    g_assert_cmpmem(got->data, got->len, "last words", 10);
    close(fd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
    g_test_add("/supervisor/console/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("replay", test_replay);
    ADD("binary-both-ways", test_binary_both_ways);
    ADD("one-writer", test_one_writer);
    ADD("half-close", test_half_close);
    ADD("too-many", test_too_many);
    ADD("nothing-is-lost", test_nothing_is_lost);
    ADD("dead-reader", test_dead_reader);
    ADD("pty-replays", test_pty_replays);
    ADD("pty-is-absent", test_pty_is_absent);
    ADD("pty-of-a-quiet-guest", test_pty_of_a_quiet_guest);
    ADD("idle", test_idle);
    ADD("resize", test_resize);
    ADD("input-waits", test_input_waits);
    ADD("reboot", test_reboot);
    ADD("drain", test_drain);
    return g_test_run();
}
