/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/address-attr.h"
#include "conf/netif/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/error.h"

static const char *const on_off_names[INTERFACE_SWITCH_LAST] = {
    [INTERFACE_SWITCH_OFF] = "off", [INTERFACE_SWITCH_ON] = "on"};

/* Words of an enum whose absent value has none. */
#define WORDS(stem, last)                                                                          \
    const char *words[last] = {NULL};                                                              \
    for (int i = 1; i < last; i++)                                                                 \
    words[i] = stem##_to_string(i)

static gboolean
parse_ports(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    for (XmlNode *at = xml_child(node, "interface"); at != NULL; at = xml_next(at, "interface")) {
        g_autoptr(InterfaceDef) port = NULL;

        if (def->ports->len >= INTERFACE_PORTS_MAX)
            return xml_error(tree, at, error, "is number %u; the limit is %d", def->ports->len + 1,
                             INTERFACE_PORTS_MAX);
        port = interface_parse_nested(tree, at, def, error);
        if (port == NULL)
            return FALSE;
        g_ptr_array_add(def->ports, g_steal_pointer(&port));
    }
    return TRUE;
}

/* Digits, perhaps '.' and digits: what every format takes as it stands. */
static gboolean
is_decimal(const char *text)
{
    gsize whole = strspn(text, G_CSET_DIGITS), part;

    if (whole == 0 || strlen(text) > INTERFACE_DELAY_MAX)
        return FALSE;
    if (text[whole] == '\0')
        return TRUE;
    part = strspn(text + whole + 1, G_CSET_DIGITS);
    return text[whole] == '.' && part > 0 && text[whole + 1 + part] == '\0';
}

static gboolean
parse_bridge(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    const char *delay = xml_attr(node, "delay");
    int stp = INTERFACE_SWITCH_ABSENT;

    if (!xml_attr_word(tree, node, "stp", on_off_names, INTERFACE_SWITCH_LAST, &stp, error))
        return FALSE;
    def->stp = (InterfaceSwitch)stp;
    if (delay != NULL && !is_decimal(delay))
        return xml_error(tree, node, error,
                         "delay '%.*s' is no number of seconds; write it like 2 or 0.01",
                         XML_QUOTE_MAX, delay);
    def->delay = g_strdup(delay);
    return parse_ports(tree, node, def, error);
}

static gboolean
parse_miimon(XmlTree *tree, XmlNode *node, InterfaceBond *bond, GError **error)
{
    WORDS(interface_carrier, INTERFACE_CARRIER_LAST);
    guint64 freq = 0, downdelay = G_MAXUINT64, updelay = G_MAXUINT64;
    int carrier = INTERFACE_CARRIER_ABSENT;

    if (xml_attr_need(tree, node, "freq", error) == NULL ||
        !xml_attr_uint(tree, node, "freq", 0, G_MAXINT32, &freq, error) ||
        !xml_attr_uint(tree, node, "downdelay", 0, G_MAXINT32, &downdelay, error) ||
        !xml_attr_uint(tree, node, "updelay", 0, G_MAXINT32, &updelay, error) ||
        !xml_attr_word(tree, node, "carrier", words, INTERFACE_CARRIER_LAST, &carrier, error))
        return FALSE;
    bond->monitor = INTERFACE_MONITOR_MII;
    bond->miimon_freq = (guint)freq;
    bond->downdelay = downdelay == G_MAXUINT64 ? -1 : (gint64)downdelay;
    bond->updelay = updelay == G_MAXUINT64 ? -1 : (gint64)updelay;
    bond->carrier = (InterfaceCarrier)carrier;
    return TRUE;
}

static gboolean
parse_arpmon(XmlTree *tree, XmlNode *node, InterfaceBond *bond, GError **error)
{
    WORDS(interface_validate, INTERFACE_VALIDATE_LAST);
    int validate = INTERFACE_VALIDATE_ABSENT;
    guint64 interval = 0;

    if (xml_attr_need(tree, node, "interval", error) == NULL ||
        !xml_attr_uint(tree, node, "interval", 0, G_MAXINT32, &interval, error) ||
        !address_attr(tree, node, "target", &bond->arp_target, error) ||
        !xml_attr_word(tree, node, "validate", words, INTERFACE_VALIDATE_LAST, &validate, error))
        return FALSE;
    if (bond->arp_target.is_v6)
        return xml_error(tree, node, error, "target '%s' is not an IPv4 address",
                         xml_attr(node, "target"));
    bond->monitor = INTERFACE_MONITOR_ARP;
    bond->arp_interval = (guint)interval;
    bond->arp_validate = (InterfaceValidate)validate;
    return TRUE;
}

static gboolean
parse_bond(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    XmlNode *miimon = xml_child(node, "miimon"), *arpmon = xml_child(node, "arpmon");
    WORDS(interface_bond_mode, INTERFACE_BOND_MODE_LAST);
    int mode = INTERFACE_BOND_MODE_ABSENT;

    if (!xml_attr_word(tree, node, "mode", words, INTERFACE_BOND_MODE_LAST, &mode, error))
        return FALSE;
    def->bond.mode = (InterfaceBondMode)mode;
    if (miimon != NULL && arpmon != NULL)
        return xml_error(tree, arpmon, error,
                         "stands beside <miimon>; a bond has one monitor, remove one");
    if ((miimon != NULL && !parse_miimon(tree, miimon, &def->bond, error)) ||
        (arpmon != NULL && !parse_arpmon(tree, arpmon, &def->bond, error)) ||
        !parse_ports(tree, node, def, error))
        return FALSE;
    if (def->ports->len == 0)
        return xml_error(tree, node, error,
                         "has no slave; put an <interface type='ethernet' name='...'/> into it");
    return TRUE;
}

