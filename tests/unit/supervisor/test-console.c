/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "console-fixture.h"

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
    ADD("idle", test_idle);
    ADD("resize", test_resize);
    ADD("input-waits", test_input_waits);
    ADD("reboot", test_reboot);
    ADD("drain", test_drain);
    return g_test_run();
}
