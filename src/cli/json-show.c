/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json-show.h"

#include <string.h>

#include "util/json-tree.h"
#include "util/json.h"

static void
put_string(GString *out, const char *text)
{
    Json json = json_start(out);

    json_string(&json, NULL, text);
}

static void
put_break(GString *out, guint level, gboolean pretty)
{
    if (!pretty)
        return;
    g_string_append_c(out, '\n');
    for (guint i = 0; i < level; i++)
        g_string_append(out, "  ");
}

/* Depth is bounded by the parser. */
static void
put_node(GString *out, const JsonNode *node, guint level, gboolean pretty)
{
    const char *brackets = node->type == JSON_NODE_ARRAY ? "[]" : "{}";

    switch (node->type) {
    case JSON_NODE_NULL:
        g_string_append(out, "null");
        return;
    case JSON_NODE_BOOL:
        g_string_append(out, node->is_true ? "true" : "false");
        return;
    case JSON_NODE_NUMBER:
        g_string_append(out, node->text);
        return;
    case JSON_NODE_STRING:
        put_string(out, node->text);
        return;
    case JSON_NODE_ARRAY:
    case JSON_NODE_OBJECT:
        break;
    }
    g_string_append_c(out, brackets[0]);
    for (const JsonNode *child = node->child; child; child = child->next) {
        put_break(out, level + 1, pretty);
        if (child->key) {
            put_string(out, child->key);
            g_string_append(out, pretty ? ": " : ":");
        }
        put_node(out, child, level + 1, pretty);
        if (child->next)
            g_string_append_c(out, ',');
    }
    if (node->child)
        put_break(out, level, pretty);
    g_string_append_c(out, brackets[1]);
}

char *
json_show(const char *text, const char *member, gboolean pretty)
{
    g_autoptr(JsonTree) tree = json_tree_parse(text, strlen(text), NULL);
    const JsonNode *node = tree ? json_tree_root(tree) : NULL;
    GString *out;

    if (node && member)
        node = json_node_get(node, member);
    if (!node)
        return g_strdup(text);
    out = g_string_new(NULL);
    put_node(out, node, 0, pretty);
    return g_string_free(out, FALSE);
}
