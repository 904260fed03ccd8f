/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "vnet/groups.h"
#include "vnet/names.h"

static void
test_idents(void)
{
    static const struct {
        const char *tag, *name, *ident;
    } cases[] = {
        {"", "default", "lodge_default"},   {"1a2b3c", "default", "lodge-1a2b3c_default"},
        {"", "my_net", "lodge_my__net"},    {"", "a b;c\"", "lodge_a_x20b_x3bc_x22"},
        {"", "\xc3\xa4", "lodge__xc3_xa4"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *ident = network_ident(cases[i].tag, cases[i].name);

        g_assert_cmpstr(ident, ==, cases[i].ident);
    }
}

static void
test_long_names_stay_different(void)
{
    g_autofree char *a_name = g_strdup_printf("%0190da", 0),
                    *b_name = g_strdup_printf("%0190db", 0);
    g_autofree char *a = network_ident("1a2b3c", a_name), *b = network_ident("1a2b3c", b_name);

    g_assert_cmpuint(strlen(a), <=, 100);
    g_assert_cmpstr(a, !=, b);
}

static void
test_bridges(void)
{
    g_autofree char *system = network_bridge_name("", BRIDGE_NUMBER_MAX);
    g_autofree char *private_root = network_bridge_name("1a2b3c", BRIDGE_NUMBER_MAX);

    g_assert_cmpstr(system, ==, "virbr999");
    g_assert_cmpstr(private_root, ==, "virbr1a2b3c-999");
    g_assert_cmpuint(strlen(private_root), <=, 15); /* IFNAMSIZ */
}

static void
test_groups(void)
{
    g_autofree char *top = g_dir_make_tmp("lodge-test-XXXXXX", NULL);
    g_autofree char *unified = g_build_filename(top, "the unified", NULL);
    g_autofree char *mountinfo =
        g_strdup_printf("24 1 0:22 / /proc rw - proc proc rw\n"
                        "31 30 0:26 / %s rw,nosuid shared:9 - cgroup cgroup rw,cpu\n"
                        "32 30 0:27 / %s ro,nosuid - cgroup cgroup rw,memory\n"
                        "33 30 0:28 / %s/the\\040unified rw - cgroup2 cgroup2 rw\n"
                        "34 30 0:28 / /mnt/again rw - cgroup2 cgroup2 rw\n",
                        top, top, top);
    g_autofree char *first = g_strdup_printf("v1 %s/lodge-1a2b3c/supervisors", top);
    g_autofree char *second = g_strdup_printf("v2 %s/lodge-1a2b3c/supervisors", unified);
    g_autoptr(GPtrArray) groups = NULL;

    g_assert_cmpint(g_mkdir(unified, 0755), ==, 0);
    groups = groups_parse(mountinfo, "lodge-1a2b3c");
    g_assert_cmpuint(groups->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(groups, 0), ==, first);
    g_assert_cmpstr(g_ptr_array_index(groups, 1), ==, second);
    g_assert_cmpint(g_rmdir(unified) | g_rmdir(top), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/names/idents", test_idents);
    g_test_add_func("/names/long", test_long_names_stay_different);
    g_test_add_func("/names/bridges", test_bridges);
    g_test_add_func("/names/groups", test_groups);
    return g_test_run();
}
