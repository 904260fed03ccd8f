/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/status.h"

#include <sys/wait.h>

#include "enum-check.h"
#include "util/error.h"

static const char whole[] = "version 1\n"
                            "state running\n"
                            "reason booted\n"
                            "supervisor 4711 99\n"
                            "init 4712 100\n"
                            "started 1700000000\n"
                            "boots 2\n"
                            "freezer v1 /sys/fs/cgroup/freezer/lodge/lxc/a\\x20b.guest\n"
                            "paused no\n"
                            "cgroup v1 cpu,cpuacct /sys/fs/cgroup/cpu/x\n"
                            "cgroup v2 memory /sys/fs/cgroup/y\n"
                            "console 0 /dev/pts/3\n"
                            "console 2 /dev/pts/5\n"
                            "netdev veth0 eth0 52:54:00:00:00:01\n"
                            "netdev - eth1 52:54:00:00:00:02\n"
                            "not-enforced blkio.weight no\\x20such\\x20file\n"
                            "made /export/x\n"
                            "helper 5 6 lodge-proc-view\n"
                            "some-later-key 1 2 3\n";

static void
test_tables(void)
{
    TEST_ENUM(status_state, StatusState, STATUS_STATE_LAST);
    TEST_ENUM(status_reason, StatusReason, STATUS_REASON_LAST);
    TEST_ENUM(status_pause, StatusPause, STATUS_PAUSE_LAST);
}

static void
test_everything_is_read(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Status) status = status_parse(whole, &error);
    int version = 0;

    g_assert_no_error(error);
    g_assert_cmpint(status->state, ==, STATUS_RUNNING);
    g_assert_cmpint(status->reason, ==, STATUS_BOOTED);
    g_assert_cmpint(status->supervisor, ==, 4711);
    g_assert_cmpuint(status->supervisor_start, ==, 99);
    g_assert_cmpint(status->init, ==, 4712);
    g_assert_cmpint(status->started, ==, 1700000000);
    g_assert_cmpuint(status->boots, ==, 2);
    g_assert_false(status->has_exit);
    g_assert_cmpint(status->freezer_version, ==, 1);
    g_assert_cmpstr(status->freezer_dir, ==, "/sys/fs/cgroup/freezer/lodge/lxc/a b.guest");
    g_assert_cmpuint(status->consoles->len, ==, 3);
    g_assert_cmpstr(status->consoles->pdata[0], ==, "/dev/pts/3");
    g_assert_null(status->consoles->pdata[1]);
    g_assert_cmpstr(status->consoles->pdata[2], ==, "/dev/pts/5");
    g_assert_cmpuint(status->netdevs->len, ==, 2);
    g_assert_cmpstr(g_array_index(status->netdevs, StatusNetdev, 0).host, ==, "veth0");
    g_assert_null(g_array_index(status->netdevs, StatusNetdev, 1).host);
    g_assert_cmpstr(g_array_index(status->not_enforced, StatusNotEnforced, 0).reason, ==,
                    "no such file");
    g_assert_cmpstr(status_cgroup_dir(status, "cpuacct", &version), ==, "/sys/fs/cgroup/cpu/x");
    g_assert_cmpint(version, ==, 1);
    g_assert_cmpstr(status_cgroup_dir(status, "memory", &version), ==, "/sys/fs/cgroup/y");
    g_assert_cmpint(version, ==, 2);
    g_assert_null(status_cgroup_dir(status, "cpuac", &version));
}

static void
test_exits(void)
{
    g_autoptr(Status) exited = status_parse("version 1\nstate ended\nexit exited 3\n", NULL);
    g_autoptr(Status) signaled = status_parse("version 1\nstate ended\nexit signaled 9\n", NULL);

    g_assert_true(exited->has_exit && WIFEXITED(exited->wait_status));
    g_assert_cmpint(WEXITSTATUS(exited->wait_status), ==, 3);
    g_assert_true(signaled->has_exit && WIFSIGNALED(signaled->wait_status));
    g_assert_cmpint(WTERMSIG(signaled->wait_status), ==, 9);
}

