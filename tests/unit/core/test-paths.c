/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/paths.h"

#include <string.h>

#include "core/driver.h"
#include "temp-dir.h"
#include "util/error.h"

static void
test_system(void)
{
    g_autoptr(Paths) paths = paths_new(NULL, FALSE, NULL);
    g_autofree char *group = paths_cgroup_name(paths);

    g_assert_cmpstr(paths->config, ==, "/etc/lodge");
    g_assert_cmpstr(paths->data, ==, "/var/lib/lodge");
    g_assert_cmpstr(paths->live, ==, "/run/lodge");
    g_assert_cmpstr(paths->log, ==, "/var/log/lodge");
    g_assert_cmpstr(paths->cache, ==, "/var/cache/lodge");
    g_assert_cmpstr(paths->tag, ==, "");
    g_assert_cmpstr(group, ==, "lodge");
}

static void
test_private_root(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autofree char *slashes = g_strconcat(dir, "//./", NULL);
    g_autofree char *live = g_build_filename(dir, "run/lodge", NULL);
    g_autoptr(Paths) paths = paths_new(dir, FALSE, NULL), same = paths_new(slashes, FALSE, NULL);
    g_autofree char *group = paths_cgroup_name(paths),
                    *expected = g_strconcat("lodge-", paths->tag, NULL);

    g_assert_cmpstr(paths->live, ==, live);
    g_assert_cmpuint(strlen(paths->tag), ==, 6);
    g_assert_cmpuint(strspn(paths->tag, "0123456789abcdef"), ==, 6);
    g_assert_cmpstr(same->tag, ==, paths->tag);
    g_assert_cmpstr(same->live, ==, live);
    g_assert_cmpstr(group, ==, expected);
}

static void
test_bad_root(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(paths_new("tmp", FALSE, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
    g_clear_error(&error);
    g_assert_null(paths_new("/nonexistent", FALSE, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==,
                    "cannot use root '/nonexistent' of the connection: No such file or directory");
    g_clear_error(&error);
    g_assert_null(paths_new("/dev/null", FALSE, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_IO);
}

static void
test_session(void)
{
    g_autoptr(Paths) paths = paths_new(NULL, TRUE, NULL);

    g_assert_true(paths->session);
    g_assert_true(g_str_has_suffix(paths->config, "/lodge"));
    g_assert_cmpuint(strlen(paths->tag), ==, 6);
}

static void
test_helper(void)
{
    g_autofree char *beside = paths_helper("lodge-supervisor");
    g_autofree char *installed = paths_helper("lodge-no-such-helper");

    g_assert_true(g_str_has_suffix(beside, "/tests/unit/core/lodge-supervisor"));
    g_assert_cmpstr(installed, ==, LODGE_LIBEXECDIR "/lodge-no-such-helper");
}

static void
test_networks_table(void)
{
    static const NetworkRole role;

    g_assert_null(core_networks());
    core_set_networks(&role);
    g_assert_true(core_networks() == &role);
    core_set_networks(NULL);
}

static void
test_clearing(void)
{
    Param text = {.field = g_strdup("a"), .type = 7, .value.s = g_strdup("b")};
    Param number = {.field = g_strdup("a"), .type = 4, .value.ul = 1};

    param_clear(&text);
    param_clear(&number);
    g_assert_null(text.field);
    object_ref_free(NULL);
    network_lease_free(NULL);
    network_lease_free(g_new0(NetworkLease, 1));
    domain_iface_addrs_free(NULL);
    domain_iface_addrs_free(g_new0(DomainIfaceAddrs, 1));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/paths/system", test_system);
    g_test_add_func("/paths/private-root", test_private_root);
    g_test_add_func("/paths/bad-root", test_bad_root);
    g_test_add_func("/paths/session", test_session);
    g_test_add_func("/paths/helper", test_helper);
    g_test_add_func("/paths/networks", test_networks_table);
    g_test_add_func("/paths/clearing", test_clearing);
    return g_test_run();
}
