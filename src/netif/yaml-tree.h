/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/yaml-tree.h - a YAML document as nodes that know their bytes, and edits of those bytes.
 *
 * Theory of operation: libyaml reads; each node keeps where it begins and ends in the text. An edit is a list of byte
 * ranges and what stands there instead, applied once from the end; all else keeps its bytes. Nothing is ever
 * written out anew from the tree. What cannot be edited by ranges (anchors, aliases, tags, keys that do not begin
 * their line) is refused before anything is done.
 */
#pragma once

#include <glib.h>

typedef enum {
    YAML_TEXT,
    YAML_MAP,
    YAML_LIST,
    YAML_ALIAS
} YamlKind;

typedef struct YamlNode YamlNode;

struct YamlNode {
    YamlKind kind;
    YamlNode *parent;   /* NULL: the root */
    YamlNode *key;      /* of a map's value: its key */
    gsize start, end;   /* bytes; of block collections the end of what stands last in them */
    guint line, column; /* line from 1, column from 0 */
    gboolean is_flow;   /* {} or [] */
    gboolean is_marked; /* has an anchor or a tag */
    gboolean is_quoted;
    char *value;      /* text; of an alias the anchor's name */
    GPtrArray *items; /* of a list; of a map its values */

    /* the reader's */
    const char
        *serves; /* what it says: "routes", "parameters/mode"; NULL: nobody took it; static */
    char *canon; /* as a writer would say it; NULL: as it is */
    gboolean is_noted;
};

typedef struct {
    char *text;
    gsize size;
    YamlNode *root; /* NULL: empty or a fault */
    GPtrArray *nodes;
    char *fault;
    guint fault_line;
} YamlTree;

YamlTree *yaml_tree_parse(const char *text, gsize size);
void yaml_tree_free(YamlTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YamlTree, yaml_tree_free)

/* The value of @key, the last one; NULL: there is none, or @map is no map. */
YamlNode *yaml_get(const YamlNode *map, const char *key);

/* Its text; NULL when it is a collection. */
const char *yaml_text(const YamlNode *node);

/* The first node in it (it included) that cannot be edited by ranges; NULL: all can. */
const YamlNode *yaml_find_fixed(const YamlTree *tree, const YamlNode *node);

/* What is to be put in: a key with a text, or with more of them. */
typedef struct {
    char *key;
    char *text;          /* a scalar or a flow collection; NULL: a map of @parts */
    GPtrArray *parts;    /* YamlPart* */
    const char *comment; /* (nullable): behind the key of a map, or behind the text */
} YamlPart;

YamlPart *yaml_part_new(const char *key, const char *text);
void yaml_part_free(YamlPart *part);

typedef struct YamlEdit YamlEdit;

YamlEdit *yaml_edit_new(const YamlTree *tree);
void yaml_edit_free(YamlEdit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YamlEdit, yaml_edit_free)

/* A map's value with its key, or an item of a list. Collections that become empty go too, up to @edit's keep. */
void yaml_edit_delete(YamlEdit *edit, YamlNode *node);
void yaml_edit_replace(YamlEdit *edit, YamlNode *node, const char *text);

/* At the end of @map, which may also be empty or null. (transfer full) of @part */
void yaml_edit_insert(YamlEdit *edit, YamlNode *map, YamlPart *part);
void yaml_edit_append(YamlEdit *edit, YamlNode *list, const char *text);

/* The bytes [start, end) go. */
void yaml_edit_cut(YamlEdit *edit, gsize start, gsize end);

/* @node stays when it becomes empty, as {}. */
void yaml_edit_keep(YamlEdit *edit, YamlNode *node);

/* (transfer full): the text with all edits */
char *yaml_edit_finish(YamlEdit *edit, gsize *ret_size);

/* @part as a text of its own. */
void yaml_part_format(const YamlPart *part, guint indent, GString *out);
