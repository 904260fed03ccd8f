/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/field.h - tables that say which attribute or child element belongs to which member of a struct.
 *
 * One table, in libvirt's order of printing, gives parse, format, copy and clear. A row without
 * `child` is an attribute of the element itself; one with `child` is an attribute of a child element
 * (rows of the same child stand together), or with `name` NULL the child element's text or mere
 * presence. What a table cannot say is written by hand beside it.
 *
 * Used by: conf/machine.
 */
#pragma once

#include <stddef.h>

#include "conf/domain/device.h"
#include "conf/xml/tree.h"

typedef enum {
    XML_FIELD_WORD,    /* an enum; words[0] NULL: absent, and "default" says so */
    XML_FIELD_ONOFF,   /* DomainSwitch, on/off */
    XML_FIELD_YESNO,   /* DomainSwitch, yes/no */
    XML_FIELD_STATE,   /* DomainSwitch, on/off; the child element without the attribute means on */
    XML_FIELD_FLAG,    /* gboolean: yes, or not there (no is read as not there) */
    XML_FIELD_UINT,    /* guint; 0: absent */
    XML_FIELD_INT,     /* int; -1: absent */
    XML_FIELD_STRING,  /* char*, not empty, without control characters */
    XML_FIELD_PATH,    /* char*, absolute and normalized */
    XML_FIELD_PRESENT, /* gboolean: the child element is there */
    XML_FIELD_KIB      /* guint64; the child's text with unit=, KiB by default; 0: absent */
} XmlFieldType;

typedef struct {
    const char *child; /* NULL: the element itself */
    const char *name;  /* of the attribute; NULL: the child's text */
    XmlFieldType type;
    gsize offset;
    const char *const *words; /* WORD */
    int n_words;
    guint64 min, max; /* UINT, INT */
    gboolean needed;
} XmlField;

#define XML_WORD(child, name, Type, member, words)                                                 \
    {                                                                                              \
        child, name, XML_FIELD_WORD, offsetof(Type, member), words, G_N_ELEMENTS(words), 0, 0,     \
            FALSE                                                                                  \
    }
#define XML_NEEDED_WORD(child, name, Type, member, words)                                          \
    {                                                                                              \
        child, name, XML_FIELD_WORD, offsetof(Type, member), words, G_N_ELEMENTS(words), 0, 0,     \
            TRUE                                                                                   \
    }
#define XML_UINT(child, name, Type, member, min, max)                                              \
    {                                                                                              \
        child, name, XML_FIELD_UINT, offsetof(Type, member), NULL, 0, min, max, FALSE              \
    }
#define XML_INT(child, name, Type, member, min, max)                                               \
    {                                                                                              \
        child, name, XML_FIELD_INT, offsetof(Type, member), NULL, 0, min, max, FALSE               \
    }
/* KIND: ONOFF YESNO STATE FLAG STRING PATH PRESENT KIB */
#define XML_FIELD(KIND, child, name, Type, member)                                                 \
    {                                                                                              \
        child, name, XML_FIELD_##KIND, offsetof(Type, member), NULL, 0, 0, 0, FALSE                \
    }

/* A table as arguments. */
#define XML_FIELDS(table) table, G_N_ELEMENTS(table)

/* INT members become -1; the rest of @to must be zero. */
void xml_fields_init(const XmlField *fields, gsize n_fields, gpointer to);

/* Reads what is there; the rest stays as it was. */
gboolean xml_fields_parse(XmlTree *tree, XmlNode *node, const XmlField *fields, gsize n_fields,
                          gpointer to, GError **error);

/* The rows without `child`: ` name='value'`, to be put into an open tag. */
void xml_fields_format_attrs(GString *out, const XmlField *fields, gsize n_fields,
                             gconstpointer from);

/* All rows, as attributes of the element that is open, whichever child they name. */
void xml_fields_format_open(GString *out, const XmlField *fields, gsize n_fields,
                            gconstpointer from);

/* The rows with `child`: one line an element that has anything to say. */
void xml_fields_format_children(GString *out, guint indent, const XmlField *fields, gsize n_fields,
                                gconstpointer from);

/* @to is a shallow copy of another struct: its strings become its own. */
void xml_fields_copy(const XmlField *fields, gsize n_fields, gpointer to);
void xml_fields_clear(const XmlField *fields, gsize n_fields, gpointer from);

/* Ends an element whose start tag `<name a='b'` ends at @body of @out, where its children begin:
 * `/>` when there are none, else `>`, a line feed, the children and `</name>`. */
void xml_write_close(GString *out, guint indent, const char *name, gsize body);
