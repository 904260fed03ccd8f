/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/keyfile-priv.h"
#include "netif/value.h"
#include "util/error.h"
#include "util/uuid.h"

/* The same for one name always: a definition made twice is one definition. RFC 4122, version 5. */
static void
name_uuid(const char *name, char *ret_text)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    guint8 digest[20];
    gsize size = sizeof digest;

    g_checksum_update(sum, (const guchar *)"lodge interface ", -1);
    g_checksum_update(sum, (const guchar *)name, -1);
    g_checksum_get_digest(sum, digest, &size);
    digest[6] = (guint8)((digest[6] & 0x0f) | 0x50);
    digest[8] = (guint8)((digest[8] & 0x3f) | 0x80);
    (void)uuid_format(digest, ret_text); /* returns @ret_text */
}

static const char *
true_false(gboolean value)
{
    return value ? "true" : "false";
}

/* What forward-delay= takes of the XML's delay; -1: nothing. */
static int
forward_delay(const InterfaceDef *def)
{
    guint64 us = value_delay_us(def->delay), seconds = us / 1000000;

    if (us < 1000000 && def->stp == INTERFACE_SWITCH_OFF)
        return 0;
    return us % 1000000 == 0 && seconds >= 2 && seconds <= 30 ? (int)seconds : -1;
}

static void
want_bond(GArray *wants, const InterfaceDef *def)
{
    const InterfaceBond *bond = &def->bond;
    char text[ADDRESS_TEXT_SIZE];

    if (bond->mode != INTERFACE_BOND_MODE_ABSENT)
        settings_want(wants, ASPECT_KIND, "bond", "mode", "%s",
                      interface_bond_mode_to_string(bond->mode));
    if (bond->mode == INTERFACE_BOND_ACTIVE_BACKUP && def->ports->len > 0)
        settings_want(wants, ASPECT_KIND, "bond", "primary", "%s",
                      ((const InterfaceDef *)g_ptr_array_index(def->ports, 0))->name);
    if (bond->monitor == INTERFACE_MONITOR_MII) {
        settings_want(wants, ASPECT_KIND, "bond", "miimon", "%u", bond->miimon_freq);
        if (bond->updelay >= 0)
            settings_want(wants, ASPECT_KIND, "bond", "updelay", "%" G_GINT64_FORMAT,
                          bond->updelay);
        if (bond->downdelay >= 0)
            settings_want(wants, ASPECT_KIND, "bond", "downdelay", "%" G_GINT64_FORMAT,
                          bond->downdelay);
        if (bond->carrier != INTERFACE_CARRIER_ABSENT)
            settings_want(wants, ASPECT_KIND, "bond", "use_carrier", "%d",
                          bond->carrier == INTERFACE_CARRIER_NETIF);
    } else if (bond->monitor == INTERFACE_MONITOR_ARP) {
        settings_want(wants, ASPECT_KIND, "bond", "arp_interval", "%u", bond->arp_interval);
        settings_want(wants, ASPECT_KIND, "bond", "arp_ip_target", "%s",
                      address_format(&bond->arp_target, text));
        if (bond->arp_validate != INTERFACE_VALIDATE_ABSENT)
            settings_want(wants, ASPECT_KIND, "bond", "arp_validate", "%s",
                          interface_validate_to_string(bond->arp_validate));
    }
}

static void
want_kind(GArray *wants, const InterfaceDef *def)
{
    switch (def->type) {
    case INTERFACE_BRIDGE:
        if (def->stp != INTERFACE_SWITCH_ABSENT)
            settings_want(wants, ASPECT_KIND, "bridge", "stp", "%s",
                          true_false(def->stp == INTERFACE_SWITCH_ON));
        if (def->delay != NULL && forward_delay(def) >= 0)
            settings_want(wants, ASPECT_KIND, "bridge", "forward-delay", "%d", forward_delay(def));
        break;
    case INTERFACE_BOND:
        want_bond(wants, def);
        break;
    case INTERFACE_VLAN:
        settings_want(wants, ASPECT_KIND, "vlan", "flags", "1");
        settings_want(wants, ASPECT_KIND, "vlan", "id", "%u", def->vlan_tag);
        settings_want(wants, ASPECT_KIND, "vlan", "parent", "%s", def->vlan_parent);
        break;
    case INTERFACE_ETHERNET:
    case INTERFACE_TYPE_LAST:
        break;
    }
}

