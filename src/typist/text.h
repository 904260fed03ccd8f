/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* typist/text.h - a whole text to the script that types it, or to the list of what cannot be typed.
 *
 * Used by: main.c.
 */
#pragma once

#include "typist/layout.h"

#define TEXT_CHARS_MAX                                                                             \
    50000 /* half an hour of typing; the script stays below what its reader takes */

/**
 * text_plan:
 * @text: (array length=size): UTF-8; CR LF is one Enter
 * @name: of the layout, for messages
 * @rate: characters a second, 1-1000
 * @enter: one more Enter at the end
 * @error: LODGE_ERROR_ARGUMENT: not UTF-8, or characters that the layout cannot type: each with line and
 *   column, both from 1; LODGE_ERROR_LIMIT
 *
 * Returns: (transfer full): the script
 */
char *text_plan(Layout *layout, const char *name, const char *text, gsize size, guint rate,
                gboolean enter, GError **error);
