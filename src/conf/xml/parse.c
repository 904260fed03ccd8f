/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/xml/limits.h"
#include "conf/xml/tree-priv.h"
#include "conf/xml/tree.h"
#include "util/error.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"

typedef struct {
    const char *prefix, *uri;
    int depth;
} Binding;

typedef struct {
    XmlTree *tree;
    XmlNode *node; /* the open element; NULL before and after the root */
    GString *text; /* character data not yet given to a node */
    GArray *scope; /* Binding, innermost last */
    int depth, n_nodes;
    int line;      /* of the '<' being looked at */
    GError *error; /* the first one; GMarkup may go on behind it */
    const char *root_name;
} Parser;

void
xml_tree_free(XmlTree *tree)
{
    if (tree == NULL)
        return;
    arena_clear(&tree->arena);
    g_free(tree);
}

/* --- errors ------------------------------------------------------------------------------------ */

static gboolean G_GNUC_PRINTF(4, 5)
    refuse(const Parser *self, GError **error, LodgeErrorCode code, const char *format, ...)
{
    g_autofree char *what = NULL, *message = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    message = xml_clean_message(g_strdup_printf("%s:%d: %s", self->tree->source, self->line, what));
    g_set_error_literal(error, LODGE_ERROR, code, message);
    return FALSE;
}

static gboolean
refuse_no_xml(const Parser *self, GError **error)
{
    if (self->root_name == NULL)
        return refuse(self, error, LODGE_ERROR_SYNTAX,
                      "this is no XML: it must begin with an element");
    return refuse(self, error, LODGE_ERROR_SYNTAX, "this is no XML: it must begin with <%s>",
                  self->root_name);
}

/* GMarkup says "Error on line 3 char 7: Element “a” ... <book>."; the position is ours to say. */
static void
refuse_markup(Parser *self, const GError *cause, GError **error)
{
    const char *after =
        g_str_has_prefix(cause->message, "Error on line ") ? strstr(cause->message, ": ") : NULL;
    g_autoptr(GString) text = g_string_new(after != NULL ? after + 2 : cause->message);

    if (self->node == NULL && self->tree->root != NULL) {
        refuse(self, error, LODGE_ERROR_SYNTAX,
               "something stands behind the end of <%s>; remove it", self->tree->root->name);
        return;
    }
    if (cause->code == G_MARKUP_ERROR_EMPTY || strstr(cause->message, "<book>") != NULL) {
        refuse_no_xml(self, error);
        return;
    }
    if (cause->code == G_MARKUP_ERROR_BAD_UTF8) {
        refuse(self, error, LODGE_ERROR_SYNTAX,
               "there are bytes that are not UTF-8; convert the file (iconv -t UTF-8)");
        return;
    }
    if (g_ascii_isupper(text->str[0]) && g_ascii_islower(text->str[1]))
        text->str[0] = g_ascii_tolower(text->str[0]);
    if (text->len > 0 && text->str[text->len - 1] == '.')
        g_string_truncate(text, text->len - 1);
    g_string_replace(text, "\u201c", "'", 0);
    g_string_replace(text, "\u201d", "'", 0);
    refuse(self, error, LODGE_ERROR_SYNTAX, "the XML is not well formed: %s", text->str);
}

/* --- characters and names ------------------------------------------------------------------------ */

/* XML has no control characters, not even as references; what we print must be readable again. */
static gboolean
check_characters(const Parser *self, const char *text, gsize length, GError **error)
{
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)text[i];

        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return refuse(self, error, LODGE_ERROR_SYNTAX,
                          "the control character 0x%02x is not allowed; remove it", c);
        if (c == 0xef && i + 2 < length && (guchar)text[i + 1] == 0xbf &&
            (guchar)text[i + 2] >= 0xbe)
            return refuse(self, error, LODGE_ERROR_SYNTAX,
                          "the character U+FFF%c is not allowed; remove it",
                          (guchar)text[i + 2] == 0xbe ? 'E' : 'F');
    }
    return TRUE;
}

static const char *
scope_find(const Parser *self, const char *prefix)
{
    for (guint i = self->scope->len; i > 0; i--) {
        const Binding *binding = &g_array_index(self->scope, Binding, i - 1);

        if (strcmp(binding->prefix, prefix) == 0)
            return *binding->uri != '\0' ? binding->uri : NULL;
    }
    return strcmp(prefix, "xml") == 0 ? XML_NS : NULL;
}

