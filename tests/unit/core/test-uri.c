/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/uri.h"

#include <string.h>

#include "temp-dir.h"
#include "util/error.h"

static void
test_good(void)
{
    static const struct {
        const char *text, *scheme, *root, *canonical;
        gboolean is_root, session;
    } cases[] = {
        {"lodge:///", "lodge", NULL, "lodge:///", TRUE, FALSE},
        {"lodge:///", "lodge", NULL, "lodge:///", FALSE, TRUE},
        {"lxc:///", "lxc", NULL, "lxc:///", TRUE, FALSE},
        {"lxc:", "lxc", NULL, "lxc:///", TRUE, FALSE},
        {"lxc:/", "lxc", NULL, "lxc:///", TRUE, FALSE},
        {"lxc://", "lxc", NULL, "lxc:///", TRUE, FALSE},
        {"LXC:///system", "lxc", NULL, "lxc:///system", FALSE, FALSE},
        {"lxc:/session", "lxc", NULL, "lxc:///session", TRUE, TRUE},
        {"network:///system", "network", NULL, "network:///system", TRUE, FALSE},
        {"lxc:///embed?root=/tmp/x", "lxc", "/tmp/x", "lxc:///embed?root=/tmp/x", TRUE, FALSE},
        {"lxc:///embed?root=%2Ftmp%2Fa%20b", "lxc", "/tmp/a b", "lxc:///embed?root=/tmp/a%20b",
         TRUE, FALSE},
        {"lodge:///?root=/tmp/x&", "lodge", "/tmp/x", "lodge:///?root=/tmp/x", TRUE, FALSE},
        {"lodge://?root=/tmp/x", "lodge", "/tmp/x", "lodge:///?root=/tmp/x", TRUE, FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Uri) uri = uri_parse(cases[i].text, cases[i].is_root, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(uri->scheme, ==, cases[i].scheme);
        g_assert_cmpstr(uri->root, ==, cases[i].root);
        g_assert_cmpstr(uri->canonical, ==, cases[i].canonical);
        g_assert_cmpint(uri->session, ==, cases[i].session);
    }
}

static void
assert_bad(const char *text, LodgeErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(uri_parse(text, TRUE, &error));
    g_assert_error(error, LODGE_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_bad(void)
{
    assert_bad(
        "", LODGE_ERROR_ARGUMENT,
        "cannot connect to '': it is no URI; write lodge:///, lxc:///, qemu:/// or network:///");
    assert_bad(
        "lxc", LODGE_ERROR_ARGUMENT,
        "cannot connect to 'lxc': it is no URI; write lodge:///, lxc:///, qemu:/// or network:///");
    assert_bad("vbox:///", LODGE_ERROR_ARGUMENT,
               "cannot connect to 'vbox:///': no driver for scheme 'vbox'; known are lodge:///, "
               "lxc:///, qemu:/// and network:///");
    assert_bad(
        "lxc+ssh://host/", LODGE_ERROR_UNSUPPORTED,
        "cannot connect to 'lxc+ssh://host/': transport 'ssh' is not supported; use lxc:/// on "
        "that host");
    assert_bad("lxc://host/", LODGE_ERROR_UNSUPPORTED,
               "cannot connect to 'lxc://host/': other hosts are not supported; did you mean "
               "lxc:///host/?");
    assert_bad("lxc:///other", LODGE_ERROR_ARGUMENT,
               "cannot connect to 'lxc:///other': its path must be empty, system, session or "
               "embed?root=/DIRECTORY");
    assert_bad("lxc:///embed", LODGE_ERROR_ARGUMENT,
               "cannot connect to 'lxc:///embed': embed needs a root; write embed?root=/DIRECTORY");
    assert_bad(
        "lxc:///?root=tmp", LODGE_ERROR_ARGUMENT,
        "cannot connect to 'lxc:///?root=tmp': root= needs the absolute path of a directory");
    assert_bad(
        "lxc:///?root=%zz", LODGE_ERROR_ARGUMENT,
        "cannot connect to 'lxc:///?root=%zz': root= needs the absolute path of a directory");
    assert_bad(
        "lxc:///?socket=/x", LODGE_ERROR_ARGUMENT,
        "cannot connect to 'lxc:///?socket=/x': parameter 'socket=/x' is not known; known is "
        "root=DIRECTORY");
}

static void
assert_conf(const char *text, const char *expected)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autofree char *path = g_build_filename(dir, "lodge.conf", NULL), *found = NULL;

    g_assert_true(file_write(AT_FDCWD, path, text, strlen(text), 0600, FILE_LIVE, NULL));
    found = uri_default("", NULL, dir);
    g_assert_cmpstr(found, ==, expected);
}

static void
test_default(void)
{
    g_autofree char *first = uri_default("lxc:///", "qemu:///", "/nonexistent");
    g_autofree char *second = uri_default("", "qemu:///", "/nonexistent");
    g_autofree char *last = uri_default(NULL, NULL, "/nonexistent");

    g_assert_cmpstr(first, ==, "lxc:///");
    g_assert_cmpstr(second, ==, "qemu:///");
    g_assert_cmpstr(last, ==, "lodge:///");
    assert_conf("# uri_default = \"no\"\n uri_default = \"lxc:///\" \n", "lxc:///");
    assert_conf("other = 1\nuri_default='lxc:///session'\n", "lxc:///session");
    assert_conf("uri_default = lxc:///\n", "lxc:///");
    assert_conf("uri_default =\n", "lodge:///");
    assert_conf("uri_defaults = \"x\"\n", "lodge:///");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uri/good", test_good);
    g_test_add_func("/uri/bad", test_bad);
    g_test_add_func("/uri/default", test_default);
    return g_test_run();
}
