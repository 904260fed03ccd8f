/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/yaml-tree.h"

typedef struct {
    gsize start, end;
    guint order; /* of equal places */
    char *text;
} Patch;

typedef struct {
    YamlNode *into;
    YamlPart *part; /* of a map */
    char *text;     /* of a list */
} Insert;

struct YamlEdit {
    const YamlTree *tree;
    GArray *patches;
    GHashTable *deleted, *kept, *hollow; /* YamlNode sets; hollow: became {} */
    GPtrArray *deletes;                  /* in the order of the calls */
    GPtrArray *inserts;
};

YamlPart *
yaml_part_new(const char *key, const char *text)
{
    YamlPart *part = g_new0(YamlPart, 1);

    part->key = g_strdup(key);
    part->text = g_strdup(text);
    part->parts = g_ptr_array_new_with_free_func((GDestroyNotify)yaml_part_free);
    return part;
}

void
yaml_part_free(YamlPart *part)
{
    if (part == NULL)
        return;
    g_free(part->key);
    g_free(part->text);
    g_ptr_array_unref(part->parts);
    g_free(part);
}

/* "key: text" or "key: {a: b}" */
static void
format_flow(const YamlPart *part, GString *out)
{
    g_string_append_printf(out, "%s: ", part->key);
    if (part->text != NULL) {
        g_string_append(out, part->text);
        return;
    }
    g_string_append_c(out, '{');
    for (guint i = 0; i < part->parts->len; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        format_flow(g_ptr_array_index(part->parts, i), out);
    }
    g_string_append_c(out, '}');
}

void
yaml_part_format(const YamlPart *part, guint indent, GString *out)
{
    g_string_append_printf(out, "%*s%s:", (int)indent, "", part->key);
    if (part->text != NULL || part->parts->len == 0)
        g_string_append_printf(out, " %s", part->text != NULL ? part->text : "{}");
    if (part->comment != NULL)
        g_string_append_printf(out, "  %s", part->comment);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < part->parts->len; i++)
        yaml_part_format(g_ptr_array_index(part->parts, i), indent + 2, out);
}

static void
patch_clear(gpointer data)
{
    g_free(((Patch *)data)->text);
}

static void
insert_free(gpointer data)
{
    Insert *insert = data;

    yaml_part_free(insert->part);
    g_free(insert->text);
    g_free(insert);
}

YamlEdit *
yaml_edit_new(const YamlTree *tree)
{
    YamlEdit *edit = g_new0(YamlEdit, 1);

    edit->tree = tree;
    edit->patches = g_array_new(FALSE, FALSE, sizeof(Patch));
    g_array_set_clear_func(edit->patches, patch_clear);
    edit->deleted = g_hash_table_new(NULL, NULL);
    edit->kept = g_hash_table_new(NULL, NULL);
    edit->hollow = g_hash_table_new(NULL, NULL);
    edit->deletes = g_ptr_array_new();
    edit->inserts = g_ptr_array_new_with_free_func(insert_free);
    return edit;
}

void
yaml_edit_free(YamlEdit *edit)
{
    if (edit == NULL)
        return;
    g_array_unref(edit->patches);
    g_hash_table_unref(edit->deleted);
    g_hash_table_unref(edit->kept);
    g_hash_table_unref(edit->hollow);
    g_ptr_array_unref(edit->deletes);
    g_ptr_array_unref(edit->inserts);
    g_free(edit);
}

static void
add_patch(YamlEdit *edit, gsize start, gsize end, const char *text)
{
    Patch patch = {start, end, edit->patches->len, g_strdup(text)};

    g_array_append_val(edit->patches, patch);
}

void
yaml_edit_delete(YamlEdit *edit, YamlNode *node)
{
    if (g_hash_table_add(edit->deleted, node))
        g_ptr_array_add(edit->deletes, node);
}

void
yaml_edit_cut(YamlEdit *edit, gsize start, gsize end)
{
    add_patch(edit, start, end, "");
}

void
yaml_edit_keep(YamlEdit *edit, YamlNode *node)
{
    g_hash_table_add(edit->kept, node);
}

/* Where the value's text begins, behind the ':' of its key or the '-' of the item. */
static gsize
value_start(const YamlEdit *edit, const YamlNode *node)
{
    gsize at;

    if (node->key == NULL || node->kind == YAML_TEXT || node->is_flow)
        return node->start;
    at = node->key->end;
    while (edit->tree->text[at] != ':')
        at++; /* there is one: it made the key */
    return at + 1;
}

void
yaml_edit_replace(YamlEdit *edit, YamlNode *node, const char *text)
{
    gsize start = value_start(edit, node);
    g_autofree char *spaced = g_strconcat(" ", text, NULL);
    gboolean is_tight = start > 0 && (edit->tree->text[start - 1] == ':');

    add_patch(edit, start, node->end, is_tight ? spaced : text);
}

