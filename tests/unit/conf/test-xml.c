/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/xml/limits.h"
#include "conf/xml/tree.h"
#include "util/error.h"

static XmlTree *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    XmlTree *tree = xml_parse(text, strlen(text), "a.xml", "a", &error);

    g_assert_no_error(error);
    return tree;
}

static void
refused(const char *text, gsize size, LodgeErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(XmlTree) tree = xml_parse(text, size, "a.xml", "a", &error);

    g_assert_null(tree);
    g_assert_error(error, LODGE_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_readers(void)
{
    g_autoptr(XmlTree) tree =
        parse("<a x='1' xmlns:n='urn:n' n:x='2'>\n<b>one</b><n:b/><c/>\n <b\n y=''> two </b></a>");
    XmlNode *root = xml_root(tree), *b = xml_child(root, "b"), *second = xml_next(b, "b");

    g_assert_cmpstr(xml_attr(root, "x"), ==, "1");
    g_assert_null(xml_attr(root, "y"));
    g_assert_cmpstr(xml_text(b), ==, "one");
    g_assert_cmpint(b->line, ==, 2);
    g_assert_cmpstr(xml_text(second), ==, " two ");
    g_assert_cmpint(second->line, ==, 3);
    g_assert_null(xml_next(second, "b"));
    g_assert_cmpstr(xml_child(root, NULL)->name, ==, "b");
    g_assert_nonnull(xml_child_ns(root, "urn:n", "b"));
    g_assert_null(xml_child_ns(root, "urn:n", "c"));
    g_assert_cmpstr(xml_source(tree), ==, "a.xml");
}

static void
test_unknown(void)
{
    g_autoptr(XmlTree) tree =
        parse("<a x='1' y='2'>\n<b z='3'><kept><in/></kept></b>\n<c><d/></c>words</a>");
    XmlNode *root = xml_root(tree), *b = xml_child(root, "b");
    g_autoptr(GPtrArray) lines = NULL;

    (void)xml_attr(root, "x");
    xml_node_keep(b->child);
    lines = xml_unknown(tree);
    g_assert_cmpuint(lines->len, ==, 4);
    g_assert_cmpstr(lines->pdata[0], ==, "a.xml:1: <a> attribute 'y' is not known");
    g_assert_cmpstr(lines->pdata[1], ==, "a.xml:1: <a> holds text, which has no meaning there");
    g_assert_cmpstr(lines->pdata[2], ==, "a.xml:2: <b> attribute 'z' is not known");
    g_assert_cmpstr(lines->pdata[3], ==, "a.xml:3: <c> is not known inside <a>");
}

static void
test_unknown_many(void)
{
    g_autoptr(GString) text = g_string_new("<a>");
    g_autoptr(XmlTree) tree = NULL;
    g_autoptr(GPtrArray) lines = NULL;

    for (int i = 0; i < 1000; i++)
        g_string_append(text, "<b/>");
    g_string_append(text, "</a>");
    tree = parse(text->str);
    (void)xml_root(tree);
    lines = xml_unknown(tree);
    g_assert_cmpuint(lines->len, ==, XML_WARNINGS_MAX);
}

/* What is quoted cannot break the line of the message. */
static void
test_message(void)
{
    g_autoptr(XmlTree) tree = parse("<a>\n<b x='1&#10;2'/></a>");
    XmlNode *b = xml_child(xml_root(tree), "b");
    g_autoptr(GError) error = NULL;

    g_assert_false(xml_error(tree, b, &error, "holds '%s' \xff", xml_attr(b, "x")));
    g_assert_cmpstr(error->message, ==, "a.xml:2: <b> holds '1?2' \xef\xbf\xbd");
}

static void
test_encodings(void)
{
    static const char with_nul[] = "<a>\n\0</a>";
    g_autoptr(XmlTree) bom = parse("\xef\xbb\xbf<a/>");
    g_autoptr(XmlTree) ascii = parse("<?xml version='1.0' encoding='us-ascii'?><a/>");

    refused("\xff\xfe<\0a\0/\0>\0", 10, LODGE_ERROR_SYNTAX,
            "a.xml:1: the XML is UTF-16; convert the file (iconv -f UTF-16 -t UTF-8)");
    refused("<a>\n\xff</a>", 9, LODGE_ERROR_SYNTAX,
            "a.xml:2: there are bytes that are not UTF-8; convert the file (iconv -t UTF-8)");
    refused(with_nul, sizeof with_nul - 1, LODGE_ERROR_SYNTAX,
            "a.xml:2: there is a NUL byte; this is no XML");
}

/* <a><b><b>...: @depth elements */
static char *
nested(int depth)
{
    GString *text = g_string_new("<a>");

    for (int i = 1; i < depth; i++)
        g_string_append(text, "<b>");
    for (int i = 1; i < depth; i++)
        g_string_append(text, "</b>");
    g_string_append(text, "</a>");
    return g_string_free(text, FALSE);
}

static void
test_depth(void)
{
    g_autofree char *most = nested(XML_DEPTH_MAX), *more = nested(XML_DEPTH_MAX + 1);
    g_autoptr(XmlTree) tree = parse(most);

    refused(more, strlen(more), LODGE_ERROR_LIMIT, "a.xml:1: elements are nested deeper than 64");
}

static void
test_attributes(void)
{
    g_autoptr(GString) text = g_string_new("<a");
    g_autofree char *most = NULL;
    g_autoptr(XmlTree) tree = NULL;

    for (int i = 0; i < XML_ATTRS_MAX; i++)
        g_string_append_printf(text, " a%d=''", i);
    most = g_strconcat(text->str, "/>", NULL);
    tree = parse(most);
    g_string_append(text, " more=''/>");
    refused(text->str, text->len, LODGE_ERROR_LIMIT,
            "a.xml:1: an element has more than 64 attributes");
}

static void
test_namespaces(void)
{
    g_autoptr(GString) text = g_string_new("<a xmlns:x='urn:x'>");

    for (int i = 0; i < XML_NAMESPACES_MAX; i++)
        g_string_append_printf(text, "%s xmlns:n%d='urn:n'", i % 32 == 0 ? "\n<b" : "", i);
    for (gsize i = 0; i < text->len; i++)
        if (text->str[i] == '\n' && i > 20)
            g_string_insert_c(text, (gssize)i++, '>');
    g_string_append(text, "/>");
    refused(text->str, text->len, LODGE_ERROR_LIMIT,
            "a.xml:3: more than 64 namespaces are in force here");
}

static void
test_elements(void)
{
    g_autoptr(GString) text = g_string_new("<a>");

    for (int i = 0; i < XML_NODES_MAX; i++)
        g_string_append(text, "<b/>");
    g_string_append(text, "</a>");
    refused(text->str, text->len, LODGE_ERROR_LIMIT,
            "a.xml:1: the XML has more than 100000 elements");
}

/* A name of 10 MB is not even looked at. */
static void
test_size(void)
{
    gsize size = 10 * 1024 * 1024;
    g_autofree char *text = g_strnfill(size, 'n');
    gint64 start = g_get_monotonic_time();

    memcpy(text, "<a>", 3);
    refused(text, size, LODGE_ERROR_LIMIT,
            "a.xml:1: the XML has 10485760 bytes; the limit is 4194304");
    g_assert_cmpint(g_get_monotonic_time() - start, <, G_USEC_PER_SEC / 10);
}

/* The largest document that is read at all is read in a time that grows with its size only. */
static void
test_large(void)
{
    g_autofree char *text = g_strnfill(XML_BYTES_MAX, '\n');
    g_autoptr(XmlTree) tree = NULL;

    memcpy(text, "<a>", 3);
    memcpy(text + XML_BYTES_MAX - 4, "</a>", 4);
    tree = xml_parse(text, XML_BYTES_MAX, "a.xml", "a", NULL);
    g_assert_nonnull(tree);
    g_assert_cmpuint(strlen(xml_text(xml_root(tree))), ==, XML_BYTES_MAX - 7);
}

static void
test_serialize(void)
{
    g_autoptr(XmlTree) tree =
        parse("<a xmlns:o='urn:o'><o:b  o:x=\"1'&quot;\" y='&lt;&#9;'><c/>\n<d> e </d></o:b></a>");
    g_autofree char *text = xml_node_to_string(xml_root(tree)->child, 2);

    g_assert_cmpstr(text, ==,
                    "  <o:b xmlns:o=\"urn:o\" o:x=\"1'&quot;\" y=\"&lt;&#9;\">\n"
                    "    <c/>\n"
                    "    <d> e </d>\n"
                    "  </o:b>\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xml/readers", test_readers);
    g_test_add_func("/xml/unknown", test_unknown);
    g_test_add_func("/xml/unknown-many", test_unknown_many);
    g_test_add_func("/xml/message", test_message);
    g_test_add_func("/xml/encodings", test_encodings);
    g_test_add_func("/xml/depth", test_depth);
    g_test_add_func("/xml/attributes", test_attributes);
    g_test_add_func("/xml/namespaces", test_namespaces);
    g_test_add_func("/xml/elements", test_elements);
    g_test_add_func("/xml/size", test_size);
    g_test_add_func("/xml/large", test_large);
    g_test_add_func("/xml/serialize", test_serialize);
    return g_test_run();
}
