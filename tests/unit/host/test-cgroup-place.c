/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which hierarchies are mounted, where a process is in them, and where lodge's groups go. */
#include "host/cgroup-place.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* "v1 memory /base; v2 - /other": what was found, as text. */
static char *
found(const char *mountinfo)
{
    MountinfoHierarchy list[MOUNTINFO_HIERARCHIES_MAX];
    g_autofree char *text = g_strdup(mountinfo);
    GString *out = g_string_new(NULL);
    int n = mountinfo_hierarchies(text, list);

    for (int i = 0; i < n; i++)
        g_string_append_printf(out, "%sv%d %s %s", i ? "; " : "", list[i].version,
                               *list[i].controllers ? list[i].controllers : "-", list[i].point);
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

/* --- where a process is --------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int version;
    const char *controllers, *root, *text, *wanted; /* NULL: not to be told */
} places[] = {
    {"v2-session", 2, "", "/", "0::/user.slice/user-0.slice/session-1.scope\n",
     "/c/user.slice/user-0.slice/session-1.scope"},
    {"v2-root", 2, "", "/", "0::/\n", "/c"},
    {"v2-beside-v1", 2, "", "/", "3:pids:/a\n0::/b\n", "/c/b"},
    {"v1", 1, "pids", "/", "4:cpu,cpuacct:/x\n3:pids:/a/b\n0::/c\n", "/c/a/b"},
    {"v1-pair", 1, "cpu,cpuacct", "/", "5:cpu:/no\n4:cpu,cpuacct:/x\n", "/c/x"},
    {"named", 1, "name=systemd", "/", "1:name=systemd:/s\n", "/c/s"},
    {"path-with-colon", 2, "", "/", "0::/a:b\n", "/c/a:b"},
    {"no-newline", 2, "", "/", "0::/a", "/c/a"},
    {"bound", 2, "", "/pod/one", "0::/pod/one/own\n", "/c/own"},
    {"bound-itself", 2, "", "/pod/one", "0::/pod/one\n", "/c"},
    {"bound-elsewhere", 2, "", "/pod/one", "0::/pod/one2\n", NULL},
    {"bound-below", 2, "", "/pod/one", "0::/pod\n", NULL},
    {"outside-of-the-namespace", 2, "", "/", "0::/../other\n", NULL},
    {"mounted-from-outside", 2, "", "/../..", "0::/\n", NULL},
    {"not-named", 1, "pids", "/", "4:cpu:/x\n0::/c\n", NULL},
    {"empty", 2, "", "/", "", NULL},
    {"spoilt", 2, "", "/", "0\n0:\n:\n", NULL},
};

static void
test_place(gconstpointer data)
{
    int i = GPOINTER_TO_INT(data);
    MountinfoHierarchy hierarchy = {
        .version = places[i].version, .root = places[i].root, .point = "/c"};
    char got[PATH_MAX] = "untouched";

    g_strlcpy(hierarchy.controllers, places[i].controllers, sizeof hierarchy.controllers);
    g_assert_cmpint(cgroup_place_of(&hierarchy, places[i].text, got, sizeof got), ==,
                    places[i].wanted != NULL);
    g_assert_cmpstr(got, ==, places[i].wanted ? places[i].wanted : "untouched");
    g_assert_false(cgroup_place_of(&hierarchy, places[i].text, got, 2)); /* does not fit */
}

/* --- BASE ------------------------------------------------------------------------------------------ */

static char *
base_of(const MountinfoHierarchy *hierarchy, const char *file)
{
    char base[PATH_MAX];

    return cgroup_base(hierarchy, file, base, sizeof base) ? g_strdup(base) : NULL;
}

static void
test_base(void)
{
    g_autofree char *top = g_dir_make_tmp("lodge-test-XXXXXX", NULL);
    g_autofree char *own = g_build_filename(top, "own", NULL);
    g_autofree char *file = g_build_filename(top, "cgroup", NULL);
    MountinfoHierarchy hierarchy = {.version = 2, .root = "/", .point = top};
    g_autofree char *first = NULL, *second = NULL, *third = NULL, *lost = NULL;
    gboolean is_root = geteuid() == 0;

    g_assert_true(g_file_set_contents(file, "0::/own\n", -1, NULL));
    g_assert_cmpint(g_mkdir(own, 0777), ==, 0);
    g_assert_cmpint(g_chmod(own, 0777), ==, 0);
    first = base_of(&hierarchy, file);
    g_assert_cmpint(g_chmod(top, 0555), ==, 0);
    if (is_root) /* who may write everywhere */
        g_assert_cmpint(seteuid(65534), ==, 0);
    second = base_of(&hierarchy, file);
    lost = base_of(&hierarchy, "/nowhere/cgroup");
    if (is_root)
        g_assert_cmpint(seteuid(0), ==, 0);
    g_assert_cmpint(g_chmod(own, 0555), ==, 0);
    if (is_root)
        g_assert_cmpint(seteuid(65534), ==, 0);
    third = base_of(&hierarchy, file);
    if (is_root)
        g_assert_cmpint(seteuid(0), ==, 0);
    g_assert_cmpint(g_chmod(top, 0755), ==, 0);
    g_assert_cmpstr(first, ==, top);
    g_assert_cmpstr(second, ==, own);
    g_assert_null(third);
    g_assert_null(lost);
    g_assert_cmpint(g_unlink(file) | g_rmdir(own) | g_rmdir(top), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/host/mountinfo/", cases[i].name, NULL);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_mounts);
    }
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_strconcat("/host/cgroup-place/", places[i].name, NULL);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_place);
    }
    g_test_add_func("/host/cgroup-base", test_base);
    return g_test_run();
}
