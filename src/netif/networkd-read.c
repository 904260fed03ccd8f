/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/networkd-priv.h"
#include "netif/value.h"

typedef struct {
    Settings *settings;
    InterfaceDef *def;
    NetifNotes *notes;
} Reader;

#define NOTE(reader, setting, ...)                                                                 \
    settings_note((reader)->settings, (setting), (reader)->notes, (reader)->def->name, __VA_ARGS__)

/* A switch; @absent when it is not there, and a note when it is no switch. */
static gboolean
take_bool(Reader *reader, const char *section, const char *key, SettingsAspect aspect,
          gboolean absent)
{
    Setting *setting = settings_take(reader->settings, section, key, aspect);
    gboolean value = absent;

    if (setting != NULL && !value_bool(setting->value, &value))
        NOTE(reader, setting, "is neither yes nor no");
    return value;
}

static void
read_start(Reader *reader)
{
    static const char *const up[] = {"up", "always-up"};
    Setting *policy = settings_take(reader->settings, "Link", "ActivationPolicy", ASPECT_START);
    Setting *online = settings_take(reader->settings, "Link", "RequiredForOnline", ASPECT_START);
    gboolean is_required = TRUE;

    reader->def->start = INTERFACE_START_ONBOOT;
    if (online != NULL && !value_bool(online->value, &is_required))
        NOTE(reader, online, NULL);
    if (!is_required)
        reader->def->start = INTERFACE_START_HOTPLUG;
    if (policy == NULL)
        return;
    if (strcmp(policy->value, "manual") == 0)
        reader->def->start = INTERFACE_START_NONE;
    else if (strcmp(policy->value, up[0]) != 0 && strcmp(policy->value, up[1]) != 0)
        NOTE(reader, policy, NULL);
}

static void
read_link(Reader *reader, const char *section)
{
    Setting *mtu = settings_take(reader->settings, section, "MTUBytes", ASPECT_MTU);
    Setting *mac = settings_take(reader->settings, section, "MACAddress", ASPECT_MAC);

    if (mtu != NULL && !value_uint(mtu->value, G_MAXINT32, &reader->def->mtu))
        NOTE(reader, mtu, "is no number of bytes");
    if (mac == NULL)
        return;
    if (reader->def->type == INTERFACE_ETHERNET && value_mac(mac->value, reader->def->mac))
        reader->def->has_mac = TRUE;
    else
        NOTE(reader, mac, NULL);
}

/* The word of DHCP= for each family. */
static void
read_dhcp(Reader *reader)
{
    static const struct {
        const char *word;
        gboolean v4, v6;
    } words[] = {{"ipv4", TRUE, FALSE}, {"ipv6", FALSE, TRUE}, {"v4", TRUE, FALSE},
                 {"v6", FALSE, TRUE},   {"both", TRUE, TRUE},  {"none", FALSE, FALSE}};
    Setting *dhcp = settings_take(reader->settings, "Network", "DHCP", ASPECT_IP);
    gboolean both = FALSE;

    if (dhcp == NULL)
        return;
    if (value_bool(dhcp->value, &both)) {
        reader->def->ipv4.dhcp = reader->def->ipv6.dhcp = both;
    } else {
        gsize i = 0;

        while (i < G_N_ELEMENTS(words) && strcmp(dhcp->value, words[i].word) != 0)
            i++;
        if (i == G_N_ELEMENTS(words)) {
            NOTE(reader, dhcp, NULL);
            return;
        }
        reader->def->ipv4.dhcp = words[i].v4;
        reader->def->ipv6.dhcp = words[i].v6;
    }
    reader->def->ipv4.is_there = reader->def->ipv4.dhcp;
    reader->def->ipv6.is_there = reader->def->ipv6.dhcp;
}

static void
read_peerdns(Reader *reader, InterfaceProtocol *protocol, const char *section)
{
    Setting *setting;
    gboolean value;

    if (!protocol->dhcp)
        return;
    setting = settings_take(reader->settings, section, "UseDNS", ASPECT_IP);
    if (setting == NULL) /* the older name, of both families */
        setting = settings_take(reader->settings, "DHCP", "UseDNS", ASPECT_IP);
    if (setting == NULL)
        return;
    if (value_bool(setting->value, &value))
        protocol->peerdns = value ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
    else
        NOTE(reader, setting, "is neither yes nor no");
}

static void
add_address(Reader *reader, Setting *setting)
{
    Address address;
    int prefix;

    setting->aspect = ASPECT_IP;
    if (*setting->value == '\0') {
        NOTE(reader, setting, "takes back what stands above it");
        return;
    }
    if (!value_ip(setting->value, &address, &prefix) || !address_is_usable(&address))
        NOTE(reader, setting, "is no address of an interface");
    else
        interface_protocol_add(address.is_v6 ? &reader->def->ipv6 : &reader->def->ipv4, &address,
                               prefix);
}

