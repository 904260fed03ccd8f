/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-debian.c - any bytes as /etc/network/interfaces: everything in it is listed and read, notes are clean lines
 * with a place; defining what was read changes no byte; a new interface defined and undefined gives the bytes
 * back; what is refused leaves them alone. */
#include <stdint.h>
#include <string.h>

#include <glib/gstdio.h>

#include "fuzz-conf.h"
#include "netif/backends.h"
#include "netif/config.h"

#define MAIN "/etc/network/interfaces"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_notes(const NetifNotes *notes)
{
    for (guint i = 0; i < notes->len; i++) {
        const NetifNote *note = g_ptr_array_index(notes, i);
        g_autofree char *text = netif_note_to_string(note);

        g_assert_true(g_utf8_validate(text, -1, NULL));
        for (const char *at = text; *at != '\0'; at++)
            g_assert_true((guchar)*at >= 0x20 && *at != 0x7f);
        g_assert_true(note->file == NULL || note->line > 0);
    }
}

static void
check_bytes(NetifFiles *files, const uint8_t *data, size_t size)
{
    gsize now;
    const char *text = netif_files_get(files, MAIN, &now, NULL);

    g_assert_cmpmem(text, text != NULL ? now : 0, data, size);
}

static void
check_new(NetifConfig *config, NetifFiles *files, const uint8_t *data, size_t size)
{
    g_autoptr(InterfaceDef) def = interface_def_new(INTERFACE_BOND, "lodgefuzz0");
    g_autoptr(GError) error = NULL;

    def->start = INTERFACE_START_ONBOOT;
    g_ptr_array_add(def->ports, interface_def_new(INTERFACE_ETHERNET, "lodgefuzz1"));
    if (netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, &error)) {
        g_assert_true(netif_config_undefine(config, "lodgefuzz0", NULL, &error));
        g_assert_no_error(error);
    } else {
        g_assert_nonnull(error);
    }
    check_bytes(files, data, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *root = g_dir_make_tmp("lodge-fuzz-XXXXXX", NULL);
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = NULL;
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(NetifNotes) notes = netif_notes_new();

    (void)g_rmdir(root); /* it stays open, and empty: nothing of the host is sourced */
    if (size == 0)
        return 0;
    netif_files_set(files, MAIN, (const char *)data, size, 0644);
    config = netif_config_open(files, &backend_debian, NULL);
    g_assert_nonnull(config);
    netif_config_notes(config, notes);
    list = netif_config_list(config);
    for (guint i = 0; i < list->len && i < 20; i++) {
        const NetifEntry *entry = g_ptr_array_index(list, i);
        g_autoptr(InterfaceDef) def = netif_config_read(config, entry->name, notes, NULL);
        g_autofree char *xml = interface_def_format(def);

        if (!entry->is_read_only)
            (void)netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, NULL);
        check_bytes(files, data, size);
    }
    check_notes(notes);
    if (strstr(netif_files_get(files, MAIN, NULL, NULL), "lodgefuzz") == NULL)
        check_new(config, files, data, size);
    return 0;
}
