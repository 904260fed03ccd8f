/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/netif/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/report.h"
#include "conf/xml/value.h"
#include "util/error.h"

const char *
interface_parse_name(XmlTree *tree, XmlNode *node, GError **error)
{
    const char *name = xml_attr_need(tree, node, "name", error);

    if (name == NULL || interface_name_check(name, error))
        return name;
    xml_error_prefix(tree, node, error);
    return NULL;
}

/* type= and name=; a vlan may leave its name out and gets it from its part. */
static InterfaceDef *
parse_head(XmlTree *tree, XmlNode *node, GError **error)
{
    const char *words[INTERFACE_TYPE_LAST];
    int type = 0;
    const char *name = NULL;
    InterfaceDef *def;

    for (int i = 0; i < INTERFACE_TYPE_LAST; i++)
        words[i] = interface_type_to_string((InterfaceType)i);
    if (xml_attr_need(tree, node, "type", error) == NULL ||
        !xml_attr_word(tree, node, "type", words, INTERFACE_TYPE_LAST, &type, error))
        return NULL;
    if (type != INTERFACE_VLAN || xml_attr(node, "name") != NULL) {
        name = interface_parse_name(tree, node, error);
        if (name == NULL)
            return NULL;
    }
    def = interface_def_new((InterfaceType)type, name);
    def->line = node->line;
    return def;
}

static gboolean
parse_mac(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    XmlNode *mac = xml_child(node, "mac");
    const char *text;

    if (mac == NULL)
        return TRUE;
    text = xml_attr_need(tree, mac, "address", error);
    if (text == NULL)
        return FALSE;
    if (strlen(text) != MAC_TEXT_SIZE - 1 || !mac_parse(text, def->mac))
        return xml_error(tree, mac, error,
                         "address '%.*s' is not a MAC address; write it like 52:54:00:12:34:56",
                         XML_QUOTE_MAX, text);
    def->has_mac = TRUE;
    return TRUE;
}

static gboolean
parse_link(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    const char *words[INTERFACE_LINK_LAST] = {NULL};
    XmlNode *link = xml_child(node, "link");
    int state = INTERFACE_LINK_ABSENT;
    guint64 speed = 0;

    if (link == NULL)
        return TRUE;
    for (int i = 1; i < INTERFACE_LINK_LAST; i++)
        words[i] = interface_link_state_to_string((InterfaceLinkState)i);
    if (!xml_attr_word(tree, link, "state", words, INTERFACE_LINK_LAST, &state, error) ||
        !xml_attr_uint(tree, link, "speed", 0, G_MAXUINT32, &speed, error))
        return FALSE;
    def->link_state = (InterfaceLinkState)state;
    def->link_speed = (guint)speed;
    return TRUE;
}

/* What has a meaning for some kinds only. */
static gboolean
parse_device(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error)
{
    return (def->type != INTERFACE_ETHERNET || parse_mac(tree, node, def, error)) &&
           (def->type == INTERFACE_BRIDGE || parse_link(tree, node, def, error));
}

InterfaceDef *
interface_parse_nested(XmlTree *tree, XmlNode *node, const InterfaceDef *parent, GError **error)
{
    g_autoptr(InterfaceDef) def = parse_head(tree, node, error);

    if (def == NULL)
        return NULL;
    if (def->type == INTERFACE_BRIDGE ||
        (parent->type == INTERFACE_BOND && def->type != INTERFACE_ETHERNET)) {
        xml_error(tree, node, error, "of type '%s' cannot stand in a %s; a bridge takes %s",
                  interface_type_to_string(def->type), interface_type_to_string(parent->type),
                  "ethernet, bond and vlan, a bond ethernet only");
        return NULL;
    }
    if (!parse_device(tree, node, def, error) || !interface_kind_parse(tree, node, def, error))
        return NULL;
    return g_steal_pointer(&def);
}

static gboolean
parse_start(XmlTree *tree, XmlNode *root, InterfaceDef *def, GError **error)
{
    const char *words[INTERFACE_START_LAST] = {NULL};
    XmlNode *start = xml_child(root, "start");
    int mode = INTERFACE_START_ABSENT;

    if (start == NULL)
        return TRUE;
    for (int i = 1; i < INTERFACE_START_LAST; i++)
        words[i] = interface_start_to_string((InterfaceStart)i);
    if (xml_attr_need(tree, start, "mode", error) == NULL ||
        !xml_attr_word(tree, start, "mode", words, INTERFACE_START_LAST, &mode, error))
        return FALSE;
    def->start = (InterfaceStart)mode;
    return TRUE;
}

static gboolean
parse_mtu(XmlTree *tree, XmlNode *root, InterfaceDef *def, GError **error)
{
    XmlNode *mtu = xml_child(root, "mtu");
    guint64 size = 0;

    if (mtu == NULL)
        return TRUE;
    if (xml_attr_need(tree, mtu, "size", error) == NULL ||
        !xml_attr_uint(tree, mtu, "size", 1, G_MAXINT32, &size, error))
        return FALSE;
    def->mtu = (guint)size;
    return TRUE;
}

/* Every device stands once: a name that is a port twice, or its own, is a mistake. */
static gboolean
check_names(XmlTree *tree, const InterfaceDef *def, GHashTable *seen, GError **error)
{
    const XmlNode at = {.name = "interface", .prefix = "", .line = def->line};

    if (!g_hash_table_add(seen, def->name))
        return xml_error(tree, &at, error, "names '%s', which stands here already; remove one",
                         def->name);
    for (guint i = 0; i < def->ports->len; i++)
        if (!check_names(tree, g_ptr_array_index(def->ports, i), seen, error))
            return FALSE;
    return TRUE;
}

InterfaceDef *
interface_def_parse(const char *text, gsize size, const char *source, gboolean strict,
                    GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(XmlTree) tree = xml_parse(text, size, source, "interface", error);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(InterfaceDef) def = NULL;
    XmlNode *root;

    if (tree == NULL)
        return NULL;
    root = xml_root(tree);
    def = parse_head(tree, root, error);
    if (def == NULL || !parse_start(tree, root, def, error) ||
        !parse_device(tree, root, def, error) || !parse_mtu(tree, root, def, error) ||
        !interface_protocols_parse(tree, root, def, error) ||
        !interface_kind_parse(tree, root, def, error) || !check_names(tree, def, seen, error) ||
        !interface_refuse_known(tree, error) ||
        !xml_report_unknown(tree, strict, ret_warnings, error))
        return NULL;
    return g_steal_pointer(&def);
}