static void
add_gateway(Reader *reader, Setting *setting)
{
    Address gateway;

    setting->aspect = ASPECT_IP;
    if (!address_parse(setting->value, &gateway))
        NOTE(reader, setting, NULL);
    else if (!value_set_gateway(reader->def, &gateway))
        NOTE(reader, setting, "a second default gateway");
}

/* A [Route] that says nothing but a default gateway; everything else is nobody's. */
static void
read_route(Reader *reader, guint instance)
{
    GPtrArray *list = settings_list(reader->settings);
    Setting *gateway = NULL, *others[2] = {NULL, NULL};

    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i);

        if (setting->instance != instance || setting->key == NULL)
            continue;
        if (strcmp(setting->key, "Gateway") == 0 && gateway == NULL)
            gateway = setting;
        else if (strcmp(setting->key, "GatewayOnLink") == 0 && others[0] == NULL)
            others[0] = setting;
        else if (strcmp(setting->key, "Destination") == 0 && others[1] == NULL &&
                 (strcmp(setting->value, "0.0.0.0/0") == 0 || strcmp(setting->value, "::/0") == 0))
            others[1] = setting;
        else
            return;
    }
    if (gateway == NULL)
        return;
    for (int i = 0; i < 2; i++)
        if (others[i] != NULL)
            others[i]->aspect = ASPECT_IP;
    add_gateway(reader, gateway);
}

static void
read_addresses(Reader *reader)
{
    GPtrArray *list = settings_list(reader->settings);

    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i);
        gboolean is_network = strcmp(setting->section, "Network") == 0;

        if (setting->is_header && strcmp(setting->section, "Route") == 0)
            read_route(reader, setting->instance);
        if (setting->key == NULL)
            continue;
        if (strcmp(setting->key, "Address") == 0 &&
            (is_network || strcmp(setting->section, "Address") == 0))
            add_address(reader, setting);
        else if (is_network && strcmp(setting->key, "Gateway") == 0)
            add_gateway(reader, setting);
    }
}

/* What IPv6 does beside its addresses: link-local ones, router advertisements. */
static void
read_ipv6(Reader *reader)
{
    InterfaceProtocol *ipv6 = &reader->def->ipv6;
    Setting *local = settings_take(reader->settings, "Network", "LinkLocalAddressing", ASPECT_IP);
    Setting *ra = settings_take(reader->settings, "Network", "IPv6AcceptRA", ASPECT_IP);
    gboolean has_local = TRUE, accepts = FALSE, is_said = FALSE;

    if (local != NULL && strcmp(local->value, "ipv6") != 0 &&
        (!value_bool(local->value, &has_local) || has_local)) {
        NOTE(reader, local, NULL);
        has_local = strcmp(local->value, "ipv4") != 0;
    }
    if (ra != NULL) {
        is_said = value_bool(ra->value, &accepts);
        if (!is_said)
            NOTE(reader, ra, "is neither yes nor no");
    }
    if (!is_said)
        accepts = ipv6->is_there && has_local; /* networkd's default */
    if (ipv6->is_there || (is_said && (accepts || has_local))) {
        ipv6->is_there = TRUE;
        ipv6->autoconf = accepts;
    }
    if (!has_local && local != NULL && (reader->def->ipv4.is_there || ipv6->is_there))
        NOTE(reader, local, "no link-local addresses");
    if (ipv6->dhcp && !ipv6->autoconf) {
        Setting *without = settings_take(reader->settings, "DHCPv6", "WithoutRA", ASPECT_IP);

        if (without != NULL && strcmp(without->value, "solicit") != 0)
            NOTE(reader, without, NULL);
    }
}

static void
read_stack(Reader *reader)
{
    g_autoptr(GPtrArray) vlans =
        settings_take_all(reader->settings, "Network", "VLAN", ASPECT_STACK);

    (void)vlans; /* they are the VLANs' own part of the XML */
}

static void
read_master(Reader *reader, NetifDevice *device)
{
    Setting *bridge = settings_take(reader->settings, "Network", "Bridge", ASPECT_MASTER);
    Setting *bond = settings_take(reader->settings, "Network", "Bond", ASPECT_MASTER);
    const Setting *master = bridge != NULL ? bridge : bond;

    if (bridge != NULL && bond != NULL)
        NOTE(reader, bond, "beside Bridge=");
    if (master == NULL)
        return;
    device->master = g_strdup(master->value);
    device->master_type = bridge != NULL ? INTERFACE_BRIDGE : INTERFACE_BOND;
    if (bridge == NULL)
        device->is_primary = take_bool(reader, "Network", "PrimarySlave", ASPECT_MASTER, FALSE);
}

