/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/near.h"

#include <string.h>

#include "keycode/table.h"
#include "util/distance.h"

#define WORD_MAX                                                                                   \
    DISTANCE_WORD_MAX /* longer than any name; of a longer word the beginning is compared */
#define FAR G_MAXINT

/* Upper case, without what only marks a set or joins words. */
static void
reduce(const char *word, char *ret_reduced)
{
    static const char *const prefixes[] = {"KEY", "VK", "ANSI"};
    gsize n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        gsize length = strlen(prefixes[i]);

        if (g_ascii_strncasecmp(word, prefixes[i], length) == 0 &&
            strchr("_- ", word[length]) != NULL && word[length] != '\0') {
            word += length;
            break;
        }
    }
    for (; *word != '\0' && n < WORD_MAX; word++)
        if (strchr("_- ", *word) == NULL)
            ret_reduced[n++] = g_ascii_toupper(*word);
    ret_reduced[n] = '\0';
}

/* A word inside a name is nearer than three typing errors, the nearer the more of the name it is. */
static int
how_far(const char *word, const char *name)
{
    int n_word = (int)strlen(word), n_name = (int)strlen(name);
    int distance = distance_edit(word, name);

    if (n_word >= 2 && strstr(name, word) != NULL)
        return MIN(10 * distance, 10 + n_name - n_word);
    return distance <= n_word / 3 || distance == 0 ? 10 * distance : FAR;
}

char *
near_names(int set, const char *word)
{
    g_autofree const char **names = keycode_names(set);
    const char *best[NEAR_MAX + 1] = {NULL};
    int best_far[NEAR_MAX + 1] = {FAR, FAR, FAR, FAR};
    char reduced[WORD_MAX + 1], name[WORD_MAX + 1];

    reduce(word, reduced);
    if (reduced[0] == '\0')
        return NULL;
    for (int i = 0; names[i] != NULL; i++) {
        int place = NEAR_MAX, far;

        reduce(names[i], name);
        far = how_far(reduced, name);
        for (; place > 0 && far < best_far[place - 1]; place--) {
            best[place] = best[place - 1];
            best_far[place] = best_far[place - 1];
        }
        if (far < best_far[place] && place < NEAR_MAX) {
            best[place] = names[i];
            best_far[place] = far;
        }
    }
    best[NEAR_MAX] = NULL;
    return best[0] != NULL ? g_strjoinv(", ", (char **)best) : NULL;
}

static void
append_code(GString *text, int set, guint code)
{
    const char *name = keycode_to_name(set, code);
    guint linux_code;

    if (name == NULL && keycode_translate(code, set, KEYCODE_SET_LINUX, &linux_code, NULL))
        name = keycode_to_name(KEYCODE_SET_LINUX, linux_code);
    g_string_append_printf(text, set == KEYCODE_SET_LINUX ? "%s%u (%s)" : "%s0x%x (%s)",
                           text->len > 0 ? ", " : "", code, name != NULL ? name : "no name");
}

char *
near_codes(int set, guint code)
{
    gsize n_codes = 0, i = 0;
    g_autofree guint *codes = keycode_codes(set, &n_codes);
    GString *text = g_string_new(NULL);

    while (i < n_codes && codes[i] < code)
        i++;
    if (i > 0)
        append_code(text, set, codes[i - 1]);
    if (i < n_codes)
        append_code(text, set, codes[i]);
    return g_string_free(text, FALSE);
}
