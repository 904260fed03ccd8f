/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/address-attr.h"
#include "conf/vnet/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static void
forwarder_clear(gpointer data)
{
    g_free(*(char **)data);
}

static void
host_clear(gpointer data)
{
    NetworkDnsHost *host = data;

    g_free(host->ip);
    g_strfreev(host->names);
}

void
network_dns_init(NetworkDef *def)
{
    def->dns_forwarders = g_array_new(FALSE, FALSE, sizeof(char *));
    g_array_set_clear_func(def->dns_forwarders, forwarder_clear);
    def->dns_hosts = g_array_new(FALSE, FALSE, sizeof(NetworkDnsHost));
    g_array_set_clear_func(def->dns_hosts, host_clear);
}

/* Labels of 1-63 letters, digits, '-' and '_', joined by '.', 253 bytes in all. */
gboolean
network_hostname_is_good(const char *name)
{
    if (strlen(name) > 253)
        return FALSE;
    for (;;) {
        gsize length = strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_");

        if (length == 0 || length > 63 || name[0] == '-' || name[length - 1] == '-')
            return FALSE;
        name += length;
        if (*name == '\0')
            return TRUE;
        if (*name++ != '.')
            return FALSE;
    }
}

static gboolean
check_hostname(XmlTree *tree, XmlNode *node, const char *name, GError **error)
{
    return network_hostname_is_good(name) ||
           xml_error(tree, node, error, "'%.*s' is no host name; use letters, digits, '-' and '.'",
                     XML_QUOTE_MAX, name);
}

static gboolean
parse_domain(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    XmlNode *node = xml_child(root, "domain");
    const char *name;

    if (node == NULL)
        return TRUE;
    name = xml_attr_need(tree, node, "name", error);
    if (name == NULL || !check_hostname(tree, node, name, error) ||
        !xml_attr_bool(tree, node, "localOnly", "no", "yes", &def->domain_local_only, error) ||
        !xml_attr_only(tree, node, "register", "no", error))
        return FALSE;
    def->domain = g_strdup(name);
    return TRUE;
}

static gboolean
parse_forwarder(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    Address address;
    char *text;

    if (xml_attr(node, "domain") != NULL)
        return xml_unsupported(tree, node, error,
                               "attribute 'domain' is not supported yet; forward everything with "
                               "addr= alone");
    if (def->dns_forwarders->len >= NETWORK_FORWARDERS_MAX)
        return xml_error(tree, node, error, "is number %u; the limit is %d",
                         def->dns_forwarders->len + 1, NETWORK_FORWARDERS_MAX);
    if (!address_attr(tree, node, "addr", &address, error))
        return FALSE;
    text = address_dup(&address);
    g_array_append_val(def->dns_forwarders, text);
    return TRUE;
}

static gboolean
parse_host(XmlTree *tree, XmlNode *node, NetworkDef *def, GHashTable *seen, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *ip = NULL;
    NetworkDnsHost host;
    Address address;

    if (def->dns_hosts->len >= NETWORK_DNS_HOSTS_MAX)
        return xml_error(tree, node, error, "is number %u; the limit is %d",
                         def->dns_hosts->len + 1, NETWORK_DNS_HOSTS_MAX);
    if (!address_attr(tree, node, "ip", &address, error))
        return FALSE;
    ip = address_dup(&address);
    if (g_hash_table_contains(seen, ip))
        return xml_error(tree, node, error,
                         "has the ip '%s' of another one; put all names into one <host>", ip);
    for (XmlNode *child = xml_child(node, "hostname"); child != NULL;
         child = xml_next(child, "hostname")) {
        if (!check_hostname(tree, child, xml_text(child), error))
            return FALSE;
        if (names->len >= NETWORK_HOSTNAMES_MAX)
            return xml_error(tree, child, error, "is number %u; the limit is %d", names->len + 1,
                             NETWORK_HOSTNAMES_MAX);
        g_ptr_array_add(names, g_strdup(xml_text(child)));
    }
    if (names->len == 0)
        return xml_error(tree, node, error, "lacks <hostname>; name the host");
    g_ptr_array_add(names, NULL);
    g_hash_table_add(seen, g_strdup(ip));
    host = (NetworkDnsHost){g_steal_pointer(&ip),
                            (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE)};
    g_array_append_val(def->dns_hosts, host);
    return TRUE;
}

static gboolean
parse_dns(XmlTree *tree, XmlNode *node, NetworkDef *def, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (!xml_attr_bool(tree, node, "enable", "no", "yes", &def->dns_enable, error) ||
        !xml_attr_only(tree, node, "forwardPlainNames", "yes", error))
        return FALSE;
    for (XmlNode *child = xml_child(node, "forwarder"); child != NULL;
         child = xml_next(child, "forwarder"))
        if (!parse_forwarder(tree, child, def, error))
            return FALSE;
    for (XmlNode *child = xml_child(node, "host"); child != NULL; child = xml_next(child, "host"))
        if (!parse_host(tree, child, def, seen, error))
            return FALSE;
    if (!def->dns_enable && (def->dns_forwarders->len > 0 || def->dns_hosts->len > 0))
        return xml_error(tree, node, error,
                         "has enable='no', so what stands in it would have no effect; remove one");
    return TRUE;
}

gboolean
network_dns_parse(XmlTree *tree, XmlNode *root, NetworkDef *def, GError **error)
{
    XmlNode *node = xml_child(root, "dns");

    def->dns_enable = TRUE;
    return parse_domain(tree, root, def, error) &&
           (node == NULL || parse_dns(tree, node, def, error));
}

void
network_dns_format(const NetworkDef *def, GString *out)
{
    if (def->domain != NULL)
        xml_write_element(out, 2, "domain", "name", def->domain,
                          def->domain_local_only ? "localOnly" : NULL, "yes", NULL);
    if (!def->dns_enable)
        xml_write_line(out, 2, "<dns enable='no'/>");
    if (!def->dns_enable || (def->dns_forwarders->len == 0 && def->dns_hosts->len == 0))
        return;
    xml_write_line(out, 2, "<dns>");
    for (guint i = 0; i < def->dns_forwarders->len; i++)
        xml_write_element(out, 4, "forwarder", "addr",
                          g_array_index(def->dns_forwarders, char *, i), NULL);
    for (guint i = 0; i < def->dns_hosts->len; i++) {
        const NetworkDnsHost *host = &g_array_index(def->dns_hosts, NetworkDnsHost, i);

        xml_write_line(out, 4, "<host ip='%s'>", host->ip);
        for (char **name = host->names; *name != NULL; name++)
            xml_write_text(out, 6, "hostname", *name);
        xml_write_line(out, 4, "</host>");
    }
    xml_write_line(out, 2, "</dns>");
}

void
network_dns_copy(const NetworkDef *from, NetworkDef *to)
{
    network_dns_init(to);
    for (guint i = 0; i < from->dns_forwarders->len; i++) {
        char *text = g_strdup(g_array_index(from->dns_forwarders, char *, i));

        g_array_append_val(to->dns_forwarders, text);
    }
    for (guint i = 0; i < from->dns_hosts->len; i++) {
        const NetworkDnsHost *host = &g_array_index(from->dns_hosts, NetworkDnsHost, i);
        NetworkDnsHost copy = {g_strdup(host->ip), g_strdupv(host->names)};

        g_array_append_val(to->dns_hosts, copy);
    }
}
