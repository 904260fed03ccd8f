/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/guest-log.h"

#include <fcntl.h>

#include "core/guest-kind.h"
#include "util/file.h"

enum {
    OLD_MAX = 9,      /* more than any release keeps */
    CONSOLES_MAX = 64 /* more than a supervisor drains */
};

char *
guest_log_path(const Paths *paths, const char *folder, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".log", NULL);

    return g_build_filename(paths->log, folder, file, NULL);
}

/* @path and what it was rotated to. */
static gboolean
remove_all(const char *path, GError **error)
{
    if (!file_remove(AT_FDCWD, path, FILE_LIVE, error))
        return FALSE;
    for (int i = 1; i <= OLD_MAX; i++) {
        g_autofree char *old = g_strdup_printf("%s.%d", path, i);

        if (!file_remove(AT_FDCWD, old, FILE_LIVE, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
guest_log_remove(const DriverCtx *ctx, Store *store, const char *name, GError **error)
{
    g_autofree char *first = guest_log_path(ctx->paths, ctx->kind->folder, name);

    if (!remove_all(first, error))
        return FALSE;
    for (int i = 1; i < CONSOLES_MAX; i++) {
        g_autofree char *as_guest = g_strdup_printf("%s-console%d", name, i);
        g_autofree char *path = guest_log_path(ctx->paths, ctx->kind->folder, as_guest);
        g_autoptr(StoreObject) other = store_find_name(store, as_guest, NULL);

        if (!other && !remove_all(path, error))
            return FALSE;
    }
    return TRUE;
}
