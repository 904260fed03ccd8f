/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/networkd-priv.h"
#include "netif/value.h"
#include "util/error.h"

#define DIR "/etc/systemd/network/"

static const char *
yes_no(gboolean value)
{
    return value ? "yes" : "no";
}

static void
want_addresses(GArray *wants, const InterfaceProtocol *protocol)
{
    char text[ADDRESS_TEXT_SIZE];

    for (guint i = 0; i < protocol->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(protocol->ips, InterfaceIp, i);

        settings_want(wants, ASPECT_IP, "Network", "Address", "%s/%d",
                      address_format(&ip->address, text), value_prefix(ip));
    }
    if (protocol->has_gateway && !value_is_off_link(protocol))
        settings_want(wants, ASPECT_IP, "Network", "Gateway", "%s",
                      address_format(&protocol->gateway, text));
}

/* What does not stand in [Network]. */
static void
want_ip_sections(GArray *wants, const InterfaceProtocol *protocol, const char *section)
{
    char text[ADDRESS_TEXT_SIZE];

    if (value_is_off_link(protocol)) {
        settings_want_section(wants, ASPECT_IP, "Route", "Gateway", "%s",
                              address_format(&protocol->gateway, text));
        settings_want(wants, ASPECT_IP, "Route", "GatewayOnLink", "yes");
    }
    if (protocol->dhcp && protocol->peerdns != INTERFACE_SWITCH_ABSENT)
        settings_want(wants, ASPECT_IP, section, "UseDNS", "%s",
                      yes_no(protocol->peerdns == INTERFACE_SWITCH_ON));
}

static void
want_ip(GArray *wants, const InterfaceDef *def)
{
    const InterfaceProtocol *v4 = &def->ipv4, *v6 = &def->ipv6;

    if (v4->dhcp || v6->dhcp)
        settings_want(wants, ASPECT_IP, "Network", "DHCP", "%s",
                      v4->dhcp && v6->dhcp ? "yes"
                      : v4->dhcp           ? "ipv4"
                                           : "ipv6");
    if (!v4->is_there && !v6->is_there)
        settings_want(wants, ASPECT_IP, "Network", "LinkLocalAddressing", "no");
    else if (v6->is_there && !v6->autoconf && !v6->dhcp && v6->ips->len == 0)
        settings_want(wants, ASPECT_IP, "Network", "LinkLocalAddressing", "ipv6");
    if (v6->is_there || !v4->is_there)
        settings_want(wants, ASPECT_IP, "Network", "IPv6AcceptRA", "%s", yes_no(v6->autoconf));
    want_addresses(wants, v4);
    want_addresses(wants, v6);
}

static GArray *
wants_network(const NetifDevice *device)
{
    GArray *wants = settings_wants_new();
    const InterfaceDef *def = device->def;
    char mac[MAC_TEXT_SIZE];

    settings_want(wants, ASPECT_NAME, "Match", "Name", "%s", def->name);
    if (def->has_mac)
        settings_want(wants, ASPECT_MAC, "Link", "MACAddress", "%s", mac_format(def->mac, mac));
    if (def->mtu != 0)
        settings_want(wants, ASPECT_MTU, "Link", "MTUBytes", "%u", def->mtu);
    /* ports are always up: it is their master that is started */
    if (device->master == NULL &&
        (def->start == INTERFACE_START_NONE || def->start == INTERFACE_START_ABSENT))
        settings_want(wants, ASPECT_START, "Link", "ActivationPolicy", "manual");
    else if (device->master == NULL && def->start == INTERFACE_START_HOTPLUG)
        settings_want(wants, ASPECT_START, "Link", "RequiredForOnline", "no");
    if (device->master != NULL) {
        settings_want(wants, ASPECT_IP, "Network", "LinkLocalAddressing", "no");
        settings_want(wants, ASPECT_MASTER, "Network",
                      device->master_type == INTERFACE_BRIDGE ? "Bridge" : "Bond", "%s",
                      device->master);
        if (device->is_primary)
            settings_want(wants, ASPECT_MASTER, "Network", "PrimarySlave", "true");
    } else {
        want_ip(wants, def);
    }
    if (def->type == INTERFACE_BRIDGE && def->ports->len == 0)
        settings_want(wants, ASPECT_KIND, "Network", "ConfigureWithoutCarrier", "yes");
    if (device->master == NULL) {
        want_ip_sections(wants, &def->ipv4, "DHCPv4");
        want_ip_sections(wants, &def->ipv6, "DHCPv6");
        if (def->ipv6.dhcp && !def->ipv6.autoconf)
            settings_want(wants, ASPECT_IP, "DHCPv6", "WithoutRA", "solicit");
    }
    return wants;
}

