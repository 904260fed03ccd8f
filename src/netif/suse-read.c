/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/suse-priv.h"
#include "netif/value.h"

typedef struct {
    const IfcfgModel *model;
    Settings *settings;
    InterfaceDef *def;
    NetifNotes *notes;
} Reader;

#define NOTE(reader, setting, ...)                                                                 \
    settings_note((reader)->settings, (setting), (reader)->notes, (reader)->def->name, __VA_ARGS__)

/* An empty value says nothing. */
static Setting *
take(Reader *reader, const char *key, SettingsAspect aspect)
{
    Setting *setting = settings_take(reader->settings, "", key, aspect);

    return setting != NULL && *setting->value != '\0' ? setting : NULL;
}

static void
read_start(Reader *reader)
{
    static const struct {
        const char *word;
        InterfaceStart start;
    } words[] = {{"auto", INTERFACE_START_ONBOOT}, {"onboot", INTERFACE_START_ONBOOT},
                 {"on", INTERFACE_START_ONBOOT},   {"boot", INTERFACE_START_ONBOOT},
                 {"manual", INTERFACE_START_NONE}, {"hotplug", INTERFACE_START_HOTPLUG}};
    Setting *setting = take(reader, "STARTMODE", ASPECT_START);
    gsize i = 0;

    reader->def->start = INTERFACE_START_NONE;
    if (setting == NULL)
        return;
    while (i < G_N_ELEMENTS(words) && strcmp(setting->value, words[i].word) != 0)
        i++;
    if (i < G_N_ELEMENTS(words))
        reader->def->start = words[i].start;
    else
        NOTE(reader, setting, NULL);
}

static void
read_mac(Reader *reader)
{
    Setting *mac = take(reader, "LLADDR", ASPECT_MAC);

    if (mac == NULL)
        return;
    if (reader->def->type == INTERFACE_ETHERNET && value_mac(mac->value, reader->def->mac))
        reader->def->has_mac = TRUE;
    else
        NOTE(reader, mac, NULL);
}

static void
read_method(Reader *reader)
{
    Setting *setting = take(reader, "BOOTPROTO", ASPECT_IP);
    InterfaceProtocol *ipv4 = &reader->def->ipv4, *ipv6 = &reader->def->ipv6;
    g_auto(GStrv) words = g_strsplit(setting != NULL ? setting->value : "", "+", -1);

    for (char **word = words; *word != NULL; word++) {
        if (strcmp(*word, "dhcp") == 0)
            ipv4->dhcp = ipv6->dhcp = TRUE;
        else if (strcmp(*word, "dhcp4") == 0)
            ipv4->dhcp = TRUE;
        else if (strcmp(*word, "dhcp6") == 0)
            ipv6->dhcp = TRUE;
        else if (strcmp(*word, "auto6") == 0)
            ipv6->autoconf = TRUE;
        else if (strcmp(*word, "static") != 0 && strcmp(*word, "none") != 0 && **word != '\0')
            NOTE(reader, setting, NULL);
    }
    ipv4->is_there = ipv4->dhcp;
    ipv6->is_there = ipv6->dhcp || ipv6->autoconf;
}

/* IPADDR<suffix>, with its length in itself, in PREFIXLEN or in NETMASK. */
static void
read_address(Reader *reader, Setting *setting, const char *suffix)
{
    g_autofree char *length_key = g_strconcat("PREFIXLEN", suffix, NULL);
    g_autofree char *mask_key = g_strconcat("NETMASK", suffix, NULL);
    Setting *length = take(reader, length_key, ASPECT_IP);
    Setting *mask = take(reader, mask_key, ASPECT_IP);
    Address address;
    guint number;
    int prefix;

    setting->aspect = ASPECT_IP;
    if (!value_ip(setting->value, &address, &prefix) || !address_is_usable(&address)) {
        NOTE(reader, setting, "is no address of an interface");
        return;
    }
    if (prefix < 0 && length != NULL &&
        value_uint(length->value, (guint)address_bits(&address), &number))
        prefix = (int)number;
    else if (prefix < 0 && mask != NULL)
        prefix = ifcfg_prefix(mask->value);
    interface_protocol_add(address.is_v6 ? &reader->def->ipv6 : &reader->def->ipv4, &address,
                           prefix);
}

