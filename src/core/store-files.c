/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The contents of what the store keeps: definitions, and the files of live directories. */
#include "core/store.h"

#include <fcntl.h>
#include <string.h>

#include "core/limits.h"
#include "core/store-priv.h"
#include "util/error.h"
#include "util/file.h"

char *
store_read_config(Store *store, const char *name, gsize *ret_size, GError **error)
{
    g_autofree char *path = store_config_file(store, name);
    g_autoptr(GError) problem = NULL;
    char *text = file_read(AT_FDCWD, path, CORE_XML_BYTES_MAX, ret_size, &problem);

    if (text == NULL && g_error_matches(problem, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
        store_set_not_found(store, name, error); /* it was undefined after it was found */
    else if (text == NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    return text;
}

char *
store_read_remains(const Store *store, const char *name, const char *file, gsize *ret_size,
                   GError **error)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autofree char *path = g_build_filename(dir, file, NULL);

    return file_read(AT_FDCWD, path, CORE_XML_BYTES_MAX, ret_size, error);
}

char *
store_read_live(Store *store, const char *name, const char *file, gsize *ret_size, GError **error)
{
    g_autoptr(GError) problem = NULL;
    char *text;

    if (!store_is_alive(store, name)) { /* a last state has old files beside it */
        store_set_not_running(store, error);
        return NULL;
    }
    text = store_read_remains(store, name, file, ret_size, &problem);
    if (text == NULL && g_error_matches(problem, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
        store_set_not_running(store, error); /* it ended between our two looks */
    else if (text == NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    return text;
}

gboolean
store_write_live(Store *store, const char *name, const char *file, const char *text, GError **error)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autofree char *path = g_build_filename(dir, file, NULL);

    return file_write(AT_FDCWD, path, text, strlen(text), 0600, FILE_LIVE, error);
}
