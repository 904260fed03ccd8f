/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/backends.h"
#include "netif/netplan-priv.h"
#include "util/error.h"

static const char *const dirs[] = {"/etc/netplan", "/run/netplan", "/usr/lib/netplan",
                                   "/lib/netplan"};

static const char *const sections[INTERFACE_TYPE_LAST] = {
    [INTERFACE_ETHERNET] = "ethernets",
    [INTERFACE_BRIDGE] = "bridges",
    [INTERFACE_BOND] = "bonds",
    [INTERFACE_VLAN] = "vlans",
};

const char *
netplan_section(InterfaceType type)
{
    return sections[type];
}

static void
file_free(gpointer data)
{
    NetplanFile *file = data;

    g_free(file->path);
    yaml_tree_free(file->tree);
    g_free(file);
}

static void
device_free(gpointer data)
{
    NetplanDevice *device = data;

    g_array_unref(device->places);
    g_free(device);
}

static int
compare_files(gconstpointer a, gconstpointer b)
{
    const NetplanFile *const *one = a, *const *other = b;

    return strcmp(strrchr((*one)->path, '/'), strrchr((*other)->path, '/'));
}

static void
add_device(NetplanModel *model, NetplanFile *file, InterfaceType type, YamlNode *node)
{
    NetplanDevice *device = g_hash_table_lookup(model->devices, node->key->value);
    NetplanPlace place = {file, node};

    if (device == NULL) {
        device = g_new0(NetplanDevice, 1);
        device->name = node->key->value;
        device->type = type;
        device->places = g_array_new(FALSE, FALSE, sizeof(NetplanPlace));
        g_hash_table_insert(model->devices, (gpointer)device->name, device);
        g_ptr_array_add(model->names, (gpointer)device->name);
    }
    if (device->type == type)
        g_array_append_val(device->places, place);
}

/* Who is in whom, and what stands on what. */
static void
index_links(NetplanModel *model, const NetplanDevice *device)
{
    for (guint i = 0; i < device->places->len; i++) {
        const YamlNode *node = g_array_index(device->places, NetplanPlace, i).node;
        const YamlNode *ports = yaml_get(node, "interfaces");
        const char *link = yaml_text(yaml_get(node, "link"));

        if (device->type == INTERFACE_VLAN && link != NULL)
            g_hash_table_add(model->is_below, (gpointer)link);
        if ((device->type != INTERFACE_BRIDGE && device->type != INTERFACE_BOND) || ports == NULL ||
            ports->kind != YAML_LIST)
            continue;
        for (guint j = 0; j < ports->items->len; j++) {
            const char *port = yaml_text(g_ptr_array_index(ports->items, j));

            if (port != NULL)
                g_hash_table_insert(model->masters, (gpointer)port, (gpointer)device->name);
        }
    }
}

void
netplan_index(NetplanModel *model)
{
    g_hash_table_remove_all(model->masters);
    g_hash_table_remove_all(model->is_below);
    g_hash_table_remove_all(model->devices);
    g_ptr_array_set_size(model->names, 0);
    for (guint i = 0; i < model->list->len; i++) {
        NetplanFile *file = g_ptr_array_index(model->list, i);
        YamlNode *network = yaml_get(file->tree->root, "network");

        for (guint j = 0; network != NULL && network->kind == YAML_MAP && j < network->items->len;
             j++) {
            YamlNode *section = g_ptr_array_index(network->items, j);
            int type = 0;

            while (type < INTERFACE_TYPE_LAST &&
                   g_strcmp0(yaml_text(section->key), sections[type]) != 0)
                type++;
            if (type == INTERFACE_TYPE_LAST || section->kind != YAML_MAP)
                continue;
            for (guint k = 0; k < section->items->len; k++) {
                YamlNode *node = g_ptr_array_index(section->items, k);
                gboolean is_null = node->kind == YAML_TEXT && *node->value == '\0';

                if ((node->kind == YAML_MAP || is_null) && node->key->kind == YAML_TEXT &&
                    interface_name_check(node->key->value, NULL))
                    add_device(model, file, (InterfaceType)type, node);
            }
        }
    }
    for (guint i = 0; i < model->names->len; i++)
        index_links(model, g_hash_table_lookup(model->devices, model->names->pdata[i]));
}

