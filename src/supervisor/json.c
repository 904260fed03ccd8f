/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/json.h"

#include <string.h>

typedef struct {
    const char *at, *end;
    unsigned char objects[JSON_DEPTH_MAX / 8]; /* a bit for each open bracket: 1 for '{' */
    int depth;
} Scan;

static void
skip_blank(Scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static int
hex4(const char *at)
{
    int value = 0;

    for (int i = 0; i < 4; i++) {
        int digit = hex_value(at[i]);

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static int
scan_string(Scan *scan)
{
    if (scan->at >= scan->end || *scan->at != '"')
        return -1;
    for (scan->at++; scan->at < scan->end; scan->at++) {
        unsigned char c = (unsigned char)*scan->at;

        if (c == '"') {
            scan->at++;
            return 0;
        }
        if (c < 0x20)
            return -1;
        if (c != '\\')
            continue;
        if (++scan->at >= scan->end || !*scan->at || !strchr("\"\\/bfnrtu", *scan->at))
            return -1;
        if (*scan->at == 'u') {
            if (scan->end - scan->at < 5 || hex4(scan->at + 1) < 0)
                return -1;
            scan->at += 4;
        }
    }
    return -1;
}

static bool
skip_digits(Scan *scan)
{
    const char *start = scan->at;

    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return scan->at > start;
}

static int
scan_number(Scan *scan)
{
    if (*scan->at == '-')
        scan->at++;
    if (scan->at < scan->end && *scan->at == '0')
        scan->at++;
    else if (!skip_digits(scan))
        return -1;
    if (scan->at < scan->end && *scan->at == '.') {
        scan->at++;
        if (!skip_digits(scan))
            return -1;
    }
    if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
        scan->at++;
        if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
            scan->at++;
        if (!skip_digits(scan))
            return -1;
    }
    return 0;
}

static int
scan_word(Scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};

    for (int i = 0; i < 3; i++) {
        size_t size = strlen(words[i]);

        if ((size_t)(scan->end - scan->at) >= size && memcmp(scan->at, words[i], size) == 0) {
            scan->at += size;
            return 0;
        }
    }
    return -1;
}

static bool
in_object(const Scan *scan)
{
    int level = scan->depth - 1;

    return scan->objects[level / 8] >> (level % 8) & 1;
}

static int
open_bracket(Scan *scan, bool is_object)
{
    int level = scan->depth;

    if (level == JSON_DEPTH_MAX)
        return -1;
    scan->depth++;
    scan->objects[level / 8] &= (unsigned char)~(1 << (level % 8));
    scan->objects[level / 8] |= (unsigned char)(is_object << (level % 8));
    scan->at++;
    return 0;
}

/* "NAME": of a member */
static int
scan_name(Scan *scan)
{
    skip_blank(scan);
    if (scan_string(scan) < 0)
        return -1;
    skip_blank(scan);
    if (scan->at >= scan->end || *scan->at != ':')
        return -1;
    scan->at++;
    return 0;
}

/* Behind a value: closes what ends here. 1: another value follows, 0: all is closed, -1: neither. */
static int
after_value(Scan *scan)
{
    while (scan->depth > 0) {
        bool is_object = in_object(scan);

        skip_blank(scan);
        if (scan->at >= scan->end)
            return -1;
        if (*scan->at == ',') {
            scan->at++;
            return is_object && scan_name(scan) < 0 ? -1 : 1;
        }
        if (*scan->at != (is_object ? '}' : ']'))
            return -1;
        scan->at++;
        scan->depth--;
    }
    return 0;
}

/* One value with all that is in it; iterative. */
static int
scan_value(Scan *scan)
{
    int more = 1;

    while (more > 0) {
        int result;
        char c;

        skip_blank(scan);
        if (scan->at >= scan->end)
            return -1;
        c = *scan->at;
        if (c == '{' || c == '[') {
            if (open_bracket(scan, c == '{') < 0)
                return -1;
            skip_blank(scan);
            if (scan->at < scan->end && *scan->at == (c == '{' ? '}' : ']'))
                result = 0; /* after_value() closes it */
            else if (c == '{' && scan_name(scan) < 0)
                return -1;
            else
                continue;
        } else if (c == '"') {
            result = scan_string(scan);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            result = scan_number(scan);
        } else {
            result = scan_word(scan);
        }
        if (result < 0)
            return -1;
        more = after_value(scan);
    }
    return more;
}

static JsonType
type_of(char c)
{
    switch (c) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOL;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

static int
take_value(Scan *scan, JsonValue *ret)
{
    const char *start;

    skip_blank(scan);
    start = scan->at;
    if (scan_value(scan) < 0)
        return -1;
    *ret = (JsonValue){.at = start, .size = (size_t)(scan->at - start), .type = type_of(*start)};
    return 0;
}

int
json_parse(const char *text, size_t size, JsonValue *ret)
{
    Scan scan = {.at = text, .end = text + size};
    JsonValue value;

    if (take_value(&scan, &value) < 0)
        return -1;
    skip_blank(&scan);
    if (scan.at != scan.end)
        return -1;
    *ret = value;
    return 0;
}

/* The inside of an array or object, from @at on. */
static Scan
inside(const JsonValue *value, size_t at)
{
    return (Scan){.at = value->at + 1 + at, .end = value->at + value->size - 1};
}

bool
json_next(const JsonValue *array, size_t *at, JsonValue *ret)
{
    Scan scan;

    if (array->type != JSON_ARRAY)
        return false;
    scan = inside(array, *at);
    skip_blank(&scan);
    if (scan.at < scan.end && *scan.at == ',' && *at > 0)
        scan.at++;
    if (take_value(&scan, ret) < 0)
        return false;
    *at = (size_t)(scan.at - array->at) - 1;
    return true;
}

static bool
get_member(const JsonValue *object, const char *name, size_t name_size, JsonValue *ret)
{
    Scan scan;

    if (object->type != JSON_OBJECT)
        return false;
    scan = inside(object, 0);
    for (;;) {
        const char *start;
        size_t size;

        skip_blank(&scan);
        start = scan.at + 1;
        if (scan_string(&scan) < 0)
            return false;
        size = (size_t)(scan.at - start) - 1;
        skip_blank(&scan);
        scan.at++; /* ':' */
        if (take_value(&scan, ret) < 0)
            return false;
        if (size == name_size && memcmp(start, name, size) == 0)
            return true;
        skip_blank(&scan);
        if (scan.at >= scan.end)
            return false;
        scan.at++; /* ',' */
    }
}

bool
json_get(const JsonValue *object, const char *path, JsonValue *ret)
{
    JsonValue value = *object;

    while (*path) {
        size_t size = strcspn(path, ".");
        JsonValue member;

        if (!get_member(&value, path, size, &member))
            return false;
        value = member;
        path += size + (path[size] == '.');
    }
    *ret = value;
    return true;
}

static size_t
put_utf8(unsigned code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* @at is behind "\u"; moves it behind the escape, or the pair of escapes. -1: none that can be written. */
static int
take_unicode(const char **at, const char *end)
{
    int code = hex4(*at), low;

    *at += 4;
    if (code < 0xd800 || code > 0xdfff)
        return code ? code : -1;
    if (code > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return -1;
    low = hex4(*at + 2);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    *at += 6;
    return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

static int
decode(const JsonValue *value, char *out, size_t size)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = value->at + 1, *end = value->at + value->size - 1;
    size_t used = 0;

    while (at < end) {
        if (size - used < 5) /* the longest character and the NUL */
            if (size - used < 2 || *at == '\\')
                return -1;
        if (*at != '\\') {
            out[used++] = *at++;
        } else if (at[1] == 'u') {
            int code;

            at += 2;
            code = take_unicode(&at, end);
            if (code < 0)
                return -1;
            used += put_utf8((unsigned)code, out + used);
        } else {
            out[used++] = to[strchr(from, at[1]) - from];
            at += 2;
        }
    }
    out[used] = '\0';
    return 0;
}

int
json_string(const JsonValue *value, char *out, size_t size)
{
    if (value->type == JSON_STRING && decode(value, out, size) == 0)
        return 0;
    out[0] = '\0';
    return -1;
}

int
json_get_string(const JsonValue *object, const char *path, char *out, size_t size)
{
    JsonValue value;

    out[0] = '\0';
    return json_get(object, path, &value) ? json_string(&value, out, size) : -1;
}

int
json_get_int(const JsonValue *object, const char *path, int64_t *ret)
{
    JsonValue value;
    int64_t result = 0;
    size_t i = 0;
    bool is_negative;

    if (!json_get(object, path, &value) || value.type != JSON_NUMBER)
        return -1;
    is_negative = value.at[0] == '-';
    for (i = is_negative; i < value.size; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || __builtin_mul_overflow(result, 10, &result) ||
            __builtin_sub_overflow(result, value.at[i] - '0', &result))
            return -1;
    }
    if (!is_negative && __builtin_sub_overflow(0, result, &result))
        return -1;
    *ret = result;
    return 0;
}

bool
json_get_true(const JsonValue *object, const char *path)
{
    JsonValue value;

    return json_get(object, path, &value) && value.type == JSON_BOOL && value.at[0] == 't';
}

int
json_quote(const char *text, size_t text_size, char *out, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    size_t used = 0;

    if (size < 3)
        return -1;
    out[used++] = '"';
    for (size_t i = 0; i < text_size; i++) {
        unsigned char c = (unsigned char)text[i];

        if (size - used < 8) /* an escape, the quote and the NUL */
            return -1;
        if (c == '"' || c == '\\') {
            out[used++] = '\\';
            out[used++] = (char)c;
        } else if (c < 0x20 || c == 0x7f) {
            memcpy(out + used, "\\u00", 4);
            out[used + 4] = hex[c >> 4];
            out[used + 5] = hex[c & 15];
            used += 6;
        } else {
            out[used++] = (char)c;
        }
    }
    out[used++] = '"';
    out[used] = '\0';
    return (int)used;
}
