/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/json.h"

#include <math.h>
#include <string.h>

Json
json_start(GString *out)
{
    return (Json){.out = out};
}

static void
append_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    while (*text != '\0') {
        gunichar c = g_utf8_get_char_validated(text, -1);

        if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append(out, "\xef\xbf\xbd");
            text++;
            continue;
        }
        if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", (char)c);
        else if (c == '\n')
            g_string_append(out, "\\n");
        else if (c == '\t')
            g_string_append(out, "\\t");
        else if (c < 0x20 || c == 0x7f)
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_unichar(out, c);
        text = g_utf8_next_char(text);
    }
    g_string_append_c(out, '"');
}

/* The comma before and the key of the next value. */
static void
open_member(Json *json, const char *key)
{
    guint32 bit = 1u << json->depth;

    if (json->depth > 0 && (json->has_member & bit) != 0)
        g_string_append_c(json->out, ',');
    json->has_member |= bit;
    if (key != NULL && json->depth > 0 && (json->is_array & bit) == 0) {
        append_string(json->out, key);
        g_string_append_c(json->out, ':');
    }
}

static void
open_level(Json *json, const char *key, gboolean is_array)
{
    guint32 bit;

    g_return_if_fail(json->depth < JSON_DEPTH_MAX - 1);
    open_member(json, key);
    g_string_append_c(json->out, is_array ? '[' : '{');
    bit = 1u << ++json->depth;
    json->has_member &= ~bit;
    json->is_array = is_array ? json->is_array | bit : json->is_array & ~bit;
}

void
json_object(Json *json, const char *key)
{
    open_level(json, key, FALSE);
}

void
json_array(Json *json, const char *key)
{
    open_level(json, key, TRUE);
}

void
json_end(Json *json)
{
    g_return_if_fail(json->depth > 0);
    g_string_append_c(json->out, (json->is_array & 1u << json->depth) != 0 ? ']' : '}');
    json->depth--;
}

void
json_string(Json *json, const char *key, const char *value)
{
    if (value == NULL) {
        json_null(json, key);
        return;
    }
    open_member(json, key);
    append_string(json->out, value);
}

void
json_int(Json *json, const char *key, gint64 value)
{
    open_member(json, key);
    g_string_append_printf(json->out, "%" G_GINT64_FORMAT, value);
}

void
json_uint(Json *json, const char *key, guint64 value)
{
    open_member(json, key);
    g_string_append_printf(json->out, "%" G_GUINT64_FORMAT, value);
}

void
json_bool(Json *json, const char *key, gboolean value)
{
    open_member(json, key);
    g_string_append(json->out, value ? "true" : "false");
}

void
json_null(Json *json, const char *key)
{
    open_member(json, key);
    g_string_append(json->out, "null");
}

void
json_double(Json *json, const char *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(value)) { /* JSON has no word for it */
        json_null(json, key);
        return;
    }
    open_member(json, key);
    g_string_append(json->out, g_ascii_formatd(text, sizeof(text), "%.15g", value));
}

/* --- reading -------------------------------------------------------------------------------- */

static const char *
skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* The four hex digits at @at, or -1. */
static int
read_hex4(const char *at)
{
    int value = 0;

    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(at[i]);

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* \uXXXX with @at on the first X; a pair of surrogates is one character. Returns behind it, or NULL. */
static const char *
read_unicode(const char *at, GString *text)
{
    int c = read_hex4(at), low;

    if (c <= 0)
        return NULL;
    at += 4;
    if (c >= 0xd800 && c < 0xdc00 && at[0] == '\\' && at[1] == 'u' &&
        (low = read_hex4(at + 2)) >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
    }
    g_string_append_unichar(text, c >= 0xd800 && c < 0xe000 ? 0xfffd : (gunichar)c);
    return at;
}

/* Reads the string whose '"' is at @at. Returns behind it, or NULL. */
static const char *
read_string(const char *at, GString *text)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

    if (*at++ != '"')
        return NULL;
    while (at != NULL && *at != '"') {
        const char *found;

        if ((guchar)*at < 0x20)
            return NULL;
        if (*at != '\\') {
            g_string_append_c(text, *at++);
            continue;
        }
        at++;
        if (*at == 'u') {
            at = read_unicode(at + 1, text);
            continue;
        }
        found = *at != '\0' ? strchr(from, *at) : NULL;
        if (found == NULL)
            return NULL;
        g_string_append_c(text, to[found - from]);
        at++;
    }
    return at != NULL ? at + 1 : NULL;
}

static const char *
read_value(const char *at, GString *text)
{
    gsize n;

    if (*at == '"')
        return read_string(at, text);
    n = strspn(at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");
    g_string_append_len(text, at, (gssize)n);
    return n > 0 ? at + n : NULL;
}

GHashTable *
json_flat_parse(const char *line)
{
    g_autoptr(GHashTable) members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *at = skip_space(line);

    if (*at != '{')
        return NULL;
    at = skip_space(at + 1);
    while (*at != '}') {
        g_autoptr(GString) key = g_string_new(NULL), value = g_string_new(NULL);

        at = read_string(at, key);
        if (at == NULL || *(at = skip_space(at)) != ':')
            return NULL;
        at = read_value(skip_space(at + 1), value);
        if (at == NULL || !g_utf8_validate(value->str, (gssize)value->len, NULL))
            return NULL;
        g_hash_table_replace(members, g_strdup(key->str), g_strdup(value->str));
        at = skip_space(at);
        if (*at == ',')
            at = skip_space(at + 1);
        else if (*at != '}')
            return NULL;
    }
    return *skip_space(at + 1) == '\0' ? g_steal_pointer(&members) : NULL;
}
