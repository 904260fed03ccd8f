/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/key-script.h - from words on the command line to the script of keys that a guest is sent.
 *
 * Used by: verb-keys.c. Format of a script: lodge/lodge-keys.h.
 */
#pragma once

#include <glib.h>

typedef struct {
    int set; /* of the words; virKeycodeSet */
    gboolean sequence, only_press, only_release;
    guint hold_ms, delay_ms; /* 0: the default */
} KeyOptions;

/**
 * key_script_chords:
 * @words: (array zero-terminated): "KEY_A", "30", "KEY_LEFTCTRL+KEY_C"
 *
 * Returns: (transfer full) (element-type GArray): the chords, each of Linux codes (guint): one, or with
 *   sequence one a word; NULL with the error said (by us or by the library)
 */
GPtrArray *key_script_chords(const KeyOptions *options, const char *const *words);

/* (transfer full) */
char *key_script_make(const KeyOptions *options, const GPtrArray *chords);

typedef struct {
    const char *layout;       /* "de", "de,nodeadkeys"; NULL: us */
    const char *file;         /* or NULL */
    const char *const *words; /* joined by blanks when there is no file */
    gboolean enter;
    guint rate; /* characters a second */
} KeyText;

/* The script that types it, made by lodge-typist; (transfer full); NULL with the error said. */
char *key_text_plan(const KeyText *text);
