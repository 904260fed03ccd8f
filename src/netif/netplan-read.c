/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/netplan-priv.h"
#include "netif/value.h"

typedef struct {
    const NetplanModel *model;
    const NetplanFile *file; /* of the place that is being read */
    NetifDevice *device;
    InterfaceDef *def;
    NetifNotes *notes;
    const char *primary;
    gboolean has_local, has_ra, accepts_ra;
} Reader;

static void G_GNUC_PRINTF(3, 4) note(Reader *reader, YamlNode *node, const char *format, ...)
{
    const YamlNode *at = node->key != NULL ? node->key : node;
    g_autofree char *why = NULL;
    const char *value = yaml_text(node);
    va_list args;

    node->is_noted = TRUE;
    va_start(args, format);
    why = g_strdup_vprintf(format, args);
    va_end(args);
    if (node->key == NULL)
        netif_notes_add(reader->notes, NETIF_NOTE_UNMODELLED, reader->def->name, reader->file->path,
                        at->line, "%s", why);
    else
        netif_notes_add(reader->notes, NETIF_NOTE_UNMODELLED, reader->def->name, reader->file->path,
                        at->line, "%s%s%s%s%s", node->key->value, value != NULL ? ": " : "",
                        value != NULL ? value : "", *why != '\0' ? ": " : "", why);
}

static void
take(YamlNode *node, const char *serves, const char *canon)
{
    node->serves = serves;
    node->canon = g_strdup(canon);
}

static gboolean
take_bool(Reader *reader, YamlNode *node, const char *serves, gboolean *ret_value)
{
    const char *text = yaml_text(node);

    take(node, serves, NULL);
    if (text != NULL && value_bool(text, ret_value))
        return TRUE;
    note(reader, node, "is neither true nor false");
    return FALSE;
}

static gboolean
take_uint(Reader *reader, YamlNode *node, const char *serves, guint *ret_value)
{
    const char *text = yaml_text(node);

    take(node, serves, NULL);
    if (text != NULL && value_uint(text, G_MAXINT32, ret_value))
        return TRUE;
    note(reader, node, "is no number");
    return FALSE;
}

static void
read_addresses(Reader *reader, YamlNode *list)
{
    for (guint i = 0; list->items != NULL && i < list->items->len; i++) {
        YamlNode *item = g_ptr_array_index(list->items, i);
        const char *text = yaml_text(item);
        gboolean has_options = item->kind == YAML_MAP && item->items->len == 1;
        Address address;
        int prefix;

        if (has_options)
            text = yaml_text(((YamlNode *)g_ptr_array_index(item->items, 0))->key);
        if (text == NULL || !value_ip(text, &address, &prefix) || !address_is_usable(&address)) {
            note(reader, item, "no address of an interface: %s", text != NULL ? text : "?");
            continue;
        }
        {
            g_autofree char *canon = netplan_address(&address, prefix);

            take(item, "addresses", canon);
        }
        interface_protocol_add(address.is_v6 ? &reader->def->ipv6 : &reader->def->ipv4, &address,
                               prefix);
        if (has_options)
            note(reader, item, "options of the address %s", text);
    }
    if (list->kind != YAML_LIST)
        note(reader, list, "no list");
}

static void
add_gateway(Reader *reader, YamlNode *node, const char *text, gboolean is_on_link)
{
    Address gateway;
    g_autofree char *canon = NULL;

    if (text == NULL || !address_parse(text, &gateway)) {
        note(reader, node, "no address of a gateway");
        return;
    }
    canon = netplan_route(&gateway, is_on_link);
    take(node, "routes", canon);
    if (!value_set_gateway(reader->def, &gateway))
        note(reader, node, "a second default gateway");
}

/* Only default routes with nothing but a gateway are for the XML. */
static void
read_route(Reader *reader, YamlNode *item)
{
    const char *to = yaml_text(yaml_get(item, "to")), *via = yaml_text(yaml_get(item, "via"));
    const YamlNode *on_link = yaml_get(item, "on-link");
    gboolean is_on_link = FALSE;
    guint n_known = on_link != NULL ? 3 : 2;

    if (to == NULL || via == NULL ||
        (strcmp(to, "default") != 0 && strcmp(to, "0.0.0.0/0") != 0 && strcmp(to, "::/0") != 0) ||
        item->items->len != n_known ||
        (on_link != NULL &&
         (yaml_text(on_link) == NULL || !value_bool(yaml_text(on_link), &is_on_link)))) {
        note(reader, item, "route to %s via %s", to != NULL ? to : "?", via != NULL ? via : "?");
        return;
    }
    add_gateway(reader, item, via, is_on_link);
}

