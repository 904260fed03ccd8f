/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif-read.c BACKEND ROOT NAME XML - what a backend reads of an interface, held against an XML file: one line a difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netif/config.h"
#include "netif/registry.h"

int
main(int argc, char **argv)
{
    g_autoptr(NetifFiles) files = NULL;
    g_autoptr(NetifConfig) config = NULL;
    g_autoptr(InterfaceDef) now = NULL;
    g_autoptr(InterfaceDef) wanted = NULL;
    g_autoptr(GPtrArray) differences = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = NULL;

    if (argc != 5 || !g_file_get_contents(argv[4], &xml, NULL, NULL))
        return EXIT_FAILURE;
    wanted = interface_def_parse(xml, strlen(xml), argv[4], TRUE, NULL, &error);
    g_assert_no_error(error);
    files = netif_files_new(argv[2], &error);
    g_assert_no_error(error);
    config = netif_config_open(files, netif_backend_find(argv[1], NULL), &error);
    g_assert_no_error(error);
    now = netif_config_read(config, argv[3], NULL, &error);
    if (now == NULL) {
        printf("%s\n", error->message);
        return EXIT_SUCCESS;
    }
    differences = interface_def_differences(wanted, now);
    for (guint i = 0; i < differences->len; i++)
        printf("%s\n", (const char *)g_ptr_array_index(differences, i));
    return EXIT_SUCCESS;
}
