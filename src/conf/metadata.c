/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/metadata.h"

#include <string.h>

#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/error.h"

#define METADATA_INDENT 4 /* blanks before a child of <metadata> in the finished document */

static gboolean
check_child(XmlTree *tree, const XmlNode *metadata, const XmlNode *child, GError **error)
{
    if (child->ns == NULL)
        return xml_error(tree, child, error,
                         "in <metadata> has no namespace; give it one of its own (xmlns:x='...')");
    for (const XmlNode *other = metadata->child; other != child; other = other->next)
        if (strcmp(other->ns, child->ns) == 0)
            return xml_error(tree, child, error,
                             "is a second element of the namespace '%.*s' in <metadata>; put both "
                             "into one",
                             XML_QUOTE_MAX, child->ns);
    return TRUE;
}

gboolean
metadata_parse(XmlTree *tree, XmlNode *root, char **ret_inner, GError **error)
{
    XmlNode *metadata = xml_child(root, "metadata");
    g_autoptr(GString) inner = NULL;

    if (metadata == NULL)
        return TRUE;
    inner = g_string_new(NULL);
    for (XmlNode *child = metadata->child; child != NULL; child = child->next) {
        g_autofree char *text = NULL;

        if (!check_child(tree, metadata, child, error))
            return FALSE;
        xml_node_keep(child);
        text = xml_node_to_string(child, METADATA_INDENT);
        g_string_append(inner, text);
    }
    if (inner->len > 0)
        *ret_inner = g_string_free(g_steal_pointer(&inner), FALSE);
    return TRUE;
}

void
metadata_format(const char *inner, GString *out)
{
    if (inner == NULL)
        return;
    xml_write_line(out, 2, "<metadata>");
    g_string_append(out, inner);
    xml_write_line(out, 2, "</metadata>");
}

/* The stored inner XML as a tree again. */
static XmlTree *
stored_tree(const char *inner, GError **error)
{
    g_autofree char *text =
        g_strconcat("<metadata>", inner != NULL ? inner : "", "</metadata>", NULL);

    return xml_parse(text, strlen(text), "(metadata)", "metadata", error);
}

/* Takes @uri from @node and all below it, so that what was set without a prefix reads back without one. */
static void
strip_namespace(XmlNode *node, const char *uri)
{
    if (g_strcmp0(node->ns, uri) == 0) {
        node->ns = NULL;
        node->prefix = "";
    }
    for (XmlAttr *attr = node->attrs; attr != NULL; attr = attr->next)
        if (g_strcmp0(attr->ns, uri) == 0) {
            attr->ns = NULL;
            attr->prefix = "";
        }
    for (XmlDecl **decl = &node->decls; *decl != NULL;) {
        if (strcmp((*decl)->uri, uri) == 0)
            *decl = (*decl)->next;
        else
            decl = &(*decl)->next;
    }
    for (XmlNode *child = node->child; child != NULL; child = child->next)
        strip_namespace(child, uri);
}

/* Puts what has no namespace below @node into @uri. */
static void
adopt_children(XmlNode *node, const char *key, const char *uri)
{
    for (XmlNode *child = node->child; child != NULL; child = child->next) {
        if (child->ns == NULL) {
            child->ns = uri;
            child->prefix = key;
        }
        adopt_children(child, key, uri);
    }
}

char *
metadata_get(const char *inner, const char *uri, GError **error)
{
    g_autoptr(XmlTree) tree = stored_tree(inner, error);

    if (tree == NULL)
        return NULL;
    for (XmlNode *child = xml_root(tree)->child; child != NULL; child = child->next)
        if (g_strcmp0(child->ns, uri) == 0) {
            strip_namespace(child, uri);
            return xml_node_to_string(child, 0);
        }
    error_set(error, LODGE_ERROR_NO_METADATA, "there is no metadata of the namespace '%s'", uri);
    return NULL;
}

static gboolean
check_key(const char *key, const char *uri, GError **error)
{
    if (uri == NULL || *uri == '\0')
        return error_set(error, LODGE_ERROR_ARGUMENT, "metadata needs a namespace; give its URI");
    if (key == NULL || !(g_ascii_isalpha(*key) || *key == '_') ||
        key[strspn(key, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-.")] != '\0' ||
        g_str_has_prefix(key, "xml"))
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "'%s' is no prefix for metadata; use letters and digits",
                         key != NULL ? key : "");
    return TRUE;
}

static gboolean
refuse_rest(XmlTree *tree, XmlNode *node, XmlAttr *attr, gboolean text, gpointer data)
{
    return FALSE;
}

/* The element @xml, moved into the namespace @uri under the prefix @key, as a line of <metadata>. */
static char *
rename_element(const char *xml, const char *key, const char *uri, GError **error)
{
    g_autofree char *wrapped = g_strconcat("<metadata>", xml, "</metadata>", NULL);
    g_autoptr(XmlTree) tree = xml_parse(wrapped, strlen(wrapped), "(metadata)", "metadata", error);
    XmlNode *element;
    XmlDecl decl = {.prefix = key, .uri = uri}, **last;

    if (tree == NULL)
        return NULL;
    element = xml_root(tree)->child;
    if (element != NULL)
        xml_node_keep(element);
    if (element == NULL || !xml_unseen(tree, refuse_rest, NULL)) {
        error_set(error, LODGE_ERROR_SYNTAX, "metadata must be one element and nothing else");
        return NULL;
    }
    element->prefix = key;
    element->ns = uri;
    for (last = &element->decls; *last != NULL;) {
        if (strcmp((*last)->prefix, key) == 0)
            *last = (*last)->next;
        else
            last = &(*last)->next;
    }
    *last = &decl;
    adopt_children(element, key, uri);
    return xml_node_to_string(element, METADATA_INDENT);
}

gboolean
metadata_set(char **inner, const char *key, const char *uri, const char *xml, GError **error)
{
    g_autoptr(XmlTree) tree = NULL;
    g_autoptr(GString) changed = g_string_new(NULL);
    g_autofree char *added = NULL;

    if (!check_key(xml != NULL ? key : "x", uri, error))
        return FALSE;
    tree = stored_tree(*inner, error);
    if (tree == NULL)
        return FALSE;
    for (const XmlNode *child = xml_root(tree)->child; child != NULL; child = child->next)
        if (g_strcmp0(child->ns, uri) != 0) {
            g_autofree char *text = xml_node_to_string(child, METADATA_INDENT);

            g_string_append(changed, text);
        }
    if (xml != NULL) {
        added = rename_element(xml, key, uri, error);
        if (added == NULL)
            return FALSE;
        g_string_append(changed, added);
    }
    g_free(*inner);
    *inner = changed->len > 0 ? g_string_free(g_steal_pointer(&changed), FALSE) : NULL;
    return TRUE;
}
