/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/redhat-priv.h"
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

static gboolean
take_bool(Reader *reader, const char *key, SettingsAspect aspect, gboolean *ret_value)
{
    Setting *setting = take(reader, key, aspect);

    if (setting == NULL)
        return FALSE;
    if (value_bool(setting->value, ret_value))
        return TRUE;
    NOTE(reader, setting, "is neither yes nor no");
    return FALSE;
}

static void
read_start(Reader *reader)
{
    gboolean is_boot = FALSE, is_hotplug = FALSE;

    (void)take_bool(reader, "ONBOOT", ASPECT_START, &is_boot);     /* absent is no */
    (void)take_bool(reader, "HOTPLUG", ASPECT_START, &is_hotplug); /* absent: not asked for */
    reader->def->start = is_hotplug && !is_boot ? INTERFACE_START_HOTPLUG
                         : is_boot              ? INTERFACE_START_ONBOOT
                                                : INTERFACE_START_NONE;
}

static void
read_mac(Reader *reader)
{
    Setting *hardware = take(reader, "HWADDR", ASPECT_MAC);
    Setting *mac = hardware != NULL ? hardware : take(reader, "MACADDR", ASPECT_MAC);

    if (mac == NULL)
        return;
    if (reader->def->type == INTERFACE_ETHERNET && value_mac(mac->value, reader->def->mac))
        reader->def->has_mac = TRUE;
    else
        NOTE(reader, mac, NULL);
}

/* "PREFIX1", "NETMASK1" ... of the address with the same suffix; -1: none. */
static int
take_prefix(Reader *reader, const char *suffix)
{
    g_autofree char *prefix_key = g_strconcat("PREFIX", suffix, NULL);
    g_autofree char *mask_key = g_strconcat("NETMASK", suffix, NULL);
    Setting *prefix = take(reader, prefix_key, ASPECT_IP);
    Setting *mask = take(reader, mask_key, ASPECT_IP);
    guint length;

    if (prefix != NULL && value_uint(prefix->value, 32, &length))
        return (int)length;
    if (prefix != NULL)
        NOTE(reader, prefix, "is no prefix");
    if (mask != NULL && ifcfg_prefix(mask->value) >= 0)
        return ifcfg_prefix(mask->value);
    if (mask != NULL)
        NOTE(reader, mask, "is no netmask");
    return -1;
}

static void
read_address(Reader *reader, const char *suffix)
{
    g_autofree char *key = g_strconcat("IPADDR", suffix, NULL);
    Setting *setting = take(reader, key, ASPECT_IP);
    Address address;
    int prefix;

    if (setting == NULL)
        return;
    prefix = take_prefix(reader, suffix);
    if (address_parse(setting->value, &address) && !address.is_v6 && address_is_usable(&address))
        interface_protocol_add(&reader->def->ipv4, &address, prefix);
    else
        NOTE(reader, setting, "is no address of an interface");
}

/* IPADDR, then those with a number, in its order. */
static void
read_addresses(Reader *reader)
{
    GPtrArray *list = settings_list(reader->settings);
    guint highest = 0;
    gboolean has_numbers = FALSE;

    for (guint i = 0; i < list->len; i++) {
        const Setting *setting = g_ptr_array_index(list, i);
        guint number;

        if (setting->key != NULL && g_str_has_prefix(setting->key, "IPADDR") &&
            value_uint(setting->key + strlen("IPADDR"), INTERFACE_IPS_MAX, &number)) {
            highest = MAX(highest, number);
            has_numbers = TRUE;
        }
    }
    read_address(reader, "");
    for (guint i = 0; has_numbers && i <= highest; i++) {
        g_autofree char *suffix = g_strdup_printf("%u", i);

        read_address(reader, suffix);
    }
}

static void
read_gateway(Reader *reader, const char *key, gboolean is_v6)
{
    Setting *setting = take(reader, key, ASPECT_IP);
    Address gateway;

    if (setting == NULL)
        return;
    if (address_parse(setting->value, &gateway) && gateway.is_v6 == is_v6)
        (void)value_set_gateway(reader->def, &gateway); /* the only one of this family */
    else
        NOTE(reader, setting, "is no address of a gateway");
}

static void
read_peerdns(Reader *reader, InterfaceProtocol *protocol, const char *key)
{
    gboolean value;

    if (protocol->dhcp && take_bool(reader, key, ASPECT_IP, &value))
        protocol->peerdns = value ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
}

static void
read_ipv4(Reader *reader)
{
    Setting *method = take(reader, "BOOTPROTO", ASPECT_IP);
    InterfaceProtocol *ipv4 = &reader->def->ipv4;

    if (method != NULL && strcmp(method->value, "dhcp") == 0)
        ipv4->is_there = ipv4->dhcp = TRUE;
    else if (method != NULL && strcmp(method->value, "none") != 0 &&
             strcmp(method->value, "static") != 0)
        NOTE(reader, method, NULL);
    read_addresses(reader);
    read_gateway(reader, "GATEWAY", FALSE);
    read_peerdns(reader, ipv4, "PEERDNS");
}

static void
add_ipv6(Reader *reader, Setting *setting, const char *text)
{
    Address address;
    int prefix;

    if (value_ip(text, &address, &prefix) && address.is_v6 && address_is_usable(&address))
        interface_protocol_add(&reader->def->ipv6, &address, prefix < 0 ? 64 : prefix);
    else
        NOTE(reader, setting, "%s is no address of an interface", text);
}