static void
want_ip(GArray *wants, const char *section, const InterfaceProtocol *protocol, const char *method)
{
    char address[ADDRESS_TEXT_SIZE], gateway[ADDRESS_TEXT_SIZE];

    settings_want(wants, ASPECT_IP, section, "method", "%s", method);
    for (guint i = 0; i < protocol->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(protocol->ips, InterfaceIp, i);
        g_autofree char *key = g_strdup_printf("address%u", i + 1);
        gboolean with_gateway = i == 0 && protocol->has_gateway;

        settings_want(wants, ASPECT_IP, section, key, "%s/%d%s%s",
                      address_format(&ip->address, address), value_prefix(ip),
                      with_gateway ? "," : "",
                      with_gateway ? address_format(&protocol->gateway, gateway) : "");
    }
    if (protocol->dhcp && !protocol->autoconf && protocol->peerdns != INTERFACE_SWITCH_ABSENT)
        settings_want(wants, ASPECT_IP, section, "ignore-auto-dns", "%s",
                      true_false(protocol->peerdns == INTERFACE_SWITCH_OFF));
}

static const char *
ipv6_method(const InterfaceProtocol *ipv6)
{
    if (!ipv6->is_there)
        return "ignore";
    if (ipv6->autoconf)
        return "auto";
    if (ipv6->dhcp)
        return "dhcp";
    return ipv6->ips->len > 0 ? "manual" : "link-local";
}

static GArray *
wants_profile(const NetifDevice *device, const char *ethernet)
{
    GArray *wants = settings_wants_new();
    const InterfaceDef *def = device->def;
    gboolean is_manual = def->start == INTERFACE_START_NONE || def->start == INTERFACE_START_ABSENT;
    char uuid[UUID_TEXT_SIZE], mac[MAC_TEXT_SIZE];

    name_uuid(def->name, uuid);
    settings_want(wants, ASPECT_NAME, "connection", "id", "%s", def->name);
    settings_want(wants, ASPECT_NAME, "connection", "uuid", "%s", uuid);
    settings_want(wants, ASPECT_KIND, "connection", "type", "%s",
                  interface_type_to_string(def->type));
    settings_want(wants, ASPECT_NAME, "connection", "interface-name", "%s", def->name);
    if (is_manual)
        settings_want(wants, ASPECT_START, "connection", "autoconnect", "false");
    if (is_manual && (def->type == INTERFACE_BRIDGE || def->type == INTERFACE_BOND))
        settings_want(wants, ASPECT_START, "connection", "autoconnect-slaves", "1");
    if (device->master != NULL) {
        settings_want(wants, ASPECT_MASTER, "connection", "master", "%s", device->master);
        settings_want(wants, ASPECT_MASTER, "connection", "slave-type", "%s",
                      interface_type_to_string(device->master_type));
    }
    if (def->has_mac)
        settings_want(wants, ASPECT_MAC, ethernet, "cloned-mac-address", "%s",
                      mac_format(def->mac, mac));
    if (def->mtu != 0)
        settings_want(wants, ASPECT_MTU, ethernet, "mtu", "%u", def->mtu);
    want_kind(wants, def);
    if (device->master != NULL)
        return wants;
    want_ip(wants, "ipv4", &def->ipv4,
            def->ipv4.dhcp           ? "auto"
            : def->ipv4.ips->len > 0 ? "manual"
                                     : "disabled");
    want_ip(wants, "ipv6", &def->ipv6, ipv6_method(&def->ipv6));
    return wants;
}

static void
note_losses(const InterfaceDef *def, NetifNotes *notes)
{
    static const char *const families[] = {"ipv4", "ipv6"};

    if (def->start == INTERFACE_START_HOTPLUG)
        netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0,
                        "<start mode='hotplug'>: NetworkManager does that for each profile that "
                        "starts by itself");
    for (int i = 0; i < 2; i++) {
        const InterfaceProtocol *protocol = i == 0 ? &def->ipv4 : &def->ipv6;

        if (protocol->has_gateway && protocol->ips->len == 0)
            netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0,
                            "the gateway of %s: NetworkManager takes one only with an address",
                            families[i]);
    }
    if (def->ipv6.autoconf && def->ipv6.dhcp)
        netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0,
                        "<dhcp> beside <autoconf>: NetworkManager asks for DHCPv6 when the router "
                        "says so");
    if (def->type == INTERFACE_BRIDGE && def->delay != NULL && forward_delay(def) < 0)
        netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0,
                        "delay='%s': NetworkManager takes whole seconds from 2 to 30, and 0 with "
                        "stp='off'",
                        def->delay);
}

