/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/netif/parts-priv.h - what the parts of an interface's XML offer to each other. */
#pragma once

#include "conf/netif/interface.h"
#include "conf/xml/tree.h"

/* protocol.c: both <protocol> elements of @root */
gboolean interface_protocols_parse(XmlTree *tree, XmlNode *root, InterfaceDef *def, GError **error);
void interface_protocols_format(const InterfaceDef *def, GString *out, guint indent);

/* kind.c: <bridge>, <bond>, <vlan>, as the type has it. Nested interfaces are read by parse.c. */
gboolean interface_kind_parse(XmlTree *tree, XmlNode *node, InterfaceDef *def, GError **error);
void interface_kind_format(const InterfaceDef *def, GString *out, guint indent);

/* parse.c: an interface inside another: type, name, mac, link, its kind's part */
InterfaceDef *interface_parse_nested(XmlTree *tree, XmlNode *node, const InterfaceDef *parent,
                                     GError **error);

/* The name= of @node; NULL with @error */
const char *interface_parse_name(XmlTree *tree, XmlNode *node, GError **error);

/* format.c */
void interface_format_into(const InterfaceDef *def, GString *out, guint indent);

/* refused.c */
gboolean interface_refuse_known(XmlTree *tree, GError **error);
