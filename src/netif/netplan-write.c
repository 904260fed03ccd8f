/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/netplan-priv.h"

static const char new_file[] =
    "# What lodge adds; what stands in other files is edited there.\nnetwork:\n  version: 2\n";

NetplanFile *
netplan_file(const NetplanModel *model, const char *path)
{
    for (guint i = 0; i < model->list->len; i++) {
        NetplanFile *file = g_ptr_array_index(model->list, i);

        if (strcmp(file->path, path) == 0)
            return file;
    }
    return NULL;
}

/* The text of the edit becomes the file; one with nothing but our own frame goes. */
void
netplan_store(NetplanModel *model, const char *path, YamlEdit *edit)
{
    gsize size;
    g_autofree char *text = yaml_edit_finish(edit, &size);

    if (strcmp(path, NETPLAN_FILE) == 0 && strcmp(text, new_file) == 0)
        netif_files_remove(model->files, path);
    else
        netif_files_set(model->files, path, text, size, 0600);
    model->is_stale = TRUE;
}

static void
put_new(NetplanModel *model, InterfaceType type, const char *name, const GArray *wants,
        gboolean is_made)
{
    const NetplanFile *file = netplan_file(model, NETPLAN_FILE);
    g_autofree char *key = netplan_quote(name);
    YamlPart *device = yaml_part_new(key, NULL), *section;
    gboolean is_new = file == NULL || file->tree->root == NULL;
    g_autoptr(YamlTree) frame = is_new ? yaml_tree_parse(new_file, strlen(new_file)) : NULL;
    const YamlTree *tree = is_new ? frame : file->tree;
    g_autoptr(YamlEdit) edit = yaml_edit_new(tree);
    YamlNode *network = yaml_get(tree->root, "network");
    YamlNode *into = yaml_get(network, netplan_section(type));

    if (is_made)
        device->comment = NETPLAN_MADE;
    for (guint i = 0; i < wants->len; i++)
        if (netplan_is_first(wants, i))
            netplan_add_part(wants, &g_array_index(wants, SettingsWant, i), device->parts);
    if (into != NULL) {
        yaml_edit_insert(edit, into, device);
    } else {
        section = yaml_part_new(netplan_section(type), NULL);
        g_ptr_array_add(section->parts, device);
        yaml_edit_insert(edit, network, section);
    }
    netplan_store(model, NETPLAN_FILE, edit);
}

/* A VLAN's parent must stand in netplan's files too. */
static void
put_parent(NetplanModel *model, const char *name)
{
    g_autoptr(GArray) none = settings_wants_new();

    netplan_refresh(model);
    if (!g_hash_table_contains(model->devices, name))
        put_new(model, INTERFACE_ETHERNET, name, none, TRUE);
}

static void
delete_device(NetplanModel *model, const char *name, NetifNotes *notes)
{
    const NetplanDevice *device;

    netplan_refresh(model);
    device = g_hash_table_lookup(model->devices, name);
    for (guint i = 0; device != NULL && i < device->places->len; i++) {
        const NetplanPlace *place = &g_array_index(device->places, NetplanPlace, i);
        g_autoptr(YamlEdit) edit = yaml_edit_new(place->file->tree);

        for (guint j = 0; place->node->items != NULL && j < place->node->items->len; j++)
            netplan_note_removed(place->file, g_ptr_array_index(place->node->items, j), notes,
                                 name);
        yaml_edit_delete(edit, place->node);
        netplan_store(model, place->file->path, edit);
    }
}

static void
drop_parent(NetplanModel *model, const char *name)
{
    const NetplanDevice *device;

    netplan_refresh(model);
    device = g_hash_table_lookup(model->devices, name);
    if (device != NULL && device->type == INTERFACE_ETHERNET && netplan_is_made(device) &&
        !g_hash_table_contains(model->is_below, name) &&
        !g_hash_table_contains(model->masters, name))
        delete_device(model, name, NULL);
}

void
netplan_put(NetifModel data, const NetifDevice *before, const NetifDevice *after, NetifNotes *notes)
{
    NetplanModel *model = data;
    const InterfaceDef *def = after->def;
    g_autoptr(GArray) wants = netplan_wants(after);
    g_autofree char *old_parent = before != NULL && before->def->type == INTERFACE_VLAN
                                      ? g_strdup(before->def->vlan_parent)
                                      : NULL;
    const NetplanDevice *device;

    netplan_refresh(model);
    device = g_hash_table_lookup(model->devices, def->name);
    if (device != NULL && device->type != def->type) {
        delete_device(model, def->name, notes);
        netplan_refresh(model);
        device = NULL;
    }
    if (device == NULL) {
        put_new(model, def->type, def->name, wants, after->is_made);
    } else {
        g_autoptr(NetifDevice) now = netplan_look(model, def->name, TRUE, NULL); /* marks */
        gboolean is_hidden = now->is_made && before == NULL;
        g_autoptr(GArray) none = settings_wants_new();
        g_autoptr(GArray) wanted = before != NULL ? netplan_wants(before) : NULL;

        netplan_change(model, device, is_hidden || wanted == NULL ? none : wanted, wants,
                       now->is_made && !after->is_made, notes);
    }
    if (def->type == INTERFACE_VLAN)
        put_parent(model, def->vlan_parent);
    if (old_parent != NULL && g_strcmp0(old_parent, def->vlan_parent) != 0)
        drop_parent(model, old_parent);
}

void
netplan_drop(NetifModel data, const NetifDevice *before, NetifNotes *notes)
{
    NetplanModel *model = data;
    const InterfaceDef *def = before->def;
    gboolean is_below;
    g_autoptr(GArray) none = settings_wants_new();
    g_autoptr(NetifDevice) now = netplan_look(model, def->name, TRUE, NULL); /* marks */

    is_below = g_hash_table_contains(model->is_below, def->name);
    delete_device(model, def->name, notes);
    netplan_refresh(model);
    if (is_below)
        put_new(model, INTERFACE_ETHERNET, def->name, none, TRUE);
    if (def->type == INTERFACE_VLAN)
        drop_parent(model, def->vlan_parent);
}
