/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/settings-priv.h"

/* One logical line: the text up to the newline that ends it, and what it says. */
typedef struct {
    const char *start, *end; /* end: behind the newline */
    guint line, n_lines;
    GString *joined; /* continuations joined, comments between them left out */
} Logical;

static const char *
line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (gsize)(end - at));

    return newline != NULL ? newline + 1 : end;
}

static gboolean
is_ini_comment(const Settings *settings, const char *text)
{
    return *text == '#' || (*text == ';' && settings->syntax == SETTINGS_UNIT);
}

static void
append_stripped(GString *joined, const char *start, const char *end)
{
    while (end > start && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    g_string_append_len(joined, start, end - start);
}

/* The next logical line at @at. In systemd's files a '\' at the end joins; comments do not end the joining. */
static void
next_logical(const Settings *settings, const char *at, const char *end, Logical *logical)
{
    logical->start = at;
    logical->n_lines = 0;
    g_string_truncate(logical->joined, 0);
    for (gboolean is_more = TRUE; is_more && at < end;) {
        const char *next = line_end(at, end);
        const char *first = at + strspn(at, " \t\r");

        logical->n_lines++;
        if (settings->syntax == SETTINGS_UNIT && is_ini_comment(settings, first)) {
            if (logical->n_lines == 1) {
                g_string_append_c(logical->joined, '#');
                is_more = FALSE;
            }
            at = next;
            continue;
        }
        append_stripped(logical->joined, at, next);
        is_more = settings->syntax == SETTINGS_UNIT && logical->joined->len > 0 &&
                  logical->joined->str[logical->joined->len - 1] == '\\';
        if (is_more)
            logical->joined->str[logical->joined->len - 1] = ' ';
        at = next;
    }
    logical->end = at;
}

/* GLib's escapes, and whatever follows a backslash else, as it is. */
static char *
unescape(const char *text)
{
    GString *out = g_string_new(NULL);

    for (; *text != '\0'; text++) {
        static const char codes[] = "sntr\\", plain[] = " \n\t\r\\";
        const char *code = *text == '\\' && text[1] != '\0' ? strchr(codes, text[1]) : NULL;

        if (code != NULL) {
            g_string_append_c(out, plain[code - codes]);
            text++;
        } else {
            g_string_append_c(out, *text);
        }
    }
    return g_string_free(out, FALSE);
}

static void
read_header(Settings *settings, Setting *setting, char *text, char **section)
{
    gsize length = strlen(text);

    if (length < 3 || text[length - 1] != ']') {
        settings_set_fault(settings, setting->line,
                           "'%.80s' is no section header; it lacks the ']'", text);
        setting->is_other = TRUE;
        return;
    }
    setting->is_header = TRUE;
    setting->instance = ++settings->n_headers;
    g_free(*section);
    *section = g_strndup(text + 1, length - 2);
    g_free(setting->section);
    setting->section = g_strdup(*section);
}

static void
read_setting(Settings *settings, Setting *setting, char *text)
{
    char *equals = strchr(text, '=');
    gboolean is_keyfile = settings->syntax == SETTINGS_KEYFILE;

    if (equals == NULL || equals == text || settings->n_headers == 0) {
        if (is_keyfile)
            settings_set_fault(settings, setting->line,
                               settings->n_headers == 0 && equals != NULL
                                   ? "'%.80s' stands before the first section"
                                   : "'%.80s' is no KEY=VALUE",
                               text);
        setting->is_other = TRUE;
        return;
    }
    setting->key = g_strchomp(g_strndup(text, (gsize)(equals - text)));
    equals += 1 + strspn(equals + 1, " \t");
    setting->value = is_keyfile ? unescape(equals) : g_strchomp(g_strdup(equals));
}

void
settings_read_ini(Settings *settings, const char *text, gsize size)
{
    Logical logical = {.joined = g_string_new(NULL)};
    g_autofree char *section = g_strdup("");
    const char *end = text + size;
    guint line = 1;

    for (const char *at = text; at < end; at = logical.end) {
        Setting *setting;
        char *said;

        next_logical(settings, at, end, &logical);
        setting = setting_new(logical.start, (gsize)(logical.end - logical.start), line, section,
                              settings->n_headers);
        g_ptr_array_add(settings->list, setting);
        said =
            g_strchug(logical.joined->str); /* shifts in place; the GString is reset before reuse */
        if (settings->syntax == SETTINGS_UNIT || *said == '[')
            g_strchomp(said);
        line += logical.n_lines;
        if (*said == '\0' || is_ini_comment(settings, said))
            continue;
        if (!g_utf8_validate(said, -1, NULL)) {
            if (settings->syntax == SETTINGS_KEYFILE)
                settings_set_fault(settings, setting->line, "not UTF-8");
            setting->is_other = TRUE;
        } else if (*said == '[') {
            read_header(settings, setting, said, &section);
        } else {
            read_setting(settings, setting, said);
        }
    }
    g_string_free(logical.joined, TRUE);
    if (settings->is_unfinished && settings->list->len > 0) {
        Setting *last = g_ptr_array_index(settings->list, settings->list->len - 1);
        char *whole = g_strconcat(last->text, "\n", NULL);

        g_free(last->text);
        last->text = whole;
    }
}

char *
settings_format_ini(const Settings *settings, const char *key, const char *value)
{
    GString *line = g_string_new(key);

    g_string_append_c(line, '=');
    for (const char *at = value; *at != '\0'; at++) {
        if (settings->syntax == SETTINGS_KEYFILE && *at == '\\')
            g_string_append(line, "\\\\");
        else
            g_string_append_c(line, *at);
    }
    g_string_append_c(line, '\n');
    return g_string_free(line, FALSE);
}
