/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/backends.h"
#include "netif/keyfile-priv.h"
#include "util/error.h"

static const char *const patterns[] = {KEYFILE_DIR "*",
                                       "/run/NetworkManager/system-connections/*.nmconnection",
                                       "/usr/lib/NetworkManager/system-connections/*.nmconnection"};

static const char service[] = "/etc/systemd/system/multi-user.target.wants/NetworkManager.service";

static void
profile_free(gpointer data)
{
    KeyfileProfile *profile = data;

    g_free(profile->path);
    g_free(profile->name);
    g_free(profile->uuid);
    settings_free(profile->settings);
    g_free(profile);
}

static void
list_free(gpointer data)
{
    g_ptr_array_unref(data);
}

const char *
keyfile_ethernet(const Settings *settings)
{
    GPtrArray *list = settings_list(settings);

    for (guint i = 0; i < list->len; i++)
        if (strcmp(((const Setting *)g_ptr_array_index(list, i))->section, "802-3-ethernet") == 0)
            return "802-3-ethernet";
    return "ethernet";
}

const char *
keyfile_master(const Settings *settings)
{
    const char *master = settings_value(settings, "connection", "master");

    if (master == NULL || *master == '\0')
        master = settings_value(settings, "connection", "controller");
    return master != NULL && *master != '\0' ? master : NULL;
}

const char *
keyfile_resolve(const KeyfileModel *model, const char *text)
{
    const KeyfileProfile *profile = g_hash_table_lookup(model->by_uuid, text);

    return profile != NULL && profile->name != NULL ? profile->name : text;
}

KeyfileProfile *
keyfile_add(KeyfileModel *model, const char *path, Settings *settings, gboolean is_read_only)
{
    KeyfileProfile *profile = g_new0(KeyfileProfile, 1);
    const char *type = settings_value(settings, "connection", "type");
    const char *name = settings_value(settings, "connection", "interface-name");

    profile->path = g_strdup(path);
    profile->settings = settings;
    profile->is_read_only = is_read_only;
    profile->uuid = g_strdup(settings_value(settings, "connection", "uuid"));
    if (type != NULL && strcmp(type, "802-3-ethernet") == 0)
        type = "ethernet";
    if (type != NULL && interface_type_from_string(type, &profile->type) && name != NULL &&
        interface_name_check(name, NULL))
        profile->name = g_strdup(name);
    g_ptr_array_add(model->profiles, profile);
    return profile;
}

static gint64
number_of(const Settings *settings, const char *key)
{
    const char *text = settings_value(settings, "connection", key);

    return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* The one that NetworkManager starts by itself: by its priority, then the one that does so at all. */
static gboolean
is_better(const KeyfileProfile *profile, const KeyfileProfile *than)
{
    static const char *const keys[] = {"autoconnect-priority", "timestamp"};

    if (profile->is_read_only != than->is_read_only)
        return than->is_read_only;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        gint64 one = number_of(profile->settings, keys[i]);
        gint64 other = number_of(than->settings, keys[i]);

        if (one != other)
            return one > other;
    }
    return FALSE;
}

void
keyfile_index(KeyfileModel *model)
{
    g_hash_table_remove_all(model->by_name);
    g_hash_table_remove_all(model->by_uuid);
    g_hash_table_remove_all(model->ports);
    g_ptr_array_set_size(model->names, 0);
    for (guint i = 0; i < model->profiles->len; i++) {
        KeyfileProfile *profile = g_ptr_array_index(model->profiles, i);
        const KeyfileProfile *other;

        if (profile->uuid != NULL)
            g_hash_table_insert(model->by_uuid, profile->uuid, profile);
        if (profile->name == NULL)
            continue;
        other = g_hash_table_lookup(model->by_name, profile->name);
        if (other == NULL)
            g_ptr_array_add(model->names, profile->name);
        if (other == NULL || is_better(profile, other))
            g_hash_table_replace(model->by_name, profile->name, profile);
    }
    for (guint i = 0; i < model->names->len; i++) {
        const KeyfileProfile *profile =
            g_hash_table_lookup(model->by_name, g_ptr_array_index(model->names, i));
        const char *master = keyfile_master(profile->settings);
        GPtrArray *ports;

        if (master == NULL)
            continue;
        master = keyfile_resolve(model, master);
        ports = g_hash_table_lookup(model->ports, master);
        if (ports == NULL) {
            ports = g_ptr_array_new_with_free_func(g_free);
            g_hash_table_insert(model->ports, g_strdup(master), ports);
        }
        g_ptr_array_add(ports, g_strdup(profile->name));
    }
}

static void
keyfile_unload(NetifModel data)
{
    KeyfileModel *model = data;

    if (model == NULL)
        return;
    g_hash_table_unref(model->by_name);
    g_hash_table_unref(model->by_uuid);
    g_hash_table_unref(model->ports);
    g_ptr_array_unref(model->names);
    g_ptr_array_unref(model->profiles);
    g_free(model);
}

