/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/yaml-tree.h"

#include <string.h>

#include <yaml.h>

#define DEPTH_MAX 32 /* netplan's own files need 7 */

typedef struct {
    YamlTree *tree;
    guint32 *bytes; /* of each character; NULL: all are one byte */
    gsize n_chars;
    gsize offset; /* of the first one */
} Reader;

static void
node_free(gpointer data)
{
    YamlNode *node = data;

    g_free(node->value);
    g_free(node->canon);
    if (node->items != NULL)
        g_ptr_array_unref(node->items);
    g_free(node);
}

void
yaml_tree_free(YamlTree *tree)
{
    if (tree == NULL)
        return;
    g_ptr_array_unref(tree->nodes);
    g_free(tree->text);
    g_free(tree->fault);
    g_free(tree);
}

static void
set_fault(YamlTree *tree, gsize line, const char *why)
{
    if (tree->fault != NULL)
        return;
    tree->fault = g_strdup(why);
    tree->fault_line = (guint)line + 1;
}

/* libyaml counts characters; edits need bytes. */
static void
count_bytes(Reader *reader)
{
    const char *text = reader->tree->text, *end = text + reader->tree->size;
    gsize n = 0;

    reader->offset = g_str_has_prefix(text, "\xef\xbb\xbf") ? 3 : 0;
    for (const char *at = text + reader->offset; at < end; at++)
        n += ((guchar)*at & 0xc0) != 0x80;
    reader->n_chars = n;
    if (n == reader->tree->size - reader->offset)
        return;
    reader->bytes = g_new(guint32, n + 1);
    n = 0;
    for (const char *at = text + reader->offset; at < end; at++)
        if (((guchar)*at & 0xc0) != 0x80)
            reader->bytes[n++] = (guint32)(at - text);
    reader->bytes[n] = (guint32)reader->tree->size;
}

static gsize
byte_of(const Reader *reader, const yaml_mark_t *mark)
{
    gsize index = MIN(mark->index, reader->n_chars);

    return reader->bytes != NULL ? reader->bytes[index] : reader->offset + index;
}

static YamlNode *
add_node(Reader *reader, YamlKind kind, const yaml_event_t *event, YamlNode *parent)
{
    YamlNode *node = g_new0(YamlNode, 1);

    node->kind = kind;
    node->parent = parent;
    node->start = byte_of(reader, &event->start_mark);
    node->end = byte_of(reader, &event->end_mark);
    node->line = (guint)event->start_mark.line + 1;
    node->column = (guint)event->start_mark.column;
    if (kind == YAML_MAP || kind == YAML_LIST)
        node->items = g_ptr_array_new();
    g_ptr_array_add(reader->tree->nodes, node);
    return node;
}

static YamlNode *
node_of_event(Reader *reader, const yaml_event_t *event, YamlNode *parent)
{
    YamlNode *node;

    if (event->type == YAML_SCALAR_EVENT) {
        node = add_node(reader, YAML_TEXT, event, parent);
        node->value = g_strndup((const char *)event->data.scalar.value, event->data.scalar.length);
        node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        node->is_marked = event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
    } else if (event->type == YAML_ALIAS_EVENT) {
        node = add_node(reader, YAML_ALIAS, event, parent);
        node->value = g_strdup((const char *)event->data.alias.anchor);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        node = add_node(reader, YAML_MAP, event, parent);
        node->is_flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
        node->is_marked =
            event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
    } else {
        node = add_node(reader, YAML_LIST, event, parent);
        node->is_flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
        node->is_marked =
            event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
    }
    return node;
}

/* The end of a block collection is that of its last part; libyaml has it behind blanks and comments. */
static void
close_node(Reader *reader, YamlNode *node, const yaml_event_t *event)
{
    if (node->is_flow) {
        node->end = byte_of(reader, &event->end_mark);
        return;
    }
    node->end = node->start;
    if (node->items->len > 0)
        node->end =
            MAX(node->end,
                ((const YamlNode *)g_ptr_array_index(node->items, node->items->len - 1))->end);
}

/* Places @node in the collection that is open. */
static void
place(YamlNode *open, YamlNode **key, YamlNode *node)
{
    if (open->kind == YAML_LIST) {
        g_ptr_array_add(open->items, node);
    } else if (*key == NULL) {
        *key = node;
    } else {
        node->key = *key;
        g_ptr_array_add(open->items, node);
        *key = NULL;
    }
}

