/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/debian-header.h"
#include "netif/debian-read-priv.h"
#include "util/mac.h"
#include "util/units.h"

#define DIGITS_MAX 9

gboolean
debian_vlan(const char *name, const char *raw_device, guint *ret_tag, char **ret_parent)
{
    const char *dot = strrchr(name, '.'), *digits;
    g_autofree char *parent = NULL;
    guint64 tag;

    if (dot != NULL && dot > name) { /* the parent in the name wins over the option */
        digits = dot + 1;
        parent = g_strndup(name, (gsize)(dot - name));
    } else if (raw_device != NULL && *raw_device != '\0') {
        gsize length = strlen(raw_device);

        parent = g_strdup(raw_device);
        if (g_str_has_prefix(name, "vlan"))
            digits = name + 4;
        else if (strncmp(name, raw_device, length) == 0 && name[length] != '\0')
            digits = name + length + 1;
        else
            return FALSE;
    } else {
        return FALSE;
    }
    if (*digits == '\0' || digits[strspn(digits, G_CSET_DIGITS)] != '\0' ||
        strlen(digits) > DIGITS_MAX || !units_parse_uint(digits, 1, 4094, &tag, NULL))
        return FALSE;
    if (ret_tag != NULL)
        *ret_tag = (guint)tag;
    if (ret_parent != NULL)
        *ret_parent = g_steal_pointer(&parent);
    return TRUE;
}

static void
read_mtu(DebianReader *reader, const DebianStanza *stanza)
{
    InterfaceDef *def = reader->def;
    DebianOption *option = debian_reader_own(stanza, "mtu");
    guint64 mtu;

    if (option == NULL || !units_parse_uint(option->value, 1, G_MAXINT32, &mtu, NULL) ||
        (def->mtu != 0 && def->mtu != mtu))
        return;
    def->mtu = (guint)mtu;
    option->group = DEBIAN_MTU;
    if (stanza->method != NULL && !debian_method_takes_mtu(stanza->family, stanza->method))
        debian_reader_note(
            reader, NETIF_NOTE_IGNORED, option,
            "ifupdown does not set the MTU with this method; --style native writes a "
            "command that does");
}

/* hwaddress [ether] MAC */
static void
read_mac(DebianReader *reader, const DebianStanza *stanza)
{
    InterfaceDef *def = reader->def;
    DebianOption *option = debian_reader_own(stanza, "hwaddress");
    gboolean is_misspelt = option == NULL;
    const char *text;
    guint8 mac[MAC_SIZE];

    if (option == NULL)
        option = debian_reader_own(stanza, "hwaddr");
    if (option == NULL || def->type != INTERFACE_ETHERNET)
        return;
    text = option->value;
    if (g_str_has_prefix(text, "ether") && g_ascii_isspace(text[5]))
        text += 5 + strspn(text + 5, " \t");
    if (!mac_parse(text, mac) || (def->has_mac && memcmp(def->mac, mac, MAC_SIZE) != 0))
        return;
    def->has_mac = TRUE;
    memcpy(def->mac, mac, MAC_SIZE);
    option->group = DEBIAN_MAC;
    if (is_misspelt)
        debian_reader_note(reader, NETIF_NOTE_IGNORED, option,
                           "ifupdown does not know it; the option is called hwaddress");
    else if (stanza->method != NULL && !debian_method_takes_mac(stanza->family, stanza->method))
        debian_reader_note(
            reader, NETIF_NOTE_IGNORED, option,
            "ifupdown does not set the MAC with this method; --style native writes a "
            "command that does");
}

static gboolean
has_port(const InterfaceDef *def, const char *name)
{
    return strcmp(def->name, name) == 0 || interface_def_find(def, name) != NULL;
}

/* More than any device has were not read. */
static void
note_many(const DebianReader *reader)
{
    const DebianStanza *stanza;

    if (reader->def->ports->len < INTERFACE_PORTS_MAX)
        return;
    stanza = g_ptr_array_index(reader->stanzas, 0);
    netif_notes_add(reader->notes, NETIF_NOTE_UNMODELLED, reader->def->name, stanza->file->path,
                    debian_stanza_line(stanza), "what comes behind the first %d interfaces in it",
                    INTERFACE_PORTS_MAX);
}

