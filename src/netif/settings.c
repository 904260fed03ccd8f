/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/settings.h"

#include <string.h>

#include "netif/settings-priv.h"
#include "util/error.h"

#define MADE_LINE "# Made by lodge for the interface on top of this one.\n"

static void
setting_free(gpointer data)
{
    Setting *setting = data;

    g_free(setting->text);
    g_free(setting->section);
    g_free(setting->key);
    g_free(setting->value);
    g_free(setting);
}

Setting *
setting_new(const char *text, gsize size, guint line, const char *section, guint instance)
{
    Setting *setting = g_new0(Setting, 1);

    setting->text = g_strndup(text, size);
    setting->line = line;
    setting->section = g_strdup(section);
    setting->instance = instance;
    return setting;
}

Settings *
settings_new(SettingsSyntax syntax, const char *path)
{
    Settings *settings = g_new0(Settings, 1);

    settings->syntax = syntax;
    settings->path = g_strdup(path);
    settings->list = g_ptr_array_new_with_free_func(setting_free);
    settings->is_new = TRUE;
    return settings;
}

Settings *
settings_parse(SettingsSyntax syntax, const char *path, const char *text, gsize size)
{
    Settings *settings = settings_new(syntax, path);
    const char *nul = memchr(text, '\0', size);

    settings->is_new = FALSE;
    settings->is_unfinished = size > 0 && text[size - 1] != '\n';
    if (nul != NULL) {
        guint line = 1;

        for (const char *at = text; at < nul; at++)
            line += *at == '\n';
        settings_set_fault(settings, line, "a NUL byte; this is no text file");
        size = (gsize)(nul - text); /* never written back: the fault forbids it */
    }
    if (syntax == SETTINGS_UNIT || syntax == SETTINGS_KEYFILE)
        settings_read_ini(settings, text, size);
    else
        settings_read_shell(settings, text, size);
    return settings;
}

void
settings_free(Settings *settings)
{
    if (settings == NULL)
        return;
    g_free(settings->path);
    g_free(settings->fault);
    g_ptr_array_unref(settings->list);
    g_free(settings);
}

const char *
settings_path(const Settings *settings)
{
    return settings->path;
}

GPtrArray *
settings_list(const Settings *settings)
{
    return settings->list;
}

void
settings_set_fault(Settings *settings, guint line, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    if (settings->fault != NULL)
        return; /* the first one is told */
    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    settings->fault = g_utf8_make_valid(text, -1); /* it quotes the file */
    for (char *at = settings->fault; *at != '\0'; at++)
        if ((guchar)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    settings->fault_line = line;
}

const char *
settings_fault(const Settings *settings, guint *ret_line)
{
    if (settings->fault != NULL && ret_line != NULL)
        *ret_line = settings->fault_line;
    return settings->fault;
}

gboolean
settings_check(const Settings *settings, GError **error)
{
    return settings->fault == NULL ||
           error_set(error, LODGE_ERROR_CONFIG, "%s:%u: %s; correct the file first", settings->path,
                     settings->fault_line, settings->fault);
}

char *
settings_text(const Settings *settings, gsize *ret_size)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < settings->list->len; i++)
        g_string_append(text, ((const Setting *)g_ptr_array_index(settings->list, i))->text);
    if (settings->is_unfinished && text->len > 0 && text->str[text->len - 1] == '\n')
        g_string_truncate(text, text->len - 1);
    *ret_size = text->len;
    return g_string_free(text, FALSE);
}

void
settings_start_reading(Settings *settings)
{
    for (guint i = 0; i < settings->list->len; i++) {
        Setting *setting = g_ptr_array_index(settings->list, i);

        setting->aspect = ASPECT_NONE;
        setting->is_noted = FALSE;
    }
}

static gboolean
is_called(const Setting *setting, const char *section, const char *key)
{
    return setting->key != NULL && strcmp(setting->key, key) == 0 &&
           strcmp(setting->section, section) == 0;
}

GPtrArray *
settings_take_all(Settings *settings, const char *section, const char *key, SettingsAspect aspect)
{
    GPtrArray *taken = g_ptr_array_new();

    for (guint i = 0; i < settings->list->len; i++) {
        Setting *setting = g_ptr_array_index(settings->list, i);

        if (!is_called(setting, section, key))
            continue;
        setting->aspect = aspect;
        if (settings->syntax == SETTINGS_UNIT && *setting->value == '\0')
            g_ptr_array_set_size(taken, 0);
        else
            g_ptr_array_add(taken, setting);
    }
    return taken;
}

