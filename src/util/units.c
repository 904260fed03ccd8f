/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/units.h"

#include <string.h>

#include "util/error.h"

/* Reads digits of @text up to *ret_end. FALSE with *ret_overflow set when they do not fit. */
static gboolean
read_digits(const char *text, const char **ret_end, guint64 *ret_value, gboolean *ret_overflow)
{
    const char *at = text;
    guint64 value = 0;

    *ret_overflow = FALSE;
    for (; g_ascii_isdigit(*at); at++)
        if (!g_uint64_checked_mul(&value, value, 10) ||
            !g_uint64_checked_add(&value, value, (guint64)(*at - '0')))
            *ret_overflow = TRUE;
    *ret_end = at;
    *ret_value = value;
    return at != text && !*ret_overflow;
}

static const char *
skip_blanks(const char *at)
{
    while (g_ascii_isspace(*at))
        at++;
    return at;
}

gboolean
units_parse_uint(const char *text, guint64 min, guint64 max, guint64 *ret_value, GError **error)
{
    gboolean is_overflow;
    const char *end;
    guint64 value;

    if (!read_digits(skip_blanks(text), &end, &value, &is_overflow) && !is_overflow)
        return error_set(error, LODGE_ERROR_CONFIG, "'%.64s' is not a number", text);
    if (*skip_blanks(end) != '\0')
        return error_set(error, LODGE_ERROR_CONFIG, "'%.64s' is not a number", text);
    if (is_overflow || value < min || value > max)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "'%.64s' is out of range (%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ")",
                         text, min, max);
    *ret_value = value;
    return TRUE;
}

gboolean
units_parse_int(const char *text, gint64 min, gint64 max, gint64 *ret_value, GError **error)
{
    const char *start = skip_blanks(text), *end;
    gboolean is_negative = *start == '-', is_overflow;
    guint64 value;
    gint64 number;

    if (!read_digits(start + is_negative, &end, &value, &is_overflow) && !is_overflow)
        return error_set(error, LODGE_ERROR_CONFIG, "'%.64s' is not a number", text);
    if (*skip_blanks(end) != '\0')
        return error_set(error, LODGE_ERROR_CONFIG, "'%.64s' is not a number", text);
    is_overflow |= value > (guint64)G_MAXINT64 + (is_negative ? 1 : 0);
    number = is_negative ? (gint64)(0 - value) : (gint64)value;
    if (is_overflow || number < min || number > max)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "'%.64s' is out of range (%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ")",
                         text, min, max);
    *ret_value = number;
    return TRUE;
}

/* Bytes per @unit; 0 when it is unknown. */
static guint64
unit_scale(const char *unit)
{
    static const char letters[] = "kmgtpe";
    const char *letter;
    guint64 base, scale = 1;

    if (g_ascii_strcasecmp(unit, "b") == 0 || g_ascii_strcasecmp(unit, "byte") == 0 ||
        g_ascii_strcasecmp(unit, "bytes") == 0)
        return 1;
    letter = strchr(letters, g_ascii_tolower(*unit));
    if (letter == NULL || *letter == '\0')
        return 0;
    if (unit[1] == '\0' || g_ascii_strcasecmp(unit + 1, "ib") == 0)
        base = 1024;
    else if (g_ascii_strcasecmp(unit + 1, "b") == 0)
        base = 1000;
    else
        return 0;
    for (const char *at = letters; at <= letter; at++)
        scale *= base;
    return scale;
}

gboolean
units_parse_size(const char *number, const char *unit, guint64 default_scale, guint64 max_bytes,
                 guint64 *ret_bytes, GError **error)
{
    guint64 value, scale = default_scale;

    if (!units_parse_uint(number, 0, G_MAXUINT64, &value, error))
        return FALSE;
    if (unit != NULL && *unit != '\0')
        scale = unit_scale(unit);
    if (scale == 0)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "unknown unit '%.32s'; use bytes, KiB, MiB, GiB, TiB, KB, MB, GB or TB",
                         unit);
    if (!g_uint64_checked_mul(&value, value, scale) || value > max_bytes)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "'%.64s%s%.32s' is too large (at most %" G_GUINT64_FORMAT " bytes)",
                         number, unit != NULL && *unit != '\0' ? " " : "", unit != NULL ? unit : "",
                         max_bytes);
    *ret_bytes = value;
    return TRUE;
}

gboolean
units_parse_size_word(const char *word, guint64 default_scale, guint64 max_bytes,
                      guint64 *ret_bytes, GError **error)
{
    const char *start = skip_blanks(word);
    gsize n_digits = strspn(start, "0123456789");
    g_autofree char *number = g_strndup(start, n_digits);
    g_autofree char *unit = g_strstrip(g_strdup(start + n_digits));

    if (n_digits == 0)
        return error_set(error, LODGE_ERROR_CONFIG, "'%.64s' is not a size", word);
    return units_parse_size(number, unit, default_scale, max_bytes, ret_bytes, error);
}
