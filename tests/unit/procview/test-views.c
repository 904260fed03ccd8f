/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A made-up /proc and made-up groups in a temporary directory. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "procview/views.h"
#include "temp-dir.h"

typedef struct {
    TempDir dir;
    Views views;
    GPtrArray *paths; /* owns what path_of() made */
} Fixture;

static const char host_meminfo[] = "MemTotal:       24690532 kB\n"
                                   "MemFree:        20000000 kB\n"
                                   "MemAvailable:   22000000 kB\n"
                                   "Buffers:          123456 kB\n"
                                   "Cached:          3000000 kB\n"
                                   "SwapTotal:       1000000 kB\n"
                                   "SwapFree:         900000 kB\n"
                                   "HugePages_Total:       3\n"
                                   "Slab:             500000 kB\n";

static void
put(Fixture *f, const char *path, const char *text)
{
    g_autofree char *full = g_build_filename(f->dir, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    g_assert_true(g_file_set_contents(full, text, -1, NULL));
}

static char *
path_of(Fixture *f, const char *name)
{
    char *path = g_build_filename(f->dir, name, NULL);

    g_ptr_array_add(f->paths, path);
    return path;
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->dir = temp_dir_new();
    f->paths = g_ptr_array_new_with_free_func(g_free);
    f->views.groups.proc = path_of(f, "proc");
    put(f, "proc/meminfo", host_meminfo);
    put(f, "proc/cpuinfo",
        "processor\t: 0\nmodel name\t: A\n\nprocessor\t: 1\nmodel name\t: B\n\nprocessor\t: "
        "2\nmodel name\t: "
        "C\n\nHardware\t: x\n");
    put(f, "proc/stat",
        "cpu  111 222 333 444 5 6 7 8 9 10\ncpu0 100 200 300 400 1 1 1 1 1 1\ncpu1 10 20 30 40 2 2 "
        "2 2 2 "
        "2\ncpu2 1 2 3 4 2 3 4 5 6 7\nintr 99 1 2\nctxt 7\nbtime 1700000000\n");
    put(f, "v2/lodge/memory.max", "max\n");
    put(f, "v2/lodge/web/memory.max", "max\n");
    put(f, "v2/lodge/web/memory.current", "33554432\n");
    put(f, "v2/lodge/web/memory.swap.max", "1048576\n");
    put(f, "v2/lodge/web/memory.swap.current", "524288\n");
    put(f, "v2/lodge/web/memory.stat",
        "anon 16777216\nfile 8388608\nactive_file 4194304\ninactive_file 2097152\nshmem 1048576\n"
        "slab_reclaimable 1048576\nslab_unreclaimable 2097152\n");
    put(f, "v2/lodge/web/cpuset.cpus.effective", "0,2-5\n");
    put(f, "v1/web/memory.stat",
        "cache 1\nrss 1\nhierarchical_memory_limit 67108864\nhierarchical_memsw_limit 100663296\n"
        "total_rss 4194304\ntotal_active_file 1048576\ntotal_inactive_file 1048576\n");
    put(f, "v1/web/memory.usage_in_bytes", "16777216\n");
    put(f, "v1/web/memory.memsw.usage_in_bytes", "18874368\n");
    put(f, "v1/web/cpuset.effective_cpus", "1\n");
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_ptr_array_unref(f->paths);
    temp_dir_free(f->dir);
}

static void
use_v2(Fixture *f)
{
    groups_add(&f->views.groups, 2, "cpu,cpuset,memory,pids", path_of(f, "v2/lodge/web"));
}

static void
use_v1(Fixture *f)
{
    groups_add(&f->views.groups, 1, "memory", path_of(f, "v1/web"));
    groups_add(&f->views.groups, 1, "cpuset", path_of(f, "v1/web"));
    groups_add(&f->views.groups, 1, "cpu,cpuacct", path_of(f, "v1/web"));
}

static void
check_view(Fixture *f, char *(*view)(const Views *views, size_t *ret_size), const char *expected)
{
    gsize size = 0;
    char *text = view(&f->views, &size);

    g_assert_nonnull(text);
    g_assert_cmpuint(size, ==, strlen(expected));
    g_assert_cmpstr(text, ==, expected);
    free(text);
}

static void
test_meminfo_v2(Fixture *f, gconstpointer data)
{
    use_v2(f);
    put(f, "v2/lodge/memory.max", "67108864\n"); /* of the group above */
    check_view(f, view_meminfo,
               "MemTotal:          65536 kB\n"
               "MemFree:           32768 kB\n"
               "MemAvailable:      39936 kB\n"
               "Buffers:               0 kB\n"
               "Cached:             7168 kB\n"
               "SwapTotal:          1024 kB\n"
               "SwapFree:            512 kB\n"
               "HugePages_Total:       3\n"
               "Slab:               3072 kB\n");
}

static void
test_meminfo_v1(Fixture *f, gconstpointer data)
{
    use_v1(f);
    check_view(f, view_meminfo,
               "MemTotal:          65536 kB\n"
               "MemFree:           49152 kB\n"
               "MemAvailable:      51200 kB\n"
               "Buffers:               0 kB\n"
               "Cached:             2048 kB\n"
               "SwapTotal:         32768 kB\n"
               "SwapFree:          30720 kB\n"
               "HugePages_Total:       3\n"
               "Slab:                  0 kB\n");
}

/* Without a limit the totals are the host's, and no more is free than the host has. */
static void
test_meminfo_unlimited(Fixture *f, gconstpointer data)
{
    gsize size;
    char *text;

    use_v2(f);
    put(f, "v2/lodge/web/memory.swap.max", "max\n");
    text = view_meminfo(&f->views, &size);
    g_assert_nonnull(strstr(text, "MemTotal:       24690532 kB\n"));
    g_assert_nonnull(strstr(text, "MemFree:        20000000 kB\n"));
    g_assert_nonnull(strstr(text, "MemAvailable:   22000000 kB\n"));
    g_assert_nonnull(strstr(text, "SwapTotal:       1000000 kB\n"));
    free(text);
}

static void
test_meminfo_no_group(Fixture *f, gconstpointer data)
{
    check_view(f, view_meminfo, host_meminfo);
}

static void
test_cpus_v2(Fixture *f, gconstpointer data)
{
    use_v2(f);
    check_view(
        f, view_cpuinfo,
        "processor\t: 0\nmodel name\t: A\n\nprocessor\t: 1\nmodel name\t: C\n\nHardware\t: x\n");
    check_view(f, view_stat,
               "cpu  101 202 303 404 3 4 5 6 7 8\ncpu0 100 200 300 400 1 1 1 1 1 1\n"
               "cpu1 1 2 3 4 2 3 4 5 6 7\nintr 99 1 2\nctxt 7\nbtime 1700000000\n");
}

static void
test_cpus_v1(Fixture *f, gconstpointer data)
{
    use_v1(f);
    check_view(f, view_cpuinfo, "processor\t: 0\nmodel name\t: B\n\nHardware\t: x\n");
    check_view(
        f, view_stat,
        "cpu  10 20 30 40 2 2 2 2 2 2\ncpu0 10 20 30 40 2 2 2 2 2 2\nintr 99 1 2\nctxt 7\nbtime "
        "1700000000\n");
}

static void
test_cpus_all(Fixture *f, gconstpointer data)
{
    gsize size;
    char *text = view_stat(&f->views, &size);

    g_assert_nonnull(strstr(text, "cpu  111 222 333 444 5 6 7 8 9 10\ncpu0 "));
    g_assert_nonnull(strstr(text, "\ncpu2 1 2 3 4 "));
    free(text);
}

static void
test_uptime(Fixture *f, gconstpointer data)
{
    g_autofree char *own = NULL, *second = NULL;
    double up = -1, idle = -1;
    gsize size;
    char *text;

    use_v2(f);
    views_start(&f->views);
    text = view_uptime(&f->views, &size);
    g_assert_cmpint(sscanf(text, "%lf %lf\n", &up, &idle), ==, 2);
    g_assert_cmpfloat(up, >=, 0);
    g_assert_cmpfloat(up, <, 10);
    g_assert_cmpfloat(idle, ==, 0);
    free(text);
    /* with processes in the group: since the oldest of them began */
    put(f, "v2/lodge/web/cgroup.procs", "12\n10\n");
    put(f, "proc/12/stat", "12 (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 900 0\n");
    put(f, "proc/10/stat", "10 (sh) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0\n");
    text = view_uptime(&f->views, &size);
    g_assert_cmpint(sscanf(text, "%lf", &up), ==, 1);
    g_assert_cmpuint(groups_start_ticks(&f->views.groups), ==, 100);
    g_assert_cmpfloat(up, >, 0);
    free(text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/procview/views/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("meminfo-v2", test_meminfo_v2);
    ADD("meminfo-v1", test_meminfo_v1);
    ADD("meminfo-unlimited", test_meminfo_unlimited);
    ADD("meminfo-no-group", test_meminfo_no_group);
    ADD("cpus-v2", test_cpus_v2);
    ADD("cpus-v1", test_cpus_v1);
    ADD("cpus-all", test_cpus_all);
    ADD("uptime", test_uptime);
    return g_test_run();
}
