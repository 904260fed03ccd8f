/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/ifcfg-priv.h"
#include "netif/value.h"
#include "util/error.h"

static void
file_free(gpointer data)
{
    IfcfgFile *file = data;

    g_free(file->path);
    g_free(file->name);
    settings_free(file->settings);
    g_free(file);
}

static void
list_free(gpointer data)
{
    g_ptr_array_unref(data);
}

static IfcfgFile *
add_file(IfcfgModel *model, const char *path, Settings *settings)
{
    IfcfgFile *file = g_new0(IfcfgFile, 1);

    file->path = g_strdup(path);
    file->suffix = file->path + strlen(model->kind->dir) + strlen("ifcfg-");
    file->settings = settings;
    file->name = model->kind->name(file);
    g_ptr_array_add(model->list, file);
    return file;
}

/* ifcfg-NAME is the device's before any other file that names it; of those the last. */
static gboolean
is_better(const IfcfgFile *file, const IfcfgFile *than)
{
    return strcmp(than->suffix, than->name) != 0 || strcmp(file->suffix, file->name) == 0;
}

void
ifcfg_add_port(IfcfgModel *model, const char *master, const char *port, gboolean is_bond)
{
    GPtrArray *ports = g_hash_table_lookup(model->ports, master);

    if (g_hash_table_contains(model->masters, port))
        return;
    if (ports == NULL) {
        ports = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(model->ports, g_strdup(master), ports);
    }
    g_ptr_array_add(ports, g_strdup(port));
    g_hash_table_insert(model->masters, g_strdup(port), g_strdup(master));
    if (is_bond)
        g_hash_table_add(model->bonds, g_strdup(master));
}

static void
index_all(IfcfgModel *model)
{
    g_hash_table_remove_all(model->by_name);
    g_hash_table_remove_all(model->masters);
    g_hash_table_remove_all(model->ports);
    g_hash_table_remove_all(model->bonds);
    g_ptr_array_set_size(model->names, 0);
    for (guint i = 0; i < model->list->len; i++) {
        IfcfgFile *file = g_ptr_array_index(model->list, i);
        const IfcfgFile *other;

        if (file->name == NULL)
            continue;
        other = g_hash_table_lookup(model->by_name, file->name);
        if (other == NULL)
            g_ptr_array_add(model->names, file->name);
        if (other == NULL || is_better(file, other))
            g_hash_table_insert(model->by_name, file->name, file);
    }
    for (guint i = 0; i < model->names->len; i++)
        model->kind->index(model, g_hash_table_lookup(model->by_name, model->names->pdata[i]));
}

gboolean
ifcfg_is_ignored(const IfcfgKind *kind, const char *path)
{
    for (guint i = 0; kind->ignored[i] != NULL; i++)
        if (g_str_has_suffix(path, kind->ignored[i]))
            return TRUE;
    return FALSE;
}

IfcfgModel *
ifcfg_load(NetifFiles *files, const IfcfgKind *kind)
{
    IfcfgModel *model = g_new0(IfcfgModel, 1);
    g_autofree char *pattern = g_strconcat(kind->dir, "ifcfg-*", NULL);
    g_autoptr(GPtrArray) paths = netif_files_glob(files, pattern);

    model->files = files;
    model->kind = kind;
    model->list = g_ptr_array_new_with_free_func(file_free);
    model->names = g_ptr_array_new();
    model->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    model->masters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    model->bonds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    model->ports = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, list_free);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        gsize size;
        const char *text =
            ifcfg_is_ignored(kind, path) ? NULL : netif_files_get(files, path, &size, NULL);

        if (text != NULL) /* or it is gone meanwhile */
            (void)add_file(model, path, settings_parse(kind->syntax, path, text, size));
    }
    index_all(model);
    return model;
}

void
ifcfg_unload(NetifModel data)
{
    IfcfgModel *model = data;

    if (model == NULL)
        return;
    g_hash_table_unref(model->by_name);
    g_hash_table_unref(model->masters);
    g_hash_table_unref(model->bonds);
    g_hash_table_unref(model->ports);
    g_ptr_array_unref(model->names);
    g_ptr_array_unref(model->list);
    g_free(model);
}

