/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-json-tree.c - any bytes as JSON: an error in one clean line, or a tree whose strings are UTF-8. */
#include <stdint.h>
#include <string.h>

#include "util/error.h"
#include "util/json-tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every node below @node, by its links. */
static guint
count(const JsonNode *node)
{
    guint n = 0;

    for (const JsonNode *at = node; at != NULL;) {
        n++;
        g_assert_true(at->text == NULL || g_utf8_validate(at->text, -1, NULL));
        if (at->child != NULL) {
            at = at->child;
            continue;
        }
        while (at != NULL && at != node && at->next == NULL)
            at = at->parent;
        at = at == node || at == NULL ? NULL : at->next;
    }
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonTree) tree = json_tree_parse((const char *)data, size, &error);

    if (tree == NULL) {
        g_assert_true(error->domain == LODGE_ERROR);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_assert_null(error);
    g_assert_cmpuint(count(json_tree_root(tree)), >, 0);
    return 0;
}
