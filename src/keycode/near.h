/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* keycode/near.h - what a mistyped key may have been meant for.
 *
 * Used by: table.c, for its errors.
 */
#pragma once

#include <glib.h>

#define NEAR_MAX 3

/**
 * near_names:
 * @set: one that has names
 * @word: a name that no key has, of any length
 *
 * Compares without case, prefix (KEY_, VK_, ANSI_) and underscores: "a", "key_a" and "KEY-A" are near
 * "KEY_A"; "ctrl" is near all that hold it.
 *
 * Returns: (transfer full) (nullable): up to %NEAR_MAX names, the nearest first: "KEY_A, KEY_B"; NULL
 *   when nothing is near
 */
char *near_names(int set, const char *word);

/* The codes of @set on either side of @code, with their names: "57 (KEY_SPACE), 59 (KEY_F1)". */
char *near_codes(int set, guint code);