static void
read_routes(Reader *reader, YamlNode *list)
{
    for (guint i = 0; list->kind == YAML_LIST && i < list->items->len; i++)
        read_route(reader, g_ptr_array_index(list->items, i));
    if (list->kind != YAML_LIST)
        note(reader, list, "no list");
}

static void
read_overrides(Reader *reader, YamlNode *map, InterfaceProtocol *protocol, const char *serves)
{
    for (guint i = 0; map->kind == YAML_MAP && i < map->items->len; i++) {
        YamlNode *node = g_ptr_array_index(map->items, i);
        gboolean value;

        if (g_strcmp0(yaml_text(node->key), "use-dns") != 0)
            note(reader, node, "of %s", map->key->value);
        else if (take_bool(reader, node, serves, &value))
            protocol->peerdns = value ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
    }
}

static void
read_local(Reader *reader, YamlNode *list)
{
    take(list, "link-local", NULL);
    if (list->kind == YAML_LIST && list->items->len == 0)
        reader->has_local = FALSE;
    else if (list->kind != YAML_LIST || list->items->len != 1 ||
             g_strcmp0(yaml_text(g_ptr_array_index(list->items, 0)), "ipv6") != 0)
        note(reader, list, "link-local addresses other than of IPv6");
}

static void
read_ports(Reader *reader, YamlNode *list)
{
    if (list->kind == YAML_LIST && list->items->len == 0)
        take(list, "interfaces", NULL);
    for (guint i = 0; list->kind == YAML_LIST && i < list->items->len; i++) {
        YamlNode *item = g_ptr_array_index(list->items, i);
        const char *name = yaml_text(item);
        const NetplanDevice *port;
        g_autofree char *canon = NULL;

        if (name == NULL || !interface_name_check(name, NULL)) {
            note(reader, item, "no name of an interface");
            continue;
        }
        canon = netplan_quote(name);
        take(item, "interfaces", canon);
        port = g_hash_table_lookup(reader->model->devices, name);
        g_ptr_array_add(reader->def->ports,
                        interface_def_new(port != NULL ? port->type : INTERFACE_ETHERNET, name));
    }
}

static gint64
take_ms(Reader *reader, YamlNode *node, const char *serves)
{
    const char *text = yaml_text(node);
    guint64 us;

    take(node, serves, NULL);
    if (text != NULL && value_time(text, 1000, &us) && us / 1000 <= G_MAXINT32)
        return (gint64)(us / 1000);
    note(reader, node, "is no time");
    return -1;
}

static void
read_arp_targets(Reader *reader, YamlNode *list)
{
    InterfaceBond *bond = &reader->def->bond;
    const char *first = list->kind == YAML_LIST && list->items->len > 0
                            ? yaml_text(g_ptr_array_index(list->items, 0))
                            : NULL;

    take(list, "parameters/arp-ip-targets", NULL);
    if (first == NULL || !address_parse(first, &bond->arp_target) || bond->arp_target.is_v6) {
        note(reader, list, "no IPv4 address");
        return;
    }
    bond->monitor = INTERFACE_MONITOR_ARP;
    if (list->items->len > 1)
        note(reader, list, "only the first target");
}

static void
read_bond_parameter(Reader *reader, YamlNode *node, const char *key)
{
    InterfaceBond *bond = &reader->def->bond;
    const char *text = yaml_text(node);
    gint64 ms;

    if (strcmp(key, "mode") == 0) {
        take(node, "parameters/mode", NULL);
        if (text == NULL || !value_bond_mode(text, &bond->mode))
            note(reader, node, "no mode of a bond");
    } else if (strcmp(key, "primary") == 0) {
        take(node, "parameters/primary", NULL);
        reader->primary = text;
    } else if (strcmp(key, "mii-monitor-interval") == 0) {
        ms = take_ms(reader, node, "parameters/mii-monitor-interval");
        bond->miimon_freq = ms > 0 ? (guint)ms : 0;
        if (ms >= 0)
            bond->monitor = INTERFACE_MONITOR_MII;
    } else if (strcmp(key, "up-delay") == 0) {
        bond->updelay = take_ms(reader, node, "parameters/up-delay");
    } else if (strcmp(key, "down-delay") == 0) {
        bond->downdelay = take_ms(reader, node, "parameters/down-delay");
    } else if (strcmp(key, "arp-interval") == 0) {
        ms = take_ms(reader, node, "parameters/arp-interval");
        bond->arp_interval = ms > 0 ? (guint)ms : 0;
    } else if (strcmp(key, "arp-ip-targets") == 0) {
        read_arp_targets(reader, node);
    } else if (strcmp(key, "arp-validate") == 0) {
        take(node, "parameters/arp-validate", NULL);
        if (text == NULL || !value_arp_validate(text, &bond->arp_validate))
            note(reader, node, "%s", "");
    } else {
        note(reader, node, "%s", "");
    }
}

