/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/field.h"

#include <string.h>

#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const switch_onoff[] = {NULL, "on", "off"};
static const char *const switch_yesno[] = {NULL, "yes", "no"};

#define MEMBER(Type, base, field) (*(Type *)(gpointer)((char *)(base) + (field)->offset))
#define CONST_MEMBER(Type, base, field)                                                            \
    (*(const Type *)(gconstpointer)((const char *)(base) + (field)->offset))

void
xml_fields_init(const XmlField *fields, gsize n_fields, gpointer to)
{
    for (gsize i = 0; i < n_fields; i++)
        if (fields[i].type == XML_FIELD_INT)
            MEMBER(int, to, &fields[i]) = -1;
}

static gboolean
parse_word(XmlTree *tree, XmlNode *node, const XmlField *field, const char *const *words,
           int n_words, gpointer to, GError **error)
{
    const char *text = field->name != NULL ? xml_attr(node, field->name) : xml_text(node);
    int value = MEMBER(int, to, field);

    if (field->type == XML_FIELD_WORD && words[0] == NULL && g_strcmp0(text, "default") == 0) {
        value = 0;
    } else if (field->name == NULL) {
        if (!xml_text_word(tree, node, words, n_words, &value, error))
            return FALSE;
    } else if (!xml_attr_word(tree, node, field->name, words, n_words, &value, error)) {
        return FALSE;
    }
    MEMBER(int, to, field) = value;
    return TRUE;
}

static gboolean
parse_number(XmlTree *tree, XmlNode *node, const XmlField *field, gpointer to, GError **error)
{
    guint64 value = G_MAXUINT64;
    gboolean ok =
        field->name != NULL
            ? xml_attr_uint(tree, node, field->name, field->min, field->max, &value, error)
            : xml_text_uint(tree, node, field->min, field->max, &value, error);

    if (!ok)
        return FALSE;
    if (value == G_MAXUINT64)
        return TRUE;
    if (field->type == XML_FIELD_INT)
        MEMBER(int, to, field) = (int)value;
    else
        MEMBER(guint, to, field) = (guint)value;
    return TRUE;
}

static gboolean
parse_string(XmlTree *tree, XmlNode *node, const XmlField *field, gpointer to, GError **error)
{
    const char *text = field->name != NULL ? xml_attr(node, field->name) : xml_text(node);
    char *value;

    if (text == NULL)
        return TRUE;
    if (*text == '\0')
        return field->name != NULL
                   ? xml_error(tree, node, error, "leaves the attribute '%s' empty", field->name)
                   : xml_error(tree, node, error, "is empty; give a value or remove it");
    for (const char *c = text; *c != '\0'; c++)
        if ((guchar)*c < 0x20 || *c == 0x7f)
            return xml_error(tree, node, error, "holds a control character%s%s; remove it",
                             field->name != NULL ? " in the attribute " : "",
                             field->name != NULL ? field->name : "");
    value = field->type == XML_FIELD_PATH
                ? xml_path(tree, node, field->name != NULL ? field->name : "path", text, error)
                : g_strdup(text);
    if (value == NULL)
        return FALSE;
    g_free(MEMBER(char *, to, field));
    MEMBER(char *, to, field) = value;
    return TRUE;
}

static gboolean
parse_field(XmlTree *tree, XmlNode *node, const XmlField *field, gpointer to, GError **error)
{
    int flag;

    if (field->needed && field->name != NULL &&
        xml_attr_need(tree, node, field->name, error) == NULL)
        return FALSE;
    switch (field->type) {
    case XML_FIELD_WORD:
        return parse_word(tree, node, field, field->words, field->n_words, to, error);
    case XML_FIELD_STATE:
        MEMBER(int, to, field) = DOMAIN_SWITCH_ON;
        return parse_word(tree, node, field, switch_onoff, 3, to, error);
    case XML_FIELD_ONOFF:
        return parse_word(tree, node, field, switch_onoff, 3, to, error);
    case XML_FIELD_YESNO:
        return parse_word(tree, node, field, switch_yesno, 3, to, error);
    case XML_FIELD_FLAG:
        flag = MEMBER(gboolean, to, field);
        if (!xml_attr_bool(tree, node, field->name, "no", "yes", &flag, error))
            return FALSE;
        MEMBER(gboolean, to, field) = flag;
        return TRUE;
    case XML_FIELD_UINT:
    case XML_FIELD_INT:
        return parse_number(tree, node, field, to, error);
    case XML_FIELD_STRING:
    case XML_FIELD_PATH:
        return parse_string(tree, node, field, to, error);
    case XML_FIELD_PRESENT:
        MEMBER(gboolean, to, field) = TRUE;
        return TRUE;
    case XML_FIELD_KIB:
        return xml_text_kib(tree, node, G_MAXINT64 / 1024, &MEMBER(guint64, to, field), error);
    }
    return TRUE;
}

