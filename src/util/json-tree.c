/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/json-tree.h"

#include <errno.h>
#include <string.h>

#include "util/error.h"

#define ARENA_BLOCK 4096

struct JsonTree {
    GPtrArray *blocks; /* of nodes */
    guint used;        /* nodes in the last block */
    guint n_nodes;
    GStringChunk *strings;
    JsonNode *root;
};

#define BLOCK_NODES (ARENA_BLOCK / sizeof(JsonNode))

typedef struct {
    const char *at, *end, *start;
    JsonTree *tree;
    JsonNode *open; /* the array or object that we are in */
    int depth;
    GString *buffer;
    const char *what; /* went wrong */
} Reader;

static gboolean
fail(Reader *reader, const char *what)
{
    if (reader->what == NULL)
        reader->what = what;
    return FALSE;
}

static JsonNode *
new_node(Reader *reader, JsonNodeType type, const char *key)
{
    JsonTree *tree = reader->tree;
    JsonNode *node;

    if (tree->n_nodes == JSON_TREE_NODES) {
        (void)fail(reader, "more values than the limit");
        return NULL;
    }
    if (tree->blocks->len == 0 || tree->used == BLOCK_NODES) {
        g_ptr_array_add(tree->blocks, g_new0(JsonNode, BLOCK_NODES));
        tree->used = 0;
    }
    node = (JsonNode *)g_ptr_array_index(tree->blocks, tree->blocks->len - 1) + tree->used++;
    tree->n_nodes++;
    node->type = type;
    node->key = key;
    node->parent = reader->open;
    if (reader->open == NULL)
        tree->root = node;
    else if (reader->open->last_child != NULL)
        reader->open->last_child->next = node;
    else
        reader->open->child = node;
    if (reader->open != NULL)
        reader->open->last_child = node;
    return node;
}

static void
skip_blanks(Reader *reader)
{
    while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL && *reader->at)
        reader->at++;
}

static gboolean
read_hex4(Reader *reader, gunichar *ret_value)
{
    gunichar value = 0;

    if (reader->end - reader->at < 4)
        return fail(reader, "a cut \\u");
    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(*reader->at++);

        if (digit < 0)
            return fail(reader, "a bad \\u");
        value = value << 4 | (gunichar)digit;
    }
    *ret_value = value;
    return TRUE;
}

static gboolean
read_unicode_escape(Reader *reader)
{
    gunichar c, low;

    if (!read_hex4(reader, &c))
        return FALSE;
    if (c >= 0xd800 && c < 0xdc00) {
        if (reader->end - reader->at < 6 || reader->at[0] != '\\' || reader->at[1] != 'u')
            return fail(reader, "half of a surrogate pair");
        reader->at += 2;
        if (!read_hex4(reader, &low))
            return FALSE;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(reader, "half of a surrogate pair");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c <= 0xdfff) {
        return fail(reader, "half of a surrogate pair");
    }
    if (c == 0)
        return fail(reader, "a NUL in a string");
    g_string_append_unichar(reader->buffer, c);
    return TRUE;
}

static gboolean
read_escape(Reader *reader)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;
    char c;

    if (reader->at == reader->end)
        return fail(reader, "a string without end");
    c = *reader->at++;
    if (c == 'u')
        return read_unicode_escape(reader);
    found = c != '\0' ? strchr(from, c) : NULL;
    if (found == NULL)
        return fail(reader, "an unknown escape");
    g_string_append_c(reader->buffer, to[found - from]);
    return TRUE;
}

/* Behind the opening quote; the string belongs to the tree. */
static const char *
read_string(Reader *reader)
{
    g_string_truncate(reader->buffer, 0);
    while (reader->at < reader->end && *reader->at != '"') {
        const char *stop = reader->at;

        while (stop < reader->end && *stop != '"' && *stop != '\\' && (guchar)*stop >= 0x20)
            stop++;
        g_string_append_len(reader->buffer, reader->at, stop - reader->at);
        reader->at = stop;
        if (stop < reader->end && (guchar)*stop < 0x20) {
            (void)fail(reader, "a control character in a string");
            return NULL;
        }
        if (stop < reader->end && *stop == '\\') {
            reader->at++;
            if (!read_escape(reader))
                return NULL;
        }
    }
    if (reader->at == reader->end) {
        (void)fail(reader, "a string without end");
        return NULL;
    }
    reader->at++;
    return g_string_chunk_insert_len(reader->tree->strings, reader->buffer->str,
                                     (gssize)reader->buffer->len);
}

static gboolean
read_number(Reader *reader, const char *key)
{
    const char *from = reader->at;
    JsonNode *node;
    char *end;

    while (reader->at < reader->end &&
           (g_ascii_isdigit(*reader->at) || strchr("+-.eE", *reader->at)) && *reader->at)
        reader->at++;
    if (reader->at == from || reader->at - from > 64)
        return fail(reader, "no value");
    node = new_node(reader, JSON_NODE_NUMBER, key);
    if (node == NULL)
        return FALSE;
    node->text = g_string_chunk_insert_len(reader->tree->strings, from, reader->at - from);
    (void)g_ascii_strtod(node->text, &end);
    return *end == '\0' || fail(reader, "a bad number");
}