static void
read_bridge_parameter(Reader *reader, YamlNode *node, const char *key)
{
    const char *text = yaml_text(node);
    gboolean value;
    guint64 us;

    if (strcmp(key, "stp") == 0) {
        if (take_bool(reader, node, "parameters/stp", &value))
            reader->def->stp = value ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
    } else if (strcmp(key, "forward-delay") == 0) {
        take(node, "parameters/forward-delay", NULL);
        g_clear_pointer(&reader->def->delay, g_free);
        if (text != NULL && value_time(text, 1000000, &us))
            reader->def->delay = value_seconds(us);
        else
            note(reader, node, "is no time");
    } else {
        note(reader, node, "%s", "");
    }
}

static void
read_parameters(Reader *reader, YamlNode *map)
{
    for (guint i = 0; map->kind == YAML_MAP && i < map->items->len; i++) {
        YamlNode *node = g_ptr_array_index(map->items, i);
        const char *key = yaml_text(node->key);

        if (key != NULL && reader->def->type == INTERFACE_BOND)
            read_bond_parameter(reader, node, key);
        else if (key != NULL && reader->def->type == INTERFACE_BRIDGE)
            read_bridge_parameter(reader, node, key);
        else
            note(reader, node, "%s", "");
    }
}

static gboolean
read_ip_key(Reader *reader, YamlNode *node, const char *key)
{
    gboolean value = FALSE;

    if (strcmp(key, "dhcp4") == 0) {
        if (take_bool(reader, node, "dhcp4", &value))
            reader->def->ipv4.dhcp = value;
    } else if (strcmp(key, "dhcp6") == 0) {
        if (take_bool(reader, node, "dhcp6", &value))
            reader->def->ipv6.dhcp = value;
    } else if (strcmp(key, "dhcp4-overrides") == 0) {
        read_overrides(reader, node, &reader->def->ipv4, "dhcp4-overrides/use-dns");
    } else if (strcmp(key, "dhcp6-overrides") == 0) {
        read_overrides(reader, node, &reader->def->ipv6, "dhcp6-overrides/use-dns");
    } else if (strcmp(key, "accept-ra") == 0) {
        reader->has_ra = take_bool(reader, node, "accept-ra", &reader->accepts_ra);
    } else if (strcmp(key, "addresses") == 0) {
        read_addresses(reader, node);
    } else if (strcmp(key, "routes") == 0) {
        read_routes(reader, node);
    } else if (strcmp(key, "gateway4") == 0 || strcmp(key, "gateway6") == 0) {
        add_gateway(reader, node, yaml_text(node), FALSE);
    } else if (strcmp(key, "link-local") == 0) {
        read_local(reader, node);
    } else {
        return FALSE;
    }
    return TRUE;
}

static void
read_mac(Reader *reader, YamlNode *node)
{
    const char *text = yaml_text(node);

    take(node, "macaddress", NULL);
    if (text != NULL && reader->def->type == INTERFACE_ETHERNET &&
        value_mac(text, reader->def->mac))
        reader->def->has_mac = TRUE;
    else
        note(reader, node, "%s", "");
}

static void
read_key(Reader *reader, YamlNode *node, const char *key)
{
    InterfaceDef *def = reader->def;
    gboolean is_vlan = def->type == INTERFACE_VLAN;
    gboolean has_ports = def->type == INTERFACE_BOND || def->type == INTERFACE_BRIDGE;
    const char *text = yaml_text(node);
    gboolean value;

    if (strcmp(key, "mtu") == 0) {
        (void)take_uint(reader, node, "mtu", &def->mtu); /* it notes by itself */
    } else if (strcmp(key, "macaddress") == 0) {
        read_mac(reader, node);
    } else if (strcmp(key, "activation-mode") == 0) {
        take(node, "activation-mode", NULL);
        if (g_strcmp0(text, "manual") == 0)
            def->start = INTERFACE_START_NONE;
        else
            note(reader, node, "%s", "");
    } else if (strcmp(key, "optional") == 0) {
        if (take_bool(reader, node, "optional", &value) && value &&
            def->start != INTERFACE_START_NONE)
            def->start = INTERFACE_START_HOTPLUG;
    } else if (is_vlan && strcmp(key, "id") == 0) {
        (void)take_uint(reader, node, "id", &def->vlan_tag); /* it notes by itself */
    } else if (is_vlan && strcmp(key, "link") == 0) {
        take(node, "link", NULL);
        g_free(def->vlan_parent);
        def->vlan_parent = text != NULL && interface_name_check(text, NULL) ? g_strdup(text) : NULL;
    } else if (has_ports && strcmp(key, "interfaces") == 0) {
        read_ports(reader, node);
    } else if (has_ports && strcmp(key, "parameters") == 0) {
        read_parameters(reader, node);
    } else if (!read_ip_key(reader, node, key)) {
        note(reader, node, "%s", "");
    }
}

