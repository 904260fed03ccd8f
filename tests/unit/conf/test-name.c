/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain/domain.h"
#include "conf/name.h"
#include "conf/vnet/network.h"
#include "util/error.h"

static void
test_good(void)
{
    static const char *const names[] = {"a",        "web",     "web 1",   "o'brien's \"box\"",
                                        "\xc3\xbc", "a.b-c_d", "x=y&<z>", "\xf0\x9f\x8f\xa0",
                                        "a..b",     "1"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_true(domain_name_check(names[i], &error));
        g_assert_no_error(error);
    }
}

static void
test_longest(void)
{
    g_autofree char *name = g_strnfill(NAME_BYTES_MAX, 'n');
    g_autofree char *longer = g_strnfill(NAME_BYTES_MAX + 1, 'n');

    g_assert_true(domain_name_check(name, NULL));
    g_assert_false(domain_name_check(longer, NULL));
}

static void
test_bad(void)
{
    static const struct {
        const char *name, *says;
    } cases[] = {
        {NULL, "is empty"},
        {"", "is empty"},
        {".", "begins with '.'"},
        {"..", "begins with '.'"},
        {".hidden", "begins with"},
        {"a/b", "holds a '/'"},
        {"-x", "begins with '-'"},
        {"a\nb", "control character"},
        {"a\x7f", "control"},
        {"\xc2\x9b", "control"},
        {" a", "blank"},
        {"a ", "blank"},
        {"\xff\xfe", "is not UTF-8"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(domain_name_check(cases[i].name, &error));
        g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
        g_assert_nonnull(strstr(error->message, cases[i].says));
        g_assert_nonnull(strstr(error->message, "the domain name '"));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_null(strpbrk(error->message, "\n\x7f"));
    }
}

static void
test_network(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(network_name_check("a/b", &error));
    g_assert_cmpstr(error->message, ==,
                    "the network name 'a/b' holds a '/'; a name becomes a file, use '-' instead");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/name/good", test_good);
    g_test_add_func("/name/longest", test_longest);
    g_test_add_func("/name/bad", test_bad);
    g_test_add_func("/name/network", test_network);
    return g_test_run();
}
