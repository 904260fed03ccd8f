/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/view.h"

#include <stdlib.h>
#include <string.h>

struct ViewNode {
    char *name;
    char **attrs; /* name, value, ... NULL */
    GString *text;
    ViewNode *parent, *next;
    ViewNode *first, *last;
};

struct View {
    ViewNode *root;
};

typedef struct {
    ViewNode *root, *at;
} Builder;

static void
node_free(ViewNode *node)
{
    while (node) {
        ViewNode *next = node->next;

        node_free(node->first);
        g_free(node->name);
        g_strfreev(node->attrs);
        g_string_free(node->text, TRUE);
        g_free(node);
        node = next;
    }
}

static void
on_start(GMarkupParseContext *context, const char *name, const char **names, const char **values,
         gpointer opaque, GError **error)
{
    Builder *builder = opaque;
    ViewNode *node = g_new0(ViewNode, 1);
    guint n = g_strv_length((char **)names);

    node->name = g_strdup(name);
    node->text = g_string_new(NULL);
    node->attrs = g_new0(char *, 2 * n + 1);
    for (guint i = 0; i < n; i++) {
        node->attrs[2 * i] = g_strdup(names[i]);
        node->attrs[2 * i + 1] = g_strdup(values[i]);
    }
    node->parent = builder->at;
    if (!builder->at)
        builder->root = node;
    else if (builder->at->last)
        builder->at->last->next = node;
    else
        builder->at->first = node;
    if (builder->at)
        builder->at->last = node;
    builder->at = node;
}

static void
on_end(GMarkupParseContext *context, const char *name, gpointer opaque, GError **error)
{
    Builder *builder = opaque;

    builder->at = builder->at->parent;
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer opaque,
        GError **error)
{
    Builder *builder = opaque;

    if (builder->at)
        g_string_append_len(builder->at->text, text, (gssize)length);
}

View *
view_new(const char *xml)
{
    static const GMarkupParser parser = {on_start, on_end, on_text, NULL, NULL};
    Builder builder = {NULL, NULL};
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &builder, NULL);
    gboolean ok = g_markup_parse_context_parse(context, xml, -1, NULL) &&
                  g_markup_parse_context_end_parse(context, NULL);
    View *view;

    g_markup_parse_context_free(context);
    if (!ok || !builder.root) {
        node_free(builder.root);
        return NULL;
    }
    view = g_new0(View, 1);
    view->root = builder.root;
    return view;
}

void
view_free(View *view)
{
    if (!view)
        return;
    node_free(view->root);
    g_free(view);
}

View *
view_domain(virDomainPtr dom, guint flags)
{
    char *xml = virDomainGetXMLDesc(dom, flags);
    View *view = xml ? view_new(xml) : NULL;

    if (xml && !view)
        cli_error("the XML of domain '%s' is not well formed", virDomainGetName(dom));
    free(xml);
    return view;
}

const ViewNode *
view_root(const View *view)
{
    return view->root;
}

static const ViewNode *
first_named(const ViewNode *node, const char *name)
{
    while (node && strcmp(node->name, name) != 0)
        node = node->next;
    return node;
}

const ViewNode *
view_child(const ViewNode *node, const char *name)
{
    return node ? first_named(node->first, name) : NULL;
}

const ViewNode *
view_find(const View *view, const char *name)
{
    return view_child(view->root, name);
}

const ViewNode *
view_next(const ViewNode *node)
{
    return node ? first_named(node->next, node->name) : NULL;
}

const char *
view_attr(const ViewNode *node, const char *name)
{
    for (char **attr = node ? node->attrs : NULL; attr && *attr; attr += 2)
        if (strcmp(attr[0], name) == 0)
            return attr[1];
    return NULL;
}

const char *
view_text(const ViewNode *node)
{
    return node ? node->text->str : NULL;
}