void
yaml_edit_insert(YamlEdit *edit, YamlNode *map, YamlPart *part)
{
    Insert *insert = g_new0(Insert, 1);

    insert->into = map;
    insert->part = part;
    g_ptr_array_add(edit->inserts, insert);
}

void
yaml_edit_append(YamlEdit *edit, YamlNode *list, const char *text)
{
    Insert *insert = g_new0(Insert, 1);

    insert->into = list;
    insert->text = g_strdup(text);
    g_ptr_array_add(edit->inserts, insert);
}

static gboolean
has_insert(const YamlEdit *edit, const YamlNode *into)
{
    for (guint i = 0; i < edit->inserts->len; i++)
        if (((const Insert *)g_ptr_array_index(edit->inserts, i))->into == into)
            return TRUE;
    return FALSE;
}

/* A collection all of whose parts go goes too. */
static void
collapse(YamlEdit *edit)
{
    for (guint i = 0; i < edit->deletes->len; i++) { /* it grows */
        const YamlNode *node = g_ptr_array_index(edit->deletes, i);
        YamlNode *outer = node->parent;
        gboolean is_empty = outer != NULL && !has_insert(edit, outer);

        for (guint j = 0; is_empty && j < outer->items->len; j++)
            is_empty = g_hash_table_contains(edit->deleted, g_ptr_array_index(outer->items, j));
        if (!is_empty)
            continue;
        if (!g_hash_table_contains(edit->kept, outer) && outer->parent != NULL)
            yaml_edit_delete(edit, outer);
        else if (g_hash_table_add(edit->hollow, outer))
            yaml_edit_replace(edit, outer, "{}");
    }
}

static gsize
line_start(const YamlEdit *edit, gsize at)
{
    while (at > 0 && edit->tree->text[at - 1] != '\n')
        at--;
    return at;
}

/* The newline of the line that the byte before @at is in, or the end. */
static gsize
line_end(const YamlEdit *edit, gsize at)
{
    if (at > 0 && edit->tree->text[at - 1] == '\n') /* block scalars end behind it */
        return at - 1;
    while (at < edit->tree->size && edit->tree->text[at] != '\n')
        at++;
    return at;
}

static gboolean
has_deleted_outer(const YamlEdit *edit, const YamlNode *node)
{
    for (const YamlNode *outer = node->parent; outer != NULL; outer = outer->parent)
        if (g_hash_table_contains(edit->deleted, outer) ||
            g_hash_table_contains(edit->hollow, outer))
            return TRUE;
    return FALSE;
}

/* Whether something of @node's collection stays before it; or behind it. */
static gboolean
has_left(const YamlEdit *edit, const YamlNode *node, gboolean is_before)
{
    gboolean is_here = is_before;

    for (guint i = 0; i < node->parent->items->len; i++) {
        YamlNode *other = g_ptr_array_index(node->parent->items, i);

        if (other == node)
            is_here = !is_before;
        else if (is_here && !g_hash_table_contains(edit->deleted, other))
            return TRUE;
    }
    return FALSE;
}

/* With the comma behind it or, of the last one, that before it; one behind a comment stays, which YAML allows. */
static void
delete_flow(YamlEdit *edit, const YamlNode *node)
{
    const char *text = edit->tree->text;
    gsize start = node->key != NULL ? node->key->start : node->start, end = node->end, at = end;

    while (at < edit->tree->size && strchr(" \t\r\n", text[at]) != NULL)
        at++;
    if (text[at] == ',' && (has_left(edit, node, FALSE) || !has_left(edit, node, TRUE))) {
        end = at + 1;
        while (text[end] == ' ')
            end++;
    } else if (has_left(edit, node, TRUE)) {
        at = start;
        while (at > 0 && strchr(" \t\r\n", text[at - 1]) != NULL)
            at--;
        if (at > 0 && text[at - 1] == ',')
            start = at - 1;
    }
    add_patch(edit, start, end, "");
}

static void
delete_block(YamlEdit *edit, const YamlNode *node)
{
    gsize start = line_start(edit, node->key != NULL ? node->key->start : node->start);
    gsize end = line_end(edit, node->end);

    if (end < edit->tree->size)
        end++;
    else if (start > 0)
        start--; /* no newline behind the last line: the one before it goes */
    add_patch(edit, start, end, "");
}

