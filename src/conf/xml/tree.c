/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/tree.h"

#include <string.h>

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

static void
error_at(const XmlTree *tree, const XmlNode *node, GError **error, LodgeErrorCode code,
         const char *format, va_list args)
{
    g_autofree char *message = g_strdup_vprintf(format, args);

    g_set_error(error, LODGE_ERROR, code, "%s:%d: <%s%s%s> %s", tree->source, node->line,
                node->prefix, *node->prefix != '\0' ? ":" : "", node->name, message);
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
xml_error_prefix(const XmlTree *tree, const XmlNode *node, GError **error)
{
    g_prefix_error(error, "%s:%d: <%s%s%s> ", tree->source, node->line, node->prefix,
                   *node->prefix != '\0' ? ":" : "", node->name);
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

const XmlNode *
xml_read_twin(const XmlNode *node)
{
    if (node->parent != NULL)
        for (const XmlNode *other = node->parent->child; other != node; other = other->next)
            if (other->seen && node_is(other, node->ns, node->name))
                return other;
    return NULL;
}

static gboolean
list_unknown(XmlTree *tree, XmlNode *node, XmlAttr *attr, gboolean text, gpointer data)
{
    GPtrArray *list = data;
    const char *colon = *node->prefix != '\0' ? ":" : "";
    g_autofree char *head = g_strdup_printf("%s:%d: <%s%s%s>", tree->source, node->line,
                                            node->prefix, colon, node->name);
    const XmlNode *twin = attr == NULL && !text ? xml_read_twin(node) : NULL;

    if (text)
        g_ptr_array_add(list, g_strdup_printf("%s holds text, which has no meaning there", head));
    else if (attr != NULL)
        g_ptr_array_add(list,
                        g_strdup_printf("%s attribute '%s%s%s' is not known", head, attr->prefix,
                                        *attr->prefix != '\0' ? ":" : "", attr->name));
    else if (twin != NULL)
        g_ptr_array_add(list, g_strdup_printf("%s stands here again; only the first, of line %d, "
                                              "counts",
                                              head, twin->line));
    else
        g_ptr_array_add(list, g_strdup_printf("%s is not known inside <%s>", head,
                                              node->parent != NULL ? node->parent->name : ""));
    return list->len < 100; /* more would only hide the first ones */
}

GPtrArray *
xml_unknown(XmlTree *tree)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    (void)xml_unseen(tree, list_unknown, list); /* FALSE: the list is full */
    return list;
}
