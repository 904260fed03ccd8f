/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-netif.c - any bytes as the files of the backend FUZZ_BACKEND, in the shape of the golden files: "== PATH" before
 * each. Everything is listed and read; defining what was read changes no byte, and a new interface that is
 * defined and undefined gives the bytes before.
 */
#include <stdint.h>
#include <string.h>

#include "netif/config.h"
#include "netif/registry.h"
#include "temp-dir.h"
#include "util/error.h"

#define FILES_MAX  16
#define LISTED_MAX 20 /* enough to meet each way of reading; more only takes time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_line(const char *line)
{
    g_assert_true(g_utf8_validate(line, -1, NULL));
    for (; *line != '\0'; line++)
        g_assert_true((guchar)*line >= 0x20 && *line != 0x7f);
}

static void
check_notes(const NetifNotes *notes)
{
    for (guint i = 0; i < notes->len; i++) {
        g_autofree char *text = netif_note_to_string(g_ptr_array_index(notes, i));

        check_line(text);
    }
}

/* Only files that the backend has to do with. */
static gboolean
is_path(const char *path)
{
    for (const char *at = path; *at != '\0'; at++)
        if (!g_ascii_isprint(*at))
            return FALSE;
    return g_str_has_prefix(path, "/etc/") && strstr(path, "//") == NULL &&
           strstr(path, "/.") == NULL && strpbrk(path, "*?[") == NULL && strlen(path) < 200;
}

static void
set_files(NetifFiles *files, const char *text, gsize size)
{
    const char *end = text + size;
    guint n = 0;

    while (text < end && n++ < FILES_MAX) {
        const char *newline = memchr(text, '\n', (gsize)(end - text)), *next;
        g_autofree char *path = NULL;

        if (newline == NULL || strncmp(text, "== /", 4) != 0)
            return;
        path = g_strndup(text + 3, (gsize)(newline - text - 3));
        text = newline + 1;
        next = g_strstr_len(text, end - text, "\n== /");
        next = next != NULL ? next + 1 : end;
        if (is_path(path))
            netif_files_set(files, path, text, (gsize)(next - text), 0600);
        text = next;
    }
}

/* What the host's program does not take is mended by a define. */
static gboolean
has_ignored(const NetifNotes *notes)
{
    for (guint i = 0; i < notes->len; i++)
        if (((const NetifNote *)g_ptr_array_index(notes, i))->kind == NETIF_NOTE_IGNORED)
            return TRUE;
    return FALSE;
}

/* Defining what stands there: no byte differs, whatever was read. */
static void
check_same(NetifConfig *config, NetifFiles *files, const char *name, const char *before)
{
    g_autoptr(NetifNotes) notes = netif_notes_new();
    g_autoptr(InterfaceDef) def = netif_config_read(config, name, notes, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = NULL, *after = NULL;

    g_assert_nonnull(def);
    check_notes(notes);
    xml = interface_def_format(def);
    g_assert_true(g_utf8_validate(xml, -1, NULL));
    if (has_ignored(notes))
        return;
    if (!netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, &error)) {
        g_assert_true(error->domain == LODGE_ERROR);
        check_line(error->message);
    }
    after = netif_files_diff(files);
    g_assert_cmpstr(after, ==, before);
}

static void
check_new(NetifConfig *config, NetifFiles *files, const char *before)
{
    static const char *const xmls[] = {
        "<interface type='bridge' name='lodge-br0'><start mode='hotplug'/><mtu size='1400'/>"
        "<protocol family='ipv4'><ip address='192.0.2.9' prefix='24'/><route gateway='192.0.2.1'/>"
        "</protocol><bridge><interface type='bond' name='lodge-bond0'><bond mode='active-backup'>"
        "<interface type='ethernet' name='lodge-e0'/></bond></interface></bridge></interface>",
        "<interface type='vlan' name='lodge-v0'><start mode='onboot'/><vlan tag='7'>"
        "<interface name='lodge-p0'/></vlan></interface>"};

    for (gsize i = 0; i < G_N_ELEMENTS(xmls); i++) {
        g_autoptr(InterfaceDef) def =
            interface_def_parse(xmls[i], strlen(xmls[i]), "new", TRUE, NULL, NULL);
        g_autoptr(InterfaceDef) there = netif_config_read(config, def->name, NULL, NULL);
        g_autoptr(NetifNotes) notes = netif_notes_new();
        g_autoptr(GError) error = NULL;
        g_autofree char *after = NULL;

        for (guint j = 0; there == NULL && j < def->ports->len; j++)
            there = netif_config_read(
                config, ((const InterfaceDef *)g_ptr_array_index(def->ports, j))->name, NULL, NULL);
        if (there == NULL && i == 0)
            there = netif_config_read(config, "lodge-e0", NULL, NULL);
        if (there != NULL)
            continue; /* not new */
        if (netif_config_define(config, def, NETIF_STYLE_AUTO, notes, &error)) {
            check_notes(notes);
            g_assert_true(netif_config_undefine(config, def->name, NULL, &error));
            g_assert_no_error(error);
        } else {
            check_line(error->message);
        }
        after = netif_files_diff(files);
        g_assert_cmpstr(after, ==, before);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = NULL;
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(NetifNotes) notes = netif_notes_new();
    g_autofree char *before = NULL;

    set_files(files, (const char *)data, size);
    before = netif_files_diff(files);
    config = netif_config_open(files, netif_backend_find(FUZZ_BACKEND, NULL), NULL);
    g_assert_nonnull(config);
    netif_config_notes(config, notes);
    check_notes(notes);
    list = netif_config_list(config);
    for (guint i = 0; i < list->len && i < LISTED_MAX; i++) {
        const NetifEntry *entry = g_ptr_array_index(list, i);

        check_same(config, files, entry->name, before);
    }
    check_new(config, files, before);
    return 0;
}
