/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/backends.h"
#include "netif/redhat-priv.h"
#include "netif/value.h"

#define DIR "/etc/sysconfig/network-scripts/"

static const char *const ignored[] = {"~",        ".bak",    ".orig",    ".rpmnew", ".rpmorig",
                                      ".rpmsave", ".augnew", ".augsave", NULL};

/* DEVICE=, else what the file is called; an alias (eth0:1) is no device. */
static char *
redhat_name(const IfcfgFile *file)
{
    const char *name = settings_value(file->settings, "", "DEVICE");

    if (name == NULL || *name == '\0')
        name = file->suffix;
    return strchr(name, ':') == NULL && strchr(file->suffix, ':') == NULL &&
                   interface_name_check(name, NULL)
               ? g_strdup(name)
               : NULL;
}

static void
redhat_index(IfcfgModel *model, const IfcfgFile *file)
{
    const char *bridge = settings_value(file->settings, "", "BRIDGE");
    const char *master = settings_value(file->settings, "", "MASTER");

    if (master != NULL && *master != '\0')
        ifcfg_add_port(model, master, file->name, TRUE);
    else if (bridge != NULL && *bridge != '\0')
        ifcfg_add_port(model, bridge, file->name, FALSE);
}

static InterfaceType
redhat_type(const IfcfgModel *model, const IfcfgFile *file)
{
    const char *type = settings_value(file->settings, "", "TYPE");
    const char *vlan = settings_value(file->settings, "", "VLAN");
    gboolean is_vlan = FALSE;

    if (type != NULL && g_ascii_strcasecmp(type, "Bridge") == 0)
        return INTERFACE_BRIDGE;
    if (g_hash_table_contains(model->bonds, file->name) ||
        settings_value(file->settings, "", "BONDING_OPTS") != NULL ||
        (type != NULL && g_ascii_strcasecmp(type, "Bond") == 0))
        return INTERFACE_BOND;
    if ((vlan != NULL && value_bool(vlan, &is_vlan) && is_vlan) ||
        (type != NULL && g_ascii_strcasecmp(type, "Vlan") == 0))
        return INTERFACE_VLAN;
    return INTERFACE_ETHERNET;
}

static const IfcfgKind redhat = {
    .dir = DIR,
    .syntax = SETTINGS_SHELL,
    .ignored = ignored,
    .name = redhat_name,
    .index = redhat_index,
    .type = redhat_type,
    .read = redhat_read,
    .wants = redhat_wants,
};

static const NetifDevices redhat_devices = {
    .repeats_mtu = TRUE,
    .names = ifcfg_names,
    .look = ifcfg_look,
    .check = ifcfg_check,
    .put = ifcfg_put,
    .drop = ifcfg_drop,
};

static NetifModel
redhat_load(NetifFiles *files, GError **error)
{
    return ifcfg_load(files, &redhat);
}

static GPtrArray *
redhat_list(NetifModel model)
{
    return netif_devices_list(&redhat_devices, model);
}

static InterfaceDef *
redhat_read_all(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_read(&redhat_devices, model, name, notes, error);
}

static gboolean
redhat_write(NetifModel model, const InterfaceDef *def, NetifStyle style, NetifNotes *notes,
             GError **error)
{
    return netif_devices_write(&redhat_devices, model, def, notes, error);
}

static gboolean
redhat_remove(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_remove(&redhat_devices, model, name, notes, error);
}

/* Routes and rules stand in files of their own, which the XML has no words for. */
static void
redhat_notes(NetifModel data, NetifNotes *notes)
{
    static const char *const kinds[] = {"route-", "route6-", "rule-", "rule6-"};
    const IfcfgModel *model = data;

    ifcfg_notes(data, notes);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *pattern = g_strconcat(DIR, kinds[i], "*", NULL);
        g_autoptr(GPtrArray) paths = netif_files_glob(model->files, pattern);

        for (guint j = 0; j < paths->len; j++) {
            const char *path = g_ptr_array_index(paths, j);

            if (!ifcfg_is_ignored(&redhat, path))
                netif_notes_add(notes, NETIF_NOTE_UNMODELLED, path + strlen(DIR) + strlen(kinds[i]),
                                path, 1, "routes or rules of its own");
        }
    }
}

static NetifPresence
redhat_detect(NetifFiles *files, char **ret_why)
{
    g_autoptr(GPtrArray) found = netif_files_glob(files, DIR "ifcfg-*");
    guint n = 0;

    for (guint i = 0; i < found->len; i++)
        n += !g_str_has_suffix(g_ptr_array_index(found, i), "/ifcfg-lo");
    if (n == 0)
        return netif_files_has(files, DIR "ifup-eth") ? NETIF_PRESENCE_INSTALLED
                                                      : NETIF_PRESENCE_NONE;
    if (ret_why != NULL)
        *ret_why = g_strdup_printf("%u interfaces in " DIR, n);
    return netif_files_has(files, DIR "ifup-eth") ||
                   netif_files_has(files, "/usr/sbin/NetworkManager")
               ? NETIF_PRESENCE_IN_CHARGE
               : NETIF_PRESENCE_INSTALLED;
}

static GPtrArray *
redhat_scopes(NetifModel model)
{
    static const char *const patterns[] = {DIR "ifcfg-*", DIR "route-*", DIR "route6-*",
                                           DIR "rule-*", DIR "rule6-*"};
    GPtrArray *scopes = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++)
        g_ptr_array_add(scopes, g_strdup(patterns[i]));
    return scopes;
}

static char **
redhat_command(NetifModel model, const char *name, gboolean up, GError **error)
{
    const char *const words[] = {up ? "ifup" : "ifdown", name, NULL};

    return g_strdupv((char **)words);
}

const NetifBackend backend_redhat = {
    .name = "redhat",
    .title = "Red Hat's ifcfg (/etc/sysconfig/network-scripts)",
    .detect = redhat_detect,
    .load = redhat_load,
    .unload = ifcfg_unload,
    .notes = redhat_notes,
    .list = redhat_list,
    .read = redhat_read_all,
    .write = redhat_write,
    .remove = redhat_remove,
    .scopes = redhat_scopes,
    .command = redhat_command,
};
