/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/tree.h - a small XML tree that remembers lines, and what was looked at.
 *
 * Theory of operation: GLib's GMarkup parser feeds a tree of XmlNode. It expands no entity but the
 * five of XML and character references, reads no DTD (a DOCTYPE is refused) and opens no file, so
 * the classic XML bombs have nothing to hold on to; libxml2 would cost the start path 0.8 ms.
 * Every node and attribute carries a `seen` mark that the readers of conf/ set; what is left
 * unmarked after a parse is unknown to us and is reported with its line (xml_unknown()).
 *
 * Used by: conf/domain, conf/vnet (and conf/netif later).
 * Limits: conf/xml/limits.h.
 */
#pragma once

#include <glib.h>

typedef struct XmlAttr {
    struct XmlAttr *next;
    const char *name;  /* local name */
    const char *ns;    /* namespace URI, NULL when none */
    const char *value; /* unescaped */
    gboolean seen;
} XmlAttr;

typedef struct XmlNode {
    struct XmlNode *parent, *next, *child, *last_child;
    const char *name;   /* local name */
    const char *ns;     /* namespace URI in force, NULL when none */
    const char *prefix; /* as written, "" when none */
    const char *text;   /* all character data of this element joined; "" when none */
    XmlAttr *attrs;
    int line; /* 1-based */
    gboolean seen;
    gboolean verbatim; /* xml_node_keep(): below here everything counts as seen */
} XmlNode;

typedef struct XmlTree XmlTree; /* owns every node and string below it */

/**
 * xml_parse:
 * @text: (array length=size): the document, UTF-8
 * @source: what to call it in messages ("web.xml", "(stdin)", "(domain_definition)")
 * @root_name: the element that must be the root
 * @error: LODGE_ERROR_SYNTAX "FILE:LINE: ...", LODGE_ERROR_LIMIT when it is too large or too deep
 *
 * Returns: (transfer full): the tree, or NULL
 */
XmlTree *xml_parse(const char *text, gsize size, const char *source, const char *root_name,
                   GError **error);
void xml_tree_free(XmlTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlTree, xml_tree_free)
XmlNode *xml_root(XmlTree *tree);
const char *xml_source(const XmlTree *tree);

/* Readers. All mark what they return as seen. @name NULL matches any name. ns NULL = no namespace. */
XmlNode *xml_child(XmlNode *parent, const char *name);               /* first such child or NULL */
XmlNode *xml_next(XmlNode *node, const char *name);                  /* next such sibling or NULL */
const char *xml_attr(XmlNode *node, const char *name);               /* NULL when absent */
const char *xml_text(XmlNode *node);                                 /* trimmed; "" when empty */
void xml_node_keep(XmlNode *node);                                   /* mark the whole subtree seen */
char *xml_node_to_string(const XmlNode *node, int indent);           /* (transfer full), namespaces declared */

/* Errors with the position: LODGE_ERROR_CONFIG, "FILE:LINE: <name> ...". Both return FALSE. */
gboolean xml_error(const XmlTree *tree, const XmlNode *node, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
gboolean xml_unsupported(const XmlTree *tree, const XmlNode *node, GError **error,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);

/**
 * xml_unknown:
 * Returns: (transfer full) (element-type utf8): one "FILE:LINE: <element> is not known ..." per
 *   element or attribute that nobody looked at (children of an unknown element are not listed)
 */
GPtrArray *xml_unknown(XmlTree *tree);
