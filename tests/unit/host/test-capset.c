/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/capset.h"

static void
test_names(void)
{
    for (int i = 0; i <= CAPSET_LAST; i++) {
        g_autofree char *upper = g_ascii_strup(capset_name(i), -1);
        g_autofree char *full = g_strconcat("CAP_", upper, NULL);

        g_assert_cmpint(capset_number(capset_name(i)), ==, i);
        g_assert_cmpint(capset_number(full), ==, i);
    }
    g_assert_null(capset_name(-1));
    g_assert_null(capset_name(CAPSET_LAST + 1));
    g_assert_cmpint(capset_number("chow"), ==, -1);
    g_assert_cmpint(capset_number(""), ==, -1);
    g_assert_cmpint(capset_number("cap_"), ==, -1);
    g_assert_cmpint(capset_number("sys_admin"), ==, 21);
    g_assert_cmpint(capset_number("bpf"), ==, 39);
}

static void
test_parse(void)
{
    uint64_t set = 7;
    Err err = {0};

    g_assert_cmpint(capset_parse("chown,kill,net_admin", &set, &err), ==, 0);
    g_assert_cmphex(set, ==, 1 | 1 << 5 | 1 << 12);
    g_assert_cmpint(capset_parse("none", &set, &err), ==, 0);
    g_assert_cmphex(set, ==, 0);
    g_assert_cmpint(capset_parse("all", &set, &err), ==, 0);
    g_assert_cmphex(set, ==, CAPSET_ALL);
    set = 7;
    g_assert_cmpint(capset_parse("chown,fly", &set, &err), ==, -1);
    g_assert_cmpstr(err.word, ==, "config");
    g_assert_cmpstr(err.text, ==, "'fly' is no capability; see capabilities(7)");
    g_assert_cmphex(set, ==, 7);
    g_assert_cmpint(capset_parse("chown,", &set, &err), ==, -1);
    g_assert_cmpint(capset_parse(",chown", &set, &err), ==, -1);
}

static guint64
status_mask(const char *key)
{
    g_autofree char *text = NULL, *line = g_strconcat("\n", key, ":", NULL);
    char *at;

    g_assert_true(g_file_get_contents("/proc/self/status", &text, NULL, NULL));
    at = strstr(text, line);
    g_assert_nonnull(at);
    return g_ascii_strtoull(at + strlen(line), NULL, 16);
}

/* In a child: afterwards nothing else is there, and exec brings nothing back. */
static void
test_drop(void)
{
    const guint64 keep = 1 << 0 | 1 << 5;
    Err err = {0};

    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    if (g_test_subprocess()) {
        g_assert_cmpint(capset_bound(keep, &err), ==, 0);
        g_assert_cmpint(capset_apply(keep, &err), ==, 0);
        g_assert_cmphex(status_mask("CapBnd"), ==, keep);
        g_assert_cmphex(status_mask("CapPrm"), ==, keep);
        g_assert_cmphex(status_mask("CapEff"), ==, keep);
        g_assert_cmphex(status_mask("CapInh"), ==, 0);
        g_assert_cmphex(status_mask("CapAmb"), ==, 0);
        g_assert_cmpint(capset_bound(0, &err), ==, -1); /* setpcap is gone */
        g_assert_cmpstr(err.word, ==, "denied");
        execl("/bin/sh", "sh", "-c", "grep -q '^CapEff:.*0000000021$' /proc/self/status", NULL);
        _exit(127);
    }
    g_test_trap_subprocess(NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/capset/names", test_names);
    g_test_add_func("/host/capset/parse", test_parse);
    g_test_add_func("/host/capset/drop", test_drop);
    return g_test_run();
}
