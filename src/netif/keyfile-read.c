/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/keyfile-priv.h"
#include "netif/value.h"

typedef struct {
    const KeyfileModel *model;
    Settings *settings;
    InterfaceDef *def;
    NetifNotes *notes;
} Reader;

#define NOTE(reader, setting, ...)                                                                 \
    settings_note((reader)->settings, (setting), (reader)->notes, (reader)->def->name, __VA_ARGS__)

static void
read_connection(Reader *reader)
{
    static const char *const known[] = {"id", "uuid", "interface-name", "timestamp",
                                        "autoconnect-priority"};
    Setting *automatic = settings_take(reader->settings, "connection", "autoconnect", ASPECT_START);
    Setting *ports =
        settings_take(reader->settings, "connection", "autoconnect-slaves", ASPECT_START);
    gboolean is_automatic = TRUE;

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        (void)settings_take(reader->settings, "connection", known[i], ASPECT_NAME);
    (void)settings_take(reader->settings, "connection", "type", ASPECT_KIND); /* read before */
    if (automatic != NULL && !value_bool(automatic->value, &is_automatic))
        NOTE(reader, automatic, "is neither true nor false");
    reader->def->start = is_automatic ? INTERFACE_START_ONBOOT : INTERFACE_START_NONE;
    if (ports != NULL && (is_automatic || strcmp(ports->value, "1") != 0))
        NOTE(reader, ports, NULL);
}

static void
read_ethernet(Reader *reader)
{
    const char *section = keyfile_ethernet(reader->settings);
    Setting *mtu = settings_take(reader->settings, section, "mtu", ASPECT_MTU);
    Setting *mac = settings_take(reader->settings, section, "cloned-mac-address", ASPECT_MAC);

    if (mtu != NULL && !value_uint(mtu->value, G_MAXINT32, &reader->def->mtu))
        NOTE(reader, mtu, "is no number of bytes");
    if (mac == NULL || *mac->value == '\0')
        return;
    if (reader->def->type == INTERFACE_ETHERNET && value_mac(mac->value, reader->def->mac))
        reader->def->has_mac = TRUE;
    else
        NOTE(reader, mac, NULL);
}

static void
read_bridge(Reader *reader)
{
    Setting *stp = settings_take(reader->settings, "bridge", "stp", ASPECT_KIND);
    Setting *delay = settings_take(reader->settings, "bridge", "forward-delay", ASPECT_KIND);
    gboolean is_on;
    guint seconds;

    if (stp != NULL && value_bool(stp->value, &is_on))
        reader->def->stp = is_on ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
    else if (stp != NULL)
        NOTE(reader, stp, "is neither true nor false");
    if (delay != NULL && value_uint(delay->value, G_MAXINT32, &seconds))
        reader->def->delay = g_strdup_printf("%u", seconds);
    else if (delay != NULL)
        NOTE(reader, delay, "is no number of seconds");
}

static gint64
take_ms(Reader *reader, const char *key)
{
    Setting *setting = settings_take(reader->settings, "bond", key, ASPECT_KIND);
    guint value;

    if (setting == NULL)
        return -1;
    if (value_uint(setting->value, G_MAXINT32, &value))
        return value;
    NOTE(reader, setting, "is no number");
    return -1;
}

static void
read_mii(Reader *reader, gint64 freq)
{
    InterfaceBond *bond = &reader->def->bond;
    Setting *carrier = settings_take(reader->settings, "bond", "use_carrier", ASPECT_KIND);
    gboolean is_netif;

    bond->monitor = INTERFACE_MONITOR_MII;
    bond->miimon_freq = (guint)freq;
    bond->updelay = take_ms(reader, "updelay");
    bond->downdelay = take_ms(reader, "downdelay");
    if (carrier != NULL && value_bool(carrier->value, &is_netif))
        bond->carrier = is_netif ? INTERFACE_CARRIER_NETIF : INTERFACE_CARRIER_IOCTL;
    else if (carrier != NULL)
        NOTE(reader, carrier, NULL);
}