static NetifModel
keyfile_load(NetifFiles *files, GError **error)
{
    KeyfileModel *model = g_new0(KeyfileModel, 1);

    model->files = files;
    model->profiles = g_ptr_array_new_with_free_func(profile_free);
    model->names = g_ptr_array_new();
    model->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    model->by_uuid = g_hash_table_new(g_str_hash, g_str_equal);
    model->ports = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, list_free);
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        g_autoptr(GPtrArray) paths = netif_files_glob(files, patterns[i]);

        for (guint j = 0; j < paths->len; j++) {
            const char *path = g_ptr_array_index(paths, j);
            gsize size;
            const char *text;

            if (g_str_has_suffix(path, "~") || g_str_has_suffix(path, ".bak"))
                continue;
            text = netif_files_get(files, path, &size, NULL);
            if (text != NULL) /* or it is gone meanwhile */
                (void)keyfile_add(model, path, settings_parse(SETTINGS_KEYFILE, path, text, size),
                                  i > 0);
        }
    }
    keyfile_index(model);
    return model;
}

static void
keyfile_notes(NetifModel data, NetifNotes *notes)
{
    const KeyfileModel *model = data;

    for (guint i = 0; i < model->profiles->len; i++) {
        const KeyfileProfile *profile = g_ptr_array_index(model->profiles, i);
        const char *type = settings_value(profile->settings, "connection", "type");
        guint line = 0;
        const char *fault = settings_fault(profile->settings, &line);
        const KeyfileProfile *used =
            profile->name != NULL ? g_hash_table_lookup(model->by_name, profile->name) : NULL;

        if (fault != NULL)
            netif_notes_add(notes, NETIF_NOTE_FAULT, profile->name, profile->path, line, "%s",
                            fault);
        else if (type == NULL)
            netif_notes_add(notes, NETIF_NOTE_FAULT, NULL, profile->path, 1,
                            "no type= in [connection]");
        else if (profile->name == NULL)
            netif_notes_add(notes, NETIF_NOTE_UNMODELLED, NULL, profile->path, 1,
                            "a profile of type %s for %s", type,
                            settings_value(profile->settings, "connection", "interface-name") !=
                                    NULL
                                ? "an interface that the XML has no words for"
                                : "any interface");
        if (profile->name != NULL && used != profile)
            netif_notes_add(notes, NETIF_NOTE_UNMODELLED, profile->name, profile->path, 1,
                            "another profile for '%s', beside '%s'", profile->name, used->path);
    }
}

static GPtrArray *
keyfile_names(NetifModel data)
{
    const KeyfileModel *model = data;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < model->names->len; i++)
        g_ptr_array_add(names, g_strdup(g_ptr_array_index(model->names, i)));
    return names;
}

static const NetifDevices keyfile_devices = {
    .drops_lone_ports = TRUE,
    .names = keyfile_names,
    .look = keyfile_look,
    .check = keyfile_check,
    .put = keyfile_put,
    .drop = keyfile_drop,
};

static GPtrArray *
keyfile_list(NetifModel model)
{
    return netif_devices_list(&keyfile_devices, model);
}

static InterfaceDef *
keyfile_read(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_read(&keyfile_devices, model, name, notes, error);
}

static gboolean
keyfile_write(NetifModel model, const InterfaceDef *def, NetifStyle style, NetifNotes *notes,
              GError **error)
{
    return netif_devices_write(&keyfile_devices, model, def, notes, error);
}

static gboolean
keyfile_remove(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_remove(&keyfile_devices, model, name, notes, error);
}

static NetifPresence
keyfile_detect(NetifFiles *files, char **ret_why)
{
    g_autoptr(GPtrArray) found = netif_files_glob(files, patterns[0]);
    g_autofree char *target = netif_files_link(files, service);
    gboolean is_enabled = target != NULL || netif_files_has(files, service);

    if (!netif_files_has(files, "/usr/sbin/NetworkManager"))
        return NETIF_PRESENCE_NONE;
    if (found->len == 0)
        return NETIF_PRESENCE_INSTALLED;
    if (ret_why != NULL)
        *ret_why = g_strdup_printf("%u profiles in " KEYFILE_DIR, found->len);
    return is_enabled ? NETIF_PRESENCE_IN_CHARGE : NETIF_PRESENCE_INSTALLED;
}

static GPtrArray *
keyfile_scopes(NetifModel model)
{
    GPtrArray *scopes = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(scopes, g_strdup(patterns[0]));
    return scopes;
}

static char **
keyfile_command(NetifModel data, const char *name, gboolean up, GError **error)
{
    static const char script[] = "nmcli connection load \"$2\" && nmcli connection up uuid \"$1\"";
    const KeyfileModel *model = data;
    const KeyfileProfile *profile = g_hash_table_lookup(model->by_name, name);

    if (profile == NULL || profile->uuid == NULL) {
        error_set(error, LODGE_ERROR_NOT_FOUND,
                  "no profile of NetworkManager with a uuid= is for '%s'", name);
        return NULL;
    }
    {
        const char *const start[] = {"sh",          "-c",          script, "nmcli",
                                     profile->uuid, profile->path, NULL};
        const char *const stop[] = {"nmcli", "connection", "down", "uuid", profile->uuid, NULL};

        return g_strdupv((char **)(up ? start : stop));
    }
}

const NetifBackend backend_keyfile = {
    .name = "networkmanager",
    .title = "NetworkManager (/etc/NetworkManager/system-connections)",
    .detect = keyfile_detect,
    .load = keyfile_load,
    .unload = keyfile_unload,
    .notes = keyfile_notes,
    .list = keyfile_list,
    .read = keyfile_read,
    .write = keyfile_write,
    .remove = keyfile_remove,
    .scopes = keyfile_scopes,
    .command = keyfile_command,
};