static void
read_addresses(Reader *reader)
{
    GPtrArray *list = settings_list(reader->settings);

    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i);
        const Setting *last;

        if (setting->key == NULL || !g_str_has_prefix(setting->key, "IPADDR") ||
            setting->aspect != ASPECT_NONE)
            continue;
        last = settings_take(reader->settings, "", setting->key, ASPECT_IP);
        if (last != NULL && *last->value != '\0')
            read_address(reader, (Setting *)last, setting->key + strlen("IPADDR"));
    }
}

static void
read_bridge(Reader *reader)
{
    Setting *stp = take(reader, "BRIDGE_STP", ASPECT_KIND);
    Setting *delay = take(reader, "BRIDGE_FORWARDDELAY", ASPECT_KIND);
    gboolean is_on;
    guint64 us;

    (void)take(reader, "BRIDGE", ASPECT_KIND);       /* led here */
    (void)take(reader, "BRIDGE_PORTS", ASPECT_KIND); /* the index has them */
    if (stp != NULL && value_bool(stp->value, &is_on))
        reader->def->stp = is_on ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
    else if (stp != NULL)
        NOTE(reader, stp, "is neither on nor off");
    if (delay != NULL && value_time(delay->value, 1000000, &us))
        reader->def->delay = value_seconds(us);
    else if (delay != NULL)
        NOTE(reader, delay, "is no number of seconds");
    ifcfg_read_ports(reader->model, reader->def, NULL);
}

static void
read_bond(Reader *reader)
{
    Setting *options = settings_take(reader->settings, "", "BONDING_MODULE_OPTS", ASPECT_KIND);
    GPtrArray *list = settings_list(reader->settings);
    g_autofree char *primary = NULL;

    (void)take(reader, "BONDING_MASTER", ASPECT_KIND); /* led here */
    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i);

        if (setting->key != NULL && g_str_has_prefix(setting->key, "BONDING_SLAVE"))
            setting->aspect = ASPECT_KIND; /* the index has them */
    }
    if (options != NULL) {
        g_autofree char *rest = ifcfg_bond_read(&reader->def->bond, options->value, &primary);

        if (*rest != '\0')
            NOTE(reader, options, "not for the XML: %s", rest);
        options->is_noted = FALSE; /* the writer keeps the rest */
    }
    ifcfg_read_ports(reader->model, reader->def, primary);
}

static void
read_vlan(Reader *reader)
{
    InterfaceDef *def = reader->def;
    const Setting *parent = take(reader, "ETHERDEVICE", ASPECT_KIND);
    gsize length = strlen(def->name), digits = 0;

    while (digits < length && g_ascii_isdigit(def->name[length - 1 - digits]))
        digits++;
    if (!ifcfg_uint(reader->settings, "VLAN_ID", ASPECT_KIND, reader->notes, def->name,
                    &def->vlan_tag) &&
        digits > 0)
        (void)value_uint(def->name + length - digits, G_MAXINT32,
                         &def->vlan_tag); /* checked below */
    def->vlan_parent =
        interface_name_check(parent->value, NULL) ? g_strdup(parent->value) : g_strdup("unknown");
    if (!g_hash_table_contains(reader->model->by_name, def->vlan_parent))
        netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, def->name,
                        settings_path(reader->settings), parent->line,
                        "'%s' has no file, so wicked does not start it", def->vlan_parent);
    if (def->vlan_tag >= 1 && def->vlan_tag <= 4094)
        return;
    netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, def->name, settings_path(reader->settings),
                    1, "a VLAN without a tag of 1 to 4094");
    def->vlan_tag = 1;
}

void
suse_read(IfcfgModel *model, IfcfgFile *file, NetifDevice *device, NetifNotes *notes)
{
    Reader reader = {model, file->settings, device->def, notes};

    read_start(&reader);
    read_mac(&reader);
    (void)ifcfg_uint(file->settings, "MTU", ASPECT_MTU, notes, file->name, &device->def->mtu);
    if (device->master == NULL) {
        read_method(&reader);
        read_addresses(&reader);
        suse_route_read(model, device->def, notes);
    } else if (g_strcmp0(settings_value(file->settings, "", "BOOTPROTO"), "none") == 0 ||
               g_strcmp0(settings_value(file->settings, "", "BOOTPROTO"), "static") == 0) {
        (void)take(&reader, "BOOTPROTO", ASPECT_IP); /* that is how a port is written */
    }
    if (device->def->type == INTERFACE_BRIDGE)
        read_bridge(&reader);
    if (device->def->type == INTERFACE_BOND)
        read_bond(&reader);
    if (device->def->type == INTERFACE_VLAN)
        read_vlan(&reader);
}
