/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-edit.h - changes to lines of ifupdown's files, gathered first and applied as a whole.
 *
 * A line that nobody changed keeps its bytes. New lines get the file's own line ends; whether the file ends
 * with a line feed stays as it was. Nothing happens before debian_edit_apply(), so that two ways to
 * do something can be compared by their cost.
 */
#pragma once

#include "netif/debian-model.h"

typedef struct DebianEdit DebianEdit;

DebianEdit *debian_edit_new(Debian *debian);
void debian_edit_free(DebianEdit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DebianEdit, debian_edit_free)

void debian_edit_delete(DebianEdit *edit, DebianFile *file, guint line);
gboolean debian_edit_is_deleted(const DebianEdit *edit, DebianFile *file, guint line);

/* Lines [from, to). */
void debian_edit_delete_lines(DebianEdit *edit, DebianFile *file, guint from, guint to);

/* The whole line, without its line feed. */
void debian_edit_replace(DebianEdit *edit, DebianFile *file, guint line, const char *text);

/* The value of the line's keyword; what stands before it stays as it is. */
void debian_edit_set_value(DebianEdit *edit, DebianFile *file, guint line, const char *value);

/* Whole lines, each with a line feed. Several at one place stay in the order of the calls. */
void debian_edit_insert_before(DebianEdit *edit, DebianFile *file, guint line, const char *text);
void debian_edit_insert_after(DebianEdit *edit, DebianFile *file, guint line, const char *text);
void debian_edit_append(DebianEdit *edit, DebianFile *file, const char *text);

/* Takes @name out of the names behind the line's keyword; the line goes when it was the last. */
void debian_edit_drop_word(DebianEdit *edit, DebianFile *file, guint line, const char *name);

/* The blanks that line begins with. (transfer full) */
char *debian_edit_indent(const DebianFile *file, guint line);

/* How many lines are changed, made or taken away. */
guint debian_edit_cost(const DebianEdit *edit);

/**
 * debian_edit_apply:
 * Puts the new texts into the files in memory.
 *
 * Returns: FALSE with nothing done when a file that is edited has something that ifupdown refuses, or
 *   ends in the middle of a line
 */
gboolean debian_edit_apply(DebianEdit *edit, GError **error);
