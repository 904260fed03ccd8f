/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/units.h - numbers from text, with ranges and units.
 *
 * Errors: LODGE_ERROR_CONFIG, "'12x' is not a number", "'70000' is out of range (1 to 65535)",
 * "unknown unit 'XiB'; use bytes, KiB, MiB, GiB, TiB, KB, MB, GB or TB". The caller prefixes what it was for.
 */
#pragma once

#include <glib.h>

/* Decimal digits only (a leading '-' for the signed one), blanks around are ignored. */
gboolean units_parse_uint(const char *text, guint64 min, guint64 max, guint64 *ret_value,
                          GError **error);
gboolean units_parse_int(const char *text, gint64 min, gint64 max, gint64 *ret_value,
                         GError **error);

/**
 * units_parse_size:
 * @number: decimal digits
 * @unit: (nullable): "b", "bytes", "k", "KiB" (1024), "KB" (1000), M, G, T, P, E alike, any case;
 *   NULL or "": @default_scale
 * @default_scale: bytes per unit when none is given (memory: 1024)
 * @max_bytes: larger results are an error
 */
gboolean units_parse_size(const char *number, const char *unit, guint64 default_scale,
                          guint64 max_bytes, guint64 *ret_bytes, GError **error);

/* The same with the unit behind the number in one word: "512MiB", "64 k". */
gboolean units_parse_size_word(const char *word, guint64 default_scale, guint64 max_bytes,
                               guint64 *ret_bytes, GError **error);
