/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/address-attr.h"

#include "conf/xml/limits.h"
#include "conf/xml/value.h"

gboolean
address_attr(XmlTree *tree, XmlNode *node, const char *name, Address *ret_address, GError **error)
{
    const char *text = xml_attr_need(tree, node, name, error);

    return text != NULL &&
           (address_parse(text, ret_address) ||
            xml_error(tree, node, error, "attribute '%s': '%.*s' is not an IPv4 or IPv6 address",
                      name, XML_QUOTE_MAX, text));
}

gboolean
address_attr_family(XmlTree *tree, XmlNode *node, const Address *address, GError **error)
{
    gboolean is_v6 = address->is_v6;

    if (!xml_attr_bool(tree, node, "family", "ipv4", "ipv6", &is_v6, error))
        return FALSE;
    return is_v6 == address->is_v6 ||
           xml_error(tree, node, error, "attribute 'family' says ipv%d but the address is IPv%d",
                     is_v6 ? 6 : 4, is_v6 ? 4 : 6);
}

gboolean
address_attr_prefix(XmlTree *tree, XmlNode *node, const Address *address, int min, int *ret_prefix,
                    GError **error)
{
    const char *netmask = xml_attr(node, "netmask");
    guint64 prefix = G_MAXUINT64;
    Address mask;
    int bits;

    if (!xml_attr_uint(tree, node, "prefix", (guint64)min, (guint64)address_bits(address), &prefix,
                       error))
        return FALSE;
    if (prefix != G_MAXUINT64 && netmask != NULL)
        return xml_error(tree, node, error, "has both 'prefix' and 'netmask'; remove one");
    if (prefix != G_MAXUINT64)
        *ret_prefix = (int)prefix;
    if (netmask == NULL)
        return TRUE;
    bits = !address->is_v6 && address_parse(netmask, &mask) ? address_netmask_prefix(&mask) : -1;
    if (bits < min)
        return xml_error(tree, node, error,
                         "attribute 'netmask': '%.*s' is no netmask of this address; use prefix=",
                         XML_QUOTE_MAX, netmask);
    *ret_prefix = bits;
    return TRUE;
}

char *
address_dup(const Address *address)
{
    char buffer[ADDRESS_TEXT_SIZE];

    return g_strdup(address_format(address, buffer));
}
