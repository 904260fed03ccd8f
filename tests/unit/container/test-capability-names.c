/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The names that the XML knows (conf) and those that the supervisor knows (host) are the same, at the same
 * numbers. Neither room may include the other. */
#include <glib.h>

#include "conf/domain/domain.h"
#include "host/capset.h"

#define NUMBERS 64 /* a set is a mask of 64 bits */

static void
test_names_agree(void)
{
    for (int i = -1; i <= NUMBERS; i++)
        g_assert_cmpstr(domain_capability_name(i), ==, capset_name(i));
}

static void
test_numbers_agree(void)
{
    int n = 0;

    for (int i = 0; i < NUMBERS; i++) {
        const char *name = capset_name(i);

        if (name == NULL)
            continue;
        n++;
        g_assert_cmpint(capset_number(name), ==, i);
        g_assert_cmpint(domain_capability_number(name), ==, i);
    }
    g_assert_cmpint(n, ==, CAPSET_LAST + 1);
    g_assert_cmpint(capset_number("frobnicate"), ==, -1);
    g_assert_cmpint(domain_capability_number("frobnicate"), ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/container/capability-names/names", test_names_agree);
    g_test_add_func("/container/capability-names/numbers", test_numbers_agree);
    return g_test_run();
}
