/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The backend "debian": /etc/network/interfaces of ifupdown 0.8 and what it sources. */
#include <string.h>

#include "netif/backends.h"
#include "netif/debian-read.h"
#include "netif/debian-write.h"
#include "util/error.h"

static NetifModel
load(NetifFiles *files, GError **error)
{
    return debian_load(files, error);
}

static void
unload(NetifModel model)
{
    debian_free(model);
}

static void
notes(NetifModel model, NetifNotes *list)
{
    const Debian *debian = model;

    for (guint i = 0; i < debian->notes->len; i++) {
        const NetifNote *note = g_ptr_array_index(debian->notes, i);

        netif_notes_add(list, note->kind, note->iface, note->file, note->line, "%s", note->text);
    }
}

/* Ports, slaves, labels and what ifupdown cannot read are no interfaces of their own. */
static gboolean
is_listed(const Debian *debian, const DebianStanza *stanza)
{
    const char *master = g_hash_table_lookup(debian->masters, stanza->name);
    const GPtrArray *same = debian_stanzas(debian, stanza->name);

    if (stanza->is_faulty || *stanza->name == '\0' || strchr(stanza->name, ':') != NULL ||
        (same != NULL && g_ptr_array_index(same, 0) != stanza))
        return FALSE;
    return master == NULL || strcmp(master, stanza->name) == 0 ||
           debian_stanzas(debian, master) == NULL;
}

static GPtrArray *
list(NetifModel model)
{
    const Debian *debian = model;
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)netif_entry_free);

    for (guint i = 0; i < debian->stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(debian->stanzas, i);
        NetifEntry *entry;

        if (!is_listed(debian, stanza))
            continue;
        entry = g_new0(NetifEntry, 1);
        entry->name = g_strdup(stanza->name);
        entry->type = debian_type(debian, stanza->name);
        entry->start = debian_start(debian, stanza->name);
        entry->is_read_only = debian_is_guarded(debian, stanza->name);
        entry->file = g_strdup(stanza->file->path);
        entry->line = debian_stanza_line(stanza);
        g_ptr_array_add(entries, entry);
    }
    return entries;
}

static InterfaceDef *
read_one(NetifModel model, const char *name, NetifNotes *list_of, GError **error)
{
    if (debian_stanzas(model, name) == NULL) {
        error_set(error, LODGE_ERROR_NOT_FOUND,
                  "there is no interface '%s' in the configuration of ifupdown", name);
        return NULL;
    }
    return debian_read(model, name, FALSE, list_of);
}

static gboolean
write_one(NetifModel model, const InterfaceDef *def, NetifStyle style, NetifNotes *list_of,
          GError **error)
{
    return debian_write(model, def, style, list_of, error);
}

static gboolean
remove_one(NetifModel model, const char *name, NetifNotes *list_of, GError **error)
{
    return debian_remove(model, name, list_of, error);
}

static GPtrArray *
scopes(NetifModel model)
{
    const Debian *debian = model;
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < debian->scopes->len; i++)
        g_ptr_array_add(paths, g_strdup(g_ptr_array_index(debian->scopes, i)));
    return paths;
}

static char **
command(NetifModel model, const char *name, gboolean up, GError **error)
{
    const char *const argv[] = {up ? "ifup" : "ifdown", name, NULL};

    return g_strdupv((char **)argv);
}

static NetifPresence
detect(NetifFiles *files, char **ret_why)
{
    gboolean is_installed = netif_files_has(files, "/sbin/ifup") &&
                            netif_files_has(files, "/sbin/ifquery") &&
                            !netif_files_has(files, "/usr/sbin/wicked");
    Debian *debian = debian_load(files, NULL);
    GPtrArray *entries = debian != NULL ? list(debian) : NULL;
    guint n = 0;

    for (guint i = 0; entries != NULL && i < entries->len; i++)
        n += strcmp(((const NetifEntry *)g_ptr_array_index(entries, i))->name, "lo") != 0;
    if (entries != NULL)
        g_ptr_array_unref(entries);
    debian_free(debian);
    *ret_why = g_strdup_printf("%u interfaces in %s", n, DEBIAN_MAIN);
    if (!is_installed)
        return NETIF_PRESENCE_NONE;
    return n > 0 ? NETIF_PRESENCE_IN_CHARGE : NETIF_PRESENCE_INSTALLED;
}

const NetifBackend backend_debian = {
    .name = "debian",
    .title = "ifupdown (/etc/network/interfaces)",
    .detect = detect,
    .load = load,
    .unload = unload,
    .notes = notes,
    .list = list,
    .read = read_one,
    .write = write_one,
    .remove = remove_one,
    .scopes = scopes,
    .command = command,
};