gboolean
xml_fields_parse(XmlTree *tree, XmlNode *node, const XmlField *fields, gsize n_fields, gpointer to,
                 GError **error)
{
    for (gsize i = 0; i < n_fields; i++) {
        XmlNode *at = fields[i].child != NULL ? xml_child(node, fields[i].child) : node;

        if (at != NULL && !parse_field(tree, at, &fields[i], to, error))
            return FALSE;
    }
    return TRUE;
}

/* The value as it is printed; NULL when there is none. @buffer holds a number. */
static const char *
value_text(const XmlField *field, gconstpointer from, char *buffer, gsize size)
{
    int number;

    switch (field->type) {
    case XML_FIELD_WORD:
        number = CONST_MEMBER(int, from, field);
        return number >= 0 && number < field->n_words ? field->words[number] : NULL;
    case XML_FIELD_ONOFF:
    case XML_FIELD_STATE:
        return switch_onoff[CONST_MEMBER(int, from, field)];
    case XML_FIELD_YESNO:
        return switch_yesno[CONST_MEMBER(int, from, field)];
    case XML_FIELD_FLAG:
        return CONST_MEMBER(gboolean, from, field) ? "yes" : NULL;
    case XML_FIELD_UINT:
        if (CONST_MEMBER(guint, from, field) == 0)
            return NULL;
        g_snprintf(buffer, size, "%u", CONST_MEMBER(guint, from, field));
        return buffer;
    case XML_FIELD_INT:
        if (CONST_MEMBER(int, from, field) < 0)
            return NULL;
        g_snprintf(buffer, size, "%d", CONST_MEMBER(int, from, field));
        return buffer;
    case XML_FIELD_STRING:
    case XML_FIELD_PATH:
        return CONST_MEMBER(char *, from, field);
    case XML_FIELD_PRESENT:
        return CONST_MEMBER(gboolean, from, field) ? "" : NULL;
    case XML_FIELD_KIB:
        if (CONST_MEMBER(guint64, from, field) == 0)
            return NULL;
        g_snprintf(buffer, size, "%" G_GUINT64_FORMAT, CONST_MEMBER(guint64, from, field));
        return buffer;
    }
    return NULL;
}

void
xml_fields_format_attrs(GString *out, const XmlField *fields, gsize n_fields, gconstpointer from)
{
    char buffer[32];

    for (gsize i = 0; i < n_fields; i++)
        if (fields[i].child == NULL)
            xml_write_attr(out, fields[i].name,
                           value_text(&fields[i], from, buffer, sizeof buffer));
}

void
xml_fields_format_open(GString *out, const XmlField *fields, gsize n_fields, gconstpointer from)
{
    char buffer[32];

    for (gsize i = 0; i < n_fields; i++)
        xml_write_attr(out, fields[i].name, value_text(&fields[i], from, buffer, sizeof buffer));
}

static void
format_text(GString *out, guint indent, const XmlField *field, const char *value)
{
    if (field->type == XML_FIELD_PRESENT)
        xml_write_line(out, indent, "<%s/>", field->child);
    else if (field->type == XML_FIELD_KIB)
        xml_write_line(out, indent, "<%s unit='KiB'>%s</%s>", field->child, value, field->child);
    else
        xml_write_text(out, indent, field->child, value);
}

void
xml_fields_format_children(GString *out, guint indent, const XmlField *fields, gsize n_fields,
                           gconstpointer from)
{
    const char *open = NULL;
    char buffer[32];

    for (gsize i = 0; i < n_fields; i++) {
        const XmlField *field = &fields[i];
        const char *value;

        if (open != NULL && g_strcmp0(open, field->child) != 0) {
            g_string_append(out, "/>\n");
            open = NULL;
        }
        if (field->child == NULL)
            continue;
        value = value_text(field, from, buffer, sizeof buffer);
        if (value == NULL)
            continue;
        if (field->name == NULL) {
            format_text(out, indent, field, value);
            continue;
        }
        if (open == NULL) {
            xml_write_indent(out, indent);
            g_string_append_printf(out, "<%s", field->child);
            open = field->child;
        }
        xml_write_attr(out, field->name, value);
    }
    if (open != NULL)
        g_string_append(out, "/>\n");
}

void
xml_fields_copy(const XmlField *fields, gsize n_fields, gpointer to)
{
    for (gsize i = 0; i < n_fields; i++)
        if (fields[i].type == XML_FIELD_STRING || fields[i].type == XML_FIELD_PATH)
            MEMBER(char *, to, &fields[i]) = g_strdup(MEMBER(char *, to, &fields[i]));
}

void
xml_fields_clear(const XmlField *fields, gsize n_fields, gpointer from)
{
    for (gsize i = 0; i < n_fields; i++)
        if (fields[i].type == XML_FIELD_STRING || fields[i].type == XML_FIELD_PATH)
            g_clear_pointer(&MEMBER(char *, from, &fields[i]), g_free);
}

void
xml_write_close(GString *out, guint indent, const char *name, gsize body)
{
    if (out->len == body) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_insert(out, (gssize)body, ">\n");
    xml_write_indent(out, indent);
    g_string_append_printf(out, "</%s>\n", name);
}
