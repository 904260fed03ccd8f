/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "container/facts.h"

#include <string.h>

/* "v1 memory /base; v2 - /other": what was found, as text. */
static char *
found(const char *mountinfo)
{
    g_autoptr(HostFacts) facts = host_facts_new();
    g_autofree char *text = g_strdup(mountinfo);
    GString *out = g_string_new(NULL);

    host_facts_parse_mounts(facts, text);
    for (guint i = 0; i < facts->hierarchies->len; i++) {
        const HostHierarchy *h = g_ptr_array_index(facts->hierarchies, i);

        g_string_append_printf(out, "%s%s %s %s", i ? "; " : "", h->is_v2 ? "v2" : "v1",
                               *h->controllers ? h->controllers : "-", h->base);
    }
    return g_string_free(out, FALSE);
}

#define V1(id, point, controllers)                                                                 \
    id " 31 0:29 / " point " rw,relatime - cgroup cgroup rw," controllers "\n"

static const struct {
    const char *name, *mountinfo, *wanted;
} cases[] = {
    {"v1",
     V1("32", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct") V1("33", "/sys/fs/cgroup/m", "memory"),
     "v1 cpu,cpuacct /sys/fs/cgroup/cpu,cpuacct; v1 memory /sys/fs/cgroup/m"},
    {"v2", "24 22 0:21 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
     "v2 - /sys/fs/cgroup"},
    {"hybrid", V1("32", "/c/pids", "pids") "41 31 0:38 / /c/unified rw - cgroup2 cgroup2 rw\n",
     "v1 pids /c/pids; v2 - /c/unified"},
    {"named", "40 31 0:37 / /c/systemd rw - cgroup cgroup rw,xattr,name=systemd\n",
     "v1 name=systemd /c/systemd"},
    {"none", "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n", ""},
    {"empty", "", ""},
    {"read-only-mount", "32 31 0:29 / /c/pids ro,relatime - cgroup cgroup rw,pids\n", ""},
    {"read-only-super", "32 31 0:29 / /c/pids rw,relatime - cgroup cgroup ro,pids\n", ""},
    {"twice", V1("32", "/c/pids", "pids") V1("99", "/other/pids", "pids"), "v1 pids /c/pids"},
    {"blank-in-path", V1("32", "/c\\040d/pids", "pids"), "v1 pids /c d/pids"},
    {"cut-short", "32 31 0:29 / /c/pids - cgroup cgroup rw,pids\n32 31 - cgroup\n", ""},
    {"name-like-cgroup", "50 23 8:1 / /x rw - ext4 /dev/cgroup rw\n", ""},
};

static void
test_mounts(gconstpointer data)
{
    int i = GPOINTER_TO_INT(data);
    g_autofree char *got = found(cases[i].mountinfo);

    g_assert_cmpstr(got, ==, cases[i].wanted);
}

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
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/container/facts/mounts/", cases[i].name, NULL);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_mounts);
    }
    g_test_add_func("/container/facts/find", test_find);
    return g_test_run();
}
