/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/settings.h - a file of KEY=VALUE lines, held so that an edit keeps every byte it does not have to change.
 *
 * Used by: networkd, keyfile, redhat and suse, which differ in their keys and not in how lines are kept.
 *
 * Theory of operation: the file is a list of pieces, one for each logical line with its exact text; joined
 * they are the file. A reader takes the settings that it understands, each for an aspect of the interface
 * (its MTU, its addresses ...); what nobody took is what the XML cannot say. A writer lists the settings
 * that it wants, once for the interface as it is and once as it shall be: an aspect whose two lists are equal is
 * not touched, however oddly it is spelled; of one that differs, the taken lines give way to the new ones.
 */
#pragma once

#include "netif/files.h"
#include "netif/note.h"

typedef enum {
    SETTINGS_UNIT,         /* systemd: sections, '#' and ';' comments, lines continued by '\' */
    SETTINGS_KEYFILE,      /* GLib's key file: sections, '#' comments, escapes */
    SETTINGS_SHELL,        /* KEY=value as a shell reads it; quotes only where they are needed */
    SETTINGS_SHELL_QUOTED, /* the same, written with quotes always */
    SETTINGS_LAST
} SettingsSyntax;

typedef enum {
    ASPECT_NONE, /* nobody took it */
    ASPECT_NAME,
    ASPECT_START,
    ASPECT_MAC,
    ASPECT_MTU,
    ASPECT_IP,
    ASPECT_KIND, /* what is special to a bridge, bond or VLAN */
    ASPECT_MASTER,
    ASPECT_STACK, /* the VLANs on top of it */
    ASPECT_LAST
} SettingsAspect;

typedef struct {
    char *text; /* as in the file, newline included */
    guint line;
    char *section;  /* "" before the first header */
    guint instance; /* of the section: its number among the headers of the file */
    char *key;      /* NULL: no setting */
    char *value;
    gboolean is_header;
    gboolean is_other; /* neither setting, header, comment nor blank: code, or a fault */
    SettingsAspect aspect;
    gboolean is_shrunk; /* header: something below it was deleted */
    gboolean is_noted;  /* taken, and the XML does not say all of it */
} Setting;

typedef struct Settings Settings;

Settings *settings_new(SettingsSyntax syntax, const char *path);
Settings *settings_parse(SettingsSyntax syntax, const char *path, const char *text, gsize size);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

const char *settings_path(const Settings *settings);

/* The first thing that the host's program refuses; NULL: nothing. */
const char *settings_fault(const Settings *settings, guint *ret_line);

/* LODGE_ERROR_CONFIG "FILE:LINE: ..." when the file has a fault. */
gboolean settings_check(const Settings *settings, GError **error);

/* (transfer full): the file */
char *settings_text(const Settings *settings, gsize *ret_size);

/* Forgets what was taken. */
void settings_start_reading(Settings *settings);

/* All settings of @key in all sections @section are taken; returns the one that counts: the last, NULL when there is
 * none or (systemd) when its value is empty. */
Setting *settings_take(Settings *settings, const char *section, const char *key,
                       SettingsAspect aspect);

/* The value of settings_take(), or NULL. */
const char *settings_take_value(Settings *settings, const char *section, const char *key,
                                SettingsAspect aspect);

/* All of them. (transfer container): Setting*; without those that an empty value takes back (systemd) */
GPtrArray *settings_take_all(Settings *settings, const char *section, const char *key,
                             SettingsAspect aspect);

/* Without taking it. */
const char *settings_value(const Settings *settings, const char *section, const char *key);

/* All pieces, for readers with rules of their own; borrowed. */
GPtrArray *settings_list(const Settings *settings);

/* UNMODELLED: @setting is there, and the XML does not say it. @format NULL: its own text. */
void settings_note(const Settings *settings, Setting *setting, NetifNotes *notes, const char *iface,
                   const char *format, ...) G_GNUC_PRINTF(5, 6);

/* An UNMODELLED note for each setting that nobody took, an IGNORED one for what is no setting at all. */
void settings_note_rest(const Settings *settings, NetifNotes *notes, const char *iface);

/* The file goes: a REMOVED note for each thing in it that the XML does not say, comments included. */
void settings_note_removal(const Settings *settings, NetifNotes *notes, const char *iface);

/* One setting that a writer wants. */
typedef struct {
    SettingsAspect aspect;
    const char *section; /* static */
    char *key, *value;
    gboolean opens; /* in a section of its own, which this setting begins */
} SettingsWant;

GArray *settings_wants_new(void);
void settings_want(GArray *wants, SettingsAspect aspect, const char *section, const char *key,
                   const char *format, ...) G_GNUC_PRINTF(5, 6);
void settings_want_section(GArray *wants, SettingsAspect aspect, const char *section,
                           const char *key, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* Both say the same of @aspect. */
gboolean settings_wants_equal(const GArray *before, const GArray *after, SettingsAspect aspect);

/**
 * settings_apply:
 * @before: (nullable): what a writer wants for the interface as the file has it now; NULL: it says nothing yet
 *
 * Edits the pieces. Settings that were noted and go are REMOVED notes.
 */
void settings_apply(Settings *settings, const GArray *before, const GArray *after,
                    NetifNotes *notes, const char *iface);

/* The line that says that lodge made the file along with another interface. */
gboolean settings_is_made(const Settings *settings);
void settings_mark_made(Settings *settings, gboolean is_made);

/* Nothing in it but settings that were taken, headers, blanks and the mark. */
gboolean settings_is_plain(const Settings *settings);
