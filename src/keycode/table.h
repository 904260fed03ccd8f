/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* keycode/table.h - find keys: code of a set to code of another, names to codes and back.
 *
 * The tables are made from data/keycodes.csv when lodge is built. A key may have several codes in a
 * set: all are understood, its first is given. A code that several keys have means the preferred one.
 * Functions that take a set from outside answer any number: there is no set 10.
 * Errors: LODGE_ERROR_ARGUMENT; they name the set and near names.
 */
#pragma once

#include <glib.h>

#include "keycode/set.h"

/* Whether @code is a key of @set. */
gboolean keycode_is_key(int set, guint code);

/**
 * keycode_from_name:
 * @set: where names are looked up; names of another set are not found, but the error tells
 * @name: "KEY_A", "VK_RETURN", "ANSI_Q"; the case counts
 * @ret_code: (out): its code in @set
 * @error: unknown name, with near ones; a set that has no names
 */
gboolean keycode_from_name(int set, const char *name, guint *ret_code, GError **error);

/* The name of @code in @set; NULL when it has none. */
const char *keycode_to_name(int set, guint code);

/**
 * keycode_parse:
 * @word: a name, or a number: decimal, or hexadecimal after 0x
 *
 * What send-key takes for a key: keycode_from_name(), or a number that is a key of @set. A number with a
 * leading zero is refused: it could be meant as octal.
 */
gboolean keycode_parse(int set, const char *word, guint *ret_code, GError **error);

/**
 * keycode_translate:
 * @code: of set @from
 * @ret_code: (out): the same key in set @to
 * @error: no such set, no such key in @from, or a key that @to has no code for
 */
gboolean keycode_translate(guint code, int from, int to, guint *ret_code, GError **error);

/**
 * keycode_codes:
 * @ret_n: (out): how many
 *
 * Returns: (transfer full): all codes of @set, ascending, a key's further codes too; NULL when there is
 *   no such set
 */
guint *keycode_codes(int set, gsize *ret_n);

/**
 * keycode_names:
 * Returns: (transfer container) (array zero-terminated=1): all names of @set, in the order of strcmp();
 *   empty when its keys have none. Free with g_free().
 */
const char **keycode_names(int set);

/* QEMU's name of Linux key @linux_code; NULL when QEMU has no such key (its number may still be told). */
const char *keycode_to_qcode(guint linux_code);
