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

static gboolean
visit(XmlTree *tree, XmlNode *node, XmlAttr *attr, gboolean text, gpointer data)
{
    const Refuser *self = data;

    if (text || (attr == NULL && xml_read_twin(node) != NULL))
        return TRUE; /* unknown there, or a second one of what was read: xml_unknown() says so */
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