typedef struct {
    YamlNode *open[DEPTH_MAX];
    YamlNode *key[DEPTH_MAX]; /* of a map: waits for its value */
    guint depth;
    guint n_documents;
} Stack;

static gboolean
take_event(Reader *reader, Stack *stack, const yaml_event_t *event)
{
    YamlTree *tree = reader->tree;
    YamlNode *open = stack->depth > 0 ? stack->open[stack->depth - 1] : NULL, *node;

    switch ((int)event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (stack->n_documents++ == 0)
            return TRUE;
        set_fault(tree, event->start_mark.line, "a second document, which netplan does not read");
        return FALSE;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        close_node(reader, open, event);
        stack->depth--;
        return TRUE;
    case YAML_SCALAR_EVENT:
    case YAML_ALIAS_EVENT:
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        break;
    default:
        return event->type != YAML_STREAM_END_EVENT;
    }
    node = node_of_event(reader, event, open);
    if (open == NULL)
        tree->root = node;
    else
        place(open, &stack->key[stack->depth - 1], node);
    if (node->items == NULL)
        return TRUE;
    if (stack->depth == DEPTH_MAX) {
        set_fault(tree, event->start_mark.line, "nested deeper than any file of netplan's");
        return FALSE;
    }
    stack->key[stack->depth] = NULL;
    stack->open[stack->depth++] = node;
    return TRUE;
}

static const char *
problem_of(const yaml_parser_t *parser)
{
    return parser->problem != NULL ? parser->problem : "this is no YAML";
}

YamlTree *
yaml_tree_parse(const char *text, gsize size)
{
    YamlTree *tree = g_new0(YamlTree, 1);
    Reader reader = {.tree = tree};
    Stack stack = {.depth = 0};
    yaml_parser_t parser;
    gboolean is_more = TRUE;

    tree->text = g_memdup2(text, size + 1);
    tree->size = size;
    tree->nodes = g_ptr_array_new_with_free_func(node_free);
    if (!g_utf8_validate(text, (gssize)size, NULL)) {
        set_fault(tree, 0, "not UTF-8");
        return tree;
    }
    count_bytes(&reader);
    if (yaml_parser_initialize(&parser) == 0)
        g_error("out of memory");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text + reader.offset,
                                 size - reader.offset);
    while (is_more) {
        yaml_event_t event;

        if (yaml_parser_parse(&parser, &event) == 0) {
            set_fault(tree, parser.problem_mark.line, problem_of(&parser));
            break;
        }
        is_more = take_event(&reader, &stack, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    while (stack.depth > 0) { /* a fault: what is open has been read as far as it goes */
        YamlNode *node = stack.open[--stack.depth];

        if (node->items->len > 0)
            node->end =
                ((const YamlNode *)g_ptr_array_index(node->items, node->items->len - 1))->end;
    }
    g_free(reader.bytes);
    return tree;
}

YamlNode *
yaml_get(const YamlNode *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (guint i = map->items->len; i > 0; i--) {
        YamlNode *value = g_ptr_array_index(map->items, i - 1);

        if (value->key->kind == YAML_TEXT && strcmp(value->key->value, key) == 0)
            return value;
    }
    return NULL;
}

const char *
yaml_text(const YamlNode *node)
{
    return node != NULL && node->kind == YAML_TEXT ? node->value : NULL;
}

static gboolean
begins_line(const YamlTree *tree, const YamlNode *key)
{
    gsize at = key->start;

    while (at > 0 && (tree->text[at - 1] == ' ' || tree->text[at - 1] == '\t'))
        at--;
    return at == 0 || tree->text[at - 1] == '\n';
}

const YamlNode *
yaml_find_fixed(const YamlTree *tree, const YamlNode *node)
{
    if (node->is_marked || node->kind == YAML_ALIAS)
        return node;
    for (guint i = 0; node->items != NULL && i < node->items->len; i++) {
        const YamlNode *item = g_ptr_array_index(node->items, i), *found;

        if (item->key != NULL &&
            (item->key->kind != YAML_TEXT || item->key->is_marked ||
             (!node->is_flow && node->parent != NULL && node->parent->kind != YAML_LIST &&
              !begins_line(tree, item->key))))
            return item->key;
        found = yaml_find_fixed(tree, item);
        if (found != NULL)
            return found;
    }
    return NULL;
}