static void
read_arp(Reader *reader, Setting *targets)
{
    InterfaceBond *bond = &reader->def->bond;
    Setting *validate = settings_take(reader->settings, "bond", "arp_validate", ASPECT_KIND);
    g_auto(GStrv) words = g_strsplit(targets->value, ",", 2);
    gint64 interval = take_ms(reader, "arp_interval");

    targets = settings_take(reader->settings, "bond", "arp_ip_target", ASPECT_KIND);
    if (words[0] == NULL || !address_parse(words[0], &bond->arp_target) || bond->arp_target.is_v6) {
        NOTE(reader, targets, "is no IPv4 address");
        return;
    }
    bond->monitor = INTERFACE_MONITOR_ARP;
    bond->arp_interval = interval >= 0 ? (guint)interval : 0;
    if (words[1] != NULL)
        NOTE(reader, targets, "only the first target");
    if (validate != NULL && !value_arp_validate(validate->value, &bond->arp_validate))
        NOTE(reader, validate, NULL);
}

static void
read_bond(Reader *reader)
{
    InterfaceBond *bond = &reader->def->bond;
    Setting *mode = settings_take(reader->settings, "bond", "mode", ASPECT_KIND);
    gint64 freq = take_ms(reader, "miimon");

    if (mode != NULL && !value_bond_mode(mode->value, &bond->mode))
        NOTE(reader, mode, NULL);
    if (freq >= 0) {
        read_mii(reader, freq);
    } else if (settings_value(reader->settings, "bond", "arp_ip_target") != NULL) {
        read_arp(reader, settings_take(reader->settings, "bond", "arp_ip_target", ASPECT_KIND));
    }
}

/* The slaves, the primary one first. */
static void
read_ports(Reader *reader)
{
    const GPtrArray *ports = g_hash_table_lookup(reader->model->ports, reader->def->name);
    Setting *primary = NULL;
    gboolean is_found = FALSE;

    if (reader->def->type == INTERFACE_BOND)
        primary = settings_take(reader->settings, "bond", "primary", ASPECT_KIND);
    for (guint i = 0; ports != NULL && i < ports->len; i++) {
        InterfaceDef *port = interface_def_new(INTERFACE_ETHERNET, g_ptr_array_index(ports, i));

        if (primary != NULL && strcmp(primary->value, port->name) == 0) {
            g_ptr_array_insert(reader->def->ports, 0, port);
            is_found = TRUE;
        } else {
            g_ptr_array_add(reader->def->ports, port);
        }
    }
    if (primary != NULL && (!is_found || reader->def->bond.mode != INTERFACE_BOND_ACTIVE_BACKUP))
        NOTE(reader, primary, NULL);
}

static void
read_vlan(Reader *reader)
{
    Setting *id = settings_take(reader->settings, "vlan", "id", ASPECT_KIND);
    Setting *parent = settings_take(reader->settings, "vlan", "parent", ASPECT_KIND);
    Setting *flags = settings_take(reader->settings, "vlan", "flags", ASPECT_KIND);

    if (flags != NULL && strcmp(flags->value, "1") != 0)
        NOTE(reader, flags, NULL);
    if (id == NULL || !value_uint(id->value, 4094, &reader->def->vlan_tag) ||
        reader->def->vlan_tag == 0) {
        netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, reader->def->name,
                        settings_path(reader->settings), id != NULL ? id->line : 1,
                        "a VLAN without an id= of 1 to 4094");
        reader->def->vlan_tag = 1;
    }
    if (parent != NULL &&
        interface_name_check(keyfile_resolve(reader->model, parent->value), NULL)) {
        reader->def->vlan_parent = g_strdup(keyfile_resolve(reader->model, parent->value));
        return;
    }
    reader->def->vlan_parent = g_strdup("unknown");
    if (parent != NULL)
        NOTE(reader, parent, "names no interface");
    else
        netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, reader->def->name,
                        settings_path(reader->settings), 1, "a VLAN without a parent=");
}

