/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/refuse.h"

#include <string.h>

typedef struct {
    const XmlRefusal *table;
    gsize n_table;
    GError **error;
} Refuser;

static gboolean
matches(const XmlRefusal *entry, const XmlNode *node, const XmlAttr *attr)
{
    if ((entry->attr != NULL) != (attr != NULL) || g_strcmp0(entry->ns, node->ns) != 0)
        return FALSE;
    if (attr != NULL && (attr->ns != NULL || strcmp(entry->attr, attr->name) != 0))
        return FALSE;
    if (entry->element != NULL && strcmp(entry->element, node->name) != 0)
        return FALSE;
    return entry->parent == NULL ||
           (node->parent != NULL && strcmp(entry->parent, node->parent->name) == 0);
}

/* The sibling of the same name before @node that was read; NULL when there is none. */
static const XmlNode *
read_twin(const XmlNode *node)
{
    if (node->parent != NULL)
        for (const XmlNode *other = node->parent->child; other != node; other = other->next)
            if (other->seen && strcmp(other->name, node->name) == 0 &&
                g_strcmp0(other->ns, node->ns) == 0)
                return other;
    return NULL;
}

static gboolean
visit(XmlTree *tree, XmlNode *node, XmlAttr *attr, gboolean text, gpointer data)
{
    const Refuser *self = data;
    const XmlNode *twin = attr == NULL && !text ? read_twin(node) : NULL;

    if (text)
        return TRUE; /* unknown there: xml_unknown() says so */
    if (twin != NULL)
        return xml_error(tree, node, self->error,
                         "stands here again; the first is of line %d, put both into one or remove "
                         "one",
                         twin->line);
    for (gsize i = 0; i < self->n_table; i++)
        if (matches(&self->table[i], node, attr)) {
            if (attr != NULL)
                return xml_unsupported(tree, node, self->error, "attribute '%s' %s", attr->name,
                                       self->table[i].why);
            return xml_unsupported(tree, node, self->error, "%s", self->table[i].why);
        }
    return TRUE;
}

gboolean
xml_refuse(XmlTree *tree, const XmlRefusal *table, gsize n_table, GError **error)
{
    Refuser self = {table, n_table, error};

    return xml_unseen(tree, visit, &self);
}
