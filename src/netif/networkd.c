/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fnmatch.h>
#include <string.h>

#include "netif/backends.h"
#include "netif/networkd-priv.h"
#include "netif/value.h"

/* In the order of precedence: a file of the same name in an earlier one hides it. */
static const char *const dirs[] = {"/etc/systemd/network", "/run/systemd/network",
                                   "/usr/local/lib/systemd/network", "/usr/lib/systemd/network",
                                   "/lib/systemd/network"};

static const char wants[] = "/etc/systemd/system/multi-user.target.wants/systemd-networkd.service";

static void
settings_destroy(gpointer data)
{
    settings_free(data);
}

static void
unit_free(gpointer data)
{
    NetworkdUnit *unit = data;

    g_free(unit->path);
    g_free(unit->name);
    settings_free(unit->settings);
    g_ptr_array_unref(unit->drop_ins);
    g_free(unit);
}

/* The one name that a network is for, or NULL. */
static const char *
literal_name(const Settings *settings, gboolean is_network)
{
    const char *section = is_network ? "Match" : "NetDev";
    const char *name = settings_value(settings, section, "Name");
    GPtrArray *list = settings_list(settings);

    for (guint i = 0; is_network && i < list->len; i++) {
        const Setting *setting = g_ptr_array_index(list, i);

        if (setting->key != NULL && strcmp(setting->section, "Match") == 0 &&
            strcmp(setting->key, "Name") != 0)
            return NULL;
    }
    return name != NULL && interface_name_check(name, NULL) ? name : NULL;
}

NetworkdUnit *
networkd_unit_add(NetworkdModel *model, const char *path, Settings *settings, gboolean is_read_only)
{
    NetworkdUnit *unit = g_new0(NetworkdUnit, 1);

    unit->path = g_strdup(path);
    unit->base = strrchr(unit->path, '/') + 1;
    unit->settings = settings;
    unit->is_network = g_str_has_suffix(path, ".network");
    unit->is_read_only = is_read_only;
    unit->name = g_strdup(literal_name(settings, unit->is_network));
    unit->drop_ins = g_ptr_array_new_with_free_func(settings_destroy);
    g_ptr_array_add(model->units, unit);
    return unit;
}

static Settings *
read_settings(NetworkdModel *model, const char *path)
{
    gsize size;
    const char *text = netif_files_get(model->files, path, &size, NULL);

    return text != NULL ? settings_parse(SETTINGS_UNIT, path, text, size) : NULL;
}

/* NAME.network.d/X.conf adds to NAME.network, from whichever directory. */
static void
read_drop_ins(NetworkdModel *model)
{
    g_autoptr(GHashTable) by_base = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < model->units->len; i++) {
        NetworkdUnit *unit = g_ptr_array_index(model->units, i);

        g_hash_table_insert(by_base, (gpointer)unit->base, unit);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *pattern = g_strconcat(dirs[i], "/*.d/*.conf", NULL);
        g_autoptr(GPtrArray) paths = netif_files_glob(model->files, pattern);

        for (guint j = 0; j < paths->len; j++) {
            const char *path = g_ptr_array_index(paths, j);
            g_autofree char *dir = g_path_get_dirname(path);
            g_autofree char *base = g_path_get_basename(dir);
            NetworkdUnit *unit;
            Settings *settings;

            base[strlen(base) - strlen(".d")] = '\0';
            unit = g_hash_table_lookup(by_base, base);
            settings = unit != NULL ? read_settings(model, path) : NULL;
            if (settings != NULL)
                g_ptr_array_add(unit->drop_ins, settings);
        }
    }
}

static void
read_kind(NetworkdModel *model, const char *ending, GHashTable *seen)
{
    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *pattern = g_strconcat(dirs[i], "/*", ending, NULL);
        g_autoptr(GPtrArray) paths = netif_files_glob(model->files, pattern);

        for (guint j = 0; j < paths->len; j++) {
            const char *path = g_ptr_array_index(paths, j);
            Settings *settings;

            if (!g_hash_table_add(seen, g_strdup(strrchr(path, '/') + 1)))
                continue;
            settings = read_settings(model, path);
            if (settings == NULL)
                continue; /* gone meanwhile */
            if (strcmp(ending, ".link") == 0)
                g_ptr_array_add(model->links, settings);
            else
                (void)networkd_unit_add(model, path, settings, i > 0); /* the model has it */
        }
    }
}

static int
compare_units(gconstpointer a, gconstpointer b)
{
    const NetworkdUnit *const *one = a, *const *other = b;

    return strcmp((*one)->base, (*other)->base);
}

static void
list_free(gpointer data)
{
    g_ptr_array_unref(data);
}

