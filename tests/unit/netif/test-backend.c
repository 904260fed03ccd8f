/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* test-backend.c - the rules of every backend for the one that is named. Argument: its name. */
#include "backend-rules.h"
#include "netif/registry.h"

int
main(int argc, char **argv)
{
    const NetifBackend *backend;

    g_test_init(&argc, &argv, NULL);
    backend = netif_backend_find(argc > 1 ? argv[1] : "", NULL);
    g_assert_nonnull(backend);
    backend_rules_add(backend);
    return g_test_run();
}