static void
read_ipv6(Reader *reader)
{
    InterfaceProtocol *ipv6 = &reader->def->ipv6;
    Setting *first = take(reader, "IPV6ADDR", ASPECT_IP);
    Setting *others = take(reader, "IPV6ADDR_SECONDARIES", ASPECT_IP);
    gboolean is_on = FALSE, is_auto = TRUE, has_auto;

    (void)take_bool(reader, "IPV6INIT", ASPECT_IP, &is_on); /* absent is no */
    has_auto = take_bool(reader, "IPV6_AUTOCONF", ASPECT_IP, &is_auto);
    if (!take_bool(reader, "DHCPV6C", ASPECT_IP, &ipv6->dhcp))
        (void)take_bool(reader, "DHCPV6", ASPECT_IP, &ipv6->dhcp); /* as netcf wrote it */
    else
        (void)settings_take(reader->settings, "", "DHCPV6", ASPECT_IP);
    if (first != NULL)
        add_ipv6(reader, first, first->value);
    if (others != NULL) {
        g_auto(GStrv) words = g_strsplit_set(others->value, " \t\n", -1);

        for (char **word = words; *word != NULL; word++)
            if (**word != '\0')
                add_ipv6(reader, others, *word);
    }
    read_gateway(reader, "IPV6_DEFAULTGW", TRUE);
    ipv6->is_there = ipv6->is_there || is_on || ipv6->dhcp || (has_auto && is_auto);
    ipv6->autoconf = ipv6->is_there && is_auto;
    read_peerdns(reader, ipv6, "IPV6_PEERDNS");
}

static void
read_bridge(Reader *reader)
{
    Setting *delay = take(reader, "DELAY", ASPECT_KIND);
    gboolean is_on;
    guint64 us;

    if (take_bool(reader, "STP", ASPECT_KIND, &is_on))
        reader->def->stp = is_on ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
    if (delay != NULL && value_time(delay->value, 1000000, &us))
        reader->def->delay = value_seconds(us);
    else if (delay != NULL)
        NOTE(reader, delay, "is no number of seconds");
    ifcfg_read_ports(reader->model, reader->def, NULL);
}

static void
read_bond(Reader *reader)
{
    Setting *options = settings_take(reader->settings, "", "BONDING_OPTS", ASPECT_KIND);
    g_autofree char *primary = NULL;

    (void)settings_take(reader->settings, "", "BONDING_MASTER", ASPECT_KIND); /* says it again */
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
    const char *name = def->name, *dot = strchr(name, '.');
    Setting *parent = take(reader, "PHYSDEV", ASPECT_KIND);
    gboolean is_vlan;

    (void)take_bool(reader, "VLAN", ASPECT_KIND, &is_vlan); /* led here */
    if (!ifcfg_uint(reader->settings, "VLAN_ID", ASPECT_KIND, reader->notes, name,
                    &def->vlan_tag)) {
        if (dot != NULL)
            (void)value_uint(dot + 1, 4094, &def->vlan_tag); /* checked below */
        else if (g_str_has_prefix(name, "vlan"))
            (void)value_uint(name + 4, 4094, &def->vlan_tag); /* checked below */
    }
    if (parent != NULL && interface_name_check(parent->value, NULL))
        def->vlan_parent = g_strdup(parent->value);
    else if (dot != NULL && dot > name)
        def->vlan_parent = g_strndup(name, (gsize)(dot - name));
    if (def->vlan_parent != NULL && def->vlan_tag >= 1 && def->vlan_tag <= 4094)
        return;
    netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, name, settings_path(reader->settings), 1,
                    "a VLAN without a parent and a tag of 1 to 4094");
    if (def->vlan_parent == NULL)
        def->vlan_parent = g_strdup("unknown");
    if (def->vlan_tag < 1 || def->vlan_tag > 4094)
        def->vlan_tag = 1;
}

void
redhat_read(IfcfgModel *model, IfcfgFile *file, NetifDevice *device, NetifNotes *notes)
{
    static const char *const types[] = {"Ethernet", "Bridge", "Bond", "Vlan"};
    Reader reader = {model, file->settings, device->def, notes};
    Setting *type = take(&reader, "TYPE", ASPECT_KIND);
    gboolean is_known = type == NULL, is_slave;

    for (gsize i = 0; type != NULL && i < G_N_ELEMENTS(types); i++)
        is_known = is_known || g_ascii_strcasecmp(type->value, types[i]) == 0;
    if (!is_known) {
        NOTE(&reader, type, NULL);
        device->is_read_only = TRUE;
    }
    (void)settings_take(file->settings, "", "DEVICE", ASPECT_NAME); /* it led here */
    read_start(&reader);
    read_mac(&reader);
    (void)ifcfg_uint(file->settings, "MTU", ASPECT_MTU, notes, file->name, &device->def->mtu);
    read_ipv4(&reader);
    read_ipv6(&reader);
    (void)take(&reader, device->master_type == INTERFACE_BOND ? "MASTER" : "BRIDGE",
               ASPECT_MASTER); /* the index has it */
    if (device->master_type == INTERFACE_BOND && device->master != NULL)
        (void)take_bool(&reader, "SLAVE", ASPECT_MASTER, &is_slave); /* MASTER= says it */
    if (device->def->type == INTERFACE_BRIDGE)
        read_bridge(&reader);
    if (device->def->type == INTERFACE_BOND)
        read_bond(&reader);
    if (device->def->type == INTERFACE_VLAN)
        read_vlan(&reader);
}