static void
read_network(NetworkdUnit *unit, NetifDevice *device, NetifNotes *notes)
{
    Reader reader = {unit->settings, device->def, notes};

    settings_start_reading(unit->settings);
    (void)settings_take(unit->settings, "Match", "Name", ASPECT_NAME); /* it led here */
    read_master(&reader, device);
    read_link(&reader, "Link");
    read_dhcp(&reader);
    read_addresses(&reader);
    if (device->master == NULL)
        read_start(&reader);
    if (device->master != NULL) { /* that is how a port is written */
        (void)settings_take(unit->settings, "Network", "LinkLocalAddressing", ASPECT_IP);
        (void)settings_take(unit->settings, "Network", "IPv6AcceptRA", ASPECT_IP);
    } else {
        read_ipv6(&reader);
    }
    read_peerdns(&reader, &device->def->ipv4, "DHCPv4");
    read_peerdns(&reader, &device->def->ipv6, "DHCPv6");
    read_stack(&reader);
    if (device->def->type == INTERFACE_BRIDGE &&
        !take_bool(&reader, "Network", "ConfigureWithoutCarrier", ASPECT_KIND, TRUE))
        NOTE(&reader,
             settings_take(unit->settings, "Network", "ConfigureWithoutCarrier", ASPECT_KIND),
             NULL);
    settings_note_rest(unit->settings, notes, device->def->name);
    for (guint i = 0; i < unit->drop_ins->len; i++)
        settings_note_rest(g_ptr_array_index(unit->drop_ins, i), notes, device->def->name);
}

static void
read_bridge(Reader *reader)
{
    Setting *stp = settings_take(reader->settings, "Bridge", "STP", ASPECT_KIND);
    Setting *delay = settings_take(reader->settings, "Bridge", "ForwardDelaySec", ASPECT_KIND);
    gboolean is_on;
    guint64 us;

    if (stp != NULL && value_bool(stp->value, &is_on))
        reader->def->stp = is_on ? INTERFACE_SWITCH_ON : INTERFACE_SWITCH_OFF;
    else if (stp != NULL)
        NOTE(reader, stp, "is neither yes nor no");
    if (delay != NULL && value_time(delay->value, 1000000, &us))
        reader->def->delay = value_seconds(us);
    else if (delay != NULL)
        NOTE(reader, delay, "is no time");
}

/* A time of [Bond] in ms; @absent when it is not there. */
static gint64
take_ms(Reader *reader, const char *key, gint64 absent)
{
    Setting *setting = settings_take(reader->settings, "Bond", key, ASPECT_KIND);
    guint64 us;

    if (setting == NULL)
        return absent;
    if (value_time(setting->value, 1000000, &us) && us / 1000 <= G_MAXINT32)
        return (gint64)(us / 1000);
    NOTE(reader, setting, "is no time");
    return absent;
}

static void
read_arp(Reader *reader, gint64 interval)
{
    InterfaceBond *bond = &reader->def->bond;
    Setting *targets = settings_take(reader->settings, "Bond", "ARPIPTargets", ASPECT_KIND);
    Setting *validate = settings_take(reader->settings, "Bond", "ARPValidate", ASPECT_KIND);
    g_auto(GStrv) words = g_strsplit_set(targets != NULL ? targets->value : "", " ,", 2);

    if (words[0] == NULL || !address_parse(words[0], &bond->arp_target) || bond->arp_target.is_v6) {
        if (targets != NULL)
            NOTE(reader, targets, "is no IPv4 address");
        return;
    }
    bond->monitor = INTERFACE_MONITOR_ARP;
    bond->arp_interval = (guint)interval;
    if (words[1] != NULL)
        NOTE(reader, targets, "only the first target");
    if (validate != NULL && !value_arp_validate(validate->value, &bond->arp_validate))
        NOTE(reader, validate, NULL);
}

static void
read_bond(Reader *reader)
{
    InterfaceBond *bond = &reader->def->bond;
    Setting *mode = settings_take(reader->settings, "Bond", "Mode", ASPECT_KIND);
    gint64 freq, interval = -1;

    if (mode != NULL && !value_bond_mode(mode->value, &bond->mode))
        NOTE(reader, mode, NULL);
    if (settings_value(reader->settings, "Bond", "MIIMonitorSec") == NULL &&
        settings_value(reader->settings, "Bond", "ARPIPTargets") != NULL) {
        interval = take_ms(reader, "ARPIntervalSec", 0);
        read_arp(reader, interval);
        return;
    }
    freq = take_ms(reader, "MIIMonitorSec", -1);
    if (freq < 0)
        return;
    bond->monitor = INTERFACE_MONITOR_MII;
    bond->miimon_freq = (guint)freq;
    bond->updelay = take_ms(reader, "UpDelaySec", -1);
    bond->downdelay = take_ms(reader, "DownDelaySec", -1);
}

