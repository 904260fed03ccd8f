/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-file.h"

#include <string.h>

#define BLANKS " \t\n\v\f\r"

static gboolean
is_blank(char c)
{
    return c != '\0' && strchr(BLANKS, c) != NULL;
}

/* The text of a logical line without its joints, trimmed; into @joined. */
static void
join(const char *text, gsize size, GString *joined)
{
    g_string_truncate(joined, 0);
    while (size > 0) {
        const char *feed = memchr(text, '\n', size);
        gsize length = feed != NULL ? (gsize)(feed - text) : size;
        gsize kept = length;

        if (length > 0 && text[length - 1] == '\\')
            kept--;
        g_string_append_len(joined, text, (gssize)kept);
        if (feed == NULL)
            break;
        text += length + 1;
        size -= length + 1;
    }
    while (joined->len > 0 && is_blank(joined->str[joined->len - 1]))
        g_string_truncate(joined, joined->len - 1);
}

/* A NUL ends a line for ifupdown, as for every C string. */
static void
set_words(DebianFile *file, DebianLine *line, const char *text)
{
    gsize length;

    text += strspn(text, BLANKS);
    length = strcspn(text, BLANKS);
    if (length == 0)
        return;
    line->word = g_string_chunk_insert_len(file->words, text, (gssize)length);
    text += length;
    text += strspn(text, BLANKS);
    line->value = *text != '\0' ? g_string_chunk_insert(file->words, text) : "";
}

static void
scan(DebianFile *file)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    const char *at = file->text, *end = file->text + file->size;
    guint number = 1;

    while (at < end) {
        DebianLine line = {.first = number, .value = ""};
        const char *start = at, *first = at, *feed;

        while (first < end && *first != '\n' && is_blank(*first))
            first++;
        line.is_comment = first < end && *first == '#';
        for (;;) {
            feed = memchr(at, '\n', (gsize)(end - at));
            at = feed != NULL ? feed : end;
            number++;
            if (line.is_comment || at == start || at[-1] != '\\')
                break;
            if (feed == NULL || feed + 1 == end) {
                file->is_open = TRUE;
                break;
            }
            at = feed + 1;
        }
        line.start = (gsize)(start - file->text);
        line.end = (gsize)(at - file->text);
        line.last = number - 1;
        if (!line.is_comment) {
            join(start, line.end - line.start, joined);
            set_words(file, &line, joined->str);
        }
        file->has_cr |= at > start && at[-1] == '\r';
        g_array_append_val(file->lines, line);
        file->has_feed = feed != NULL;
        at = feed != NULL ? feed + 1 : end;
    }
}

DebianFile *
debian_file_new(const char *path, const char *text, gsize size)
{
    DebianFile *file = g_new0(DebianFile, 1);

    file->path = g_strdup(path);
    file->lines = g_array_new(FALSE, FALSE, sizeof(DebianLine));
    file->words = g_string_chunk_new(4096);
    file->has_feed = TRUE;
    if (text == NULL)
        return file;
    file->text = g_malloc(size + 1);
    memcpy(file->text, text, size);
    file->text[size] = '\0';
    file->size = size;
    scan(file);
    return file;
}

void
debian_file_free(DebianFile *file)
{
    if (file == NULL)
        return;
    g_free(file->path);
    g_free(file->text);
    g_free(file->fault);
    g_array_unref(file->lines);
    g_string_chunk_free(file->words);
    g_free(file);
}

DebianLine *
debian_line(const DebianFile *file, guint index)
{
    return &g_array_index(file->lines, DebianLine, index);
}

char *
debian_next_word(const char **text)
{
    const char *start = *text + strspn(*text, BLANKS);
    gsize length = strcspn(start, BLANKS);

    *text = start + length;
    return length > 0 ? g_strndup(start, length) : NULL;
}

char **
debian_split(const char *text)
{
    GPtrArray *words = g_ptr_array_new();
    char *word;

    while ((word = debian_next_word(&text)) != NULL)
        g_ptr_array_add(words, word);
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}