static void
want_bond(GArray *wants, const InterfaceBond *bond)
{
    char text[ADDRESS_TEXT_SIZE];

    if (bond->mode != INTERFACE_BOND_MODE_ABSENT)
        settings_want(wants, ASPECT_KIND, "Bond", "Mode", "%s",
                      interface_bond_mode_to_string(bond->mode));
    if (bond->monitor == INTERFACE_MONITOR_MII) {
        settings_want(wants, ASPECT_KIND, "Bond", "MIIMonitorSec", "%ums", bond->miimon_freq);
        if (bond->updelay >= 0)
            settings_want(wants, ASPECT_KIND, "Bond", "UpDelaySec", "%" G_GINT64_FORMAT "ms",
                          bond->updelay);
        if (bond->downdelay >= 0)
            settings_want(wants, ASPECT_KIND, "Bond", "DownDelaySec", "%" G_GINT64_FORMAT "ms",
                          bond->downdelay);
    } else if (bond->monitor == INTERFACE_MONITOR_ARP) {
        settings_want(wants, ASPECT_KIND, "Bond", "ARPIntervalSec", "%ums", bond->arp_interval);
        settings_want(wants, ASPECT_KIND, "Bond", "ARPIPTargets", "%s",
                      address_format(&bond->arp_target, text));
        if (bond->arp_validate != INTERFACE_VALIDATE_ABSENT)
            settings_want(wants, ASPECT_KIND, "Bond", "ARPValidate", "%s",
                          interface_validate_to_string(bond->arp_validate));
    }
}

/* NULL: the kernel brings the device along. */
static GArray *
wants_netdev(const InterfaceDef *def)
{
    GArray *wants;

    if (def->type == INTERFACE_ETHERNET)
        return NULL;
    wants = settings_wants_new();
    settings_want(wants, ASPECT_NAME, "NetDev", "Name", "%s", def->name);
    settings_want(wants, ASPECT_KIND, "NetDev", "Kind", "%s", interface_type_to_string(def->type));
    if (def->type == INTERFACE_VLAN)
        settings_want(wants, ASPECT_KIND, "VLAN", "Id", "%u", def->vlan_tag);
    if (def->type == INTERFACE_BOND)
        want_bond(wants, &def->bond);
    if (def->type == INTERFACE_BRIDGE && def->stp != INTERFACE_SWITCH_ABSENT)
        settings_want(wants, ASPECT_KIND, "Bridge", "STP", "%s",
                      yes_no(def->stp == INTERFACE_SWITCH_ON));
    if (def->type == INTERFACE_BRIDGE && def->delay != NULL) {
        g_autofree char *seconds = value_seconds(value_delay_us(def->delay));

        settings_want(wants, ASPECT_KIND, "Bridge", "ForwardDelaySec", "%s", seconds);
    }
    return wants;
}

/* A path for @name's network that networkd looks at before each pattern that matches it too; NULL: there is none. */
static char *
network_path(const NetworkdModel *model, const char *name, const char **ret_pattern)
{
    static const char *const prefixes[] = {"40-lodge-", "10-lodge-", "00-lodge-"};

    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        g_autofree char *base = g_strconcat(prefixes[i], name, ".network", NULL);
        gboolean is_first = TRUE;

        for (guint j = 0; j < model->units->len && is_first; j++) {
            const NetworkdUnit *unit = g_ptr_array_index(model->units, j);

            if (strcmp(unit->base, base) > 0)
                break;
            is_first = strcmp(unit->base, base) != 0 &&
                       (!unit->is_network || unit->name != NULL || !networkd_may_match(unit, name));
            *ret_pattern = unit->path;
        }
        if (is_first)
            return g_strconcat(DIR, base, NULL);
    }
    return NULL;
}

