/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/netplan-priv.h"

/* The map of @path ("parameters") in @parts, made if need be. */
static YamlPart *
part_for(GPtrArray *parts, const char *path, gsize length)
{
    YamlPart *part;

    for (guint i = 0; i < parts->len; i++) {
        part = g_ptr_array_index(parts, i);
        if (strlen(part->key) == length && strncmp(part->key, path, length) == 0)
            return part;
    }
    {
        g_autofree char *key = g_strndup(path, length);

        part = yaml_part_new(key, NULL);
    }
    g_ptr_array_add(parts, part);
    return part;
}

/* "[a, b]" of all the items of @key, and whether @index is the first of them. */
static char *
list_text(const GArray *wants, const char *key)
{
    GString *text = g_string_new("[");

    for (guint i = 0; i < wants->len; i++) {
        const SettingsWant *want = &g_array_index(wants, SettingsWant, i);

        if (want->opens && strcmp(want->key, key) == 0)
            g_string_append_printf(text, "%s%s", text->len > 1 ? ", " : "", want->value);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

gboolean
netplan_is_first(const GArray *wants, guint index)
{
    for (guint i = 0; i < index; i++)
        if (strcmp(g_array_index(wants, SettingsWant, i).key,
                   g_array_index(wants, SettingsWant, index).key) == 0)
            return FALSE;
    return TRUE;
}

/* A key of @wants as a part, into @parts. */
void
netplan_add_part(const GArray *wants, const SettingsWant *want, GPtrArray *parts)
{
    const char *slash = strchr(want->key, '/');
    g_autofree char *text = want->opens ? list_text(wants, want->key) : g_strdup(want->value);

    if (slash != NULL)
        parts = part_for(parts, want->key, (gsize)(slash - want->key))->parts;
    g_ptr_array_add(parts, yaml_part_new(slash != NULL ? slash + 1 : want->key, text));
}

/* A list whose order means nothing. */
static gboolean
is_set(const char *key)
{
    return strcmp(key, "interfaces") == 0;
}

static int
compare_values(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What @wants say of @key; borrowed. (transfer container) */
static GPtrArray *
values_of(const GArray *wants, const char *key)
{
    GPtrArray *values = g_ptr_array_new();

    for (guint i = 0; i < wants->len; i++)
        if (strcmp(g_array_index(wants, SettingsWant, i).key, key) == 0)
            g_ptr_array_add(values, g_array_index(wants, SettingsWant, i).value);
    return values;
}

static gboolean
same_wants(const GArray *before, const GArray *after, const char *key)
{
    g_autoptr(GPtrArray) a = values_of(before, key), b = values_of(after, key);

    if (a->len != b->len)
        return FALSE;
    if (is_set(key)) {
        g_ptr_array_sort(a, compare_values);
        g_ptr_array_sort(b, compare_values);
    }
    for (guint i = 0; i < a->len; i++)
        if (strcmp(a->pdata[i], b->pdata[i]) != 0)
            return FALSE;
    return TRUE;
}

/* One file's edit of a device. */
typedef struct {
    const NetplanPlace *place;
    YamlEdit *edit;
    GPtrArray *parts; /* YamlPart*: new keys of the map */
} Editor;

/* All nodes in @node that serve @key. */
static void
collect(YamlNode *node, const char *key, GPtrArray *found)
{
    if (g_strcmp0(node->serves, key) == 0)
        g_ptr_array_add(found, node);
    for (guint i = 0; node->items != NULL && i < node->items->len; i++)
        collect(g_ptr_array_index(node->items, i), key, found);
}

void
netplan_note_removed(const NetplanFile *file, const YamlNode *node, NetifNotes *notes,
                     const char *name)
{
    const YamlNode *at = node->key != NULL ? node->key : node;

    if (node->is_noted)
        netif_notes_add(notes, NETIF_NOTE_REMOVED, name, file->path, at->line, "%s",
                        node->key != NULL     ? node->key->value
                        : node->value != NULL ? node->value
                                              : "an item");
}

/* Whether the nodes that would stay are the first ones that are wanted, in that order. */
static gboolean
is_ordered(const GPtrArray *found, const GPtrArray *items)
{
    guint n_kept = 0;

    for (guint i = 0; i < found->len; i++) {
        const YamlNode *node = g_ptr_array_index(found, i);
        gboolean is_wanted = FALSE;

        for (guint j = 0; j < items->len; j++)
            is_wanted = is_wanted || strcmp(node->canon, g_ptr_array_index(items, j)) == 0;
        if (is_wanted &&
            (n_kept >= items->len || strcmp(node->canon, g_ptr_array_index(items, n_kept++)) != 0))
            return FALSE;
    }
    return TRUE;
}

/* Items of a list: those that are wanted stay, others go, new ones come to the end. */
static void
edit_items(Editor *last, GArray *editors, const GArray *wants, const char *key, NetifNotes *notes,
           const char *name)
{
    g_autoptr(GPtrArray) items = values_of(wants, key), found = g_ptr_array_new();
    YamlNode *list = NULL;
    gboolean is_kept;

    for (guint i = 0; i < editors->len; i++) {
        const Editor *editor = &g_array_index(editors, Editor, i);
        g_autoptr(GPtrArray) here = g_ptr_array_new();

        collect(editor->place->node, key, here);
        for (guint j = 0; j < here->len; j++)
            g_ptr_array_add(found, here->pdata[j]);
        list = yaml_get(editor->place->node, key);
        last = list != NULL ? &g_array_index(editors, Editor, i) : last;
    }
    list = yaml_get(last->place->node, key);
    is_kept = is_set(key) || is_ordered(found, items);
    for (guint i = 0; i < found->len; i++) {
        YamlNode *node = found->pdata[i];
        guint j = 0;

        while (is_kept && j < items->len && strcmp(node->canon, items->pdata[j]) != 0)
            j++;
        if (is_kept && j < items->len) {
            g_ptr_array_remove_index(items, j);
            continue;
        }
        for (guint k = 0; k < editors->len; k++) {
            Editor *editor = &g_array_index(editors, Editor, k);
            const YamlNode *outer = node;

            while (outer != NULL && outer != editor->place->node)
                outer = outer->parent;
            if (outer == NULL)
                continue;
            netplan_note_removed(editor->place->file, node, notes, name);
            yaml_edit_delete(editor->edit, node);
        }
    }
    if (items->len == 0)
        return;
    if (list != NULL && list->kind == YAML_LIST) {
        for (guint i = 0; i < items->len; i++)
            yaml_edit_append(last->edit, list, items->pdata[i]);
    } else {
        GString *text = g_string_new("[");

        for (guint i = 0; i < items->len; i++)
            g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (char *)items->pdata[i]);
        g_string_append_c(text, ']');
        g_ptr_array_add(last->parts, yaml_part_new(key, text->str));
        g_string_free(text, TRUE);
    }
}

static void
edit_value(Editor *last, GArray *editors, const SettingsWant *want, const char *key,
           NetifNotes *notes, const char *name)
{
    const char *slash = strchr(key, '/'), *base = slash != NULL ? slash + 1 : key;
    gboolean is_done = want == NULL;

    for (guint i = editors->len; i > 0; i--) {
        Editor *editor = &g_array_index(editors, Editor, i - 1);
        g_autoptr(GPtrArray) found = g_ptr_array_new();

        collect(editor->place->node, key, found);
        for (guint j = found->len; j > 0; j--) {
            YamlNode *node = found->pdata[j - 1];

            netplan_note_removed(editor->place->file, node, notes, name);
            if (!is_done && strcmp(node->key->value, base) == 0)
                yaml_edit_replace(editor->edit, node, want->value);
            else
                yaml_edit_delete(editor->edit, node);
            is_done = TRUE;
        }
    }
    if (is_done)
        return;
    if (slash != NULL) {
        g_autofree char *outer = g_strndup(key, (gsize)(slash - key));
        YamlNode *map = yaml_get(last->place->node, outer);

        if (map != NULL && map->kind == YAML_MAP) {
            yaml_edit_insert(last->edit, map, yaml_part_new(base, want->value));
            return;
        }
        g_ptr_array_add(part_for(last->parts, key, (gsize)(slash - key))->parts,
                        yaml_part_new(base, want->value));
        return;
    }
    g_ptr_array_add(last->parts, yaml_part_new(base, want->value));
}

static void
edit_key(GArray *editors, const GArray *before, const GArray *after, const char *key,
         NetifNotes *notes, const char *name)
{
    Editor *last = &g_array_index(editors, Editor, editors->len - 1);
    const SettingsWant *want = NULL, *was = NULL;

    if (same_wants(before, after, key))
        return;
    for (guint i = 0; i < after->len; i++)
        if (strcmp(g_array_index(after, SettingsWant, i).key, key) == 0)
            want = &g_array_index(after, SettingsWant, i);
    for (guint i = 0; i < before->len; i++)
        if (strcmp(g_array_index(before, SettingsWant, i).key, key) == 0)
            was = &g_array_index(before, SettingsWant, i);
    if (want != NULL && was != NULL && want->opens != was->opens) {
        /* ports come or all go: [] is a value, ports are items */
        g_autoptr(GArray) none = settings_wants_new();

        if (was->opens) {
            edit_items(last, editors, none, key, notes, name);
            g_ptr_array_add(last->parts, yaml_part_new(key, want->value));
        } else {
            edit_value(last, editors, NULL, key, notes, name);
            netplan_add_part(after, want, last->parts);
        }
        return;
    }
    if ((want != NULL && want->opens) || (was != NULL && was->opens))
        edit_items(last, editors, after, key, notes, name);
    else
        edit_value(last, editors, want, key, notes, name);
}

/* The comment that marks it goes: it is defined by itself now. */
static void
unmark(const Editor *editor)
{
    const char *text = editor->place->file->tree->text;
    gsize start = editor->place->node->key->start;
    gsize end = start + strcspn(text + start, "\n"), at = end - strlen(NETPLAN_MADE);

    while (text[at - 1] == ' ')
        at--;
    yaml_edit_cut(editor->edit, at, end);
}

void
netplan_change(NetplanModel *model, const NetplanDevice *device, const GArray *before,
               const GArray *after, gboolean is_unmarked, NetifNotes *notes)
{
    g_autoptr(GArray) editors = g_array_new(FALSE, FALSE, sizeof(Editor));
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const GArray *both[2] = {before, after};

    for (guint i = 0; i < device->places->len; i++) {
        const NetplanPlace *place = &g_array_index(device->places, NetplanPlace, i);
        Editor editor = {place, yaml_edit_new(place->file->tree), g_ptr_array_new()};

        yaml_edit_keep(editor.edit, place->node);
        if (is_unmarked)
            unmark(&editor);
        g_array_append_val(editors, editor);
    }
    for (int i = 0; i < 2; i++)
        for (guint j = 0; j < both[i]->len; j++) {
            char *key = g_array_index(both[i], SettingsWant, j).key;

            if (g_hash_table_add(seen, key))
                edit_key(editors, before, after, key, notes, device->name);
        }
    for (guint i = 0; i < editors->len; i++) {
        Editor *editor = &g_array_index(editors, Editor, i);

        for (guint j = 0; j < editor->parts->len; j++)
            yaml_edit_insert(editor->edit, editor->place->node, editor->parts->pdata[j]);
        netplan_store(model, editor->place->file->path, editor->edit);
        yaml_edit_free(editor->edit);
        g_ptr_array_unref(editor->parts);
    }
}
