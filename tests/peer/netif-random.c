/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif-random.c BACKEND COUNT DIR - random interfaces as XML and as the files that a backend makes of them.
 *
 * DIR/N.xml, and below DIR/N.STYLE/ the tree that define makes, for the styles netcf and native. What the backend
 * refuses has no tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netif/config.h"
#include "netif/registry.h"
#include "random-def.h"

static void
write_tree(const NetifBackend *backend, const InterfaceDef *def, NetifStyle style, const char *root,
           const char *state)
{
    g_autoptr(NetifFiles) files = NULL;
    g_autoptr(NetifConfig) config = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir_with_parents(root, 0755), ==, 0);
    files = netif_files_new(root, &error);
    g_assert_no_error(error);
    config = netif_config_open(files, backend, &error);
    g_assert_no_error(error);
    if (!netif_config_define(config, def, style, NULL, NULL))
        return;
    netif_files_write(files, state, &error);
    g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
    static const NetifStyle styles[] = {NETIF_STYLE_NETCF, NETIF_STYLE_NATIVE};
    const NetifBackend *backend = argc == 4 ? netif_backend_find(argv[1], NULL) : NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(4);
    g_autofree char *state = argc == 4 ? g_build_filename(argv[3], "state", NULL) : NULL;

    if (backend == NULL)
        return EXIT_FAILURE;
    for (guint i = 0; i < (guint)strtoul(argv[2], NULL, 10); i++) {
        g_autoptr(InterfaceDef) def = random_def(rand, i);
        g_autofree char *xml = interface_def_format(def);
        g_autofree char *path = g_strdup_printf("%s/%u.xml", argv[3], i);

        g_assert_true(g_file_set_contents(path, xml, -1, NULL));
        for (gsize s = 0; s < G_N_ELEMENTS(styles); s++) {
            g_autofree char *root =
                g_strdup_printf("%s/%u.%s", argv[3], i, netif_style_to_string(styles[s]));

            write_tree(backend, def, styles[s], root, state);
        }
    }
    return EXIT_SUCCESS;
}
