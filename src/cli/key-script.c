/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/key-script.h"

#include <lodge/lodge-keys.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/helper.h"

#define HOLD_DEFAULT_MS  50
#define DELAY_DEFAULT_MS 20
#define EDGE_MS          4 /* between two keys of a chord: a PS/2 keyboard holds 16 bytes */

static void
chord_free(gpointer data)
{
    g_array_unref(data);
}

/* Adds the keys of "a+b" as Linux codes. */
static gboolean
add_keys(int set, const char *word, GArray *codes)
{
    g_auto(GStrv) keys = g_strsplit(word, "+", -1);

    for (char **key = keys; *key; key++) {
        guint code, linux_code;

        if (lodge_keycode_parse(set, *key, &code) < 0 ||
            lodge_keycode_translate(code, set, VIR_KEYCODE_SET_LINUX, &linux_code) < 0)
            return FALSE;
        g_array_append_val(codes, linux_code);
    }
    return TRUE;
}

GPtrArray *
key_script_chords(const KeyOptions *options, const char *const *words)
{
    g_autoptr(GPtrArray) chords = g_ptr_array_new_with_free_func(chord_free);
    gboolean is_one = words[0] && !words[1];

    for (; *words; words++) {
        if (!options->sequence && !is_one && strchr(*words, '+')) {
            cli_error("'%s' is a chord beside other keys; add --sequence to send one after another",
                      *words);
            return NULL;
        }
        if (options->sequence || chords->len == 0)
            g_ptr_array_add(chords, g_array_new(FALSE, FALSE, sizeof(guint)));
        if (!add_keys(options->set, *words, g_ptr_array_index(chords, chords->len - 1)))
            return NULL;
    }
    return g_steal_pointer(&chords);
}

static void
add_edge(GString *out, const char *word, guint code, gboolean is_last)
{
    const char *name = lodge_keycode_name(VIR_KEYCODE_SET_LINUX, code);

    g_string_append_printf(out, "%s %u%s%s\n", word, code, name ? " " : "", name ? name : "");
    if (!is_last)
        g_string_append_printf(out, "wait %d\n", EDGE_MS);
}

char *
key_script_make(const KeyOptions *options, const GPtrArray *chords)
{
    GString *out = g_string_new(NULL);

    for (guint c = 0; c < chords->len; c++) {
        const GArray *chord = g_ptr_array_index(chords, c);

        for (guint i = 0; i < chord->len && !options->only_release; i++)
            add_edge(out, "down", g_array_index(chord, guint, i), i + 1 == chord->len);
        if (!options->only_press && !options->only_release)
            g_string_append_printf(out, "wait %u\n",
                                   options->hold_ms ? options->hold_ms : HOLD_DEFAULT_MS);
        for (guint i = chord->len; i-- > 0 && !options->only_press;)
            add_edge(out, "up", g_array_index(chord, guint, i), i == 0);
        if (c + 1 < chords->len)
            g_string_append_printf(out, "wait %u\n",
                                   options->delay_ms ? options->delay_ms : DELAY_DEFAULT_MS);
    }
    if (options->only_press)
        g_string_append(out, "keep\n");
    return g_string_free(out, FALSE);
}

char *
key_text_plan(const KeyText *text)
{
    g_autofree char *rate = g_strdup_printf("%u", text->rate);
    const char *argv[] = {"lodge-typist",
                          "--rate",
                          rate,
                          "--layout",
                          text->layout ? text->layout : "us",
                          text->enter ? "--enter" : NULL,
                          NULL};
    g_autofree char *typed = NULL;

    if (text->file && text->words[0]) {
        cli_error("give the text on the command line or with --file, not both");
        return NULL;
    }
    if (!text->file && !text->words[0] && !text->enter) {
        cli_error("there is nothing to type; give a text, --file or --enter");
        return NULL;
    }
    typed = text->file ? cli_read_file(text->file) : g_strjoinv(" ", (char **)text->words);
    return typed ? helper_run(argv, typed) : NULL;
}
