/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/json.h"

static void
test_nested_values_get_their_commas(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    json_object(&json, NULL);
    json_string(&json, "name", "web");
    json_array(&json, "list");
    json_int(&json, NULL, -1);
    json_uint(&json, NULL, G_MAXUINT64);
    json_object(&json, NULL);
    json_end(&json);
    json_array(&json, NULL);
    json_end(&json);
    json_end(&json);
    json_bool(&json, "yes", TRUE);
    json_null(&json, "none");
    json_string(&json, "null", NULL);
    json_double(&json, "half", 0.5);
    json_end(&json);
    g_assert_cmpstr(out->str, ==,
                    "{\"name\":\"web\",\"list\":[-1,18446744073709551615,{},[]],\"yes\":true,"
                    "\"none\":null,\"null\":null,\"half\":0.5}");
}

static void
test_array_at_top(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    json_array(&json, NULL);
    json_string(&json, NULL, "a");
    json_string(&json, NULL, "b");
    json_end(&json);
    g_assert_cmpstr(out->str, ==, "[\"a\",\"b\"]");
}

static void
test_strings_are_escaped(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    json_string(&json, NULL, "q\" b\\ n\n t\t \x01 \x7f ü \xff.");
    g_assert_cmpstr(out->str, ==, "\"q\\\" b\\\\ n\\n t\\t \\u0001 \\u007f ü \xef\xbf\xbd.\"");
}

static void
test_infinite_double_is_null(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    json_double(&json, NULL, 1.0 / 0.0);
    g_assert_cmpstr(out->str, ==, "null");
}

static void
test_flat_parse_reads_what_was_written(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GHashTable) members = NULL;
    Json json = json_start(out);

    json_object(&json, NULL);
    json_string(&json, "name", "a\"b\\c\n\x02ü😀");
    json_int(&json, "n", -5);
    json_bool(&json, "b", TRUE);
    json_end(&json);
    members = json_flat_parse(out->str);
    g_assert_nonnull(members);
    g_assert_cmpstr(g_hash_table_lookup(members, "name"), ==, "a\"b\\c\n\x02ü😀");
    g_assert_cmpstr(g_hash_table_lookup(members, "n"), ==, "-5");
    g_assert_cmpstr(g_hash_table_lookup(members, "b"), ==, "true");
}

static void
test_flat_parse_of_others(void)
{
    g_autoptr(GHashTable) members =
        json_flat_parse(" { \"a\" : \"\\u00fc\\ud83d\\ude00\\/\" , \"b\" : 1e5 } ");
    g_autoptr(GHashTable) empty = json_flat_parse("{}");

    g_assert_cmpstr(g_hash_table_lookup(members, "a"), ==, "ü😀/");
    g_assert_cmpstr(g_hash_table_lookup(members, "b"), ==, "1e5");
    g_assert_cmpuint(g_hash_table_size(empty), ==, 0);
}

static void
test_flat_parse_refuses(void)
{
    static const char *const bad[] = {
        "",
        "x",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":}",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\q\"}",
        "{\"a\":[1]}",
        "{\"a\":{}}",
        "{\"a\":1} x",
        "{a:1}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\" 1}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        if (json_flat_parse(bad[i]) != NULL)
            g_error("accepted %s", bad[i]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/nested", test_nested_values_get_their_commas);
    g_test_add_func("/json/array-at-top", test_array_at_top);
    g_test_add_func("/json/escaped", test_strings_are_escaped);
    g_test_add_func("/json/infinite", test_infinite_double_is_null);
    g_test_add_func("/json/flat", test_flat_parse_reads_what_was_written);
    g_test_add_func("/json/flat-others", test_flat_parse_of_others);
    g_test_add_func("/json/flat-refuses", test_flat_parse_refuses);
    return g_test_run();
}
