/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/address-attr.h - read addresses, families and prefixes out of attributes, with file:line errors.
 *
 * Used by: conf/domain, conf/vnet.
 */
#pragma once

#include "conf/address.h"
#include "conf/xml/tree.h"

/* The attribute @name, which must be there. */
gboolean address_attr(XmlTree *tree, XmlNode *node, const char *name, Address *ret_address,
                      GError **error);

/* family='ipv4|ipv6', where it is written, must agree with @address. */
gboolean address_attr_family(XmlTree *tree, XmlNode *node, const Address *address, GError **error);

/**
 * address_attr_prefix:
 * Reads prefix= or (IPv4) netmask=, not both; absent: @ret_prefix stays as it was.
 */
gboolean address_attr_prefix(XmlTree *tree, XmlNode *node, const Address *address, int min,
                             int *ret_prefix, GError **error);

/* Canonical text, (transfer full). */
char *address_dup(const Address *address);
