/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/group-file.h - read and write one file of a control group.
 *
 * Used by: usage.c, params-*.c, resources.c.
 * Where a file has different names on different kernels, @file is "A|B": the first that exists.
 */
#pragma once

#include <glib.h>

#define GROUP_UNLIMITED G_MAXUINT64

/* The file's text without the last line feed; (transfer full), NULL with an error naming the file. */
char *group_file_read(const char *dir, const char *file, GError **error);

/* The same as a number; "max" and what v1 prints for "no limit" are GROUP_UNLIMITED. */
gboolean group_file_read_number(const char *dir, const char *file, guint64 *ret_value,
                                GError **error);

/* The number behind @key in a file of "key value" lines; FALSE (no error) when it is not there. */
gboolean group_file_lookup(const char *text, const char *key, guint64 *ret_value);

gboolean group_file_exists(const char *dir, const char *file);

/**
 * group_file_write:
 * @error: "cannot set 'FILE' of the guest to 'VALUE': ..." with a hint where the kernel's errno is known
 */
gboolean group_file_write(const char *dir, const char *file, const char *value, GError **error);
gboolean group_file_write_number(const char *dir, const char *file, guint64 value, GError **error);
