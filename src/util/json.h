/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/json.h - write JSON into a GString; read back one flat object (a journal line).
 *
 * The writer puts the commas. Key NULL inside arrays and at the top. Compact: no line breaks, so one
 * value is one line. Strings that are not UTF-8 get U+FFFD for each bad byte.
 *
 *   Json j = json_start(out);
 *   json_object(&j, NULL);
 *   json_string(&j, "name", "web");
 *   json_end(&j);
 */
#pragma once

#include <glib.h>

#define JSON_DEPTH_MAX 32

typedef struct {
    GString *out; /* borrowed */
    int depth;
    guint32 is_array, has_member; /* bit per depth */
} Json;

Json json_start(GString *out);
void json_object(Json *json, const char *key); /* opens; ended by json_end() */
void json_array(Json *json, const char *key);
void json_end(Json *json);
void json_string(Json *json, const char *key, const char *value); /* NULL value: null */
void json_int(Json *json, const char *key, gint64 value);
void json_uint(Json *json, const char *key, guint64 value);
void json_bool(Json *json, const char *key, gboolean value);
void json_null(Json *json, const char *key);
void json_double(Json *json, const char *key, double value);

/**
 * json_flat_parse:
 * @line: one object whose members are strings, numbers, true, false or null (nothing nested)
 *
 * Returns: (transfer full) (element-type utf8 utf8): members by key, numbers as their text; NULL when
 *   @line is anything else
 */
GHashTable *json_flat_parse(const char *line);
