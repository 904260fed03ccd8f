/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/json.h - look into JSON text that somebody else wrote, without building anything of it.
 *
 * Theory of operation. json_parse() walks the whole text once, byte by byte, with a stack of JSON_DEPTH_MAX
 * bits: no recursion, no allocation. It accepts what RFC 8259 allows and nothing else. A value is a span of
 * that text. Everything else only looks into spans of a text that json_parse() has accepted.
 *
 * Used by: supervisor (qmp, agent, machine-event, job).
 * libc only. Bounded by the size of the text; fuzzed by tests/fuzz/fuzz-json.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 64

typedef enum {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} JsonType;

typedef struct {
    const char *at; /* into the text; with quotes and brackets */
    size_t size;
    JsonType type;
} JsonValue;

/**
 * json_parse:
 * @text: need not end with NUL; must outlive what is read from it
 * @ret: (out): the one value of the text
 *
 * Returns: 0; -1 when it is no JSON text, or nested deeper than JSON_DEPTH_MAX
 */
int json_parse(const char *text, size_t size, JsonValue *ret);

/**
 * json_get:
 * @object: of json_parse(), or found in one
 * @path: names of members joined by '.', "data.device"; a name with an escape in the text is not found
 *
 * Returns: whether it is there; the first one of members that share a name
 */
bool json_get(const JsonValue *object, const char *path, JsonValue *ret);

/* The elements of @array one after another; *@at is 0 at first. */
bool json_next(const JsonValue *array, size_t *at, JsonValue *ret);

/**
 * json_string:
 * @out: decoded, with NUL; cut to "" on failure
 *
 * Returns: 0; -1 when it is no string, does not fit, or holds U+0000 or half of a surrogate pair
 */
int json_string(const JsonValue *value, char *out, size_t size);

/* json_get() and json_string() in one. */
int json_get_string(const JsonValue *object, const char *path, char *out, size_t size);

/* An integer without fraction and exponent that fits; else -1. */
int json_get_int(const JsonValue *object, const char *path, int64_t *ret);

/* Whether it is there and true. */
bool json_get_true(const JsonValue *object, const char *path);

/**
 * json_quote:
 * Writes @text as a JSON string, quotes included; bytes above 0x7f go through.
 *
 * Returns: the length, without the NUL; -1 when it does not fit
 */
int json_quote(const char *text, size_t text_size, char *out, size_t size);
