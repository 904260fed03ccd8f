/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/default-network.h"

#include <string.h>

#include "util/file.h"

extern const char default_network_xml[]; /* made from data/default-network.xml */

#define MARK ".no-default"

NetworkDef *
default_network_def(GError **error)
{
    return network_def_parse(default_network_xml, strlen(default_network_xml),
                             "default-network.xml", TRUE, NULL, error);
}

void
default_network_uuid(guint8 *ret_uuid)
{
    /* as in the XML; a test compares the two */
    static const guint8 uuid[16] = {0x6c, 0x6f, 0x64, 0x67, 0x65, 0x00, 0x40, 0x00,
                                    0x80, 0x00, 0x64, 0x65, 0x66, 0x61, 0x75, 0x6c};

    memcpy(ret_uuid, uuid, sizeof uuid);
}

gboolean
default_network_is_built_in(const Store *store)
{
    g_autofree char *mark = g_build_filename(store->config_dir, MARK, NULL);
    g_autofree char *config =
        g_build_filename(store->config_dir, DEFAULT_NETWORK_NAME ".xml", NULL);

    return !g_file_test(config, G_FILE_TEST_EXISTS) && !g_file_test(mark, G_FILE_TEST_EXISTS);
}

gboolean
default_network_hide(const Store *store, GError **error)
{
    g_autofree char *mark = g_build_filename(store->config_dir, MARK, NULL);

    return file_make_dirs(store->config_dir, 0700, error) &&
           file_write(-1, mark, "", 0, 0600, FILE_DURABLE, error);
}

gboolean
default_network_unhide(const Store *store, GError **error)
{
    g_autofree char *mark = g_build_filename(store->config_dir, MARK, NULL);

    if (!g_file_test(mark, G_FILE_TEST_EXISTS))
        return TRUE;
    return file_remove(-1, mark, FILE_DURABLE, error);
}