/* "address", "address1", "addresses1" -> its number; -1: it is none of them. */
static int
address_number(const char *key)
{
    guint number = 0;

    if (!g_str_has_prefix(key, "address"))
        return -1;
    key += strlen("address");
    if (g_str_has_prefix(key, "es"))
        key += 2;
    return *key == '\0' || value_uint(key, 99999, &number) ? (int)number : -1;
}

static int
compare_numbers(gconstpointer a, gconstpointer b)
{
    const Setting *const *one = a, *const *other = b;

    return address_number((*one)->key) - address_number((*other)->key);
}

static void
add_gateway(Reader *reader, Setting *setting, const char *text, gboolean is_v6)
{
    Address gateway;

    if (!address_parse(text, &gateway) || gateway.is_v6 != is_v6)
        NOTE(reader, setting, "has no usable gateway");
    else if (!value_set_gateway(reader->def, &gateway))
        NOTE(reader, setting, "a second default gateway");
}

/* "route1=0.0.0.0/0,192.0.2.1" says nothing but a gateway; nor does the onlink of its options. */
static void
read_routes(Reader *reader, const char *section, gboolean is_v6)
{
    const InterfaceProtocol *protocol = is_v6 ? &reader->def->ipv6 : &reader->def->ipv4;
    GPtrArray *list = settings_list(reader->settings);

    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i), *options;
        g_autofree char *options_key = NULL;
        g_auto(GStrv) parts = NULL;

        if (setting->key == NULL || strcmp(setting->section, section) != 0 ||
            !g_str_has_prefix(setting->key, "route") ||
            setting->key[strspn(setting->key + 5, G_CSET_DIGITS) + 5] != '\0' ||
            protocol->has_gateway)
            continue;
        parts = g_strsplit(setting->value, ",", -1);
        if (g_strv_length(parts) != 2 || strcmp(parts[0], is_v6 ? "::/0" : "0.0.0.0/0") != 0)
            continue;
        setting->aspect = ASPECT_IP;
        add_gateway(reader, setting, parts[1], is_v6);
        options_key = g_strconcat(setting->key, "_options", NULL);
        options = settings_take(reader->settings, section, options_key, ASPECT_IP);
        if (options != NULL && strcmp(options->value, "onlink=true") != 0)
            NOTE(reader, options, NULL);
    }
}

static void
read_addresses(Reader *reader, const char *section, gboolean is_v6)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    GPtrArray *list = settings_list(reader->settings);
    Setting *gateway;

    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i);

        if (setting->key != NULL && strcmp(setting->section, section) == 0 &&
            address_number(setting->key) >= 0)
            g_ptr_array_add(found, setting);
    }
    g_ptr_array_sort(found, compare_numbers);
    for (guint i = 0; i < found->len; i++) {
        Setting *setting = found->pdata[i];
        g_auto(GStrv) parts = g_strsplit_set(setting->value, ",;", 3);
        Address address;
        int prefix;

        setting->aspect = ASPECT_IP;
        if (parts[0] == NULL || !value_ip(parts[0], &address, &prefix) || address.is_v6 != is_v6 ||
            !address_is_usable(&address)) {
            NOTE(reader, setting, "is no address of an interface");
            continue;
        }
        interface_protocol_add(is_v6 ? &reader->def->ipv6 : &reader->def->ipv4, &address, prefix);
        if (parts[1] != NULL && *parts[1] != '\0')
            add_gateway(reader, setting, parts[1], is_v6);
    }
    gateway = settings_take(reader->settings, section, "gateway", ASPECT_IP);
    if (gateway != NULL && *gateway->value != '\0')
        add_gateway(reader, gateway, gateway->value, is_v6);
    read_routes(reader, section, is_v6);
}