static void
read_files(NetplanModel *model)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    g_ptr_array_set_size(model->list, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *pattern = g_strconcat(dirs[i], "/*.yaml", NULL);
        g_autoptr(GPtrArray) paths = netif_files_glob(model->files, pattern);

        for (guint j = 0; j < paths->len; j++) {
            const char *path = g_ptr_array_index(paths, j), *text;
            NetplanFile *file;
            gsize size;

            if (!g_hash_table_add(seen, g_strdup(strrchr(path, '/') + 1)))
                continue;
            text = netif_files_get(model->files, path, &size, NULL);
            if (text == NULL)
                continue; /* gone meanwhile */
            file = g_new0(NetplanFile, 1);
            file->path = g_strdup(path);
            file->tree = yaml_tree_parse(text, size);
            file->is_read_only = i > 0;
            g_ptr_array_add(model->list, file);
        }
    }
    g_ptr_array_sort(model->list, compare_files);
    netplan_index(model);
    model->is_stale = FALSE;
}

void
netplan_refresh(NetplanModel *model)
{
    if (model->is_stale)
        read_files(model);
}

static void
netplan_unload(NetifModel data)
{
    NetplanModel *model = data;

    if (model == NULL)
        return;
    g_hash_table_unref(model->masters);
    g_hash_table_unref(model->is_below);
    g_hash_table_unref(model->devices);
    g_ptr_array_unref(model->names);
    g_ptr_array_unref(model->list);
    g_free(model);
}

static NetifModel
netplan_load(NetifFiles *files, GError **error)
{
    NetplanModel *model = g_new0(NetplanModel, 1);

    model->files = files;
    model->list = g_ptr_array_new_with_free_func(file_free);
    model->names = g_ptr_array_new();
    model->devices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, device_free);
    model->masters = g_hash_table_new(g_str_hash, g_str_equal);
    model->is_below = g_hash_table_new(g_str_hash, g_str_equal);
    read_files(model);
    return model;
}

gboolean
netplan_is_made(const NetplanDevice *device)
{
    for (guint i = 0; i < device->places->len; i++) {
        const NetplanPlace *place = &g_array_index(device->places, NetplanPlace, i);
        const char *line = place->file->tree->text + place->node->key->start;
        gsize length = strcspn(line, "\n");

        if (length < strlen(NETPLAN_MADE) ||
            strncmp(line + length - strlen(NETPLAN_MADE), NETPLAN_MADE, strlen(NETPLAN_MADE)) != 0)
            return FALSE;
    }
    return TRUE;
}

static void
note_network(const NetplanFile *file, const YamlNode *network, NetifNotes *notes)
{
    static const char *const known[] = {"version", "renderer", "ethernets",
                                        "bonds",   "bridges",  "vlans"};

    for (guint i = 0; network->kind == YAML_MAP && i < network->items->len; i++) {
        const YamlNode *part = g_ptr_array_index(network->items, i);
        const char *key = yaml_text(part->key);
        gboolean is_known = FALSE;

        for (gsize j = 0; j < G_N_ELEMENTS(known); j++)
            is_known = is_known || g_strcmp0(key, known[j]) == 0;
        if (!is_known)
            netif_notes_add(notes, NETIF_NOTE_UNMODELLED, NULL, file->path, part->key->line, "%s",
                            key != NULL ? key : "a key that is no word");
        else if (part->kind == YAML_ALIAS)
            netif_notes_add(notes, NETIF_NOTE_UNMODELLED, NULL, file->path, part->key->line,
                            "%s: an alias", key);
        for (guint j = 0; is_known && part->kind == YAML_MAP && j < part->items->len; j++) {
            const YamlNode *node = g_ptr_array_index(part->items, j);
            const char *name = yaml_text(node->key);

            if (name == NULL || !interface_name_check(name, NULL) || node->kind == YAML_ALIAS ||
                node->kind == YAML_LIST)
                netif_notes_add(notes, NETIF_NOTE_UNMODELLED, NULL, file->path, node->key->line,
                                "%s: no device that lodge can read", name != NULL ? name : "?");
        }
    }
}

static void
netplan_notes(NetifModel data, NetifNotes *notes)
{
    const NetplanModel *model = data;

    for (guint i = 0; i < model->list->len; i++) {
        const NetplanFile *file = g_ptr_array_index(model->list, i);
        const YamlNode *network = yaml_get(file->tree->root, "network");

        if (file->tree->fault != NULL)
            netif_notes_add(notes, NETIF_NOTE_FAULT, NULL, file->path, file->tree->fault_line, "%s",
                            file->tree->fault);
        else if (network == NULL && file->tree->root != NULL)
            netif_notes_add(notes, NETIF_NOTE_FAULT, NULL, file->path, 1, "no 'network:'");
        if (network != NULL)
            note_network(file, network, notes);
    }
}

