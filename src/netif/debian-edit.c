/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-edit.h"

#include <string.h>

#include "util/error.h"

typedef struct {
    gboolean is_deleted;
    char *text; /* instead of the line; NULL: as it is */
    GString *before, *after;
} Change;

typedef struct {
    DebianFile *file;
    GHashTable *changes; /* line -> Change */
    GString *appended;
} FileEdit;

struct DebianEdit {
    Debian *debian;
    GPtrArray *files; /* FileEdit*, in the order of the first change */
    guint cost;
};

static void
change_free(gpointer data)
{
    Change *change = data;

    g_free(change->text);
    if (change->before != NULL)
        g_string_free(change->before, TRUE);
    if (change->after != NULL)
        g_string_free(change->after, TRUE);
    g_free(change);
}

static void
file_edit_free(gpointer data)
{
    FileEdit *of = data;

    g_hash_table_unref(of->changes);
    g_string_free(of->appended, TRUE);
    g_free(of);
}

DebianEdit *
debian_edit_new(Debian *debian)
{
    DebianEdit *edit = g_new0(DebianEdit, 1);

    edit->debian = debian;
    edit->files = g_ptr_array_new_with_free_func(file_edit_free);
    return edit;
}

void
debian_edit_free(DebianEdit *edit)
{
    if (edit == NULL)
        return;
    g_ptr_array_unref(edit->files);
    g_free(edit);
}

static FileEdit *
find_file(const DebianEdit *edit, const DebianFile *file)
{
    for (guint i = 0; i < edit->files->len; i++) {
        FileEdit *of = g_ptr_array_index(edit->files, i);

        if (of->file == file)
            return of;
    }
    return NULL;
}

static FileEdit *
file_edit(DebianEdit *edit, DebianFile *file)
{
    FileEdit *of = find_file(edit, file);

    if (of != NULL)
        return of;
    of = g_new0(FileEdit, 1);
    of->file = file;
    of->changes = g_hash_table_new_full(NULL, NULL, NULL, change_free);
    of->appended = g_string_new(NULL);
    g_ptr_array_add(edit->files, of);
    return of;
}

static Change *
change_at(DebianEdit *edit, DebianFile *file, guint line)
{
    FileEdit *of = file_edit(edit, file);
    Change *change = g_hash_table_lookup(of->changes, GUINT_TO_POINTER(line));

    if (change == NULL) {
        change = g_new0(Change, 1);
        g_hash_table_insert(of->changes, GUINT_TO_POINTER(line), change);
    }
    edit->cost++;
    return change;
}

void
debian_edit_delete(DebianEdit *edit, DebianFile *file, guint line)
{
    change_at(edit, file, line)->is_deleted = TRUE;
}

gboolean
debian_edit_is_deleted(const DebianEdit *edit, DebianFile *file, guint line)
{
    const FileEdit *of = find_file(edit, file);
    const Change *change =
        of != NULL ? g_hash_table_lookup(of->changes, GUINT_TO_POINTER(line)) : NULL;

    return change != NULL && change->is_deleted;
}

void
debian_edit_delete_lines(DebianEdit *edit, DebianFile *file, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        debian_edit_delete(edit, file, i);
}

void
debian_edit_replace(DebianEdit *edit, DebianFile *file, guint line, const char *text)
{
    Change *change = change_at(edit, file, line);

    g_free(change->text);
    change->text = g_strdup(text);
}

char *
debian_edit_indent(const DebianFile *file, guint line)
{
    const char *text = file->text + debian_line(file, line)->start;

    return g_strndup(text, strspn(text, " \t"));
}

void
debian_edit_set_value(DebianEdit *edit, DebianFile *file, guint line, const char *value)
{
    const DebianLine *at = debian_line(file, line);
    const char *text = file->text + at->start;
    gsize head = strspn(text, " \t"), size = at->end - at->start;
    g_autofree char *made = NULL;

    if (memchr(text, '\n', size) == NULL && strncmp(text + head, at->word, strlen(at->word)) == 0) {
        head += strlen(at->word);
        head += strspn(text + head, " \t");
        made = g_strdup_printf("%.*s%s", (int)head, text, value);
    } else { /* keyword and value are on several physical lines */
        made = g_strdup_printf("%.*s%s %s", (int)head, text, at->word, value);
    }
    debian_edit_replace(edit, file, line, made);
}

static void
insert(GString **place, const char *text)
{
    if (*place == NULL)
        *place = g_string_new(NULL);
    g_string_append(*place, text);
}

