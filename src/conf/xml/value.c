/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/value.h"

#include <limits.h>
#include <net/if.h>
#include <string.h>

#include "conf/xml/limits.h"
#include "util/enum.h"
#include "util/error.h"
#include "util/units.h"

const char *
xml_attr_need(XmlTree *tree, XmlNode *node, const char *name, GError **error)
{
    const char *value = xml_attr(node, name);

    if (value != NULL && *value != '\0')
        return value;
    if (value == NULL)
        xml_error(tree, node, error, "lacks the attribute '%s'", name);
    else
        xml_error(tree, node, error, "leaves the attribute '%s' empty", name);
    return NULL;
}

const char *
xml_text_need(XmlTree *tree, XmlNode *node, GError **error)
{
    const char *text = xml_text(node);

    if (*text != '\0')
        return text;
    xml_error(tree, node, error, "is empty");
    return NULL;
}

static gboolean
prefix_attr(XmlTree *tree, XmlNode *node, const char *name, GError **error)
{
    g_prefix_error(error, "attribute '%s': ", name);
    return xml_error_prefix(tree, node, error);
}

gboolean
xml_attr_uint(XmlTree *tree, XmlNode *node, const char *name, guint64 min, guint64 max,
              guint64 *ret_value, GError **error)
{
    const char *value = xml_attr(node, name);

    return value == NULL || units_parse_uint(value, min, max, ret_value, error) ||
           prefix_attr(tree, node, name, error);
}

gboolean
xml_text_uint(XmlTree *tree, XmlNode *node, guint64 min, guint64 max, guint64 *ret_value,
              GError **error)
{
    return units_parse_uint(xml_text(node), min, max, ret_value, error) ||
           xml_error_prefix(tree, node, error);
}

static gboolean
parse_kib(XmlTree *tree, XmlNode *node, const char *text, guint64 max_kib, guint64 *ret_kib,
          GError **error)
{
    g_autoptr(GError) cause = NULL;
    guint64 bytes;

    if (!units_parse_size(text, xml_attr(node, "unit"), 1024, G_MAXUINT64 - 1023, &bytes, &cause)) {
        xml_error_prefix(tree, node, &cause);
        g_set_error_literal(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, cause->message);
        return FALSE;
    }
    *ret_kib = MIN((bytes + 1023) / 1024, max_kib);
    return TRUE;
}

gboolean
xml_text_kib(XmlTree *tree, XmlNode *node, guint64 max_kib, guint64 *ret_kib, GError **error)
{
    return parse_kib(tree, node, xml_text(node), max_kib, ret_kib, error);
}

gboolean
xml_attr_kib(XmlTree *tree, XmlNode *node, const char *name, guint64 *ret_kib, GError **error)
{
    return parse_kib(tree, node, xml_attr(node, name), G_MAXINT64 / 1024, ret_kib, error);
}

/* "a, b or c" */
static char *
join_words(const char *const *words, int n_words)
{
    g_autoptr(GString) list = g_string_new(NULL);
    int last = -1;

    for (int i = 0; i < n_words; i++)
        if (words[i] != NULL)
            last = i;
    for (int i = 0; i <= last; i++)
        if (words[i] != NULL)
            g_string_append_printf(list, "%s%s", list->len == 0 ? "" : (i == last ? " or " : ", "),
                                   words[i]);
    return g_string_free(g_steal_pointer(&list), FALSE);
}

static gboolean
bad_word(XmlTree *tree, XmlNode *node, const char *name, const char *value,
         const char *const *words, int n_words, GError **error)
{
    g_autofree char *list = join_words(words, n_words);

    if (name != NULL)
        return xml_error(tree, node, error, "attribute '%s' is '%.*s'; use %s", name, XML_QUOTE_MAX,
                         value, list);
    return xml_error(tree, node, error, "is '%.*s'; use %s", XML_QUOTE_MAX, value, list);
}