GPtrArray *
ifcfg_names(NetifModel data)
{
    const IfcfgModel *model = data;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < model->names->len; i++)
        g_ptr_array_add(names, g_strdup(g_ptr_array_index(model->names, i)));
    return names;
}

void
ifcfg_notes(NetifModel data, NetifNotes *notes)
{
    const IfcfgModel *model = data;

    for (guint i = 0; i < model->list->len; i++) {
        const IfcfgFile *file = g_ptr_array_index(model->list, i);
        guint line = 0;
        const char *fault = settings_fault(file->settings, &line);
        const IfcfgFile *used =
            file->name != NULL ? g_hash_table_lookup(model->by_name, file->name) : NULL;

        if (fault != NULL)
            netif_notes_add(notes, NETIF_NOTE_FAULT, file->name, file->path, line, "%s", fault);
        if (file->name == NULL)
            netif_notes_add(notes, NETIF_NOTE_UNMODELLED, NULL, file->path, 1,
                            "no interface of its own");
        else if (used != file)
            netif_notes_add(notes, NETIF_NOTE_IGNORED, file->name, file->path, 1,
                            "never used: '%s' is for '%s' too", used->path, file->name);
    }
}

static gboolean
is_made_parent(const IfcfgModel *model, const IfcfgFile *file)
{
    return settings_is_made(file->settings) && !g_hash_table_contains(model->masters, file->name) &&
           model->kind->type(model, file) == INTERFACE_ETHERNET;
}

static NetifDevice *
look(IfcfgModel *model, IfcfgFile *file, NetifNotes *notes)
{
    NetifDevice *device = netif_device_new(model->kind->type(model, file), file->name);
    const char *master = g_hash_table_lookup(model->masters, file->name);

    device->file = g_strdup(file->path);
    device->line = 1;
    device->is_made = settings_is_made(file->settings);
    device->is_read_only = strcmp(file->name, "lo") == 0;
    if (master != NULL) {
        const IfcfgFile *outer = g_hash_table_lookup(model->by_name, master);
        gboolean is_bond = outer != NULL ? model->kind->type(model, outer) == INTERFACE_BOND
                                         : g_hash_table_contains(model->bonds, master);

        device->master = g_strdup(master);
        device->master_type = is_bond ? INTERFACE_BOND : INTERFACE_BRIDGE;
    }
    settings_start_reading(file->settings);
    model->kind->read(model, file, device, notes);
    settings_note_rest(file->settings, notes, file->name);
    return device;
}

NetifDevice *
ifcfg_look(NetifModel data, const char *name, NetifNotes *notes)
{
    IfcfgModel *model = data;
    IfcfgFile *file = g_hash_table_lookup(model->by_name, name);

    return file == NULL || is_made_parent(model, file) ? NULL : look(model, file, notes);
}

gboolean
ifcfg_check(NetifModel data, const NetifDevice *before, const NetifDevice *after, NetifNotes *notes,
            GError **error)
{
    const IfcfgModel *model = data;
    const InterfaceDef *def = after != NULL ? after->def : before->def;
    const IfcfgFile *file = g_hash_table_lookup(model->by_name, def->name);

    if (file != NULL && !settings_check(file->settings, error))
        return FALSE;
    if (after != NULL && model->kind->losses != NULL)
        model->kind->losses(after, notes);
    return TRUE;
}

static void
store(IfcfgModel *model, const IfcfgFile *file)
{
    gsize size;
    g_autofree char *text = settings_text(file->settings, &size);

    netif_files_set(model->files, file->path, text, size, 0644);
}

static IfcfgFile *
make_file(IfcfgModel *model, const char *name, const GArray *wants, gboolean is_made)
{
    g_autofree char *path = g_strconcat(model->kind->dir, "ifcfg-", name, NULL);
    Settings *settings = settings_new(model->kind->syntax, path);
    IfcfgFile *file;

    settings_apply(settings, NULL, wants, NULL, NULL);
    settings_mark_made(settings, is_made);
    file = add_file(model, path, settings);
    g_hash_table_insert(model->by_name, file->name, file);
    store(model, file);
    return file;
}