static void
read_bridge(DebianReader *reader)
{
    InterfaceDef *def = reader->def;
    DebianOption *option;
    DebianWalk walk = {0, 0};

    while ((option = debian_reader_next(reader, "bridge-ports", &walk)) != NULL) {
        g_auto(GStrv) words = debian_split(option->value);
        gboolean is_pattern = FALSE;

        option->group = DEBIAN_PORTS;
        for (char **word = words; *word != NULL; word++)
            is_pattern |= strcmp(*word, "all") == 0 || strcmp(*word, "regex") == 0 ||
                          strcmp(*word, "noregex") == 0;
        if (is_pattern) {
            debian_reader_note(reader, NETIF_NOTE_UNMODELLED, option,
                               "depends on the devices that are there");
            continue;
        }
        for (char **word = words; *word != NULL; word++)
            if (strcmp(*word, "none") != 0 && interface_name_check(*word, NULL) &&
                !has_port(def, *word) && def->ports->len < INTERFACE_PORTS_MAX) {
                InterfaceType type = debian_type(reader->debian, *word);

                g_ptr_array_add(def->ports,
                                type == INTERFACE_BRIDGE
                                    ? interface_def_new(INTERFACE_ETHERNET, *word)
                                    : debian_read(reader->debian, *word, TRUE, reader->notes));
            }
    }
    note_many(reader);
    option = debian_reader_find(reader, "bridge-stp");
    if (option != NULL) {
        def->stp = strcmp(option->value, "on") == 0 || strcmp(option->value, "yes") == 0
                       ? INTERFACE_SWITCH_ON
                       : INTERFACE_SWITCH_OFF;
        option->group = DEBIAN_STP;
    }
    option = debian_reader_find(reader, "bridge-fd");
    if (option != NULL && g_ascii_isdigit(option->value[0]) &&
        strlen(option->value) <= INTERFACE_DELAY_MAX) {
        gsize whole = strspn(option->value, G_CSET_DIGITS);
        const char *part = option->value + whole;

        if (*part == '\0' || (*part == '.' && part[1] != '\0' &&
                              part[1 + strspn(part + 1, G_CSET_DIGITS)] == '\0')) {
            def->delay = g_strdup(option->value);
            option->group = DEBIAN_DELAY;
        }
    }
}

static void
add_slave(InterfaceDef *def, Debian *debian, const char *name, NetifNotes *notes)
{
    InterfaceDef *slave;

    if (!interface_name_check(name, NULL) || has_port(def, name) ||
        def->ports->len >= INTERFACE_PORTS_MAX)
        return;
    if (debian_type(debian, name) != INTERFACE_ETHERNET) { /* the grammar has nothing else here */
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, def->name, NULL, 0,
                        "slave %s is no ethernet interface", name);
        slave = interface_def_new(INTERFACE_ETHERNET, name);
    } else {
        slave = debian_read(debian, name, TRUE, notes);
    }
    g_ptr_array_add(def->ports, slave);
}

static void
move_to_front(GPtrArray *ports, const char *name)
{
    for (guint i = 1; i < ports->len; i++)
        if (strcmp(((const InterfaceDef *)g_ptr_array_index(ports, i))->name, name) == 0) {
            InterfaceDef *port = g_ptr_array_steal_index(ports, i);

            g_ptr_array_insert(ports, 0, port);
            return;
        }
}

/* Of the slaves that are named, or whose own stanzas name the bond. */
static void
read_slaves(DebianReader *reader)
{
    InterfaceDef *def = reader->def;
    const GPtrArray *members = g_hash_table_lookup(reader->debian->members, def->name);
    DebianWalk walk = {0, 0};
    DebianOption *option;

    while ((option = debian_reader_next(reader, "bond-slaves", &walk)) != NULL) {
        g_auto(GStrv) words = debian_split(option->value);

        option->group = DEBIAN_SLAVES;
        for (char **word = words; *word != NULL; word++)
            if (strcmp(*word, "all") == 0)
                debian_reader_note(reader, NETIF_NOTE_UNMODELLED, option,
                                   "depends on the devices that are there");
            else if (strcmp(*word, "none") != 0)
                add_slave(def, reader->debian, *word, reader->notes);
    }
    for (guint i = 0; members != NULL && i < members->len; i++)
        add_slave(def, reader->debian, ((const DebianStanza *)g_ptr_array_index(members, i))->name,
                  reader->notes);
    if (reader->stanzas->len > 0)
        note_many(reader);
    option = debian_reader_find(reader, "bond-primary");
    if (option != NULL) {
        g_auto(GStrv) words = debian_split(option->value);

        option->group = DEBIAN_SLAVES;
        if (words[0] != NULL && words[1] != NULL)
            debian_reader_note(reader, NETIF_NOTE_UNMODELLED, option, "more than one");
        if (words[0] != NULL)
            move_to_front(def->ports, words[0]);
    }
    if (def->ports->len == 0 && reader->stanzas->len > 0) {
        const DebianStanza *stanza = g_ptr_array_index(reader->stanzas, 0);

        netif_notes_add(reader->notes, NETIF_NOTE_UNMODELLED, def->name, stanza->file->path,
                        debian_stanza_line(stanza), "a bond without slaves");
    }
}

