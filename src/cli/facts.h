/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/facts.h - what is known of one thing: "Name:   value" lines, or one JSON object. */
#pragma once

#include <glib.h>

#include "cli/cli.h"

typedef struct {
    Cli *cli;
    const char *format; /* of title and value, both %s; ends with \n */
    GString *json;      /* NULL: lines */
    gpointer writer;    /* Json, when there is one */
} Facts;

/* @format: "%-15s %s\n"; given a title and a value */
Facts facts_start(Cli *cli, const char *format, gboolean as_json);
void facts_end(Facts *facts); /* prints the JSON, a line */
/* Likewise, with @after behind it: of an array of things. */
void facts_end_with(Facts *facts, const char *after);
void facts_drop(Facts *facts); /* ends without printing it */

/* @title NULL: in JSON only; @key NULL: in the lines only. */
void facts_text(Facts *facts, const char *title, const char *key, const char *value);
void facts_bool(Facts *facts, const char *title, const char *key, gboolean value, const char *yes,
                const char *no);
/* Shown as "@value@unit". */
void facts_number(Facts *facts, const char *title, const char *key, gint64 value, const char *unit);

/* The value of a typed parameter as text, as virsh shows it. (transfer full) */
char *facts_param_text(const virTypedParameter *param);
/* One line "field: value" an entry; keys are the fields. */
void facts_param(Facts *facts, const virTypedParameter *param);