/* NetworkManager refuses a whole profile for what the kernel would refuse at start. */
static gboolean
check_bond(const InterfaceDef *def, GError **error)
{
    const InterfaceBond *bond = &def->bond;
    gboolean is_wrong = FALSE;

    if (def->type != INTERFACE_BOND || bond->monitor != INTERFACE_MONITOR_ARP)
        return TRUE;
    is_wrong = bond->mode == INTERFACE_BOND_8023AD || bond->mode == INTERFACE_BOND_BALANCE_TLB ||
               bond->mode == INTERFACE_BOND_BALANCE_ALB;
    if (!is_wrong)
        return TRUE;
    return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                     "the bond '%s' of mode %s cannot have <arpmon>; use <miimon>", def->name,
                     interface_bond_mode_to_string(bond->mode));
}

gboolean
keyfile_check(NetifModel data, const NetifDevice *before, const NetifDevice *after,
              NetifNotes *notes, GError **error)
{
    const KeyfileModel *model = data;
    const InterfaceDef *def = after != NULL ? after->def : before->def;
    const KeyfileProfile *profile = g_hash_table_lookup(model->by_name, def->name);

    if (profile != NULL && !settings_check(profile->settings, error))
        return FALSE;
    if (after != NULL && !check_bond(def, error))
        return FALSE;
    if (after != NULL && after->master == NULL)
        note_losses(def, notes);
    return TRUE;
}

static void
store(KeyfileModel *model, const KeyfileProfile *profile)
{
    gsize size;
    g_autofree char *text = settings_text(profile->settings, &size);

    netif_files_set(model->files, profile->path, text, size, 0600); /* or it is ignored */
}

/* NAME.nmconnection, or another name when that is another's. */
static char *
new_path(const KeyfileModel *model, const char *name)
{
    char *path = g_strconcat(KEYFILE_DIR, name, ".nmconnection", NULL);

    for (guint i = 1; netif_files_has(model->files, path); i++) {
        g_free(path);
        path = g_strdup_printf(KEYFILE_DIR "%s-lodge%u.nmconnection", name, i);
    }
    return path;
}

void
keyfile_put(NetifModel data, const NetifDevice *before, const NetifDevice *after, NetifNotes *notes)
{
    KeyfileModel *model = data;
    const char *name = after->def->name;
    KeyfileProfile *profile = g_hash_table_lookup(model->by_name, name);
    g_autoptr(GArray) wants = NULL;
    g_autoptr(GArray) wanted = NULL;

    if (profile == NULL) {
        g_autofree char *path = new_path(model, name);
        Settings *settings = settings_new(SETTINGS_KEYFILE, path);

        wants = wants_profile(after, "ethernet");
        settings_apply(settings, NULL, wants, notes, name);
        settings_mark_made(settings, after->is_made);
        profile = keyfile_add(model, path, settings, FALSE);
    } else {
        const char *ethernet = keyfile_ethernet(profile->settings);

        wants = wants_profile(after, ethernet);
        wanted = before != NULL ? wants_profile(before, ethernet) : NULL;
        settings_apply(profile->settings, wanted, wants, notes, name);
        if (!after->is_made && (before == NULL || before->is_made))
            settings_mark_made(profile->settings, FALSE);
    }
    store(model, profile);
}

void
keyfile_drop(NetifModel data, const NetifDevice *before, NetifNotes *notes)
{
    KeyfileModel *model = data;
    KeyfileProfile *profile = g_hash_table_lookup(model->by_name, before->def->name);

    settings_note_removal(profile->settings, notes, before->def->name);
    netif_files_remove(model->files, profile->path);
    (void)g_ptr_array_remove(model->profiles, profile); /* it is there: the index has it */
    keyfile_index(model);
}
