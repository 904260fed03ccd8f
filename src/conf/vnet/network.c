/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/vnet/network.h"

#include "conf/metadata.h"
#include "conf/name.h"
#include "conf/vnet/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/report.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/uuid.h"

#define AUTO_PREFIX_MIN 24 /* vnet moves 192.168.X.0/24 as a whole */

gboolean
network_name_check(const char *name, GError **error)
{
    return name_check("network", name, error);
}

static void
ip_free(gpointer data)
{
    network_ip_free(data);
}

static gboolean
parse_names(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    XmlNode *name = xml_child(root, "name"), *uuid = xml_child(root, "uuid");

    (void)xml_attr(root, "connections"); /* of live XML */
    if (name == NULL)
        return xml_no_name(tree, root, error, "network");
    if (!network_name_check(xml_text(name), error))
        return xml_error_prefix(tree, name, error);
    def->name = g_strdup(xml_text(name));
    if (uuid != NULL && !uuid_parse(xml_text(uuid), def->uuid))
        return xml_error(tree, uuid, error,
                         "'%.*s' is not a UUID; it has 32 hex digits, or leave it out",
                         XML_QUOTE_MAX, xml_text(uuid));
    def->has_uuid = uuid != NULL;
    return TRUE;
}

static gboolean
parse_auto_subnet(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    XmlNode *node = xml_child_ns(root, LODGE_NETWORK_NS, "auto-subnet");
    guint n_v4 = 0;

    if (node == NULL)
        return TRUE;
    for (guint i = 0; i < def->ips->len; i++) {
        const NetworkIp *ip = g_ptr_array_index(def->ips, i);

        n_v4 += !ip->is_v6;
        if (!ip->is_v6 && ip->prefix < AUTO_PREFIX_MIN)
            return xml_error(tree, node, error,
                             "moves /%d subnets and smaller; %s/%d is larger, make its netmask "
                             "255.255.255.0",
                             AUTO_PREFIX_MIN, ip->address, ip->prefix);
    }
    if (n_v4 != 1)
        return xml_error(tree, node, error,
                         "needs one IPv4 <ip>, whose subnet it then chooses; there are %u", n_v4);
    def->auto_subnet = TRUE;
    return TRUE;
}

/* A bridge of the host's has its own servers. */
static gboolean
check_bridge_mode(XmlTree *tree, XmlNode *root, const NetworkDef *def, GError **error)
{
    static const char *const names[] = {"dns", "domain"};

    for (gsize i = 0; def->forward == NETWORK_FORWARD_BRIDGE && i < G_N_ELEMENTS(names); i++) {
        XmlNode *node = xml_child(root, names[i]);

        if (node != NULL)
            return xml_error(tree, node, error,
                             "has no meaning in mode 'bridge': lodge serves nothing there; remove "
                             "it");
    }
    return TRUE;
}

static gboolean
parse_families(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    return parse_names(tree, root, def, error) &&
           metadata_parse(tree, root, &def->metadata, error) &&
           network_forward_parse(tree, root, def, error) &&
           network_bridge_parse(tree, root, def, error) &&
           check_bridge_mode(tree, root, def, error) && network_dns_parse(tree, root, def, error) &&
           network_ips_parse(tree, root, def, error) && parse_auto_subnet(tree, root, def, error) &&
           network_refuse_known(tree, error);
}

NetworkDef *
network_def_parse(const char *text, gsize size, const char *source, gboolean strict,
                  GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(XmlTree) tree = xml_parse(text, size, source, "network", error);
    g_autoptr(NetworkDef) def = NULL;

    if (tree == NULL)
        return NULL;
    def = g_new0(NetworkDef, 1);
    network_dns_init(def);
    def->ips = g_ptr_array_new_with_free_func(ip_free);
    if (!parse_families(tree, xml_root(tree), def, error) ||
        !xml_report_unknown(tree, strict, ret_warnings, error))
        return NULL;
    return g_steal_pointer(&def);
}

void
network_def_free(NetworkDef *def)
{
    if (def == NULL)
        return;
    g_free(def->name);
    g_free(def->forward_dev);
    g_free(def->nat_addr_start);
    g_free(def->nat_addr_end);
    g_free(def->bridge);
    g_free(def->mac);
    g_free(def->domain);
    g_free(def->metadata);
    g_array_unref(def->dns_forwarders);
    g_array_unref(def->dns_hosts);
    g_ptr_array_unref(def->ips);
    g_free(def);
}

NetworkDef *
network_def_copy(const NetworkDef *from)
{
    NetworkDef *to = g_memdup2(from, sizeof *from);

    to->name = g_strdup(from->name);
    to->forward_dev = g_strdup(from->forward_dev);
    to->nat_addr_start = g_strdup(from->nat_addr_start);
    to->nat_addr_end = g_strdup(from->nat_addr_end);
    to->bridge = g_strdup(from->bridge);
    to->mac = g_strdup(from->mac);
    to->domain = g_strdup(from->domain);
    to->metadata = g_strdup(from->metadata);
    network_dns_copy(from, to);
    to->ips = g_ptr_array_new_with_free_func(ip_free);
    for (guint i = 0; i < from->ips->len; i++)
        g_ptr_array_add(to->ips, network_ip_copy(g_ptr_array_index(from->ips, i)));
    return to;
}

char *
network_def_format(const NetworkDef *def, gboolean inactive)
{
    GString *out = g_string_sized_new(1024);
    char uuid[UUID_TEXT_SIZE];

    g_string_append(out, "<network");
    if (def->auto_subnet)
        g_string_append(out, " xmlns:lodge='" LODGE_NETWORK_NS "'");
    g_string_append(out, ">\n");
    xml_write_text(out, 2, "name", def->name);
    if (def->has_uuid)
        xml_write_text(out, 2, "uuid", uuid_format(def->uuid, uuid));
    metadata_format(def->metadata, out);
    network_forward_format(def, out);
    network_bridge_format(def, out);
    network_dns_format(def, out);
    for (guint i = 0; i < def->ips->len; i++)
        network_ip_format(g_ptr_array_index(def->ips, i), out);
    if (def->auto_subnet)
        xml_write_line(out, 2, "<lodge:auto-subnet/>");
    g_string_append(out, "</network>\n");
    return g_string_free(out, FALSE);
}
