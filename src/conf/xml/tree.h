/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/tree.h - a small XML tree that remembers lines, and what was looked at.
 *
 * Theory of operation: GLib's GMarkup parser feeds a tree of XmlNode. It expands no entity but the
 * five of XML and character references, reads no DTD (a DOCTYPE is refused) and opens no file, so
 * the classic XML bombs have nothing to hold on to; libxml2 would cost the start path 0.8 ms.
 * Every node and attribute carries a `seen` mark that the readers of conf/ set; what is left
 * unmarked after a parse is unknown to us and is reported with its line (xml_unknown()).
 * Nodes and strings lie in one arena: a tree costs a handful of allocations.
 *
 * Used by: conf/domain, conf/vnet (and conf/netif later).
 * Limits: conf/xml/limits.h.
 */
#pragma once

#include <glib.h>

typedef struct XmlAttr {
    struct XmlAttr *next;
    const char *name;   /* local name */
    const char *ns;     /* namespace URI, NULL when none */
    const char *prefix; /* as written, "" when none */
    const char *value;  /* unescaped */
    gboolean seen;
} XmlAttr;

typedef struct XmlDecl { /* xmlns:prefix='uri', as written on a node */
    struct XmlDecl *next;
    const char *prefix; /* "" is the default namespace */
    const char *uri;    /* "" takes the default namespace away */
} XmlDecl;

typedef struct XmlNode {
    struct XmlNode *parent, *next, *child, *last_child;
    const char *name;   /* local name */
    const char *ns;     /* namespace URI in force, NULL when none */
    const char *prefix; /* as written, "" when none */
    const char *text;   /* character data before the first child; "" when none */
    const char *tail;   /* character data between this node's end and what follows; "" when none */
    XmlAttr *attrs;
    XmlDecl *decls;
    int line; /* 1-based, of the '<' */
    gboolean seen;
    gboolean text_seen;
    gboolean verbatim; /* xml_node_keep(): below here everything counts as seen */
} XmlNode;

typedef struct XmlTree XmlTree; /* owns every node and string below it */

/**
 * xml_parse:
 * @text: (array length=size): the document, UTF-8; a byte order mark is skipped
 * @source: what to call it in messages ("web.xml", "(stdin)", "(domain_definition)")
 * @root_name: (nullable): the element that must be the root; NULL: any
 * @error: LODGE_ERROR_SYNTAX "FILE:LINE: ...", LODGE_ERROR_CONFIG for another root element,
 *   LODGE_ERROR_LIMIT when it is too large or too deep
 *
 * Returns: (transfer full): the tree, or NULL
 */
XmlTree *xml_parse(const char *text, gsize size, const char *source, const char *root_name,
                   GError **error);

/* Ends the tree with all its nodes and strings. */
void xml_tree_free(XmlTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlTree, xml_tree_free)

/* The root element; owned by the tree, marked seen. */
XmlNode *xml_root(XmlTree *tree);

/* The name given to xml_parse(). */
const char *xml_source(const XmlTree *tree);

/* Whether readers take what only live XML says (aliases, chosen ports); FALSE until it is set. */
void xml_set_live(XmlTree *tree);
gboolean xml_is_live(const XmlTree *tree);

/* Readers. All mark what they return as seen. @name NULL matches any name (of no namespace). */
XmlNode *xml_child(XmlNode *parent, const char *name); /* first such child without namespace */
XmlNode *xml_next(XmlNode *node, const char *name);    /* next such sibling without namespace */
XmlNode *xml_child_ns(XmlNode *parent, const char *ns, const char *name); /* the same in @ns */
XmlNode *xml_next_ns(XmlNode *node, const char *ns, const char *name);
const char *xml_attr(XmlNode *node, const char *name); /* NULL when absent */
const char *xml_text(XmlNode *node); /* as written, blanks and all; "" when empty */

/* Marks the whole subtree as seen: it is kept as it stands, or dropped knowingly. */
void xml_node_keep(XmlNode *node);

/**
 * xml_node_to_string:
 * @node: an element of any namespace
 * @indent: blanks before its first line
 *
 * Every namespace that the subtree needs is declared in it. Elements that hold only elements are
 * laid out anew, two blanks a level; others are copied with their blanks. Double quotes, as
 * libvirt prints metadata.
 *
 * Returns: (transfer full): lines, each with its line feed
 */
char *xml_node_to_string(const XmlNode *node, guint indent);

/* Errors with the position, "FILE:LINE: <name> ...". All return FALSE. */
gboolean xml_error(const XmlTree *tree, const XmlNode *node, GError **error, const char *format,
                   ...) G_GNUC_PRINTF(4, 5); /* LODGE_ERROR_CONFIG */
gboolean xml_unsupported(const XmlTree *tree, const XmlNode *node, GError **error,
                         const char *format, ...)
    G_GNUC_PRINTF(4, 5); /* LODGE_ERROR_UNSUPPORTED_CONFIG */

gboolean
xml_no_name(const XmlTree *tree, const XmlNode *node, GError **error,
            const char *kind); /* LODGE_ERROR_NO_NAME: "lacks <name>; give the @kind one" */

/* Puts "FILE:LINE: <name> " before an error that a reader of values has set; returns FALSE. */
gboolean xml_error_prefix(const XmlTree *tree, const XmlNode *node, GError **error);

/**
 * xml_unseen:
 * @visit: called for each topmost element (attr NULL, text FALSE), attribute, or stray text
 *   (text TRUE) that nobody looked at, in document order; FALSE ends the walk
 *
 * Returns: FALSE when a visit returned FALSE
 */
typedef gboolean (*XmlVisit)(XmlTree *tree, XmlNode *node, XmlAttr *attr, gboolean text,
                             gpointer data);
gboolean xml_unseen(XmlTree *tree, XmlVisit visit, gpointer data);

/**
 * xml_unknown:
 * Returns: (transfer full) (element-type utf8): one "FILE:LINE: <element> is not known ..." per
 *   element or attribute that nobody looked at (children of an unknown element are not listed)
 */
GPtrArray *xml_unknown(XmlTree *tree);
