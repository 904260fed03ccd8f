/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/editor.h - let the user change a text in their editor, again and again until it is taken. */
#pragma once

#include <glib.h>

#include "cli/cli.h"

typedef enum {
    EDIT_FAILED,    /* said */
    EDIT_UNCHANGED, /* the text came back as it was, or the user gave up */
    EDIT_CHANGED,
} EditResult;

/**
 * editor_text:
 * Opens the editor once on a copy of @text.
 * @suffix: of the temporary file's name: ".xml"
 * @ret_text: (out) (transfer full): on EDIT_CHANGED
 */
EditResult editor_text(const Cli *cli, const char *text, const char *suffix, char **ret_text);

/**
 * editor_apply:
 * editor_text() until @apply takes the result. After a refusal the user is asked: y (edit again), n
 * (give up), f (the same text again), i (the same, accepting unknown elements: only when
 * the refusal was about those), ?. Without a terminal to ask on, a refusal is the end.
 * @apply: says its own error, returns TRUE when it took the text; @relaxed: 'i' was chosen
 */
EditResult editor_apply(Cli *cli, const char *text,
                        gboolean (*apply)(const char *text, gboolean relaxed, void *opaque),
                        void *opaque);