static gboolean
read_word(Reader *reader, const char *word, const char *key, JsonNodeType type)
{
    gsize length = strlen(word);
    JsonNode *node;

    if ((gsize)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return fail(reader, "no value");
    reader->at += length;
    node = new_node(reader, type, key);
    if (node == NULL)
        return FALSE;
    node->is_true = *word == 't';
    return TRUE;
}

static gboolean
open_container(Reader *reader, const char *key, JsonNodeType type)
{
    JsonNode *node;

    if (reader->depth == JSON_TREE_DEPTH)
        return fail(reader, "nested too deep");
    node = new_node(reader, type, key);
    if (node == NULL)
        return FALSE;
    reader->at++;
    reader->depth++;
    reader->open = node;
    return TRUE;
}

/* One value that begins here; of an array or object its opening only. */
static gboolean
read_value(Reader *reader, const char *key)
{
    JsonNode *node;
    const char *text;

    skip_blanks(reader);
    if (reader->at == reader->end)
        return fail(reader, "the end");
    switch (*reader->at) {
    case '{':
        return open_container(reader, key, JSON_NODE_OBJECT);
    case '[':
        return open_container(reader, key, JSON_NODE_ARRAY);
    case '"':
        reader->at++;
        text = read_string(reader);
        node = text != NULL ? new_node(reader, JSON_NODE_STRING, key) : NULL;
        if (node == NULL)
            return FALSE;
        node->text = text;
        return TRUE;
    case 't':
        return read_word(reader, "true", key, JSON_NODE_BOOL);
    case 'f':
        return read_word(reader, "false", key, JSON_NODE_BOOL);
    case 'n':
        return read_word(reader, "null", key, JSON_NODE_NULL);
    default:
        return read_number(reader, key);
    }
}

/* Takes @c if it comes next. */
static gboolean
take(Reader *reader, char c)
{
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != c)
        return FALSE;
    reader->at++;
    return TRUE;
}

/* The next member or element of the open container, or its end. */
static gboolean
read_next(Reader *reader)
{
    gboolean is_object = reader->open->type == JSON_NODE_OBJECT;
    const char *key = NULL;

    if (take(reader, is_object ? '}' : ']')) {
        reader->open = reader->open->parent;
        reader->depth--;
        return TRUE;
    }
    if (reader->open->child != NULL && !take(reader, ','))
        return fail(reader, "no comma");
    if (is_object) {
        if (!take(reader, '"'))
            return fail(reader, "no name of a member");
        key = read_string(reader);
        if (key == NULL)
            return FALSE;
        if (!take(reader, ':'))
            return fail(reader, "no colon");
    }
    return read_value(reader, key);
}

static void
skip_comments(Reader *reader)
{
    skip_blanks(reader);
    while (reader->at < reader->end && *reader->at == '#') {
        while (reader->at < reader->end && *reader->at != '\n')
            reader->at++;
        skip_blanks(reader);
    }
}

static gboolean
read_all(Reader *reader)
{
    skip_comments(reader);
    if (!read_value(reader, NULL))
        return FALSE;
    while (reader->open != NULL)
        if (!read_next(reader))
            return FALSE;
    skip_blanks(reader);
    return reader->at == reader->end || fail(reader, "something behind the value");
}

JsonTree *
json_tree_parse(const char *text, gsize size, GError **error)
{
    g_autoptr(JsonTree) tree = g_new0(JsonTree, 1);
    g_autoptr(GString) buffer = g_string_new(NULL);
    Reader reader = {.at = text, .start = text, .end = text + size, .tree = tree, .buffer = buffer};

    tree->blocks = g_ptr_array_new_with_free_func(g_free);
    tree->strings = g_string_chunk_new(ARENA_BLOCK);
    if (!g_utf8_validate(text, (gssize)size, NULL)) {
        (void)error_set(error, LODGE_ERROR_SYNTAX, "no valid JSON: it is not UTF-8");
        return NULL;
    }
    if (!read_all(&reader)) {
        (void)error_set(error, LODGE_ERROR_SYNTAX, "no valid JSON at byte %" G_GSIZE_FORMAT ": %s",
                        (gsize)(reader.at - reader.start), reader.what);
        return NULL;
    }
    return g_steal_pointer(&tree);
}

void
json_tree_free(JsonTree *tree)
{
    if (tree == NULL)
        return;
    g_ptr_array_unref(tree->blocks);
    g_string_chunk_free(tree->strings);
    g_free(tree);
}

const JsonNode *
json_tree_root(const JsonTree *tree)
{
    return tree->root;
}

const JsonNode *
json_node_get(const JsonNode *object, const char *path)
{
    while (object != NULL && *path != '\0') {
        gsize length = strcspn(path, ".");
        const JsonNode *child = object->type == JSON_NODE_OBJECT ? object->child : NULL;

        while (child != NULL &&
               (strncmp(child->key, path, length) != 0 || child->key[length] != '\0'))
            child = child->next;
        object = child;
        path += length + (path[length] == '.');
    }
    return object;
}

const char *
json_node_string(const JsonNode *object, const char *path)
{
    const JsonNode *node = json_node_get(object, path);

    return node != NULL && node->type == JSON_NODE_STRING ? node->text : NULL;
}

gboolean
json_node_true(const JsonNode *object, const char *path)
{
    const JsonNode *node = json_node_get(object, path);

    return node != NULL && node->type == JSON_NODE_BOOL && node->is_true;
}

gboolean
json_node_int(const JsonNode *object, const char *path, gint64 *ret_value)
{
    const JsonNode *node = json_node_get(object, path);
    gint64 value;
    char *end;

    if (node == NULL || node->type != JSON_NODE_NUMBER)
        return FALSE;
    errno = 0;
    value = g_ascii_strtoll(node->text, &end, 10);
    if (errno != 0 || *end != '\0')
        return FALSE;
    *ret_value = value;
    return TRUE;
}