/* What stands on the devices of @settings: VLANs, and the bridge or bond that they are in. */
static void
index_stack(NetworkdModel *model, const NetworkdUnit *unit, const Settings *settings)
{
    GPtrArray *list = settings_list(settings);

    for (guint i = 0; i < list->len; i++) {
        const Setting *setting = g_ptr_array_index(list, i);

        if (setting->key == NULL || strcmp(setting->section, "Network") != 0 ||
            *setting->value == '\0')
            continue;
        if (strcmp(setting->key, "VLAN") == 0 &&
            !g_hash_table_contains(model->parents, setting->value))
            g_hash_table_insert(model->parents, g_strdup(setting->value), g_strdup(unit->name));
    }
}

static void
index_port(NetworkdModel *model, const NetworkdUnit *unit)
{
    const char *bridge = settings_value(unit->settings, "Network", "Bridge");
    const char *master =
        bridge != NULL ? bridge : settings_value(unit->settings, "Network", "Bond");
    gboolean is_primary = FALSE;
    const char *primary = settings_value(unit->settings, "Network", "PrimarySlave");
    GPtrArray *ports;

    if (master == NULL)
        return;
    ports = g_hash_table_lookup(model->ports, master);
    if (ports == NULL) {
        ports = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(model->ports, g_strdup(master), ports);
    }
    if (primary != NULL && value_bool(primary, &is_primary) && is_primary)
        g_ptr_array_insert(ports, 0, g_strdup(unit->name));
    else
        g_ptr_array_add(ports, g_strdup(unit->name));
}

void
networkd_index(NetworkdModel *model)
{
    g_hash_table_remove_all(model->networks);
    g_hash_table_remove_all(model->netdevs);
    g_hash_table_remove_all(model->parents);
    g_hash_table_remove_all(model->ports);
    g_ptr_array_set_size(model->names, 0);
    g_ptr_array_sort(model->units, compare_units);
    for (guint i = 0; i < model->units->len; i++) {
        NetworkdUnit *unit = g_ptr_array_index(model->units, i);
        GHashTable *table = unit->is_network ? model->networks : model->netdevs;
        GHashTable *other = unit->is_network ? model->netdevs : model->networks;

        if (unit->name == NULL || g_hash_table_contains(table, unit->name))
            continue;
        g_hash_table_insert(table, unit->name, unit);
        if (!g_hash_table_contains(other, unit->name))
            g_ptr_array_add(model->names, unit->name);
        if (!unit->is_network)
            continue;
        index_stack(model, unit, unit->settings);
        for (guint j = 0; j < unit->drop_ins->len; j++)
            index_stack(model, unit, g_ptr_array_index(unit->drop_ins, j));
        index_port(model, unit);
    }
}

static void
networkd_unload(NetifModel data)
{
    NetworkdModel *model = data;

    if (model == NULL)
        return;
    g_hash_table_unref(model->networks);
    g_hash_table_unref(model->netdevs);
    g_hash_table_unref(model->parents);
    g_hash_table_unref(model->ports);
    g_ptr_array_unref(model->names);
    g_ptr_array_unref(model->links);
    g_ptr_array_unref(model->units);
    g_free(model);
}

static NetifModel
networkd_load(NetifFiles *files, GError **error)
{
    NetworkdModel *model = g_new0(NetworkdModel, 1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    model->files = files;
    model->units = g_ptr_array_new_with_free_func(unit_free);
    model->links = g_ptr_array_new_with_free_func(settings_destroy);
    model->names = g_ptr_array_new();
    model->networks = g_hash_table_new(g_str_hash, g_str_equal);
    model->netdevs = g_hash_table_new(g_str_hash, g_str_equal);
    model->parents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    model->ports = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, list_free);
    read_kind(model, ".network", seen);
    read_kind(model, ".netdev", seen);
    read_kind(model, ".link", seen);
    read_drop_ins(model);
    networkd_index(model);
    return model;
}

gboolean
networkd_may_match(const NetworkdUnit *unit, const char *name)
{
    const char *patterns = settings_value(unit->settings, "Match", "Name");
    g_auto(GStrv) words = NULL;
    gboolean is_negative = FALSE, is_found = FALSE;

    if (patterns == NULL)
        return TRUE;
    is_negative = *patterns == '!';
    words = g_strsplit_set(patterns + is_negative, " \t", -1);
    for (char **word = words; *word != NULL; word++)
        is_found = is_found || (**word != '\0' && fnmatch(*word, name, 0) == 0);
    return is_found != is_negative;
}

