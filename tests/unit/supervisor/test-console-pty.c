/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "console-fixture.h"

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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
    g_test_add("/supervisor/console-pty/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("replays", test_pty_replays);
    ADD("absent", test_pty_is_absent);
    ADD("quiet-guest", test_pty_of_a_quiet_guest);
    return g_test_run();
}