gboolean
xml_attr_word(XmlTree *tree, XmlNode *node, const char *name, const char *const *words, int n_words,
              int *ret_value, GError **error)
{
    const char *value = xml_attr(node, name);
    int index;

    if (value == NULL)
        return TRUE;
    index = enum_lookup(words, n_words, value);
    if (index < 0)
        return bad_word(tree, node, name, value, words, n_words, error);
    *ret_value = index;
    return TRUE;
}

gboolean
xml_text_word(XmlTree *tree, XmlNode *node, const char *const *words, int n_words, int *ret_value,
              GError **error)
{
    const char *value = xml_text(node);
    int index = enum_lookup(words, n_words, value);

    if (index < 0)
        return bad_word(tree, node, NULL, value, words, n_words, error);
    *ret_value = index;
    return TRUE;
}

gboolean
xml_attr_bool(XmlTree *tree, XmlNode *node, const char *name, const char *no, const char *yes,
              gboolean *ret_value, GError **error)
{
    const char *const words[] = {no, yes};

    return xml_attr_word(tree, node, name, words, 2, ret_value, error);
}

gboolean
xml_attr_only(XmlTree *tree, XmlNode *node, const char *name, const char *only, GError **error)
{
    const char *value = xml_attr(node, name);

    if (value == NULL || strcmp(value, only) == 0)
        return TRUE;
    return xml_unsupported(tree, node, error, "attribute '%s' is '%.*s'; lodge supports '%s' only",
                           name, XML_QUOTE_MAX, value, only);
}

void
xml_drop(XmlNode *node, const char *name)
{
    for (XmlNode *child = xml_child(node, name); child != NULL; child = xml_next(child, name))
        xml_node_keep(child);
}

char *
xml_path(XmlTree *tree, XmlNode *node, const char *what, const char *text, GError **error)
{
    g_autoptr(GString) path = NULL;

    if (text == NULL || *text == '\0') {
        xml_error(tree, node, error, "needs a %s", what);
        return NULL;
    }
    if (*text != '/') {
        xml_error(tree, node, error, "%s '%.*s' is not absolute; write it from '/' on", what,
                  XML_QUOTE_MAX, text);
        return NULL;
    }
    if (strlen(text) >= PATH_MAX) {
        xml_error(tree, node, error, "%s is longer than %d bytes", what, PATH_MAX - 1);
        return NULL;
    }
    path = g_string_sized_new(64);
    while (*text != '\0') {
        gsize length = strcspn(text, "/");

        if (length == 2 && strncmp(text, "..", 2) == 0) {
            xml_error(tree, node, error, "%s holds '..'; write the path that is meant", what);
            return NULL;
        }
        for (gsize i = 0; i < length; i++)
            if ((guchar)text[i] < 0x20) {
                xml_error(tree, node, error, "%s holds a control character; remove it", what);
                return NULL;
            }
        if (length > 0 && !(length == 1 && *text == '.')) {
            g_string_append_c(path, '/');
            g_string_append_len(path, text, (gssize)length);
        }
        text += length;
        text += *text == '/';
    }
    if (path->len == 0)
        g_string_append_c(path, '/');
    return g_string_free(g_steal_pointer(&path), FALSE);
}

gboolean
xml_check_ifname(XmlTree *tree, XmlNode *node, const char *what, const char *name, GError **error)
{
    gsize length = strlen(name);

    if (length == 0)
        return xml_error(tree, node, error, "%s is empty", what);
    if (length >= IFNAMSIZ)
        return xml_error(tree, node, error, "%s '%.*s' is longer than %d bytes", what,
                         XML_QUOTE_MAX, name, IFNAMSIZ - 1);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return xml_error(tree, node, error, "%s '%s' is not a name", what, name);
    /* the kernel takes '*', but to nft and dnsmasq "a*" means every device that begins so */
    for (const char *at = name; *at != '\0'; at++)
        if ((guchar)*at <= 0x20 || (guchar)*at >= 0x7f || strchr("/:%*'\"\\", *at) != NULL)
            return xml_error(tree, node, error,
                             "%s '%s' holds a character that has no place in an interface name; "
                             "use letters, digits, '-', '_' and '.'",
                             what, name);
    return TRUE;
}