static GPtrArray *
netplan_names(NetifModel data)
{
    const NetplanModel *model = data;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < model->names->len; i++)
        g_ptr_array_add(names, g_strdup(g_ptr_array_index(model->names, i)));
    return names;
}

static NetifDevice *
netplan_look_device(NetifModel model, const char *name, NetifNotes *notes)
{
    return netplan_look(model, name, FALSE, notes);
}

static const NetifDevices netplan_devices = {
    .names = netplan_names,
    .look = netplan_look_device,
    .check = netplan_check,
    .put = netplan_put,
    .drop = netplan_drop,
};

static GPtrArray *
netplan_list(NetifModel model)
{
    return netif_devices_list(&netplan_devices, model);
}

static InterfaceDef *
netplan_read(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_read(&netplan_devices, model, name, notes, error);
}

static gboolean
netplan_write(NetifModel model, const InterfaceDef *def, NetifStyle style, NetifNotes *notes,
              GError **error)
{
    return netif_devices_write(&netplan_devices, model, def, notes, error);
}

static gboolean
netplan_remove(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_remove(&netplan_devices, model, name, notes, error);
}

static NetifPresence
netplan_detect(NetifFiles *files, char **ret_why)
{
    g_autoptr(GPtrArray) found = netif_files_glob(files, "/etc/netplan/*.yaml");

    if (!netif_files_has(files, "/usr/sbin/netplan"))
        return NETIF_PRESENCE_NONE;
    if (found->len == 0)
        return NETIF_PRESENCE_INSTALLED;
    if (ret_why != NULL)
        *ret_why = g_strdup_printf("%u files in /etc/netplan", found->len);
    return NETIF_PRESENCE_IN_CHARGE;
}

static GPtrArray *
netplan_scopes(NetifModel model)
{
    GPtrArray *scopes = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(scopes, g_strdup("/etc/netplan/*.yaml"));
    return scopes;
}

/* The renderer's own tool, after netplan has made its files. */
static char **
netplan_command(NetifModel data, const char *name, gboolean up, GError **error)
{
    static const char up_networkd[] = "netplan generate && networkctl reload && "
                                      "networkctl reconfigure \"$1\" && networkctl up \"$1\"";
    static const char up_manager[] = "netplan generate && nmcli connection reload && "
                                     "nmcli connection up \"netplan-$1\"";
    const NetplanModel *model = data;
    const NetplanDevice *device = g_hash_table_lookup(model->devices, name);
    const char *renderer = NULL;

    for (guint i = 0; i < model->list->len; i++) {
        const NetplanFile *file = g_ptr_array_index(model->list, i);
        const char *word = yaml_text(yaml_get(yaml_get(file->tree->root, "network"), "renderer"));

        renderer = word != NULL ? word : renderer;
    }
    for (guint i = 0; device != NULL && i < device->places->len; i++) {
        const char *word =
            yaml_text(yaml_get(g_array_index(device->places, NetplanPlace, i).node, "renderer"));

        renderer = word != NULL ? word : renderer;
    }
    if (g_strcmp0(renderer, "NetworkManager") == 0) {
        g_autofree char *id = g_strconcat("netplan-", name, NULL);
        const char *const start[] = {"sh", "-c", up_manager, "netplan", name, NULL};
        const char *const stop[] = {"nmcli", "connection", "down", id, NULL};

        return g_strdupv((char **)(up ? start : stop));
    }
    {
        const char *const start[] = {"sh", "-c", up_networkd, "netplan", name, NULL};
        const char *const stop[] = {"networkctl", "down", name, NULL};

        return g_strdupv((char **)(up ? start : stop));
    }
}

const NetifBackend backend_netplan = {
    .name = "netplan",
    .title = "netplan (/etc/netplan)",
    .detect = netplan_detect,
    .load = netplan_load,
    .unload = netplan_unload,
    .notes = netplan_notes,
    .list = netplan_list,
    .read = netplan_read,
    .write = netplan_write,
    .remove = netplan_remove,
    .scopes = netplan_scopes,
    .command = netplan_command,
};