static void
note_unit(const NetworkdModel *model, const NetworkdUnit *unit, NetifNotes *notes)
{
    GHashTable *table = unit->is_network ? model->networks : model->netdevs;
    guint line = 0;
    const char *fault = settings_fault(unit->settings, &line);
    const NetworkdUnit *first = unit->name != NULL ? g_hash_table_lookup(table, unit->name) : NULL;

    if (fault != NULL)
        netif_notes_add(notes, NETIF_NOTE_FAULT, unit->name, unit->path, line, "%s", fault);
    if (unit->name == NULL && unit->is_network)
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, NULL, unit->path, 1,
                        "a network for whatever matches [Match], not for one name");
    else if (unit->name == NULL)
        netif_notes_add(notes, NETIF_NOTE_FAULT, NULL, unit->path, 1,
                        "a netdev without a usable Name= in [NetDev]");
    else if (first != unit)
        netif_notes_add(notes, NETIF_NOTE_IGNORED, unit->name, unit->path, 1,
                        "never used: '%s' comes first for '%s'", first->path, unit->name);
}

static void
networkd_notes(NetifModel data, NetifNotes *notes)
{
    const NetworkdModel *model = data;

    for (guint i = 0; i < model->units->len; i++) {
        const NetworkdUnit *unit = g_ptr_array_index(model->units, i);

        if (!unit->is_read_only)
            note_unit(model, unit, notes);
    }
}

static GPtrArray *
networkd_names(NetifModel data)
{
    const NetworkdModel *model = data;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < model->names->len; i++)
        g_ptr_array_add(names, g_strdup(g_ptr_array_index(model->names, i)));
    return names;
}

static NetifDevice *
networkd_look_device(NetifModel model, const char *name, NetifNotes *notes)
{
    return networkd_look(model, name, FALSE, notes);
}

static const NetifDevices networkd_devices = {
    .names = networkd_names,
    .look = networkd_look_device,
    .check = networkd_check,
    .put = networkd_put,
    .drop = networkd_drop,
};

static GPtrArray *
networkd_list(NetifModel model)
{
    return netif_devices_list(&networkd_devices, model);
}

static InterfaceDef *
networkd_read(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_read(&networkd_devices, model, name, notes, error);
}

static gboolean
networkd_write(NetifModel model, const InterfaceDef *def, NetifStyle style, NetifNotes *notes,
               GError **error)
{
    return netif_devices_write(&networkd_devices, model, def, notes, error);
}

static gboolean
networkd_remove(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_remove(&networkd_devices, model, name, notes, error);
}

static NetifPresence
networkd_detect(NetifFiles *files, char **ret_why)
{
    static const char *const programs[] = {"/usr/lib/systemd/systemd-networkd",
                                           "/lib/systemd/systemd-networkd"};
    g_autoptr(GPtrArray) found = netif_files_glob(files, "/etc/systemd/network/*.network");
    g_autofree char *target = netif_files_link(files, wants);
    gboolean is_enabled = target != NULL || netif_files_has(files, wants);

    if (!netif_files_has(files, programs[0]) && !netif_files_has(files, programs[1]))
        return NETIF_PRESENCE_NONE;
    if (found->len == 0)
        return is_enabled ? NETIF_PRESENCE_INSTALLED : NETIF_PRESENCE_NONE;
    if (ret_why != NULL)
        *ret_why = g_strdup_printf("%u networks in /etc/systemd/network", found->len);
    return is_enabled ? NETIF_PRESENCE_IN_CHARGE : NETIF_PRESENCE_INSTALLED;
}

static GPtrArray *
networkd_scopes(NetifModel model)
{
    static const char *const patterns[] = {
        "/etc/systemd/network/*.network", "/etc/systemd/network/*.netdev",
        "/etc/systemd/network/*.link", "/etc/systemd/network/*.d/*.conf"};
    GPtrArray *scopes = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++)
        g_ptr_array_add(scopes, g_strdup(patterns[i]));
    return scopes;
}

/* networkd reads its files again first; a new netdev is made by that. */
static char **
networkd_command(NetifModel model, const char *name, gboolean up, GError **error)
{
    static const char script[] = "networkctl reload && networkctl reconfigure \"$1\" && "
                                 "networkctl up \"$1\"";
    const char *const start[] = {"sh", "-c", script, "networkctl", name, NULL};
    const char *const stop[] = {"networkctl", "down", name, NULL};

    return g_strdupv((char **)(up ? start : stop));
}

const NetifBackend backend_networkd = {
    .name = "networkd",
    .title = "systemd-networkd (/etc/systemd/network)",
    .detect = networkd_detect,
    .load = networkd_load,
    .unload = networkd_unload,
    .notes = networkd_notes,
    .list = networkd_list,
    .read = networkd_read,
    .write = networkd_write,
    .remove = networkd_remove,
    .scopes = networkd_scopes,
    .command = networkd_command,
};
