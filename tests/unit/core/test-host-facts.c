/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/host-facts.h"

#include <string.h>

static void
test_find(void)
{
    g_autoptr(HostFacts) facts = host_facts_new();

    host_facts_add_hierarchy(facts, FALSE, "cpu,cpuacct", "/one");
    host_facts_add_hierarchy(facts, FALSE, "cpuset", "/two");
    host_facts_add_hierarchy(facts, TRUE, "io,memory", "/three");
    g_assert_cmpstr(host_facts_find(facts, "cpu")->base, ==, "/one");
    g_assert_cmpstr(host_facts_find(facts, "cpuacct")->base, ==, "/one");
    g_assert_cmpstr(host_facts_find(facts, "cpuset")->base, ==, "/two");
    g_assert_cmpstr(host_facts_find(facts, "memory")->base, ==, "/three");
    g_assert_cmpstr(host_facts_find(facts, NULL)->base, ==, "/three");
    g_assert_null(host_facts_find(facts, "acct"));
    g_assert_null(host_facts_find(facts, "pids"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/facts/find", test_find);
    return g_test_run();
}