static void
assert_refused(const char *text, LodgeErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(status_parse(text, &error));
    g_assert_error(error, LODGE_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_refused(void)
{
    assert_refused("version 2\n", LODGE_ERROR_UNSUPPORTED,
                   "status was written by a newer lodge (version 2); use that one");
    assert_refused("version 1\nstate odd\n", LODGE_ERROR_INTERNAL,
                   "status line 2 is damaged: bad 'state'");
    assert_refused("version 1\nsupervisor x\n", LODGE_ERROR_INTERNAL,
                   "status line 2 is damaged: bad 'supervisor'");
    assert_refused("version 1\nconsole 99999999 /dev/pts/1\n", LODGE_ERROR_INTERNAL,
                   "status line 2 is damaged: bad 'console'");
    assert_refused("version 1\nexit exited 999\n", LODGE_ERROR_INTERNAL,
                   "status line 2 is damaged: bad 'exit'");
}

static void
assert_state(const char *text, gboolean is_alive, DomainState state, int reason)
{
    g_autoptr(Status) status = text != NULL ? status_parse(text, NULL) : NULL;
    DomainState got;
    int got_reason;

    status_to_domain_state(status, is_alive, &got, &got_reason);
    g_assert_cmpint(got, ==, state);
    g_assert_cmpint(got_reason, ==, reason);
}

static void
test_libvirt_numbers(void)
{
    assert_state(NULL, FALSE, DOMAIN_STATE_SHUTOFF, 0);
    assert_state(NULL, TRUE, DOMAIN_STATE_RUNNING, 0); /* a newer lodge's */
    assert_state(whole, TRUE, DOMAIN_STATE_RUNNING, 1);
    assert_state(whole, FALSE, DOMAIN_STATE_SHUTOFF, 3);
    assert_state("state running\nreason unpaused\n", TRUE, DOMAIN_STATE_RUNNING, 5);
    assert_state("state running\nreason something-new\n", TRUE, DOMAIN_STATE_RUNNING, 0);
    assert_state("state running\nreason booted\npaused yes\n", TRUE, DOMAIN_STATE_PAUSED, 1);
    assert_state("state starting\n", TRUE, DOMAIN_STATE_PAUSED, 11);
    assert_state("state ended\nreason shutdown\n", FALSE, DOMAIN_STATE_SHUTOFF, 1);
    assert_state("state ended\nreason destroyed\n", TRUE, DOMAIN_STATE_SHUTOFF, 2);
    assert_state("state ended\nreason crashed\n", FALSE, DOMAIN_STATE_SHUTOFF, 3);
    assert_state("state ended\nreason failed\n", FALSE, DOMAIN_STATE_SHUTOFF, 6);
}

static void
test_machine(void)
{
    static const struct {
        const char *text;
        DomainState state;
        int reason;
    } cases[] = {
        {"state running\nreason restored\npaused no\n", DOMAIN_STATE_RUNNING, 3},
        {"state running\nreason booted\npaused yes\n", DOMAIN_STATE_PAUSED, 1},
        {"state running\nreason booted\npaused yes\npause-reason ioerror\n", DOMAIN_STATE_PAUSED,
         5},
        {"state running\nreason booted\npaused yes\npause-reason crashed\n", DOMAIN_STATE_CRASHED,
         1},
        {"state running\nreason booted\npaused yes\npause-reason pmsuspended\n",
         DOMAIN_STATE_PMSUSPENDED, 0},
        {"state running\nreason booted\npaused yes\npause-reason shutting-down\n",
         DOMAIN_STATE_SHUTDOWN, 0},
        {"state running\nreason booted\npaused yes\npause-reason of-tomorrow\n",
         DOMAIN_STATE_PAUSED, 0},
        {"state ended\nreason saved\n", DOMAIN_STATE_SHUTOFF, 5},
        {"state ended\nreason panicked\n", DOMAIN_STATE_SHUTOFF, 3},
    };
    g_autoptr(Status) status = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Status) one = status_parse(cases[i].text, NULL);
        DomainState state;
        int reason;

        g_assert_nonnull(one);
        status_to_domain_state(one, one->state != STATUS_ENDED, &state, &reason);
        g_assert_cmpint(state, ==, cases[i].state);
        g_assert_cmpint(reason, ==, cases[i].reason);
    }
    status = status_parse("version 1\nstate running\njob save\nagent connected\n"
                          "monitor broken not\\x20JSON\n",
                          NULL);
    g_assert_cmpstr(status->job, ==, "save");
    g_assert_true(status->has_agent && status->is_agent_connected);
    g_assert_cmpstr(status->monitor_broken, ==, "not JSON");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/status/tables", test_tables);
    g_test_add_func("/status/everything", test_everything_is_read);
    g_test_add_func("/status/exits", test_exits);
    g_test_add_func("/status/machine", test_machine);
    g_test_add_func("/status/refused", test_refused);
    g_test_add_func("/status/numbers", test_libvirt_numbers);
    return g_test_run();
}
