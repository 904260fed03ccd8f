/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/group-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"

#define GROUP_FILE_MAX (1 << 20)

/* v1 prints LONG_MAX rounded down to a page for "no limit". */
#define GROUP_V1_UNLIMITED (G_MAXINT64 - (64 << 10))

/* Path of the first alternative of @file that exists, else of the first. */
static char *
group_file_path(const char *dir, const char *file)
{
    g_auto(GStrv) names = g_strsplit(file, "|", -1);

    for (gsize i = 0; names[i]; i++) {
        g_autofree char *path = g_build_filename(dir, names[i], NULL);

        if (access(path, F_OK) == 0)
            return g_steal_pointer(&path);
    }
    return g_build_filename(dir, names[0], NULL);
}

gboolean
group_file_exists(const char *dir, const char *file)
{
    g_autofree char *path = group_file_path(dir, file);

    return access(path, F_OK) == 0;
}

char *
group_file_read(const char *dir, const char *file, GError **error)
{
    g_autofree char *path = group_file_path(dir, file);
    char *text = file_read(AT_FDCWD, path, GROUP_FILE_MAX, NULL, error);

    return text ? g_strchomp(text) : NULL;
}

gboolean
group_file_read_number(const char *dir, const char *file, guint64 *ret_value, GError **error)
{
    g_autofree char *text = group_file_read(dir, file, error);
    guint64 value;
    char *end;

    if (!text)
        return FALSE;
    if (strcmp(text, "max") == 0 || text[0] == '-') {
        *ret_value = GROUP_UNLIMITED;
        return TRUE;
    }
    value = g_ascii_strtoull(text, &end, 10);
    if (end == text) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_INTERNAL, "'%s/%s' holds '%s', not a number",
                    dir, file, text);
        return FALSE;
    }
    *ret_value = value >= GROUP_V1_UNLIMITED ? GROUP_UNLIMITED : value;
    return TRUE;
}

gboolean
group_file_lookup(const char *text, const char *key, guint64 *ret_value)
{
    gsize length = strlen(key);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n')
            line++;
        if (strncmp(line, key, length) == 0 && line[length] == ' ') {
            *ret_value = g_ascii_strtoull(line + length + 1, NULL, 10);
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
group_file_write(const char *dir, const char *file, const char *value, GError **error)
{
    g_autofree char *path = group_file_path(dir, file);
    g_autofree char *name = g_path_get_basename(path);
    g_auto(Fd) fd = open(path, O_WRONLY | O_CLOEXEC);
    const char *hint = "";
    int saved;

    if (fd >= 0 && write(fd, value, strlen(value)) >= 0)
        return TRUE;
    saved = errno;
    if (fd < 0 && saved == ENOENT)
        return error_set_errno(error, saved, "cannot set '%s': this kernel has no such limit",
                               name);
    if (saved == EBUSY)
        hint = " (it uses more than that at the moment)";
    else if (saved == EINVAL && strstr(name, "limit_in_bytes"))
        hint = " (the memory limit must not exceed the one of memory and swap)";
    return error_set_errno(error, saved, "cannot set '%s' of the guest to '%s'%s", name, value,
                           hint);
}

gboolean
group_file_write_number(const char *dir, const char *file, guint64 value, GError **error)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, value);

    return group_file_write(dir, file, text, error);
}
