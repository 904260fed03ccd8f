/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/backends.h"
#include "netif/suse-priv.h"
#include "netif/value.h"

static const char *const ignored[] = {"~",       ".old",     ".bak",     ".orig", ".scpmbackup",
                                      ".rpmnew", ".rpmsave", ".rpmorig", NULL};

static char *
suse_name(const IfcfgFile *file)
{
    return interface_name_check(file->suffix, NULL) ? g_strdup(file->suffix) : NULL;
}

static int
compare_slaves(gconstpointer a, gconstpointer b)
{
    const Setting *const *one = a, *const *other = b;
    gsize length_a = strlen((*one)->key), length_b = strlen((*other)->key);

    return length_a != length_b ? (length_a < length_b ? -1 : 1)
                                : strcmp((*one)->key, (*other)->key);
}

static void
suse_index(IfcfgModel *model, const IfcfgFile *file)
{
    const char *ports = settings_value(file->settings, "", "BRIDGE_PORTS");
    GPtrArray *list = settings_list(file->settings);
    g_autoptr(GPtrArray) slaves = g_ptr_array_new();

    if (ports != NULL) {
        g_auto(GStrv) words = g_strsplit_set(ports, " \t\n", -1);

        for (char **word = words; *word != NULL; word++)
            if (interface_name_check(*word, NULL))
                ifcfg_add_port(model, file->name, *word, FALSE);
    }
    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i);

        if (setting->key != NULL && g_str_has_prefix(setting->key, "BONDING_SLAVE") &&
            interface_name_check(setting->value, NULL))
            g_ptr_array_add(slaves, setting);
    }
    g_ptr_array_sort(slaves, compare_slaves);
    for (guint i = 0; i < slaves->len; i++)
        ifcfg_add_port(model, file->name, ((const Setting *)slaves->pdata[i])->value, TRUE);
}

static gboolean
is_yes(const IfcfgFile *file, const char *key)
{
    const char *value = settings_value(file->settings, "", key);
    gboolean is_true = FALSE;

    return value != NULL && value_bool(value, &is_true) && is_true;
}

static InterfaceType
suse_type(const IfcfgModel *model, const IfcfgFile *file)
{
    const char *parent = settings_value(file->settings, "", "ETHERDEVICE");

    if (is_yes(file, "BRIDGE"))
        return INTERFACE_BRIDGE;
    if (is_yes(file, "BONDING_MASTER") || g_hash_table_contains(model->bonds, file->name))
        return INTERFACE_BOND;
    return parent != NULL && *parent != '\0' ? INTERFACE_VLAN : INTERFACE_ETHERNET;
}

/* Whether a VLAN other than @but stands on @name. */
static gboolean
is_below(const IfcfgModel *model, const char *name, const char *but)
{
    for (guint i = 0; i < model->names->len; i++) {
        const IfcfgFile *file = g_hash_table_lookup(model->by_name, model->names->pdata[i]);

        if (strcmp(file->name, but) != 0 &&
            g_strcmp0(settings_value(file->settings, "", "ETHERDEVICE"), name) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
make_parent(IfcfgModel *model, const char *name)
{
    g_autoptr(GArray) wants = settings_wants_new();

    settings_want(wants, ASPECT_START, "", "STARTMODE", "auto");
    ifcfg_make(model, name, wants);
}

/* Routes stand in other files, and a VLAN's parent needs a file of its own. */
static void
suse_changed(IfcfgModel *model, const NetifDevice *before, const NetifDevice *after,
             NetifNotes *notes)
{
    const InterfaceDef *old = before != NULL ? before->def : NULL;
    const InterfaceDef *new = after != NULL ? after->def : NULL;

    suse_route_write(model, old, new, notes);
    if (new != NULL &&new->type == INTERFACE_VLAN)
        make_parent(model, new->vlan_parent);
    if (old != NULL && old->type == INTERFACE_VLAN &&
        (new == NULL || g_strcmp0(old->vlan_parent, new->vlan_parent) != 0) &&
        !is_below(model, old->vlan_parent, old->name))
        ifcfg_unmake(model, old->vlan_parent);
    if (new == NULL && is_below(model, old->name, old->name))
        make_parent(model, old->name);
}

static const IfcfgKind suse = {
    .dir = SUSE_DIR,
    .syntax = SETTINGS_SHELL_QUOTED,
    .ignored = ignored,
    .name = suse_name,
    .index = suse_index,
    .type = suse_type,
    .read = suse_read,
    .wants = suse_wants,
    .losses = suse_losses,
    .changed = suse_changed,
};

static const NetifDevices suse_devices = {
    .names = ifcfg_names,
    .look = ifcfg_look,
    .check = ifcfg_check,
    .put = ifcfg_put,
    .drop = ifcfg_drop,
};

static NetifModel
suse_load(NetifFiles *files, GError **error)
{
    return ifcfg_load(files, &suse);
}

static GPtrArray *
suse_list(NetifModel model)
{
    return netif_devices_list(&suse_devices, model);
}

static InterfaceDef *
suse_read_all(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_read(&suse_devices, model, name, notes, error);
}

static gboolean
suse_write(NetifModel model, const InterfaceDef *def, NetifStyle style, NetifNotes *notes,
           GError **error)
{
    return netif_devices_write(&suse_devices, model, def, notes, error);
}

static gboolean
suse_remove(NetifModel model, const char *name, NetifNotes *notes, GError **error)
{
    return netif_devices_remove(&suse_devices, model, name, notes, error);
}

static void
suse_notes(NetifModel model, NetifNotes *notes)
{
    ifcfg_notes(model, notes);
    suse_route_notes(model, notes);
}

static NetifPresence
suse_detect(NetifFiles *files, char **ret_why)
{
    g_autoptr(GPtrArray) found = netif_files_glob(files, SUSE_DIR "ifcfg-*");
    gboolean has_program = netif_files_has(files, "/usr/sbin/wicked");
    guint n = 0;

    for (guint i = 0; i < found->len; i++)
        n += !g_str_has_suffix(g_ptr_array_index(found, i), "/ifcfg-lo");
    if (n == 0)
        return has_program ? NETIF_PRESENCE_INSTALLED : NETIF_PRESENCE_NONE;
    if (ret_why != NULL)
        *ret_why = g_strdup_printf("%u interfaces in " SUSE_DIR, n);
    return has_program ? NETIF_PRESENCE_IN_CHARGE : NETIF_PRESENCE_INSTALLED;
}

static GPtrArray *
suse_scopes(NetifModel model)
{
    static const char *const patterns[] = {SUSE_DIR "ifcfg-*", SUSE_DIR "ifroute-*",
                                           SUSE_DIR "routes"};
    GPtrArray *scopes = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++)
        g_ptr_array_add(scopes, g_strdup(patterns[i]));
    return scopes;
}

static char **
suse_command(NetifModel model, const char *name, gboolean up, GError **error)
{
    const char *const words[] = {"wicked", up ? "ifup" : "ifdown", name, NULL};

    return g_strdupv((char **)words);
}

const NetifBackend backend_suse = {
    .name = "suse",
    .title = "SUSE's ifcfg (/etc/sysconfig/network)",
    .detect = suse_detect,
    .load = suse_load,
    .unload = ifcfg_unload,
    .notes = suse_notes,
    .list = suse_list,
    .read = suse_read_all,
    .write = suse_write,
    .remove = suse_remove,
    .scopes = suse_scopes,
    .command = suse_command,
};
