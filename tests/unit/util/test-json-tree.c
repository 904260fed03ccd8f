/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "util/error.h"
#include "util/json-tree.h"

static void
test_read(void)
{
    static const char text[] =
        "# a comment\n{\"a\": {\"b\": [1, -2.5e3, \"x\\u00e9\\ud83d\\ude00\\n\"], "
        "\"t\": true, \"f\": false, \"n\": null}, \"i\": -7, \"e\": {}, \"l\": []}";
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonTree) tree = json_tree_parse(text, strlen(text), &error);
    const JsonNode *root, *list;
    gint64 number = 0;

    g_assert_no_error(error);
    root = json_tree_root(tree);
    list = json_node_get(root, "a.b");
    g_assert_cmpint(list->type, ==, JSON_NODE_ARRAY);
    g_assert_cmpstr(list->child->text, ==, "1");
    g_assert_cmpstr(list->child->next->next->text, ==, "x\xc3\xa9\xf0\x9f\x98\x80\n");
    g_assert_null(list->child->next->next->next);
    g_assert_true(json_node_true(root, "a.t"));
    g_assert_false(json_node_true(root, "a.f"));
    g_assert_cmpint(json_node_get(root, "a.n")->type, ==, JSON_NODE_NULL);
    g_assert_true(json_node_int(root, "i", &number));
    g_assert_cmpint(number, ==, -7);
    g_assert_false(json_node_int(root, "a", &number));
    g_assert_null(json_node_get(root, "a.b.c"));
    g_assert_null(json_node_string(root, "i"));
    g_assert_null(json_node_get(root, "e")->child);
}

static void
test_refused(void)
{
    static const char *const bad[] = {
        "",    "{",           "[1,]",      "{\"a\" 1}", "{\"a\":1,}", "[1 2]",
        "nul", "\"\\x\"",     "\"\\u12\"", "\"a",       "1 2",        "\"\\ud800x\"",
        "--1", "\"\\u0000\"", "\"a\nb\"",  "{1:2}",     "\xff",       "]"};

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        if (json_tree_parse(bad[i], strlen(bad[i]), &error) != NULL)
            g_error("'%s' was taken", bad[i]);
        g_assert_error(error, LODGE_ERROR, LODGE_ERROR_SYNTAX);
    }
}

static void
test_depth(void)
{
    g_autofree char *deep = g_strnfill(JSON_TREE_DEPTH + 1, '[');
    g_autoptr(GError) error = NULL;

    g_assert_null(json_tree_parse(deep, strlen(deep), &error));
    g_assert_nonnull(strstr(error->message, "nested too deep"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/util/json-tree/read", test_read);
    g_test_add_func("/util/json-tree/refused", test_refused);
    g_test_add_func("/util/json-tree/depth", test_depth);
    return g_test_run();
}