/* A pattern of the administrator's that @name's settings come from. */
static const NetworkdUnit *
pattern_of(const NetworkdModel *model, const char *name)
{
    for (guint i = 0; i < model->units->len; i++) {
        const NetworkdUnit *unit = g_ptr_array_index(model->units, i);

        if (unit->is_network && unit->name == NULL && strstr(unit->path, "/lib/") == NULL &&
            networkd_may_match(unit, name))
            return unit;
    }
    return NULL;
}

static gboolean
check_parent(const NetworkdModel *model, const InterfaceDef *vlan, GError **error)
{
    const NetworkdUnit *parent = g_hash_table_lookup(model->networks, vlan->vlan_parent);
    const NetworkdUnit *pattern;

    if (parent != NULL && parent->is_read_only)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "the VLAN '%s' must be named in '%s', which lodge does not write",
                         vlan->name, parent->path);
    if (parent != NULL)
        return settings_check(parent->settings, error);
    pattern = pattern_of(model, vlan->vlan_parent);
    return pattern == NULL ||
           error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                     "the VLAN '%s' needs a network of '%s' alone, which has its settings from the "
                     "pattern in '%s'; define '%s' first",
                     vlan->name, vlan->vlan_parent, pattern->path, vlan->vlan_parent);
}

gboolean
networkd_check(NetifModel data, const NetifDevice *before, const NetifDevice *after,
               NetifNotes *notes, GError **error)
{
    NetworkdModel *model = data;
    const InterfaceDef *def = after != NULL ? after->def : before->def;
    const NetworkdUnit *network = g_hash_table_lookup(model->networks, def->name);
    const NetworkdUnit *netdev = g_hash_table_lookup(model->netdevs, def->name);
    const char *pattern = "";
    g_autofree char *path = NULL;

    if ((network != NULL && !settings_check(network->settings, error)) ||
        (netdev != NULL && !settings_check(netdev->settings, error)))
        return FALSE;
    if (after == NULL)
        return TRUE;
    if (network == NULL && (path = network_path(model, def->name, &pattern)) == NULL)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "'%s' matches '%s' before any file of lodge's could; rename it to a later "
                         "name",
                         pattern, def->name);
    if (def->type == INTERFACE_VLAN && !check_parent(model, def, error))
        return FALSE;
    if (def->type == INTERFACE_BOND && def->bond.monitor == INTERFACE_MONITOR_MII &&
        def->bond.carrier != INTERFACE_CARRIER_ABSENT)
        netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0,
                        "carrier='%s': networkd has no setting for it, the kernel takes netif",
                        interface_carrier_to_string(def->bond.carrier));
    return TRUE;
}

static void
store(NetworkdModel *model, const NetworkdUnit *unit)
{
    gsize size;
    g_autofree char *text = settings_text(unit->settings, &size);

    netif_files_set(model->files, unit->path, text, size, 0644);
}

static void
forget(NetworkdModel *model, NetworkdUnit *unit, NetifNotes *notes)
{
    settings_note_removal(unit->settings, notes, unit->name);
    netif_files_remove(model->files, unit->path);
    for (guint i = 0; i < unit->drop_ins->len; i++) {
        const Settings *drop_in = g_ptr_array_index(unit->drop_ins, i);

        if (!g_str_has_prefix(settings_path(drop_in), DIR))
            continue;
        settings_note_removal(drop_in, notes, unit->name);
        netif_files_remove(model->files, settings_path(drop_in));
    }
    (void)g_ptr_array_remove(model->units, unit); /* it is there: the index has it */
    networkd_index(model);
}

