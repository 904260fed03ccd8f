/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/xml/tree.h"
#include "conf/xml/write.h"

typedef struct {
    const char *prefix, *uri;
} Known;

typedef struct {
    GString *out;
    GArray *known; /* Known: declarations already printed around this place, innermost last */
} Writer;

static gboolean
is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* Elements only: their layout is ours. Anything with words in it keeps its blanks. */
static gboolean
is_layout_free(const XmlNode *node)
{
    if (node->child == NULL || !is_blank(node->text))
        return FALSE;
    for (const XmlNode *child = node->child; child != NULL; child = child->next)
        if (!is_blank(child->tail))
            return FALSE;
    return TRUE;
}

static void
append_escaped(GString *out, const char *text, gboolean is_attr)
{
    for (; *text != '\0'; text++) {
        if (*text == '&')
            g_string_append(out, "&amp;");
        else if (*text == '<')
            g_string_append(out, "&lt;");
        else if (*text == '>')
            g_string_append(out, "&gt;");
        else if (*text == '"' && is_attr)
            g_string_append(out, "&quot;");
        else if (*text == '\r' || (is_attr && (*text == '\n' || *text == '\t')))
            g_string_append_printf(out, "&#%d;", *text);
        else
            g_string_append_c(out, *text);
    }
}

static void
declare(Writer *self, const char *prefix, const char *uri)
{
    Known known = {prefix, uri};

    g_array_append_val(self->known, known);
    g_string_append_printf(self->out, *prefix != '\0' ? " xmlns:%s=\"" : " xmlns%s=\"", prefix);
    append_escaped(self->out, uri, TRUE);
    g_string_append_c(self->out, '"');
}

static void
need(Writer *self, const char *prefix, const char *uri)
{
    const char *now = "";

    if (uri == NULL)
        uri = "";
    if (strcmp(prefix, "xml") == 0)
        return;
    for (guint i = self->known->len; i > 0; i--) {
        const Known *known = &g_array_index(self->known, Known, i - 1);

        if (strcmp(known->prefix, prefix) == 0) {
            now = known->uri;
            break;
        }
    }
    if (strcmp(now, uri) != 0)
        declare(self, prefix, uri);
}

static void
append_name(GString *out, const char *prefix, const char *name)
{
    if (*prefix != '\0') {
        g_string_append(out, prefix);
        g_string_append_c(out, ':');
    }
    g_string_append(out, name);
}

static void
write_node(Writer *self, const XmlNode *node, guint indent, gboolean lay_out)
{
    guint mark = self->known->len;
    gboolean inner = lay_out && is_layout_free(node);

    if (lay_out)
        xml_write_indent(self->out, indent);
    g_string_append_c(self->out, '<');
    append_name(self->out, node->prefix, node->name);
    for (const XmlDecl *decl = node->decls; decl != NULL; decl = decl->next)
        declare(self, decl->prefix, decl->uri);
    need(self, node->prefix, node->ns);
    for (const XmlAttr *attr = node->attrs; attr != NULL; attr = attr->next)
        if (*attr->prefix != '\0')
            need(self, attr->prefix, attr->ns);
    for (const XmlAttr *attr = node->attrs; attr != NULL; attr = attr->next) {
        g_string_append_c(self->out, ' ');
        append_name(self->out, attr->prefix, attr->name);
        g_string_append(self->out, "=\"");
        append_escaped(self->out, attr->value, TRUE);
        g_string_append_c(self->out, '"');
    }
    if (node->child == NULL && *node->text == '\0') {
        g_string_append(self->out, "/>");
    } else {
        g_string_append_c(self->out, '>');
        if (inner)
            g_string_append_c(self->out, '\n');
        else
            append_escaped(self->out, node->text, FALSE);
        for (const XmlNode *child = node->child; child != NULL; child = child->next) {
            write_node(self, child, indent + 2, inner);
            if (!inner)
                append_escaped(self->out, child->tail, FALSE);
        }
        if (inner)
            xml_write_indent(self->out, indent);
        g_string_append(self->out, "</");
        append_name(self->out, node->prefix, node->name);
        g_string_append_c(self->out, '>');
    }
    if (lay_out)
        g_string_append_c(self->out, '\n');
    g_array_set_size(self->known, mark);
}

char *
xml_node_to_string(const XmlNode *node, guint indent)
{
    g_autoptr(GArray) known = g_array_new(FALSE, FALSE, sizeof(Known));
    Writer self = {g_string_new(NULL), known};

    write_node(&self, node, indent, TRUE);
    return g_string_free(self.out, FALSE);
}
