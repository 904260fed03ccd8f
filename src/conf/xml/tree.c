/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/tree.h"

#include <string.h>

#include "conf/xml/limits.h"
#include "conf/xml/tree-priv.h"
#include "util/error.h"

static gboolean
node_is(const XmlNode *node, const char *ns, const char *name)
{
    return (name == NULL || strcmp(node->name, name) == 0) && g_strcmp0(node->ns, ns) == 0;
}

static XmlNode *
first_from(XmlNode *node, const char *ns, const char *name)
{
    while (node != NULL && !node_is(node, ns, name))
        node = node->next;
    if (node != NULL)
        node->seen = TRUE;
    return node;
}

XmlNode *
xml_root(XmlTree *tree)
{
    tree->root->seen = TRUE;
    return tree->root;
}

const char *
xml_source(const XmlTree *tree)
{
    return tree->source;
}

void
xml_set_live(XmlTree *tree)
{
    tree->is_live = TRUE;
}

gboolean
xml_is_live(const XmlTree *tree)
{
    return tree->is_live;
}

XmlNode *
xml_child(XmlNode *parent, const char *name)
{
    return first_from(parent->child, NULL, name);
}

XmlNode *
xml_next(XmlNode *node, const char *name)
{
    return first_from(node->next, NULL, name);
}

XmlNode *
xml_child_ns(XmlNode *parent, const char *ns, const char *name)
{
    return first_from(parent->child, ns, name);
}

XmlNode *
xml_next_ns(XmlNode *node, const char *ns, const char *name)
{
    return first_from(node->next, ns, name);
}

const char *
xml_attr(XmlNode *node, const char *name)
{
    for (XmlAttr *attr = node->attrs; attr != NULL; attr = attr->next)
        if (attr->ns == NULL && strcmp(attr->name, name) == 0) {
            attr->seen = TRUE;
            return attr->value;
        }
    return NULL;
}

const char *
xml_text(XmlNode *node)
{
    node->text_seen = TRUE;
    return node->text;
}

void
xml_node_keep(XmlNode *node)
{
    node->seen = TRUE;
    node->verbatim = TRUE;
}

char *
xml_clean_message(char *message)
{
    char *clean = g_utf8_validate(message, -1, NULL) ? message : g_utf8_make_valid(message, -1);

    if (clean != message)
        g_free(message);
    for (char *at = clean; *at != '\0'; at++)
        if ((guchar)*at < 0x20 || *at == 0x7f)
            *at = '?';
    return clean;
}

/* "FILE:LINE: <prefix:name>" */
static char *
position(const XmlTree *tree, const XmlNode *node)
{
    return g_strdup_printf("%s:%d: <%s%s%s>", tree->source, node->line, node->prefix,
                           *node->prefix != '\0' ? ":" : "", node->name);
}

static void
error_at(const XmlTree *tree, const XmlNode *node, GError **error, LodgeErrorCode code,
         const char *format, va_list args)
{
    g_autofree char *what = g_strdup_vprintf(format, args);
    g_autofree char *where = position(tree, node);
    g_autofree char *message = xml_clean_message(g_strconcat(where, " ", what, NULL));

    g_set_error_literal(error, LODGE_ERROR, code, message);
}

gboolean
xml_error(const XmlTree *tree, const XmlNode *node, GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    error_at(tree, node, error, LODGE_ERROR_CONFIG, format, args);
    va_end(args);
    return FALSE;
}

gboolean
xml_unsupported(const XmlTree *tree, const XmlNode *node, GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    error_at(tree, node, error, LODGE_ERROR_UNSUPPORTED_CONFIG, format, args);
    va_end(args);
    return FALSE;
}

gboolean
xml_no_name(const XmlTree *tree, const XmlNode *node, GError **error, const char *kind)
{
    error_set(error, LODGE_ERROR_NO_NAME, "lacks <name>; give the %s one", kind);
    return xml_error_prefix(tree, node, error);
}

gboolean
xml_error_prefix(const XmlTree *tree, const XmlNode *node, GError **error)
{
    g_autofree char *where = position(tree, node);

    if (error != NULL && *error != NULL) {
        g_autofree char *old = (*error)->message;

        (*error)->message = xml_clean_message(g_strconcat(where, " ", old, NULL));
    }
    return FALSE;
}

static gboolean
is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static gboolean
has_stray_text(const XmlNode *node)
{
    if (!node->text_seen && !is_blank(node->text))
        return TRUE;
    for (const XmlNode *child = node->child; child != NULL; child = child->next)
        if (!is_blank(child->tail))
            return TRUE;
    return FALSE;
}

static gboolean
unseen_below(XmlTree *tree, XmlNode *node, XmlVisit visit, gpointer data)
{
    if (!node->seen)
        return visit(tree, node, NULL, FALSE, data);
    if (node->verbatim)
        return TRUE;
    for (XmlAttr *attr = node->attrs; attr != NULL; attr = attr->next)
        if (!attr->seen && !visit(tree, node, attr, FALSE, data))
            return FALSE;
    if (has_stray_text(node) && !visit(tree, node, NULL, TRUE, data))
        return FALSE;
    for (XmlNode *child = node->child; child != NULL; child = child->next)
        if (!unseen_below(tree, child, visit, data))
            return FALSE;
    return TRUE;
}

gboolean
xml_unseen(XmlTree *tree, XmlVisit visit, gpointer data)
{
    return unseen_below(tree, tree->root, visit, data);
}

static gboolean
list_unknown(XmlTree *tree, XmlNode *node, XmlAttr *attr, gboolean text, gpointer data)
{
    GPtrArray *list = data;
    g_autofree char *head = position(tree, node);
    const XmlNode *parent = node->parent;
    char *line;

    if (text)
        line = g_strdup_printf("%s holds text, which has no meaning there", head);
    else if (attr != NULL)
        line = g_strdup_printf("%s attribute '%s%s%s' is not known", head, attr->prefix,
                               *attr->prefix != '\0' ? ":" : "", attr->name);
    else
        line = g_strdup_printf("%s is not known inside <%s%s%s>", head, parent->prefix,
                               *parent->prefix != '\0' ? ":" : "", parent->name);
    g_ptr_array_add(list, xml_clean_message(line));
    return list->len < XML_WARNINGS_MAX;
}

GPtrArray *
xml_unknown(XmlTree *tree)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    (void)xml_unseen(tree, list_unknown, list); /* FALSE: the list is full */
    return list;
}