/* A number option of a bond; -1 and unmarked when absent or no number. */
static gint64
read_number(DebianReader *reader, const char *canon)
{
    DebianOption *option = debian_reader_find(reader, canon);
    guint64 value;

    if (option == NULL || !units_parse_uint(option->value, 0, G_MAXINT32, &value, NULL))
        return -1;
    option->group = DEBIAN_MONITOR;
    return (gint64)value;
}

static void
read_arpmon(DebianReader *reader, DebianOption *target)
{
    InterfaceBond *bond = &reader->def->bond;
    g_auto(GStrv) words = NULL;
    DebianOption *validate;
    gint64 interval;
    guint64 number;

    words = debian_split(target->value);
    if (words[0] == NULL || !address_parse(words[0], &bond->arp_target) || bond->arp_target.is_v6)
        return;
    target->group = DEBIAN_MONITOR;
    if (words[1] != NULL)
        debian_reader_note(reader, NETIF_NOTE_UNMODELLED, target, "more than one target");
    bond->monitor = INTERFACE_MONITOR_ARP;
    interval = read_number(reader, "bond-arp-interval");
    bond->arp_interval = interval > 0 ? (guint)interval : 0;
    validate = debian_reader_find(reader, "bond-arp-validate");
    if (validate == NULL)
        return;
    if (units_parse_uint(validate->value, 0, 3, &number, NULL))
        bond->arp_validate = (InterfaceValidate)(INTERFACE_VALIDATE_NONE + number);
    else if (!interface_validate_from_string(validate->value, &bond->arp_validate))
        return;
    validate->group = DEBIAN_MONITOR;
}

static void
read_monitor(DebianReader *reader)
{
    InterfaceBond *bond = &reader->def->bond;
    DebianOption *target = debian_reader_find(reader, "bond-arp-ip-target");
    gint64 value;

    if (target != NULL)
        read_arpmon(reader, target);
    if (bond->monitor != INTERFACE_MONITOR_NONE)
        return;
    value = read_number(reader, "bond-miimon");
    if (value < 0)
        return;
    bond->monitor = INTERFACE_MONITOR_MII;
    bond->miimon_freq = (guint)value;
    bond->downdelay = read_number(reader, "bond-downdelay");
    bond->updelay = read_number(reader, "bond-updelay");
    value = read_number(reader, "bond-use-carrier");
    if (value >= 0)
        bond->carrier = value == 0 ? INTERFACE_CARRIER_IOCTL : INTERFACE_CARRIER_NETIF;
}

static void
read_bond(DebianReader *reader)
{
    InterfaceBond *bond = &reader->def->bond;
    DebianOption *mode = debian_reader_find(reader, "bond-mode");
    guint64 number;

    read_slaves(reader);
    if (mode != NULL) {
        if (units_parse_uint(mode->value, 0, 6, &number, NULL))
            bond->mode = (InterfaceBondMode)(INTERFACE_BOND_BALANCE_RR + number);
        if (bond->mode != INTERFACE_BOND_MODE_ABSENT ||
            interface_bond_mode_from_string(mode->value, &bond->mode))
            mode->group = DEBIAN_BOND;
    }
    read_monitor(reader);
}

static void
read_vlan(DebianReader *reader)
{
    InterfaceDef *def = reader->def;
    DebianOption *option = debian_reader_find(reader, "vlan-raw-device");

    (void)debian_vlan(def->name, option != NULL ? option->value : NULL, &def->vlan_tag,
                      &def->vlan_parent); /* that is why it is of this type */
    if (option == NULL)
        return;
    option->group = DEBIAN_VLAN;
    if (strcmp(option->value, def->vlan_parent) != 0)
        debian_reader_note(reader, NETIF_NOTE_IGNORED, option,
                           "the name of the interface says which device is below it");
}

void
debian_read_link(DebianReader *reader, gboolean nested)
{
    for (guint i = 0; i < reader->stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(reader->stanzas, i);

        if (!nested)
            read_mtu(reader, stanza);
        read_mac(reader, stanza);
    }
    if (nested) {
        DebianOption *master = debian_reader_find(reader, "bond-master");

        if (master != NULL)
            master->group = DEBIAN_SLAVES;
    }
    switch (reader->def->type) {
    case INTERFACE_BRIDGE:
        read_bridge(reader);
        break;
    case INTERFACE_BOND:
        read_bond(reader);
        break;
    case INTERFACE_VLAN:
        read_vlan(reader);
        break;
    case INTERFACE_ETHERNET:
    case INTERFACE_TYPE_LAST:
        break;
    }
}