/* What the keys mean together. */
static void
finish(Reader *reader)
{
    InterfaceDef *def = reader->def;
    InterfaceBond *bond = &def->bond;

    def->ipv4.is_there = def->ipv4.is_there || def->ipv4.dhcp;
    def->ipv6.is_there = def->ipv6.is_there || def->ipv6.dhcp ||
                         (reader->has_ra && (reader->accepts_ra || reader->has_local));
    def->ipv6.autoconf = def->ipv6.is_there && (reader->has_ra ? reader->accepts_ra : TRUE);
    if (!def->ipv4.dhcp)
        def->ipv4.peerdns = INTERFACE_SWITCH_ABSENT;
    if (!def->ipv6.dhcp)
        def->ipv6.peerdns = INTERFACE_SWITCH_ABSENT;
    if (bond->monitor != INTERFACE_MONITOR_MII)
        bond->updelay = bond->downdelay = -1;
    if (bond->monitor != INTERFACE_MONITOR_ARP)
        bond->arp_validate = INTERFACE_VALIDATE_ABSENT;
    for (guint i = 1; reader->primary != NULL && i < def->ports->len; i++) {
        InterfaceDef *port = g_ptr_array_index(def->ports, i);

        if (strcmp(port->name, reader->primary) == 0) {
            g_ptr_array_insert(def->ports, 0, interface_def_copy(port));
            g_ptr_array_remove_index(def->ports, i + 1);
        }
    }
    if (def->type != INTERFACE_VLAN)
        return;
    if (def->vlan_tag == 0 || def->vlan_tag > 4094 || def->vlan_parent == NULL)
        netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, def->name, reader->device->file,
                        reader->device->line, "a VLAN needs an id: of 1 to 4094 and a link:");
    if (def->vlan_tag == 0 || def->vlan_tag > 4094)
        def->vlan_tag = 1;
    if (def->vlan_parent == NULL)
        def->vlan_parent = g_strdup("unknown");
    else if (!g_hash_table_contains(reader->model->devices, def->vlan_parent))
        netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, def->name, reader->device->file,
                        reader->device->line, "netplan refuses it: '%s' stands nowhere",
                        def->vlan_parent);
}

static void
read_place(Reader *reader, const NetplanPlace *place)
{
    reader->file = place->file;
    if (place->file->is_read_only)
        reader->device->is_read_only = TRUE;
    for (guint i = 0; place->node->kind == YAML_MAP && i < place->node->items->len; i++) {
        YamlNode *node = g_ptr_array_index(place->node->items, i);
        const char *key = yaml_text(node->key);

        if (key == NULL || node->kind == YAML_ALIAS)
            note(reader, node, "an alias or a key that is no word");
        else
            read_key(reader, node, key);
    }
}

/* Nodes are read more than once. */
static void
forget(YamlNode *node)
{
    node->serves = NULL;
    node->is_noted = FALSE;
    g_clear_pointer(&node->canon, g_free);
    for (guint i = 0; node->items != NULL && i < node->items->len; i++)
        forget(g_ptr_array_index(node->items, i));
}

NetifDevice *
netplan_look(NetplanModel *model, const char *name, gboolean with_parents, NetifNotes *notes)
{
    const NetplanDevice *found;
    NetifDevice *device;
    const NetplanPlace *first;
    const char *master;
    Reader reader = {.has_local = TRUE};

    netplan_refresh(model);
    found = g_hash_table_lookup(model->devices, name);
    if (found == NULL)
        return NULL;
    master = g_hash_table_lookup(model->masters, name);
    if (netplan_is_made(found) && master == NULL && !with_parents &&
        found->type == INTERFACE_ETHERNET)
        return NULL;
    device = netif_device_new(found->type, name);
    first = &g_array_index(found->places, NetplanPlace, 0);
    device->file = g_strdup(first->file->path);
    device->line = first->node->key->line;
    device->is_made = netplan_is_made(found);
    if (master != NULL) {
        const NetplanDevice *outer = g_hash_table_lookup(model->devices, master);

        device->master = g_strdup(master);
        device->master_type = outer->type;
    }
    reader.model = model;
    reader.device = device;
    reader.def = device->def;
    reader.notes = notes;
    for (guint i = 0; i < found->places->len; i++) {
        const NetplanPlace *place = &g_array_index(found->places, NetplanPlace, i);

        forget(place->node);
        read_place(&reader, place);
    }
    finish(&reader);
    return device;
}