static void
insert_flow(YamlEdit *edit, const Insert *insert, gboolean is_empty)
{
    g_autoptr(GString) text = g_string_new(is_empty ? "" : ", ");
    gsize at = insert->into->end - 1; /* before the bracket */

    while (at > insert->into->start + 1 && edit->tree->text[at - 1] == ' ')
        at--;
    if (!is_empty && edit->tree->text[at - 1] == ',')
        g_string_assign(text, " ");
    if (insert->part != NULL)
        format_flow(insert->part, text);
    else
        g_string_append(text, insert->text);
    add_patch(edit, at, at, text->str);
}

static guint
depth_of(const YamlNode *node)
{
    guint depth = 0;

    for (; node->parent != NULL; node = node->parent)
        depth++;
    return depth;
}

static void
insert_block(YamlEdit *edit, const Insert *insert)
{
    const YamlNode *into = insert->into;
    const YamlNode *first = g_ptr_array_index(into->items, 0);
    g_autoptr(GString) text = g_string_new(NULL);
    gsize at = line_end(edit, into->end);

    if (insert->part != NULL) {
        yaml_part_format(insert->part, first->key->column, text);
    } else {
        gsize start = line_start(edit, first->start);

        g_string_append_len(text, edit->tree->text + start,
                            (gssize)(strspn(edit->tree->text + start, " ")));
        g_string_append_printf(text, "- %s\n", insert->text);
    }
    if (at < edit->tree->size) {
        at++;
    } else { /* no newline at the end, and none after this */
        g_string_truncate(text, text->len - 1);
        g_string_prepend_c(text, '\n');
    }
    add_patch(edit, at, at, text->str);
    /* what ends at the same place: the inner one comes first */
    g_array_index(edit->patches, Patch, edit->patches->len - 1).order +=
        (64 - MIN(depth_of(into), 63)) << 16;
}

/* How many inserts into the same collection come before @index. */
static guint
n_before(const YamlEdit *edit, guint index)
{
    const Insert *insert = g_ptr_array_index(edit->inserts, index);
    guint n = 0;

    for (guint i = 0; i < index; i++)
        n += ((const Insert *)g_ptr_array_index(edit->inserts, i))->into == insert->into;
    return n;
}

/* Into "key:" without a value: all that goes in there at once. */
static void
insert_null(YamlEdit *edit, const YamlNode *into)
{
    g_autoptr(GString) text = g_string_new(" {");

    for (guint i = 0; i < edit->inserts->len; i++) {
        const Insert *insert = g_ptr_array_index(edit->inserts, i);

        if (insert->into != into)
            continue;
        g_string_append(text, text->len > 2 ? ", " : "");
        format_flow(insert->part, text);
    }
    g_string_append_c(text, '}');
    add_patch(edit, into->start, into->end, text->str);
}

static void
apply_inserts(YamlEdit *edit)
{
    for (guint i = 0; i < edit->inserts->len; i++) {
        const Insert *insert = g_ptr_array_index(edit->inserts, i);
        const YamlNode *into = insert->into;
        guint n_left = 0;

        for (guint j = 0; into->items != NULL && j < into->items->len; j++)
            n_left += !g_hash_table_contains(edit->deleted, g_ptr_array_index(into->items, j));
        if (into->kind == YAML_TEXT && n_before(edit, i) == 0)
            insert_null(edit, into);
        else if (into->kind == YAML_TEXT)
            continue;
        else if (into->is_flow)
            insert_flow(edit, insert, n_left + n_before(edit, i) == 0);
        else
            insert_block(edit, insert);
    }
}

static int
compare_patches(gconstpointer a, gconstpointer b)
{
    const Patch *one = a, *other = b;

    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    if ((one->end == one->start) != (other->end == other->start))
        return one->end == one->start ? -1 : 1; /* inserted before what is cut */
    return one->order < other->order ? -1 : 1;
}

char *
yaml_edit_finish(YamlEdit *edit, gsize *ret_size)
{
    GString *out = g_string_sized_new(edit->tree->size + 256);
    gsize done = 0;

    collapse(edit);
    apply_inserts(edit);
    for (guint i = 0; i < edit->deletes->len; i++) {
        const YamlNode *node = g_ptr_array_index(edit->deletes, i);

        if (has_deleted_outer(edit, node))
            continue;
        if (node->parent->is_flow)
            delete_flow(edit, node);
        else
            delete_block(edit, node);
    }
    g_array_sort(edit->patches, compare_patches);
    for (guint i = 0; i < edit->patches->len; i++) {
        const Patch *patch = &g_array_index(edit->patches, Patch, i);

        if (patch->start > done)
            g_string_append_len(out, edit->tree->text + done, (gssize)(patch->start - done));
        g_string_append(out, patch->text);
        done = MAX(done, patch->end);
    }
    g_string_append_len(out, edit->tree->text + done, (gssize)(edit->tree->size - done));
    *ret_size = out->len;
    return g_string_free(out, FALSE);
}