static NetworkdUnit *
add_unit(NetworkdModel *model, const char *path, const GArray *wants, gboolean is_made)
{
    Settings *settings = settings_new(SETTINGS_UNIT, path);
    NetworkdUnit *unit;

    settings_apply(settings, NULL, wants, NULL, NULL);
    settings_mark_made(settings, is_made);
    unit = networkd_unit_add(model, path, settings, FALSE);
    networkd_index(model);
    store(model, unit);
    return unit;
}

/* The networks of VLANs' parents: one VLAN= line more or less. */
static GArray *
wants_stack(const NetworkdUnit *unit, const char *but, const char *and)
{
    GArray *wants = settings_wants_new();
    GPtrArray *list = settings_list(unit->settings);

    for (guint i = 0; i < list->len; i++) {
        Setting *setting = g_ptr_array_index(list, i);

        if (setting->key == NULL || strcmp(setting->key, "VLAN") != 0 ||
            strcmp(setting->section, "Network") != 0)
            continue;
        setting->aspect = ASPECT_STACK;
        if (g_strcmp0(setting->value, but) != 0)
            settings_want(wants, ASPECT_STACK, "Network", "VLAN", "%s", setting->value);
    }
    if (and != NULL)
        settings_want(wants, ASPECT_STACK, "Network", "VLAN", "%s", and);
    return wants;
}

static GArray *
wants_parent(const char *name)
{
    GArray *wants = settings_wants_new();

    settings_want(wants, ASPECT_NAME, "Match", "Name", "%s", name);
    settings_want(wants, ASPECT_IP, "Network", "LinkLocalAddressing", "no");
    return wants;
}

static void
attach(NetworkdModel *model, const InterfaceDef *vlan)
{
    NetworkdUnit *parent = g_hash_table_lookup(model->networks, vlan->vlan_parent);
    g_autoptr(GArray) before = NULL;
    g_autoptr(GArray) after = NULL;

    if (parent == NULL) {
        const char *unused;
        g_autofree char *path = network_path(model, vlan->vlan_parent, &unused);

        after = wants_parent(vlan->vlan_parent);
        settings_want(after, ASPECT_STACK, "Network", "VLAN", "%s", vlan->name);
        (void)add_unit(model, path, after, TRUE); /* the model has it */
        return;
    }
    before = wants_stack(parent, NULL, NULL);
    after = wants_stack(parent, vlan->name, vlan->name);
    if (after->len == before->len)
        return; /* it was there */
    settings_apply(parent->settings, before, after, NULL, NULL);
    store(model, parent);
}

static void
detach(NetworkdModel *model, const InterfaceDef *vlan, NetifNotes *notes)
{
    NetworkdUnit *parent = g_hash_table_lookup(model->networks, vlan->vlan_parent);
    g_autoptr(GArray) before = NULL;
    g_autoptr(GArray) after = NULL;
    g_autoptr(NetifDevice) device = NULL;

    if (parent == NULL || parent->is_read_only)
        return;
    device = networkd_look(model, parent->name, TRUE, NULL); /* marks what is understood */
    before = wants_stack(parent, NULL, NULL);
    after = wants_stack(parent, vlan->name, NULL);
    if (after->len == before->len)
        return;
    settings_apply(parent->settings, before, after, notes, vlan->name);
    if (after->len == 0 && device != NULL && device->is_made && device->master == NULL &&
        settings_is_plain(parent->settings) && !g_hash_table_contains(model->netdevs, parent->name))
        forget(model, parent, notes);
    else
        store(model, parent);
}

static gboolean
is_equal(const GArray *before, const GArray *after)
{
    for (SettingsAspect aspect = ASPECT_NONE + 1; aspect < ASPECT_LAST; aspect++)
        if (!settings_wants_equal(before, after, aspect))
            return FALSE;
    return TRUE;
}

