/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-file.h - one file of ifupdown as lines that know their bytes: keyword, value, place.
 *
 * A line here is a logical one: a physical line that ends in '\' takes the next one with it as it stands.
 * Comments are never continued; they and blank lines are kept as lines without a word.
 * Source: interfaces(5), and runs of ifupdown 0.8.41.
 */
#pragma once

#include <glib.h>

typedef struct {
    gsize start, end;  /* bytes of the text, the line feed excluded */
    guint first, last; /* physical line numbers; ifupdown complains about the last */
    const char *word;  /* first word; NULL for blanks and comments */
    const char *value; /* the rest without blanks around it; "" when there is none */
    gboolean is_comment;
} DebianLine;

typedef struct {
    char *path;
    char *text; /* a copy; NULL: the file is not there */
    gsize size;
    GArray *lines;       /* DebianLine */
    gboolean has_feed;   /* the last line ends with a line feed */
    gboolean is_open;    /* the last line ends with '\': what is appended would be a part of it */
    gboolean has_cr;     /* lines end with CR LF */
    guint n_faults;      /* things that ifupdown itself refuses */
    guint fault_line;    /* of the first */
    char *fault;         /* its words */
    GStringChunk *words; /* owns word and value of the lines */
} DebianFile;

DebianFile *debian_file_new(const char *path, const char *text, gsize size);
void debian_file_free(DebianFile *file);

/* As @file->lines, by index. */
DebianLine *debian_line(const DebianFile *file, guint index);

/* The next blank-separated word of *@text, which moves behind it; NULL at the end. (transfer full) */
char *debian_next_word(const char **text);

/* All words of @text. (transfer full) (array zero-terminated) */
char **debian_split(const char *text);