static void
read_peerdns(Reader *reader, InterfaceProtocol *protocol, const char *section)
{
    Setting *ignore;
    gboolean is_ignored;

    if (!protocol->dhcp)
        return;
    ignore = settings_take(reader->settings, section, "ignore-auto-dns", ASPECT_IP);
    if (ignore != NULL && value_bool(ignore->value, &is_ignored))
        protocol->peerdns = is_ignored ? INTERFACE_SWITCH_OFF : INTERFACE_SWITCH_ON;
    else if (ignore != NULL)
        NOTE(reader, ignore, "is neither true nor false");
}

static void
read_ipv4(Reader *reader)
{
    InterfaceProtocol *ipv4 = &reader->def->ipv4;
    Setting *method = settings_take(reader->settings, "ipv4", "method", ASPECT_IP);
    const char *word = method != NULL ? method->value : "auto";

    read_addresses(reader, "ipv4", FALSE);
    if (strcmp(word, "auto") == 0)
        ipv4->is_there = ipv4->dhcp = TRUE;
    else if (strcmp(word, "manual") != 0 && strcmp(word, "disabled") != 0)
        NOTE(reader, method, NULL);
    read_peerdns(reader, ipv4, "ipv4");
}

static void
read_ipv6(Reader *reader)
{
    InterfaceProtocol *ipv6 = &reader->def->ipv6;
    Setting *method = settings_take(reader->settings, "ipv6", "method", ASPECT_IP);
    const char *word = method != NULL ? method->value : "auto";

    read_addresses(reader, "ipv6", TRUE);
    ipv6->autoconf = strcmp(word, "auto") == 0;
    ipv6->dhcp = strcmp(word, "dhcp") == 0;
    if (ipv6->autoconf || ipv6->dhcp || strcmp(word, "link-local") == 0)
        ipv6->is_there = TRUE;
    else if (strcmp(word, "manual") != 0 && strcmp(word, "ignore") != 0)
        NOTE(reader, method, NULL);
    read_peerdns(reader, ipv6, "ipv6");
}

static void
read_master(Reader *reader, NetifDevice *device)
{
    static const char *const keys[] = {"master", "controller", "slave-type", "port-type"};
    const char *master = keyfile_master(reader->settings), *type = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *value =
            settings_take_value(reader->settings, "connection", keys[i], ASPECT_MASTER);

        if (i >= 2 && value != NULL && *value != '\0')
            type = value;
    }
    if (master == NULL)
        return;
    device->master = g_strdup(keyfile_resolve(reader->model, master));
    if (type == NULL)
        netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, reader->def->name, device->file, 1,
                        "master= without slave-type=: NetworkManager refuses the profile");
    device->master_type =
        type != NULL && strcmp(type, "bond") == 0 ? INTERFACE_BOND : INTERFACE_BRIDGE;
}

NetifDevice *
keyfile_look(NetifModel data, const char *name, NetifNotes *notes)
{
    const KeyfileModel *model = data;
    const KeyfileProfile *profile = g_hash_table_lookup(model->by_name, name);
    NetifDevice *device;
    Reader reader;

    if (profile == NULL)
        return NULL;
    device = netif_device_new(profile->type, name);
    device->file = g_strdup(profile->path);
    device->line = 1;
    device->is_read_only = profile->is_read_only;
    device->is_made = settings_is_made(profile->settings);
    reader = (Reader){model, profile->settings, device->def, notes};
    settings_start_reading(profile->settings);
    read_connection(&reader);
    read_master(&reader, device);
    read_ethernet(&reader);
    if (profile->type == INTERFACE_BRIDGE)
        read_bridge(&reader);
    if (profile->type == INTERFACE_BOND)
        read_bond(&reader);
    if (profile->type == INTERFACE_VLAN)
        read_vlan(&reader);
    if (profile->type == INTERFACE_BRIDGE || profile->type == INTERFACE_BOND)
        read_ports(&reader);
    if (device->master == NULL) { /* NetworkManager gives a port no addresses */
        read_ipv4(&reader);
        read_ipv6(&reader);
    }
    settings_note_rest(profile->settings, notes, name);
    return device;
}
