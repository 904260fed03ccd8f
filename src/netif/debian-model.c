/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-model.h"

#include <string.h>

#include "netif/debian-header.h"
#include "util/error.h"

#define SOURCES_MAX 4096 /* files of one configuration */

const GPtrArray *
debian_stanzas(const Debian *debian, const char *name)
{
    return g_hash_table_lookup(debian->by_name, name);
}

DebianOption *
debian_option(const DebianStanza *stanza, guint index)
{
    return &g_array_index(stanza->options, DebianOption, index);
}

gboolean
debian_is_own(const DebianStanza *stanza, const DebianOption *option)
{
    return option->stanza == stanza;
}

guint
debian_option_line(const DebianOption *option)
{
    return debian_line(option->stanza->file, option->line)->first;
}

guint
debian_stanza_line(const DebianStanza *stanza)
{
    return debian_line(stanza->file, stanza->line)->first;
}

void
debian_fault(Debian *debian, DebianFile *file, const DebianLine *line, const char *text)
{
    if (file->n_faults++ == 0) {
        file->fault_line = line->last;
        file->fault = g_strdup(text);
        if (debian->sources->len > 0 && file != g_ptr_array_index(debian->sources, 0))
            netif_notes_add(debian->notes, NETIF_NOTE_IGNORED, NULL, file->path, line->last,
                            "ifupdown drops the rest of this file after its error");
    }
    netif_notes_add(debian->notes, NETIF_NOTE_FAULT, NULL, file->path, line->last, "%s", text);
}

const char *
debian_canon(Debian *debian, const char *key)
{
    const char *canon = g_hash_table_lookup(debian->canon, key);
    g_autofree char *made = NULL;

    if (canon != NULL)
        return canon;
    made = g_strdelimit(g_strdup(key), "_", '-');
    if (strcmp(key, "post-up") == 0)
        canon = "up";
    else if (strcmp(key, "pre-down") == 0)
        canon = "down";
    else if (strcmp(made, "slaves") == 0)
        canon = "bond-slaves";
    else
        canon = g_string_chunk_insert(debian->strings, made);
    g_hash_table_insert(debian->canon, g_string_chunk_insert(debian->strings, key),
                        (gpointer)canon);
    return canon;
}

static void
add_start(Debian *debian, const char *name, DebianFile *file, guint line, const char *klass)
{
    DebianStart start = {file, line, klass};
    GArray *starts = g_hash_table_lookup(debian->starts, name);

    if (starts == NULL) {
        starts = g_array_new(FALSE, FALSE, sizeof(DebianStart));
        g_hash_table_insert(debian->starts, g_string_chunk_insert(debian->strings, name), starts);
    }
    g_array_append_val(starts, start);
}

gboolean
debian_is_in_class(const Debian *debian, const char *name, const char *klass)
{
    const GArray *starts = g_hash_table_lookup(debian->starts, name);

    for (guint i = 0; starts != NULL && i < starts->len; i++)
        if (strcmp(g_array_index(starts, DebianStart, i).klass, klass) == 0)
            return TRUE;
    return FALSE;
}

/* Words of an auto, allow-, no-auto-down, no-scripts or rename line. */
static void
read_names(Debian *debian, DebianFile *file, guint index, const char *klass)
{
    const DebianLine *line = debian_line(file, index);
    const char *at = line->value;
    char *word;

    while ((word = debian_next_word(&at)) != NULL) {
        if (strpbrk(word, "/=*?[") != NULL) {
            netif_notes_add(debian->notes, NETIF_NOTE_UNMODELLED, NULL, file->path, line->first,
                            "%s %s: depends on the devices that are there", line->word, word);
            g_ptr_array_add(debian->patterns, word);
        } else {
            add_start(debian, word, file, index, klass);
            g_free(word);
        }
    }
}

/* "auto", "hotplug", ... of the keyword; NULL when it is none of those that list names. */
static const char *
class_of(Debian *debian, const char *word)
{
    if (strcmp(word, "auto") == 0 || strcmp(word, "no-auto-down") == 0 ||
        strcmp(word, "no-scripts") == 0)
        return word;
    if (g_str_has_prefix(word, "allow-") && word[6] != '\0')
        return g_string_chunk_insert_const(debian->strings, word + 6);
    return NULL;
}

