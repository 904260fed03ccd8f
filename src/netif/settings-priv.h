/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/settings-priv.h - what the readers and the editor of settings share. */
#pragma once

#include "netif/settings.h"

struct Settings {
    SettingsSyntax syntax;
    char *path;
    GPtrArray *list; /* Setting* */
    char *fault;
    guint fault_line;
    gboolean is_new;        /* made here: sections are set apart by blank lines */
    gboolean is_unfinished; /* the file's last line has no newline */
    guint n_headers;
};

Setting *setting_new(const char *text, gsize size, guint line, const char *section, guint instance);
void settings_set_fault(Settings *settings, guint line, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* settings-ini.c, settings-shell.c: fill @settings */
void settings_read_ini(Settings *settings, const char *text, gsize size);
void settings_read_shell(Settings *settings, const char *text, gsize size);

/* The line of a setting, with its newline. (transfer full) */
char *settings_format_ini(const Settings *settings, const char *key, const char *value);
char *settings_format_shell(const Settings *settings, const char *key, const char *value);
