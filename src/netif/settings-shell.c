/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/settings-priv.h"

/* Reads one shell word at *@at up to an unquoted blank, newline, ';' or '&'.
 * Returns: FALSE when a shell would compute it ($, `, an open quote); then *@at is where to go on */
static gboolean
read_word(Settings *settings, const char **at, const char *end, guint line, GString *word)
{
    const char *p = *at;
    gboolean is_literal = TRUE;
    char quote = '\0';

    for (; p < end; p++) {
        if (quote == '\0' && strchr(" \t\r\n;&|<>()", *p) != NULL)
            break;
        if (*p == '\\' && quote != '\'' && p + 1 < end) {
            p++;
            if (quote == '"' && strchr("$`\"\\\n", *p) == NULL)
                g_string_append_c(word, '\\');
            if (*p != '\n')
                g_string_append_c(word, *p);
        } else if (*p == '\'' || *p == '"') {
            if (quote == '\0')
                quote = *p;
            else if (quote == *p)
                quote = '\0';
            else
                g_string_append_c(word, *p);
        } else {
            if ((*p == '$' || *p == '`') && quote != '\'')
                is_literal = FALSE;
            g_string_append_c(word, *p);
        }
    }
    *at = p;
    if (quote != '\0')
        settings_set_fault(settings, line, "a quote %c is not closed", quote);
    return is_literal && quote == '\0';
}

static const char *
line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (gsize)(end - at));

    return newline != NULL ? newline + 1 : end;
}

/* "KEY=" or "export KEY=" at @at; the length of the key, 0 when there is none. */
static gsize
key_length(const char *at)
{
    gsize length = strspn(at, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_");

    return length > 0 && !g_ascii_isdigit(*at) && at[length] == '=' ? length : 0;
}

/* One logical line at @at. Returns: where it ends, behind its newline */
static const char *
read_line(Settings *settings, const char *at, const char *end, guint line)
{
    const char *start = at, *key;
    gsize length;
    Setting *setting;
    g_autoptr(GString) word = g_string_new(NULL);
    gboolean is_literal;

    at += strspn(at, " \t");
    if (*at == '#' || *at == '\n' || *at == '\r' || at >= end) {
        at = line_end(at, end);
        g_ptr_array_add(settings->list, setting_new(start, (gsize)(at - start), line, "", 0));
        return at;
    }
    if (strncmp(at, "export ", 7) == 0 && key_length(at + 7) > 0)
        at += 7;
    key = at;
    length = key_length(at);
    at += length > 0 ? length + 1 : 0;
    is_literal = read_word(settings, &at, end, line, word);
    at += strspn(at, " \t\r");
    is_literal = is_literal && (at >= end || *at == '\n' || *at == '#');
    at = line_end(MIN(at, end), end);
    setting = setting_new(start, (gsize)(at - start), line, "", 0);
    if (length > 0 && is_literal && g_utf8_validate(word->str, -1, NULL)) {
        setting->key = g_strndup(key, length);
        setting->value = g_strdup(word->str);
    } else {
        setting->is_other = TRUE;
    }
    g_ptr_array_add(settings->list, setting);
    return at;
}

void
settings_read_shell(Settings *settings, const char *text, gsize size)
{
    const char *end = text + size;
    guint line = 1;

    for (const char *at = text; at < end;) {
        const char *next = read_line(settings, at, end, line);

        for (; at < next; at++)
            line += *at == '\n';
    }
    if (settings->is_unfinished && settings->list->len > 0) {
        Setting *last = g_ptr_array_index(settings->list, settings->list->len - 1);
        char *whole = g_strconcat(last->text, "\n", NULL);

        g_free(last->text);
        last->text = whole;
    }
}

char *
settings_format_shell(const Settings *settings, const char *key, const char *value)
{
    gboolean is_plain =
        *value != '\0' &&
        value[strspn(value, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-.:/,+@%=")] == '\0';

    /* values come from checked names, numbers and addresses: there is no quote in them */
    return settings->syntax == SETTINGS_SHELL && is_plain
               ? g_strdup_printf("%s=%s\n", key, value)
               : g_strdup_printf("%s='%s'\n", key, value);
}
