/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/debian-model.h"

#define HOME "/root" /* of those who run ifup */

/* The pattern from the root on, without "." and doubled '/'. (transfer full) */
static char *
absolute(const DebianFile *file, const char *word)
{
    g_autofree char *dir = g_path_get_dirname(file->path);
    g_autofree char *path = word[0] == '~' && (word[1] == '/' || word[1] == '\0')
                                ? g_strconcat(HOME, word + 1, NULL)
                                : NULL;

    return g_canonicalize_filename(path != NULL ? path : word, dir);
}

/* ifupdown takes from a directory what run-parts would. */
static gboolean
is_plain_name(const char *path)
{
    const char *name = strrchr(path, '/') + 1;

    return *name != '\0' &&
           name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-")] == '\0';
}

static void
source_word(Debian *debian, const DebianFile *file, const char *word, gboolean is_directory,
            DebianRead read)
{
    g_autofree char *path = absolute(file, word);
    char *pattern = is_directory ? g_build_filename(path, "*", NULL) : g_strdup(path);
    g_autoptr(GPtrArray) found = netif_files_glob(debian->files, pattern);

    g_ptr_array_add(debian->scopes, pattern);
    for (guint i = 0; i < found->len; i++) {
        const char *match = g_ptr_array_index(found, i);

        if (!is_directory || is_plain_name(match))
            read(debian, match);
    }
}

void
debian_source(Debian *debian, DebianFile *file, const DebianLine *line, gboolean is_directory,
              DebianRead read)
{
    g_auto(GStrv) words = NULL;

    if (strpbrk(line->value, "$`(){};&|<>") != NULL ||
        (*line->value != '\0' && !g_shell_parse_argv(line->value, NULL, &words, NULL))) {
        netif_notes_add(debian->notes, NETIF_NOTE_UNMODELLED, NULL, file->path, line->first,
                        "%s %s: depends on the shell's environment, so it was not followed",
                        line->word, line->value);
        return;
    }
    for (char **word = words; word != NULL && *word != NULL; word++)
        source_word(debian, file, *word, is_directory, read);
}