Setting *
settings_take(Settings *settings, const char *section, const char *key, SettingsAspect aspect)
{
    g_autoptr(GPtrArray) taken = settings_take_all(settings, section, key, aspect);

    return taken->len > 0 ? g_ptr_array_index(taken, taken->len - 1) : NULL;
}

const char *
settings_take_value(Settings *settings, const char *section, const char *key, SettingsAspect aspect)
{
    const Setting *setting = settings_take(settings, section, key, aspect);

    return setting != NULL ? setting->value : NULL;
}

const char *
settings_value(const Settings *settings, const char *section, const char *key)
{
    const char *value = NULL;

    for (guint i = 0; i < settings->list->len; i++) {
        const Setting *setting = g_ptr_array_index(settings->list, i);

        if (is_called(setting, section, key))
            value = settings->syntax == SETTINGS_UNIT && *setting->value == '\0' ? NULL
                                                                                 : setting->value;
    }
    return value;
}

/* "[Section] Key=value", or the line as it is. (transfer full) */
static char *
describe(const Setting *setting)
{
    g_autofree char *text = g_strstrip(g_strdup(setting->text));

    if (setting->key == NULL || *setting->section == '\0')
        return g_steal_pointer(&text);
    return g_strdup_printf("[%s] %s", setting->section, text);
}

void
settings_note(const Settings *settings, Setting *setting, NetifNotes *notes, const char *iface,
              const char *format, ...)
{
    g_autofree char *what = describe(setting);
    g_autofree char *why = NULL;
    va_list args;

    setting->is_noted = TRUE;
    if (format == NULL) {
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, iface, settings->path, setting->line, "%s",
                        what);
        return;
    }
    va_start(args, format);
    why = g_strdup_vprintf(format, args);
    va_end(args);
    netif_notes_add(notes, NETIF_NOTE_UNMODELLED, iface, settings->path, setting->line, "%s: %s",
                    what, why);
}

void
settings_note_rest(const Settings *settings, NetifNotes *notes, const char *iface)
{
    for (guint i = 0; notes != NULL && i < settings->list->len; i++) {
        Setting *setting = g_ptr_array_index(settings->list, i);

        if (setting->is_other)
            netif_notes_add(notes,
                            settings->syntax == SETTINGS_UNIT ? NETIF_NOTE_IGNORED
                                                              : NETIF_NOTE_UNMODELLED,
                            iface, settings->path, setting->line, "%s", setting->text);
        else if (setting->key != NULL && setting->aspect == ASPECT_NONE &&
                 (settings->syntax != SETTINGS_KEYFILE || *setting->value != '\0'))
            settings_note(settings, setting, notes, iface, NULL); /* "dns-search=" says nothing */
    }
}

static gboolean
is_comment(const Setting *setting)
{
    return setting->key == NULL && !setting->is_header && !setting->is_other &&
           setting->text[strspn(setting->text, " \t\r\n")] != '\0' &&
           strcmp(setting->text, MADE_LINE) != 0;
}

void
settings_note_removal(const Settings *settings, NetifNotes *notes, const char *iface)
{
    for (guint i = 0; notes != NULL && i < settings->list->len; i++) {
        const Setting *setting = g_ptr_array_index(settings->list, i);
        gboolean is_unknown =
            setting->key != NULL && (setting->aspect == ASPECT_NONE || setting->is_noted);
        g_autofree char *what = describe(setting);

        if (is_unknown || setting->is_other || is_comment(setting))
            netif_notes_add(notes, NETIF_NOTE_REMOVED, iface, settings->path, setting->line, "%s",
                            what);
    }
}

gboolean
settings_is_made(const Settings *settings)
{
    for (guint i = 0; i < settings->list->len; i++)
        if (strcmp(((const Setting *)g_ptr_array_index(settings->list, i))->text, MADE_LINE) == 0)
            return TRUE;
    return FALSE;
}

void
settings_mark_made(Settings *settings, gboolean is_made)
{
    if (is_made && !settings_is_made(settings))
        g_ptr_array_insert(settings->list, 0, setting_new(MADE_LINE, strlen(MADE_LINE), 0, "", 0));
    for (guint i = 0; !is_made && i < settings->list->len; i++)
        if (strcmp(((const Setting *)g_ptr_array_index(settings->list, i))->text, MADE_LINE) == 0)
            g_ptr_array_remove_index(settings->list, i--);
}

gboolean
settings_is_plain(const Settings *settings)
{
    for (guint i = 0; i < settings->list->len; i++) {
        const Setting *setting = g_ptr_array_index(settings->list, i);

        if (is_comment(setting) || setting->is_other || setting->is_noted ||
            (setting->key != NULL && setting->aspect == ASPECT_NONE))
            return FALSE;
    }
    return TRUE;
}