/* Splits "prefix:local" and looks the namespace up. */
static gboolean
resolve(Parser *self, const char *written, gboolean is_attr, const char **ret_prefix,
        const char **ret_ns, const char **ret_local, GError **error)
{
    const char *colon = strchr(written, ':');
    const char *local = colon != NULL ? colon + 1 : written;

    if (colon == written || *local == '\0' || strchr(local, ':') != NULL)
        return refuse(self, error, LODGE_ERROR_SYNTAX, "'%.*s' is not a name of XML", XML_QUOTE_MAX,
                      written);
    *ret_prefix =
        arena_text(&self->tree->arena, written, colon != NULL ? (gsize)(colon - written) : 0);
    *ret_local = arena_text(&self->tree->arena, local, strlen(local));
    *ret_ns = is_attr && colon == NULL ? NULL : scope_find(self, *ret_prefix);
    if (colon != NULL && *ret_ns == NULL)
        return refuse(self, error, LODGE_ERROR_SYNTAX,
                      "the prefix of '%.*s' is not declared; add xmlns:%.*s='...'", XML_QUOTE_MAX,
                      written, XML_QUOTE_MAX, *ret_prefix);
    return TRUE;
}

/* --- the document ---------------------------------------------------------------------------------- */

static void
flush_text(Parser *self)
{
    const char *text;

    if (self->text->len == 0 || self->node == NULL)
        return;
    text = arena_text(&self->tree->arena, self->text->str, self->text->len);
    if (self->node->last_child != NULL)
        self->node->last_child->tail = text;
    else
        self->node->text = text;
    g_string_truncate(self->text, 0);
}

static gboolean
declare(Parser *self, XmlNode *node, const char *name, const char *value, GError **error)
{
    const char *prefix = name[5] == ':' ? name + 6 : "";
    XmlDecl *decl = arena_zeroed(&self->tree->arena, sizeof *decl), **last = &node->decls;
    Binding binding;

    if (name[5] == ':' && (*prefix == '\0' || strchr(prefix, ':') != NULL || *value == '\0'))
        return refuse(self, error, LODGE_ERROR_SYNTAX, "%.*s='%.*s' declares no namespace",
                      XML_QUOTE_MAX, name, XML_QUOTE_MAX, value);
    if (g_str_has_prefix(prefix, "xml") || strcmp(value, XML_NS) == 0)
        return refuse(self, error, LODGE_ERROR_SYNTAX, "the prefix '%.*s' is reserved by XML",
                      XML_QUOTE_MAX, prefix);
    if (self->scope->len >= XML_NAMESPACES_MAX)
        return refuse(self, error, LODGE_ERROR_LIMIT, "more than %d namespaces are in force here",
                      XML_NAMESPACES_MAX);
    for (; *last != NULL; last = &(*last)->next)
        if (strcmp((*last)->prefix, prefix) == 0)
            return refuse(self, error, LODGE_ERROR_SYNTAX, "'%.*s' is declared twice",
                          XML_QUOTE_MAX, name);
    decl->prefix = arena_text(&self->tree->arena, prefix, strlen(prefix));
    decl->uri = arena_text(&self->tree->arena, value, strlen(value));
    *last = decl;
    binding = (Binding){decl->prefix, decl->uri, self->depth};
    g_array_append_val(self->scope, binding);
    return TRUE;
}

static gboolean
is_declaration(const char *name)
{
    return strncmp(name, "xmlns", 5) == 0 && (name[5] == '\0' || name[5] == ':');
}

static gboolean
read_attributes(Parser *self, XmlNode *node, const char **names, const char **values,
                GError **error)
{
    XmlAttr **last = &node->attrs;

    for (int i = 0; names[i] != NULL; i++) {
        if (i >= XML_ATTRS_MAX)
            return refuse(self, error, LODGE_ERROR_LIMIT, "an element has more than %d attributes",
                          XML_ATTRS_MAX);
        if (!check_characters(self, values[i], strlen(values[i]), error) ||
            (is_declaration(names[i]) && !declare(self, node, names[i], values[i], error)))
            return FALSE;
    }
    for (int i = 0; names[i] != NULL; i++) {
        XmlAttr *attr;

        if (is_declaration(names[i]))
            continue;
        attr = arena_zeroed(&self->tree->arena, sizeof *attr);
        if (!resolve(self, names[i], TRUE, &attr->prefix, &attr->ns, &attr->name, error))
            return FALSE;
        for (XmlAttr *other = node->attrs; other != NULL; other = other->next)
            if (strcmp(other->name, attr->name) == 0 && g_strcmp0(other->ns, attr->ns) == 0)
                return refuse(self, error, LODGE_ERROR_SYNTAX,
                              "the attribute '%.*s' is given twice; remove one", XML_QUOTE_MAX,
                              names[i]);
        attr->value = arena_text(&self->tree->arena, values[i], strlen(values[i]));
        *last = attr;
        last = &attr->next;
    }
    return TRUE;
}

