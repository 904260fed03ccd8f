/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/domain.h"
#include "util/error.h"

static const char plain[] = "<domain type='lxc'><name>a</name><memory>1024</memory>"
                            "<os><type>exe</type></os></domain>";

static DomainDef *
new_def(void)
{
    g_autoptr(GError) error = NULL;
    DomainDef *def = domain_def_parse(plain, strlen(plain), "a.xml", TRUE, NULL, &error);

    g_assert_no_error(error);
    return def;
}

static void
set(DomainDef *def, const char *key, const char *uri, const char *xml)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(domain_metadata_set(def, key, uri, xml, &error));
    g_assert_no_error(error);
}

static void
test_set_get_remove(void)
{
    g_autoptr(DomainDef) def = new_def();
    g_autoptr(GError) error = NULL;
    g_autofree char *got = NULL;

    g_assert_null(domain_metadata_get(def, "urn:a", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NO_METADATA);
    set(def, "app", "urn:a", "<tool version='1'><x/></tool>");
    set(def, "other", "urn:b", "<y/>");
    set(def, "app", "urn:a", "<tool version='2'/>");
    g_assert_cmpstr(def->metadata, ==,
                    "    <other:y xmlns:other=\"urn:b\"/>\n"
                    "    <app:tool xmlns:app=\"urn:a\" version=\"2\"/>\n");
    got = domain_metadata_get(def, "urn:a", NULL);
    g_assert_cmpstr(got, ==, "<tool version=\"2\"/>\n");
    set(def, NULL, "urn:a", NULL);
    set(def, NULL, "urn:never", NULL);
    g_assert_cmpstr(def->metadata, ==, "    <other:y xmlns:other=\"urn:b\"/>\n");
    set(def, NULL, "urn:b", NULL);
    g_assert_null(def->metadata);
}

/* The element is moved into the namespace; what is below it keeps its own. */
static void
test_namespaces(void)
{
    g_autoptr(DomainDef) def = new_def();
    g_autofree char *got = NULL;

    set(def, "k", "urn:k",
        "<old:e xmlns:old='urn:old' xmlns:k='urn:no'><old:f/><g xmlns='urn:g'/></old:e>");
    got = domain_metadata_get(def, "urn:k", NULL);
    g_assert_cmpstr(got, ==,
                    "<e xmlns:old=\"urn:old\">\n"
                    "  <old:f/>\n"
                    "  <g xmlns=\"urn:g\"/>\n"
                    "</e>\n");
}

static void
test_errors(void)
{
    static const struct {
        const char *key, *uri, *xml;
        LodgeErrorCode code;
    } cases[] = {
        {"k", "", "<e/>", LODGE_ERROR_ARGUMENT},
        {"k", NULL, NULL, LODGE_ERROR_ARGUMENT},
        {NULL, "urn:k", "<e/>", LODGE_ERROR_ARGUMENT},
        {"a b", "urn:k", "<e/>", LODGE_ERROR_ARGUMENT},
        {"1k", "urn:k", "<e/>", LODGE_ERROR_ARGUMENT},
        {"xmlk", "urn:k", "<e/>", LODGE_ERROR_ARGUMENT},
        {"k", "urn:k", "<e>", LODGE_ERROR_SYNTAX},
        {"k", "urn:k", "", LODGE_ERROR_SYNTAX},
        {"k", "urn:k", "<e/><f/>", LODGE_ERROR_SYNTAX},
        {"k", "urn:k", "</metadata><metadata>", LODGE_ERROR_SYNTAX},
        {"k", "urn:k", "words<e/>", LODGE_ERROR_SYNTAX},
    };
    g_autoptr(DomainDef) def = new_def();

    set(def, "k", "urn:k", "<was/>");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(domain_metadata_set(def, cases[i].key, cases[i].uri, cases[i].xml, &error));
        g_assert_error(error, LODGE_ERROR, (int)cases[i].code);
        g_assert_cmpstr(def->metadata, ==, "    <k:was xmlns:k=\"urn:k\"/>\n");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/metadata/set-get-remove", test_set_get_remove);
    g_test_add_func("/metadata/namespaces", test_namespaces);
    g_test_add_func("/metadata/errors", test_errors);
    return g_test_run();
}
