/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/json-tree.h - read any JSON text into a tree.
 *
 * Theory of operation: one pass, a stack instead of recursion, at most JSON_TREE_DEPTH levels and
 * JSON_TREE_NODES values. Comments in the form of "#" lines are skipped before the first value: QEMU's
 * descriptor files begin with such. Nodes and strings belong to the tree.
 *
 * Used by: machine (QMP answers, firmware descriptors).
 */
#pragma once

#include <glib.h>

#define JSON_TREE_DEPTH 64
#define JSON_TREE_NODES (1 << 20)

typedef enum {
    JSON_NODE_NULL,
    JSON_NODE_BOOL,
    JSON_NODE_NUMBER,
    JSON_NODE_STRING,
    JSON_NODE_ARRAY,
    JSON_NODE_OBJECT
} JsonNodeType;

typedef struct JsonNode {
    struct JsonNode *next, *child, *last_child, *parent;
    const char *key;  /* of a member; NULL elsewhere */
    const char *text; /* string: decoded, without NUL inside; number: as written; else NULL */
    JsonNodeType type;
    gboolean is_true; /* BOOL */
} JsonNode;

typedef struct JsonTree JsonTree;

/**
 * json_tree_parse:
 * @text: (array length=size): UTF-8
 * @error: LODGE_ERROR_SYNTAX "no valid JSON at byte N: ...", LODGE_ERROR_LIMIT
 *
 * Returns: (transfer full): or NULL
 */
JsonTree *json_tree_parse(const char *text, gsize size, GError **error);
void json_tree_free(JsonTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonTree, json_tree_free)

const JsonNode *json_tree_root(const JsonTree *tree);

/* The member of @object at @path, names joined by '.'; NULL when it is not there (@object may be NULL). */
const JsonNode *json_node_get(const JsonNode *object, const char *path);
/* Its string; NULL when it is none. */
const char *json_node_string(const JsonNode *object, const char *path);
gboolean json_node_true(const JsonNode *object, const char *path);
/* FALSE unless it is an integer that fits. */
gboolean json_node_int(const JsonNode *object, const char *path, gint64 *ret_value);