static void
add_option(Debian *debian, DebianStanza *stanza, guint index)
{
    const DebianLine *line = debian_line(stanza->file, index);
    DebianOption option = {line->word,  debian_canon(debian, line->word),
                           line->value, stanza,
                           index,       DEBIAN_UNMODELLED};

    g_array_append_val(stanza->options, option);
    stanza->end = index + 1;
}

/* A line that begins with no keyword. */
static void
read_option(Debian *debian, DebianFile *file, guint index)
{
    const DebianLine *line = debian_line(file, index);
    DebianStanza *stanza = debian->current;
    gboolean is_script = strcmp(line->word, "script") == 0;

    if (stanza == NULL) {
        debian_fault(debian, file, line, "misplaced option");
        return;
    }
    if (*line->value == '\0') {
        debian_fault(debian, file, line, "option with empty value");
        stanza->end = index + 1;
        return;
    }
    if (stanza->name == NULL) {
        if (!is_script && strcmp(line->word, "map") != 0)
            debian_fault(debian, file, line, "misplaced option");
        for (guint i = 0; is_script && i < stanza->options->len; i++)
            if (strcmp(debian_option(stanza, i)->key, "script") == 0) {
                debian_fault(debian, file, line, "duplicate script in mapping");
                break;
            }
    }
    add_option(debian, stanza, index);
}

static DebianStanza *
add_stanza(Debian *debian, DebianFile *file, guint index, GPtrArray *list)
{
    DebianStanza *stanza = g_new0(DebianStanza, 1);

    stanza->file = file;
    stanza->line = index;
    stanza->end = index + 1;
    stanza->options = g_array_new(FALSE, FALSE, sizeof(DebianOption));
    g_ptr_array_add(list, stanza);
    debian->current = stanza;
    return stanza;
}

static void
read_iface(Debian *debian, DebianFile *file, guint index)
{
    DebianStanza *stanza = add_stanza(debian, file, index, debian->stanzas);
    GPtrArray *same;

    debian_header_read(debian, stanza);
    if (stanza->name == NULL) {
        stanza->name = "";
        return;
    }
    same = g_hash_table_lookup(debian->by_name, stanza->name);
    if (same == NULL) {
        same = g_ptr_array_new();
        g_hash_table_insert(debian->by_name, (gpointer)stanza->name, same);
    }
    g_ptr_array_add(same, stanza);
    if (strchr(stanza->name, ':') != NULL) {
        g_autofree char *base = g_strndup(stanza->name, strcspn(stanza->name, ":"));

        netif_notes_add(debian->notes, NETIF_NOTE_UNMODELLED, base, file->path,
                        debian_stanza_line(stanza), "iface %s: an address with a label",
                        stanza->name);
    }
}

static void
read_mapping(Debian *debian, DebianFile *file, guint index)
{
    const DebianLine *line = debian_line(file, index);

    add_stanza(debian, file, index, debian->mappings);
    netif_notes_add(debian->notes, NETIF_NOTE_UNMODELLED, NULL, file->path, line->first,
                    "mapping %s: a script chooses the configuration when it is started",
                    line->value);
}

static void read_file(Debian *debian, const char *path);

static void
read_line(Debian *debian, DebianFile *file, guint index)
{
    const DebianLine *line = debian_line(file, index);
    const char *word = line->word, *klass = class_of(debian, word);

    if (klass != NULL && *line->value == '\0') { /* of the stanza that it stands in */
        if (debian->current == NULL || debian->current->name == NULL)
            return;
        add_start(debian, debian->current->name, file, index, klass);
        add_option(debian, debian->current, index);
    } else if (klass != NULL) {
        debian->current = NULL;
        read_names(debian, file, index, klass);
    } else if (strcmp(word, "iface") == 0) {
        read_iface(debian, file, index);
    } else if (strcmp(word, "mapping") == 0) {
        read_mapping(debian, file, index);
    } else if (strcmp(word, "rename") == 0) {
        debian->current = NULL;
        read_names(debian, file, index, "rename");
    } else if (g_str_has_prefix(word, "source-dir") || strcmp(word, "source") == 0) {
        debian->current = NULL;
        debian_source(debian, file, line, strcmp(word, "source") != 0, read_file);
        debian->current = NULL;
    } else {
        read_option(debian, file, index);
    }
}