static void
on_start(GMarkupParseContext *context, const char *name, const char **names, const char **values,
         gpointer data, GError **error)
{
    Parser *self = data;
    XmlNode *node;

    if (self->error != NULL)
        return;
    if (++self->n_nodes > XML_NODES_MAX) {
        refuse(self, error, LODGE_ERROR_LIMIT, "the XML has more than %d elements", XML_NODES_MAX);
        return;
    }
    if (++self->depth > XML_DEPTH_MAX) {
        refuse(self, error, LODGE_ERROR_LIMIT, "elements are nested deeper than %d", XML_DEPTH_MAX);
        return;
    }
    if (self->node == NULL && self->tree->root != NULL) {
        refuse(self, error, LODGE_ERROR_SYNTAX, "<%.*s> stands behind the end of <%s>; remove it",
               XML_QUOTE_MAX, name, self->tree->root->name);
        return;
    }
    flush_text(self);
    node = arena_zeroed(&self->tree->arena, sizeof *node);
    node->text = node->tail = "";
    node->line = self->line;
    if (!read_attributes(self, node, names, values, error) ||
        !resolve(self, name, FALSE, &node->prefix, &node->ns, &node->name, error))
        return;
    node->parent = self->node;
    if (self->node == NULL)
        self->tree->root = node;
    else if (self->node->last_child == NULL)
        self->node->child = self->node->last_child = node;
    else
        self->node->last_child = self->node->last_child->next = node;
    self->node = node;
    if (node->parent == NULL && self->root_name != NULL &&
        (strcmp(node->name, self->root_name) != 0 || node->ns != NULL))
        refuse(self, error, LODGE_ERROR_CONFIG, "the root element is <%.*s>%s; it must be <%s>",
               XML_QUOTE_MAX, name, node->ns != NULL ? " of another namespace" : "",
               self->root_name);
}

static void
on_end(GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
    Parser *self = data;

    if (self->error != NULL || self->node == NULL)
        return;
    flush_text(self);
    while (self->scope->len > 0 &&
           g_array_index(self->scope, Binding, self->scope->len - 1).depth == self->depth)
        g_array_set_size(self->scope, self->scope->len - 1);
    self->node = self->node->parent;
    self->depth--;
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
    Parser *self = data;

    if (self->error != NULL || !check_characters(self, text, length, error))
        return;
    if (self->node != NULL)
        g_string_append_len(self->text, text, (gssize)length);
    else
        for (gsize i = 0; i < length; i++)
            if (!g_ascii_isspace(text[i])) {
                refuse(self, error, LODGE_ERROR_SYNTAX,
                       "text stands outside of the root element; remove it");
                return;
            }
}

/* "encoding='X'" of an XML declaration: X, NULL when it says none. */
static char *
declared_encoding(const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, length);
    char *at = strstr(copy, "encoding"), *end;

    if (at == NULL)
        return NULL;
    at += strlen("encoding");
    at += strspn(at, " \t\r\n=");
    if (*at != '"' && *at != '\'')
        return NULL;
    end = strchr(at + 1, *at);
    return end != NULL ? g_strndup(at + 1, (gsize)(end - at - 1)) : NULL;
}

/* Comments and processing instructions are dropped here. */
static void
on_passthrough(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
               GError **error)
{
    Parser *self = data;
    g_autofree char *encoding = NULL;

    if (self->error != NULL)
        return;
    if (length >= 9 && g_ascii_strncasecmp(text, "<!DOCTYPE", 9) == 0) {
        refuse(self, error, LODGE_ERROR_SYNTAX,
               "a DOCTYPE is not allowed; remove it and write entities out");
        return;
    }
    if (length >= 5 && strncmp(text, "<?xml", 5) == 0 && strchr(" \t\r\n", text[5]) != NULL)
        encoding = declared_encoding(text, length);
    if (encoding != NULL && g_ascii_strcasecmp(encoding, "UTF-8") != 0 &&
        g_ascii_strcasecmp(encoding, "US-ASCII") != 0)
        refuse(self, error, LODGE_ERROR_SYNTAX,
               "the encoding '%.*s' is not read; convert the file (iconv -f %.*s -t UTF-8)",
               XML_QUOTE_MAX, encoding, XML_QUOTE_MAX, encoding);
}

