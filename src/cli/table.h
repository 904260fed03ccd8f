/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/table.h - a listing: rows of cells, printed as a table or as JSON.
 *
 * The table: each column one blank, the cell, and two blanks more than the widest cell needs; a line of
 * dashes under the titles, which -q leaves out. JSON: an array of objects, one a row, keys from the columns.
 */
#pragma once

#include <glib.h>

#include "cli/cli.h"

typedef enum {
    COLUMN_NAME,   /* JSON: a string, always */
    COLUMN_TEXT,   /* a string; "-" and "" are null */
    COLUMN_NUMBER, /* a number; "-" is null */
    COLUMN_BOOL,   /* "yes", "enable", "active" are true */
} ColumnKind;

typedef struct {
    const char *title; /* NULL: in JSON only */
    const char *key;   /* JSON name; NULL: in the table only */
    ColumnKind kind;
} Column;

typedef struct Table Table;

/* @columns: (array length=n_columns): borrowed */
Table *table_new(const Column *columns, guint n_columns);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Adds the next cell, row by row from the left; copied; NULL is "-". */
void table_cell(Table *table, const char *text);
void table_cell_number(Table *table, gint64 number);

/* @as_json: then no empty line follows the command */
void table_print(Table *table, Cli *cli, gboolean as_json);