static guint
count_lines(const char *text)
{
    guint n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

void
debian_edit_insert_before(DebianEdit *edit, DebianFile *file, guint line, const char *text)
{
    insert(&change_at(edit, file, line)->before, text);
    edit->cost += count_lines(text) - 1;
}

void
debian_edit_insert_after(DebianEdit *edit, DebianFile *file, guint line, const char *text)
{
    insert(&change_at(edit, file, line)->after, text);
    edit->cost += count_lines(text) - 1;
}

void
debian_edit_append(DebianEdit *edit, DebianFile *file, const char *text)
{
    g_string_append(file_edit(edit, file)->appended, text);
    edit->cost += count_lines(text);
}

void
debian_edit_drop_word(DebianEdit *edit, DebianFile *file, guint line, const char *name)
{
    const DebianLine *at = debian_line(file, line);
    const FileEdit *of = find_file(edit, file);
    const Change *change =
        of != NULL ? g_hash_table_lookup(of->changes, GUINT_TO_POINTER(line)) : NULL;
    g_autofree char *text = change != NULL && change->text != NULL
                                ? g_strdup(change->text)
                                : g_strndup(file->text + at->start, at->end - at->start);
    g_autoptr(GString) kept = g_string_new(NULL);
    const char *rest = text;
    guint n_kept = 0, index = 0;
    gboolean is_joined = strchr(text, '\n') != NULL;
    g_autofree char *indent = debian_edit_indent(file, line);

    if (is_joined) { /* the joints go: a dangling '\' would take the next line along */
        g_auto(GStrv) words = debian_split(at->value);
        g_autofree char *joined = g_strjoinv(" ", words);

        g_free(text);
        text = g_strconcat(indent, at->word, " ", joined, NULL);
        rest = text;
    }
    for (;; index++) {
        const char *before = rest;
        g_autofree char *word = debian_next_word(&rest);

        if (word == NULL) {
            g_string_append(kept, before); /* blanks at the end, CR */
            break;
        }
        if (index > 0 && strcmp(word, name) == 0)
            continue;
        n_kept += index > 0;
        g_string_append_len(kept, before, rest - before);
    }
    if (n_kept == 0)
        debian_edit_delete(edit, file, line);
    else
        debian_edit_replace(edit, file, line, kept->str);
}

guint
debian_edit_cost(const DebianEdit *edit)
{
    return edit->cost;
}

/* Lines of @text (each with its line feed) with the file's own line ends. */
static void
add_lines(const FileEdit *of, const GString *text, GString *out)
{
    if (text == NULL)
        return;
    for (const char *at = text->str; *at != '\0'; at++) {
        if (*at == '\n' && of->file->has_cr)
            g_string_append_c(out, '\r');
        g_string_append_c(out, *at);
    }
}

static GString *
render(const FileEdit *of)
{
    const DebianFile *file = of->file;
    GString *out = g_string_sized_new(file->size + of->appended->len + 256);

    for (guint i = 0; i < file->lines->len; i++) {
        const DebianLine *line = debian_line(file, i);
        const Change *change = g_hash_table_lookup(of->changes, GUINT_TO_POINTER(i));

        if (change != NULL)
            add_lines(of, change->before, out);
        if (change != NULL && change->text != NULL && !change->is_deleted) {
            g_string_append(out, change->text);
            if (file->has_cr && !g_str_has_suffix(change->text, "\r"))
                g_string_append_c(out, '\r');
            g_string_append_c(out, '\n');
        } else if (change == NULL || !change->is_deleted) {
            g_string_append_len(out, file->text + line->start, (gssize)(line->end - line->start));
            g_string_append_c(out, '\n');
        }
        if (change != NULL)
            add_lines(of, change->after, out);
    }
    add_lines(of, of->appended, out);
    if (!file->has_feed && out->len > 0)
        g_string_truncate(out, out->len - 1);
    return out;
}

/* What is put behind a last line that ends with '\' would become a part of it. */
static gboolean
ends_open(const FileEdit *of)
{
    const Change *last =
        of->file->lines->len > 0
            ? g_hash_table_lookup(of->changes, GUINT_TO_POINTER(of->file->lines->len - 1))
            : NULL;

    return of->file->is_open && (last == NULL || (!last->is_deleted && last->text == NULL)) &&
           (of->appended->len > 0 || (last != NULL && last->after != NULL));
}

gboolean
debian_edit_apply(DebianEdit *edit, GError **error)
{
    for (guint i = 0; i < edit->files->len; i++) {
        const FileEdit *of = g_ptr_array_index(edit->files, i);
        const DebianFile *file = of->file;

        if (file->n_faults > 0)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%s:%u: %s; ifupdown refuses the file as it is, correct it first",
                             file->path, file->fault_line, file->fault);
        if (ends_open(of))
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%s:%u: the last line ends with '\\' and would swallow what comes; "
                             "take the '\\' away first",
                             file->path, debian_line(file, file->lines->len - 1)->last);
    }
    for (guint i = 0; i < edit->files->len; i++) {
        const FileEdit *of = g_ptr_array_index(edit->files, i);
        GString *text = render(of);

        if (text->len == 0 && netif_files_is_new(edit->debian->files, of->file->path))
            netif_files_remove(edit->debian->files, of->file->path);
        else
            netif_files_set(edit->debian->files, of->file->path, text->str, text->len, 0644);
        g_string_free(text, TRUE);
    }
    return TRUE;
}