static void
on_error(GMarkupParseContext *context, GError *error, gpointer data)
{
    Parser *self = data;

    if (self->error != NULL)
        return;
    if (error->domain == LODGE_ERROR) {
        self->error = g_error_copy(error);
    } else {
        g_markup_parse_context_get_position(context, &self->line, NULL);
        refuse_markup(self, error, &self->error);
    }
}

/* The text is fed from '<' to '<': GMarkup reports where a tag ends, we want where it begins.
 * GLib 2.74 goes on behind some errors and even says TRUE: on_error() keeps the first, and no
 * GError is passed that could be set twice. */
static gboolean
feed(Parser *self, GMarkupParseContext *context, const char *text, gsize size)
{
    const char *end = text + size;

    while (self->error == NULL && text < end) {
        const char *next = memchr(text + 1, '<', (gsize)(end - text - 1));

        g_markup_parse_context_get_position(context, &self->line, NULL);
        if (next == NULL)
            next = end;
        (void)g_markup_parse_context_parse(context, text, next - text, NULL);
        text = next;
    }
    if (self->error == NULL)
        (void)g_markup_parse_context_end_parse(context, NULL);
    if (self->error == NULL && self->tree->root == NULL)
        refuse_no_xml(self, &self->error);
    return self->error == NULL;
}

/* Line ends of other systems become line feeds, as XML says. */
static char *
unify_line_ends(const char *text, gsize *size)
{
    char *copy = g_malloc(*size), *out = copy;

    for (gsize i = 0; i < *size; i++)
        if (text[i] != '\r')
            *out++ = text[i];
        else if (i + 1 == *size || text[i + 1] != '\n')
            *out++ = '\n';
    *size = (gsize)(out - copy);
    return copy;
}

/* GMarkup lets NUL bytes through; the strings of a tree end at the first. */
static gboolean
check_no_nul(Parser *self, const char *text, gsize size, GError **error)
{
    const char *nul = size > 0 ? memchr(text, '\0', size) : NULL;

    if (nul == NULL)
        return TRUE;
    for (const char *at = text; at < nul; at++)
        self->line += *at == '\n';
    return refuse(self, error, LODGE_ERROR_SYNTAX, "there is a NUL byte; this is no XML");
}

XmlTree *
xml_parse(const char *text, gsize size, const char *source, const char *root_name, GError **error)
{
    static const GMarkupParser callbacks = {on_start, on_end, on_text, on_passthrough, on_error};
    g_autoptr(XmlTree) tree = g_new0(XmlTree, 1);
    g_autoptr(GString) pending = NULL;
    g_autoptr(GArray) scope = NULL;
    g_autoptr(GMarkupParseContext) context = NULL;
    g_autofree char *unified = NULL;
    Parser self = {.tree = tree, .line = 1, .root_name = root_name};

    tree->source = arena_text(&tree->arena, source, strlen(source));
    if (size > XML_BYTES_MAX) {
        refuse(&self, error, LODGE_ERROR_LIMIT,
               "the XML has %" G_GSIZE_FORMAT " bytes; the limit is %d", size, XML_BYTES_MAX);
        return NULL;
    }
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        size -= 3;
    } else if (size >= 2 &&
               (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
        refuse(&self, error, LODGE_ERROR_SYNTAX,
               "the XML is UTF-16; convert the file (iconv -f UTF-16 -t UTF-8)");
        return NULL;
    }
    if (!check_no_nul(&self, text, size, error))
        return NULL;
    if (size > 0 && memchr(text, '\r', size) != NULL)
        text = unified = unify_line_ends(text, &size);
    self.text = pending = g_string_sized_new(256);
    self.scope = scope = g_array_new(FALSE, FALSE, sizeof(Binding));
    context = g_markup_parse_context_new(&callbacks, G_MARKUP_TREAT_CDATA_AS_TEXT, &self, NULL);
    if (feed(&self, context, text, size))
        return g_steal_pointer(&tree);
    g_propagate_error(error, self.error);
    return NULL;
}