static void
read_vlan(Reader *reader, NetworkdModel *model, NetworkdUnit *unit)
{
    Setting *id = settings_take(reader->settings, "VLAN", "Id", ASPECT_KIND);
    const char *parent = g_hash_table_lookup(model->parents, reader->def->name);
    const char *dot = strrchr(reader->def->name, '.');

    if (id == NULL || !value_uint(id->value, 4094, &reader->def->vlan_tag) ||
        reader->def->vlan_tag == 0)
        netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, reader->def->name, unit->path,
                        id != NULL ? id->line : 1, "a VLAN without an Id= of 1 to 4094");
    if (reader->def->vlan_tag == 0)
        reader->def->vlan_tag = 1;
    if (parent != NULL) {
        reader->def->vlan_parent = g_strdup(parent);
        return;
    }
    netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, reader->def->name, unit->path, 1,
                    "no network names it in VLAN=, so networkd never makes it");
    reader->def->vlan_parent = dot != NULL && dot > reader->def->name
                                   ? g_strndup(reader->def->name, (gsize)(dot - reader->def->name))
                                   : g_strdup("unknown");
}

static InterfaceType
netdev_type(const NetworkdUnit *unit, gboolean *ret_is_known)
{
    const char *kind = settings_value(unit->settings, "NetDev", "Kind");
    InterfaceType type = INTERFACE_ETHERNET;

    *ret_is_known =
        kind != NULL && strcmp(kind, "ethernet") != 0 && interface_type_from_string(kind, &type);
    return type;
}

static void
read_netdev(NetworkdModel *model, NetworkdUnit *unit, NetifDevice *device, gboolean is_known,
            NetifNotes *notes)
{
    Reader reader = {unit->settings, device->def, notes};

    settings_start_reading(unit->settings);
    (void)settings_take(unit->settings, "NetDev", "Name", ASPECT_NAME); /* it led here */
    if (!is_known) {
        settings_note_rest(unit->settings, notes, device->def->name);
        return;
    }
    (void)settings_take(unit->settings, "NetDev", "Kind", ASPECT_KIND); /* read before */
    read_link(&reader, "NetDev");
    switch (device->def->type) {
    case INTERFACE_BRIDGE:
        read_bridge(&reader);
        break;
    case INTERFACE_BOND:
        read_bond(&reader);
        break;
    case INTERFACE_VLAN:
        read_vlan(&reader, model, unit);
        break;
    case INTERFACE_ETHERNET:
    case INTERFACE_TYPE_LAST:
        break;
    }
    settings_note_rest(unit->settings, notes, device->def->name);
}

/* udev's .link files: what they do to the device is not in its XML. */
static void
note_links(const NetworkdModel *model, const char *name, NetifNotes *notes)
{
    for (guint i = 0; notes != NULL && i < model->links->len; i++) {
        Settings *link = g_ptr_array_index(model->links, i);
        const char *match = settings_value(link, "Match", "OriginalName");

        if (match == NULL || strcmp(match, name) != 0)
            continue;
        settings_start_reading(link);
        (void)settings_take(link, "Match", "OriginalName", ASPECT_NAME); /* it led here */
        settings_note_rest(link, notes, name);
    }
}

NetifDevice *
networkd_look(NetworkdModel *model, const char *name, gboolean with_parents, NetifNotes *notes)
{
    NetworkdUnit *network = g_hash_table_lookup(model->networks, name);
    NetworkdUnit *netdev = g_hash_table_lookup(model->netdevs, name);
    const NetworkdUnit *first = netdev != NULL ? netdev : network;
    const GPtrArray *ports = g_hash_table_lookup(model->ports, name);
    g_autoptr(NetifDevice) device = NULL;
    gboolean is_known = TRUE;

    if (first == NULL)
        return NULL;
    device = netif_device_new(netdev != NULL ? netdev_type(netdev, &is_known) : INTERFACE_ETHERNET,
                              name);
    device->file = g_strdup(first->path);
    device->line = 1;
    device->is_read_only = !is_known || (network != NULL && network->is_read_only) ||
                           (netdev != NULL && netdev->is_read_only);
    device->def->start = INTERFACE_START_NONE;
    if (netdev != NULL)
        read_netdev(model, netdev, device, is_known, notes);
    if (network != NULL) {
        read_network(network, device, notes);
        device->is_made = settings_is_made(network->settings);
    }
    if (device->is_made && netdev == NULL && device->master == NULL && !with_parents)
        return NULL;
    note_links(model, name, notes);
    for (guint i = 0;
         ports != NULL && i < ports->len &&
         (device->def->type == INTERFACE_BRIDGE || device->def->type == INTERFACE_BOND);
         i++)
        g_ptr_array_add(device->def->ports,
                        interface_def_new(INTERFACE_ETHERNET, g_ptr_array_index(ports, i)));
    return g_steal_pointer(&device);
}