static void
put_network(NetworkdModel *model, const NetifDevice *before, const NetifDevice *after,
            NetifNotes *notes)
{
    const char *name = after->def->name, *unused;
    NetworkdUnit *unit = g_hash_table_lookup(model->networks, name);
    g_autoptr(NetifDevice) made = NULL;
    g_autoptr(GArray) wants = wants_network(after);
    g_autoptr(GArray) wanted = NULL;

    if (unit == NULL && before != NULL) { /* a netdev alone: it stays so when nothing is asked */
        wanted = wants_network(before);
        if (is_equal(wanted, wants))
            return;
    }
    if (unit == NULL) {
        g_autofree char *path = network_path(model, name, &unused);

        (void)add_unit(model, path, wants, after->is_made); /* the model has it */
        return;
    }
    made = networkd_look(model, name, TRUE, NULL); /* marks what is understood */
    wanted = wants_network(before != NULL ? before : made);
    {
        g_autoptr(GArray) stack = wants_stack(unit, NULL, NULL);

        for (guint i = 0; i < stack->len; i++) {
            const char *vlan = g_array_index(stack, SettingsWant, i).value;

            settings_want(wanted, ASPECT_STACK, "Network", "VLAN", "%s", vlan);
            settings_want(wants, ASPECT_STACK, "Network", "VLAN", "%s", vlan);
        }
    }
    settings_apply(unit->settings, wanted, wants, notes, name);
    if (!after->is_made && (before == NULL || before->is_made))
        settings_mark_made(unit->settings, FALSE);
    store(model, unit);
}

static void
put_netdev(NetworkdModel *model, const NetifDevice *before, const NetifDevice *after,
           NetifNotes *notes)
{
    const char *name = after->def->name;
    NetworkdUnit *unit = g_hash_table_lookup(model->netdevs, name);
    g_autoptr(GArray) wants = wants_netdev(after->def);
    g_autoptr(GArray) wanted = before != NULL ? wants_netdev(before->def) : NULL;

    if (wants == NULL) {
        if (unit != NULL)
            forget(model, unit, notes);
        return;
    }
    if (unit == NULL) {
        g_autofree char *path = g_strconcat(DIR "40-lodge-", name, ".netdev", NULL);

        (void)add_unit(model, path, wants, after->is_made); /* the model has it */
        return;
    }
    settings_apply(unit->settings, wanted, wants, notes, name);
    if (!after->is_made && (before == NULL || before->is_made))
        settings_mark_made(unit->settings, FALSE);
    store(model, unit);
}

void
networkd_put(NetifModel data, const NetifDevice *before, const NetifDevice *after,
             NetifNotes *notes)
{
    NetworkdModel *model = data;
    gboolean was_vlan = before != NULL && before->def->type == INTERFACE_VLAN;
    gboolean is_vlan = after->def->type == INTERFACE_VLAN;

    if (was_vlan && (!is_vlan || strcmp(before->def->vlan_parent, after->def->vlan_parent) != 0))
        detach(model, before->def, notes);
    put_netdev(model, before, after, notes);
    put_network(model, before, after, notes);
    if (is_vlan)
        attach(model, after->def);
}

void
networkd_drop(NetifModel data, const NetifDevice *before, NetifNotes *notes)
{
    NetworkdModel *model = data;
    const char *name = before->def->name;
    NetworkdUnit *netdev = g_hash_table_lookup(model->netdevs, name);
    NetworkdUnit *network = g_hash_table_lookup(model->networks, name);
    g_autoptr(NetifDevice) seen = networkd_look(model, name, TRUE, NULL); /* marks */
    g_autoptr(GArray) stack = network != NULL ? wants_stack(network, NULL, NULL) : NULL;

    if (netdev != NULL)
        forget(model, netdev, notes);
    if (network != NULL && stack->len > 0) { /* VLANs stand on it: what they need stays */
        g_autofree char *path = g_strdup(network->path);
        g_autofree char *device = g_strdup(name);
        g_autoptr(GArray) wants = wants_parent(device);

        for (guint i = 0; i < stack->len; i++)
            settings_want(wants, ASPECT_STACK, "Network", "VLAN", "%s",
                          g_array_index(stack, SettingsWant, i).value);
        forget(model, network, notes);
        (void)add_unit(model, path, wants, TRUE); /* the model has it */
    } else if (network != NULL) {
        forget(model, network, notes);
    }
    if (before->def->type == INTERFACE_VLAN)
        detach(model, before->def, notes);
}