void
ifcfg_put(NetifModel data, const NetifDevice *before, const NetifDevice *after, NetifNotes *notes)
{
    IfcfgModel *model = data;
    IfcfgFile *file = g_hash_table_lookup(model->by_name, after->def->name);
    g_autoptr(GArray) wants = model->kind->wants(after, file);

    if (file == NULL) {
        (void)make_file(model, after->def->name, wants, after->is_made);
    } else {
        g_autoptr(NetifDevice) now = look(model, file, NULL); /* marks what is understood */
        g_autoptr(GArray) wanted = model->kind->wants(before != NULL ? before : now, file);

        settings_apply(file->settings, wanted, wants, notes, after->def->name);
        if (!after->is_made && (before == NULL || before->is_made))
            settings_mark_made(file->settings, FALSE);
        store(model, file);
    }
    if (model->kind->changed != NULL)
        model->kind->changed(model, before, after, notes);
}

static void
remove_file(IfcfgModel *model, IfcfgFile *file)
{
    netif_files_remove(model->files, file->path);
    (void)g_ptr_array_remove(model->list, file); /* it is there: the index has it */
    index_all(model);
}

void
ifcfg_drop(NetifModel data, const NetifDevice *before, NetifNotes *notes)
{
    IfcfgModel *model = data;
    IfcfgFile *file = g_hash_table_lookup(model->by_name, before->def->name);
    g_autoptr(NetifDevice) now = look(model, file, NULL); /* marks what is understood */

    settings_note_removal(file->settings, notes, before->def->name);
    remove_file(model, file);
    if (model->kind->changed != NULL)
        model->kind->changed(model, before, NULL, notes);
}

void
ifcfg_make(IfcfgModel *model, const char *name, const GArray *wants)
{
    if (!g_hash_table_contains(model->by_name, name))
        (void)make_file(model, name, wants, TRUE);
}

void
ifcfg_unmake(IfcfgModel *model, const char *name)
{
    IfcfgFile *file = g_hash_table_lookup(model->by_name, name);
    g_autoptr(NetifDevice) now = NULL;

    if (file == NULL || !is_made_parent(model, file))
        return;
    now = look(model, file, NULL); /* marks what is understood */
    if (settings_is_plain(file->settings))
        remove_file(model, file);
}

void
ifcfg_read_ports(const IfcfgModel *model, InterfaceDef *def, const char *primary)
{
    const GPtrArray *ports = g_hash_table_lookup(model->ports, def->name);

    for (guint i = 0; ports != NULL && i < ports->len; i++) {
        InterfaceDef *port = interface_def_new(INTERFACE_ETHERNET, g_ptr_array_index(ports, i));

        if (primary != NULL && strcmp(port->name, primary) == 0)
            g_ptr_array_insert(def->ports, 0, port);
        else
            g_ptr_array_add(def->ports, port);
    }
}

gboolean
ifcfg_uint(Settings *settings, const char *key, SettingsAspect aspect, NetifNotes *notes,
           const char *iface, guint *ret_value)
{
    Setting *setting = settings_take(settings, "", key, aspect);

    if (setting == NULL || *setting->value == '\0')
        return FALSE;
    if (value_uint(setting->value, G_MAXINT32, ret_value))
        return TRUE;
    settings_note(settings, setting, notes, iface, "is no number");
    return FALSE;
}

char *
ifcfg_netmask(int prefix)
{
    guint32 mask = prefix == 0 ? 0 : ~(guint32)0 << (32 - prefix);

    return g_strdup_printf("%u.%u.%u.%u", mask >> 24, (mask >> 16) & 255, (mask >> 8) & 255,
                           mask & 255);
}

int
ifcfg_prefix(const char *netmask)
{
    Address address;

    return address_parse(netmask, &address) && !address.is_v6 ? address_netmask_prefix(&address)
                                                              : -1;
}
