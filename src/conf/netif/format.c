/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/netif/parts-priv.h"
#include "conf/xml/write.h"

static void
format_link(const InterfaceDef *def, GString *out, guint indent)
{
    if (def->link_state == INTERFACE_LINK_ABSENT && def->link_speed == 0)
        return;
    xml_write_indent(out, indent);
    g_string_append(out, "<link");
    if (def->link_speed != 0)
        xml_write_attr_uint(out, "speed", def->link_speed);
    if (def->link_state != INTERFACE_LINK_ABSENT)
        xml_write_attr(out, "state", interface_link_state_to_string(def->link_state));
    g_string_append(out, "/>\n");
}

static gboolean
has_inside(const InterfaceDef *def)
{
    return def->type != INTERFACE_ETHERNET || def->start != INTERFACE_START_ABSENT ||
           def->link_state != INTERFACE_LINK_ABSENT || def->link_speed != 0 || def->has_mac ||
           def->mtu != 0 || def->ipv4.is_there || def->ipv6.is_there;
}

void
interface_format_into(const InterfaceDef *def, GString *out, guint indent)
{
    char mac[MAC_TEXT_SIZE];

    xml_write_indent(out, indent);
    g_string_append(out, "<interface");
    xml_write_attr(out, "type", interface_type_to_string(def->type));
    xml_write_attr(out, "name", def->name);
    if (!has_inside(def)) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append(out, ">\n");
    if (def->start != INTERFACE_START_ABSENT)
        xml_write_element(out, indent + 2, "start", "mode", interface_start_to_string(def->start),
                          NULL);
    if (def->type != INTERFACE_BRIDGE)
        format_link(def, out, indent + 2);
    if (def->has_mac)
        xml_write_element(out, indent + 2, "mac", "address", mac_format(def->mac, mac), NULL);
    if (def->mtu != 0)
        xml_write_line(out, indent + 2, "<mtu size='%u'/>", def->mtu);
    interface_protocols_format(def, out, indent + 2);
    interface_kind_format(def, out, indent + 2);
    xml_write_line(out, indent, "</interface>");
}

char *
interface_def_format(const InterfaceDef *def)
{
    GString *out = g_string_sized_new(512);

    interface_format_into(def, out, 0);
    return g_string_free(out, FALSE);
}