static void
read_file(Debian *debian, const char *path)
{
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    const char *text;
    DebianFile *file;

    for (guint i = 0; i < debian->sources->len; i++)
        if (strcmp(((const DebianFile *)g_ptr_array_index(debian->sources, i))->path, path) == 0)
            return; /* each file once, so that loops end */
    text = netif_files_get(debian->files, path, &size, &error);
    if (text == NULL && !g_error_matches(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
        netif_notes_add(debian->notes, NETIF_NOTE_UNMODELLED, NULL, path, 1, "%s", error->message);
    if ((text == NULL && debian->sources->len > 0) || debian->sources->len >= SOURCES_MAX)
        return;
    file = debian_file_new(path, text, size);
    g_ptr_array_add(debian->sources, file);
    debian->current = NULL;
    for (guint i = 0; i < file->lines->len; i++)
        if (debian_line(file, i)->word != NULL)
            read_line(debian, file, i);
    debian->current = NULL;
}

/* "bond-master BOND" in the stanza of a slave. */
static void
add_member(Debian *debian, DebianStanza *stanza, const char *bond)
{
    GPtrArray *members = g_hash_table_lookup(debian->members, bond);

    if (members == NULL) {
        members = g_ptr_array_new();
        g_hash_table_insert(debian->members, (gpointer)bond, members);
    }
    g_ptr_array_add(members, stanza);
    g_hash_table_insert(debian->masters, (gpointer)stanza->name, (gpointer)bond);
}

/* Bridges and bonds put down whom they hold. */
static void
find_masters(Debian *debian)
{
    for (guint i = 0; i < debian->stanzas->len; i++) {
        DebianStanza *stanza = g_ptr_array_index(debian->stanzas, i);

        for (guint j = 0; j < stanza->options->len; j++) {
            const DebianOption *option = debian_option(stanza, j);
            g_auto(GStrv) words = NULL;

            if (strcmp(option->canon, "bond-master") == 0) {
                add_member(debian, stanza, option->value);
                continue;
            }
            if (strcmp(option->canon, "bridge-ports") != 0 &&
                strcmp(option->canon, "bond-slaves") != 0)
                continue;
            words = debian_split(option->value);
            for (char **word = words; *word != NULL; word++) {
                if (strcmp(*word, "regex") == 0 || strcmp(*word, "noregex") == 0)
                    word += word[1] != NULL;
                else if (strcmp(*word, "none") != 0 && strcmp(*word, "all") != 0)
                    g_hash_table_insert(debian->masters,
                                        g_string_chunk_insert(debian->strings, *word),
                                        (gpointer)stanza->name);
            }
        }
    }
}

static void
stanza_free(gpointer data)
{
    DebianStanza *stanza = data;

    g_array_unref(stanza->options);
    g_free(stanza);
}

static void
source_free(gpointer data)
{
    debian_file_free(data);
}

Debian *
debian_load(NetifFiles *files, GError **error)
{
    g_autoptr(GError) cause = NULL;
    Debian *debian;

    if (netif_files_get(files, DEBIAN_MAIN, NULL, &cause) == NULL &&
        !g_error_matches(cause, LODGE_ERROR, LODGE_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    debian = g_new0(Debian, 1);
    debian->files = files;
    debian->strings = g_string_chunk_new(4096);
    debian->sources = g_ptr_array_new_with_free_func(source_free);
    debian->stanzas = g_ptr_array_new_with_free_func(stanza_free);
    debian->mappings = g_ptr_array_new_with_free_func(stanza_free);
    debian->by_name =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    debian->starts =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
    debian->patterns = g_ptr_array_new_with_free_func(g_free);
    debian->masters = g_hash_table_new(g_str_hash, g_str_equal);
    debian->members =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    debian->canon = g_hash_table_new(g_str_hash, g_str_equal);
    debian->scopes = g_ptr_array_new_with_free_func(g_free);
    debian->notes = netif_notes_new();
    g_ptr_array_add(debian->scopes, g_strdup(DEBIAN_MAIN));
    read_file(debian, DEBIAN_MAIN);
    find_masters(debian);
    return debian;
}

void
debian_free(Debian *debian)
{
    if (debian == NULL)
        return;
    g_hash_table_unref(debian->by_name);
    g_hash_table_unref(debian->starts);
    g_hash_table_unref(debian->masters);
    g_hash_table_unref(debian->members);
    g_hash_table_unref(debian->canon);
    g_ptr_array_unref(debian->stanzas);
    g_ptr_array_unref(debian->mappings);
    g_ptr_array_unref(debian->sources);
    g_ptr_array_unref(debian->patterns);
    g_ptr_array_unref(debian->scopes);
    g_ptr_array_unref(debian->notes);
    g_string_chunk_free(debian->strings);
    g_free(debian);
}
