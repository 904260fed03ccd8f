/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/unit/container/facts-canned.h - hosts made up for tests of plans. */
#pragma once

#include "core/host-facts.h"

/* @kind "v1", "v2", "hybrid" or "none". (transfer full) */
static inline HostFacts *
facts_canned(const char *kind)
{
    static const char *const v1[] = {"cpu,cpuacct", "cpuset", "memory", "devices",
                                     "freezer",     "blkio",  "pids",   "name=systemd"};
    HostFacts *facts = host_facts_new();

    if (g_str_equal(kind, "v1") || g_str_equal(kind, "hybrid"))
        for (gsize i = 0; i < G_N_ELEMENTS(v1); i++) {
            g_autofree char *base = g_strconcat("/sys/fs/cgroup/", v1[i], NULL);

            host_facts_add_hierarchy(facts, FALSE, v1[i], base);
        }
    if (g_str_equal(kind, "hybrid"))
        host_facts_add_hierarchy(facts, TRUE, "", "/sys/fs/cgroup/unified");
    if (g_str_equal(kind, "v2"))
        host_facts_add_hierarchy(facts, TRUE, "cpuset,cpu,io,memory,hugetlb,pids,rdma,misc",
                                 "/sys/fs/cgroup");
    host_facts_add_device(facts, "/dev/net/tun", 'c', 10, 200, 0666);
    host_facts_add_device(facts, "/dev/sdz1", 'b', 8, 17, 0660);
    facts->cpus = g_strdup("0-3");
    return facts;
}
