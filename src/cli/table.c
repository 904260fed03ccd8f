/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/table.h"

#include <string.h>

#include "util/json.h"

struct Table {
    const Column *columns;
    guint n_columns;
    GPtrArray *cells;
};

Table *
table_new(const Column *columns, guint n_columns)
{
    Table *table = g_new0(Table, 1);

    table->columns = columns;
    table->n_columns = n_columns;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void
table_free(Table *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void
table_cell(Table *table, const char *text)
{
    g_ptr_array_add(table->cells, g_strdup(text ? text : "-"));
}

void
table_cell_number(Table *table, gint64 number)
{
    g_ptr_array_add(table->cells, g_strdup_printf("%" G_GINT64_FORMAT, number));
}

/* Columns of a terminal; what does not print is shown as \xHH. */
static guint
cell_width(const char *text)
{
    guint width = 0;

    if (!g_utf8_validate(text, -1, NULL)) {
        for (; *text; text++)
            width += g_ascii_isprint(*text) ? 1 : 4;
        return width;
    }
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        if (!g_unichar_isprint(c))
            width += 4 * (guint)g_unichar_to_utf8(c, NULL);
        else if (!g_unichar_iszerowidth(c))
            width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

static void
print_cell(GString *out, const char *text)
{
    gboolean is_utf8 = g_utf8_validate(text, -1, NULL);

    while (*text) {
        gsize length = is_utf8 ? (gsize)(g_utf8_next_char(text) - text) : 1;
        gboolean prints =
            is_utf8 ? g_unichar_isprint(g_utf8_get_char(text)) : g_ascii_isprint(*text);

        if (prints)
            g_string_append_len(out, text, (gssize)length);
        for (gsize i = 0; !prints && i < length; i++)
            g_string_append_printf(out, "\\x%02x", (guchar)text[i]);
        text += length;
    }
}

static guint
last_shown(const Table *table)
{
    guint last = 0;

    for (guint i = 0; i < table->n_columns; i++)
        if (table->columns[i].title)
            last = i;
    return last;
}

static void
print_row(const Table *table, const char *const *cells, const guint *widths, GString *out)
{
    guint last = last_shown(table);

    for (guint i = 0; i <= last; i++) {
        if (!table->columns[i].title)
            continue;
        g_string_append_c(out, ' ');
        print_cell(out, cells[i]);
        if (i != last)
            g_string_append_printf(out, "%*s", (int)(widths[i] - cell_width(cells[i]) + 2), "");
    }
    g_string_append_c(out, '\n');
}

static void
print_text(const Table *table, const Cli *cli)
{
    g_autofree guint *widths = g_new0(guint, table->n_columns);
    g_autofree const char **titles = g_new0(const char *, table->n_columns);
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < table->n_columns; i++) {
        titles[i] = table->columns[i].title;
        widths[i] = titles[i] && !cli->quiet ? cell_width(titles[i]) : 0;
        for (guint j = i; titles[i] && j < table->cells->len; j += table->n_columns)
            widths[i] = MAX(widths[i], cell_width(g_ptr_array_index(table->cells, j)));
    }
    if (!cli->quiet) {
        print_row(table, titles, widths, out);
        for (guint i = 0; i < table->n_columns; i++)
            for (guint j = 0; titles[i] && j < widths[i] + 3; j++)
                g_string_append_c(out, '-');
        g_string_append_c(out, '\n');
    }
    for (guint j = 0; j + table->n_columns <= table->cells->len; j += table->n_columns)
        print_row(table, (const char *const *)table->cells->pdata + j, widths, out);
    cli_print("%s", out->str);
}

static void
print_json_cell(Json *json, const Column *column, const char *text)
{
    gboolean is_null = !*text || strcmp(text, "-") == 0;

    switch (column->kind) {
    case COLUMN_NAME:
        json_string(json, column->key, text);
        break;
    case COLUMN_TEXT:
        json_string(json, column->key, is_null ? NULL : text);
        break;
    case COLUMN_NUMBER:
        if (is_null)
            json_null(json, column->key);
        else
            json_int(json, column->key, g_ascii_strtoll(text, NULL, 10));
        break;
    case COLUMN_BOOL:
        json_bool(json, column->key,
                  strcmp(text, "yes") == 0 || strcmp(text, "enable") == 0 ||
                      strcmp(text, "active") == 0);
        break;
    }
}

static void
print_json(const Table *table)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    json_array(&json, NULL);
    for (guint j = 0; j + table->n_columns <= table->cells->len; j += table->n_columns) {
        json_object(&json, NULL);
        for (guint i = 0; i < table->n_columns; i++)
            if (table->columns[i].key)
                print_json_cell(&json, &table->columns[i], g_ptr_array_index(table->cells, i + j));
        json_end(&json);
    }
    json_end(&json);
    cli_print("%s\n", out->str);
}

void
table_print(Table *table, Cli *cli, gboolean as_json)
{
    if (as_json) {
        print_json(table);
        cli->no_blank = TRUE;
    } else {
        print_text(table, cli);
    }
}
