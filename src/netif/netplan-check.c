/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/netplan-priv.h"
#include "util/error.h"

static gboolean
check_node(const NetplanFile *file, const YamlNode *node, GError **error)
{
    const YamlNode *fixed = yaml_find_fixed(file->tree, node);

    for (const YamlNode *outer = node->parent; fixed == NULL && outer != NULL;
         outer = outer->parent)
        if (outer->is_marked)
            fixed = outer;
    return fixed == NULL ||
           error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                     "%s:%u: an anchor, an alias, a tag or a key inside a line cannot be edited "
                     "safely; write it out first",
                     file->path, fixed->line);
}

static gboolean
check_file(const NetplanFile *file, GError **error)
{
    return file->tree->fault == NULL ||
           error_set(error, LODGE_ERROR_CONFIG, "%s:%u: %s; correct the file first", file->path,
                     file->tree->fault_line, file->tree->fault);
}

static gboolean
is_block_map(const YamlNode *node)
{
    return node != NULL && node->kind == YAML_MAP && !node->is_flow && node->items->len > 0;
}

/* Where a new device of @type would go. */
static gboolean
check_place_for(const NetplanModel *model, InterfaceType type, GError **error)
{
    const NetplanFile *file = netplan_file(model, NETPLAN_FILE);
    const YamlNode *network, *section;

    if (file == NULL)
        return TRUE;
    if (!check_file(file, error))
        return FALSE;
    network = yaml_get(file->tree->root, "network");
    section = yaml_get(network, netplan_section(type));
    if (file->tree->root != NULL &&
        (!is_block_map(network) || (section != NULL && !is_block_map(section))))
        return error_set(error, LODGE_ERROR_CONFIG,
                         "%s:%u: is no map in lines of its own, which lodge could add to; rename "
                         "the file",
                         file->path, section != NULL ? section->line : 1);
    return network == NULL || check_node(file, network, error);
}

static gboolean
check_device(const NetplanModel *model, const NetplanDevice *device, GError **error)
{
    for (guint i = 0; i < device->places->len; i++) {
        const NetplanPlace *place = &g_array_index(device->places, NetplanPlace, i);

        if (place->file->is_read_only)
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "the interface '%s' comes from '%s', which lodge does not write",
                             device->name, place->file->path);
        if (!check_file(place->file, error) || !check_node(place->file, place->node, error))
            return FALSE;
    }
    return TRUE;
}

static void
note_losses(const InterfaceDef *def, NetifNotes *notes)
{
    if (def->type == INTERFACE_BOND && def->bond.monitor == INTERFACE_MONITOR_MII &&
        def->bond.carrier != INTERFACE_CARRIER_ABSENT)
        netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0,
                        "carrier='%s': netplan has no key for it, the kernel takes netif",
                        interface_carrier_to_string(def->bond.carrier));
    if (def->ipv6.dhcp && !def->ipv6.autoconf)
        netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                        "dhcp6 without accept-ra: systemd-networkd asks for DHCPv6 only after a "
                        "router advertisement, and netplan cannot tell it otherwise");
}

/* What `netplan generate` refuses: it would then do nothing for any interface. */
static gboolean
check_words(const InterfaceDef *def, GError **error)
{
    for (int family = 0; family < 2; family++) {
        const GArray *ips = family == 0 ? def->ipv4.ips : def->ipv6.ips;

        for (guint i = 0; i < ips->len; i++)
            if (g_array_index(ips, InterfaceIp, i).prefix == 0)
                return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                                 "an address of '%s' has the prefix 0, which netplan refuses; give "
                                 "it a longer one",
                                 def->name);
    }
    if (def->ipv4.dhcp && def->ipv6.dhcp &&
        (def->ipv4.peerdns == INTERFACE_SWITCH_OFF) != (def->ipv6.peerdns == INTERFACE_SWITCH_OFF))
        return error_set(
            error, LODGE_ERROR_UNSUPPORTED_CONFIG,
            "peerdns of '%s' is not the same for both families, which netplan refuses; "
            "make them alike",
            def->name);
    return TRUE;
}

gboolean
netplan_check(NetifModel data, const NetifDevice *before, const NetifDevice *after,
              NetifNotes *notes, GError **error)
{
    NetplanModel *model = data;
    const InterfaceDef *def = after != NULL ? after->def : before->def;
    const NetplanDevice *device;

    netplan_refresh(model);
    device = g_hash_table_lookup(model->devices, def->name);
    for (guint i = 0; i < model->list->len; i++) /* netplan refuses all of them then */
        if (!check_file(g_ptr_array_index(model->list, i), error))
            return FALSE;
    if (device != NULL && !check_device(model, device, error))
        return FALSE;
    if (after == NULL) {
        if (def->type == INTERFACE_ETHERNET || !g_hash_table_contains(model->is_below, def->name))
            return TRUE;
        return error_set(error, LODGE_ERROR_STATE,
                         "a VLAN stands on '%s', and netplan refuses it without that; undefine the "
                         "VLAN first",
                         def->name);
    }
    if (!check_words(def, error))
        return FALSE;
    if (device == NULL || device->type != def->type)
        if (!check_place_for(model, def->type, error))
            return FALSE;
    if (def->type == INTERFACE_VLAN && !g_hash_table_contains(model->devices, def->vlan_parent) &&
        !check_place_for(model, INTERFACE_ETHERNET, error))
        return FALSE;
    if (after->master == NULL || def->type != INTERFACE_ETHERNET)
        note_losses(def, notes);
    return TRUE;
}