static gboolean
parse_vlan(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    XmlNode *parent = xml_child(node, "interface");
    const char *name;
    guint64 tag = 0;

    if (xml_attr_need(tree, node, "tag", error) == NULL ||
        !xml_attr_uint(tree, node, "tag", 1, 4094, &tag, error))
        return FALSE;
    def->vlan_tag = (guint)tag;
    if (parent == NULL)
        return xml_error(tree, node, error,
                         "lacks the interface below it; put an <interface name='...'/> into it");
    name = interface_parse_name(tree, parent, error);
    if (name == NULL)
        return FALSE;
    def->vlan_parent = g_strdup(name);
    if (def->name != NULL)
        return strcmp(def->name, name) != 0 ||
               xml_error(tree, parent, error, "name '%s' is the VLAN's own; name the one below it",
                         name);
    def->name = g_strdup_printf("%s.%u", name, def->vlan_tag);
    if (interface_name_check(def->name, error))
        return TRUE;
    g_prefix_error(error, "has no name=, and ");
    return xml_error_prefix(tree, node->parent, error);
}

gboolean
interface_kind_parse(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    const char *kind = interface_type_to_string(def->type);
    XmlNode *part;

    if (def->type == INTERFACE_ETHERNET)
        return TRUE;
    part = xml_child(node, kind);
    if (part == NULL)
        return xml_error(tree, node, error, "is of type '%s' and lacks <%s>; add it", kind, kind);
    switch (def->type) {
    case INTERFACE_BRIDGE:
        return parse_bridge(tree, part, def, error);
    case INTERFACE_BOND:
        return parse_bond(tree, part, def, error);
    case INTERFACE_VLAN:
        return parse_vlan(tree, part, def, error);
    case INTERFACE_ETHERNET:
    case INTERFACE_TYPE_LAST:
        break;
    }
    return TRUE;
}

static void
format_ports(const InterfaceDef *def, GString *out, guint indent)
{
    for (guint i = 0; i < def->ports->len; i++)
        interface_format_into(g_ptr_array_index(def->ports, i), out, indent);
}

static void
format_bridge(const InterfaceDef *def, GString *out, guint indent)
{
    xml_write_indent(out, indent);
    g_string_append(out, "<bridge");
    xml_write_attr(out, "stp", on_off_names[def->stp]);
    xml_write_attr(out, "delay", def->delay);
    g_string_append(out, def->ports->len > 0 ? ">\n" : "/>\n");
    format_ports(def, out, indent + 2);
    if (def->ports->len > 0)
        xml_write_line(out, indent, "</bridge>");
}

static void
format_bond(const InterfaceDef *def, GString *out, guint indent)
{
    const InterfaceBond *bond = &def->bond;
    char text[ADDRESS_TEXT_SIZE];

    xml_write_indent(out, indent);
    g_string_append(out, "<bond");
    if (bond->mode != INTERFACE_BOND_MODE_ABSENT)
        xml_write_attr(out, "mode", interface_bond_mode_to_string(bond->mode));
    g_string_append(out, ">\n");
    if (bond->monitor == INTERFACE_MONITOR_MII) {
        xml_write_indent(out, indent + 2);
        g_string_append(out, "<miimon");
        xml_write_attr_uint(out, "freq", bond->miimon_freq);
        if (bond->downdelay >= 0)
            xml_write_attr_uint(out, "downdelay", (guint64)bond->downdelay);
        if (bond->updelay >= 0)
            xml_write_attr_uint(out, "updelay", (guint64)bond->updelay);
        if (bond->carrier != INTERFACE_CARRIER_ABSENT)
            xml_write_attr(out, "carrier", interface_carrier_to_string(bond->carrier));
        g_string_append(out, "/>\n");
    } else if (bond->monitor == INTERFACE_MONITOR_ARP) {
        xml_write_indent(out, indent + 2);
        g_string_append(out, "<arpmon");
        xml_write_attr_uint(out, "interval", bond->arp_interval);
        xml_write_attr(out, "target", address_format(&bond->arp_target, text));
        if (bond->arp_validate != INTERFACE_VALIDATE_ABSENT)
            xml_write_attr(out, "validate", interface_validate_to_string(bond->arp_validate));
        g_string_append(out, "/>\n");
    }
    format_ports(def, out, indent + 2);
    xml_write_line(out, indent, "</bond>");
}

void
interface_kind_format(const InterfaceDef *def, GString *out, guint indent)
{
    switch (def->type) {
    case INTERFACE_BRIDGE:
        format_bridge(def, out, indent);
        break;
    case INTERFACE_BOND:
        format_bond(def, out, indent);
        break;
    case INTERFACE_VLAN:
        xml_write_line(out, indent, "<vlan tag='%u'>", def->vlan_tag);
        xml_write_element(out, indent + 2, "interface", "name", def->vlan_parent, NULL);
        xml_write_line(out, indent, "</vlan>");
        break;
    case INTERFACE_ETHERNET:
    case INTERFACE_TYPE_LAST:
        break;
    }
}
