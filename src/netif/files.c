/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "netif/diff.h"
#include "netif/files-priv.h"
#include "netif/place.h"
#include "util/error.h"

#define LINK_SIZE 4096

static void
file_free(gpointer data)
{
    NetifFile *file = data;

    g_free(file->path);
    g_free(file->old);
    g_free(file->now);
    g_free(file);
}

NetifFiles *
netif_files_new(const char *root, GError **error)
{
    NetifFiles *files;
    int fd;

    if (root == NULL || *root == '\0')
        root = "/";
    fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(error, errno, "cannot open the root directory '%s'", root);
        return NULL;
    }
    files = g_new0(NetifFiles, 1);
    files->root = g_strdup(root);
    files->root_fd = fd;
    files->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, file_free);
    return files;
}

void
netif_files_free(NetifFiles *files)
{
    if (files == NULL)
        return;
    fd_close(files->root_fd);
    g_hash_table_unref(files->by_path);
    g_free(files->root);
    g_free(files);
}

int
netif_files_root_fd(const NetifFiles *files)
{
    return files->root_fd;
}

const char *
netif_files_root(const NetifFiles *files)
{
    return files->root;
}

NetifFile *
netif_file(NetifFiles *files, const char *path)
{
    NetifFile *file = g_hash_table_lookup(files->by_path, path);
    g_auto(Fd) fd = -1;

    if (file != NULL)
        return file;
    file = g_new0(NetifFile, 1);
    file->path = g_strdup(path);
    g_hash_table_insert(files->by_path, file->path, file);
    /* NONBLOCK: a pipe with a good name must not hold us up */
    fd = place_open(files->root_fd, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
    if (fd >= 0)
        file->old = place_read(fd, NETIF_FILE_BYTES_MAX, &file->old_size);
    if (file->old == NULL)
        file->failed = errno == ENOTDIR ? ENOENT : errno;
    return file;
}

const char *
netif_file_contents(const NetifFile *file, gsize *ret_size)
{
    *ret_size = file->is_edited ? file->size : file->old_size;
    return file->is_edited ? file->now : file->old;
}

const char *
netif_files_get(NetifFiles *files, const char *path, gsize *ret_size, GError **error)
{
    const NetifFile *file = netif_file(files, path);
    gsize size;
    const char *data = netif_file_contents(file, &size);

    if (data == NULL) {
        error_set_errno(error, file->is_edited || file->failed == 0 ? ENOENT : file->failed,
                        "cannot read '%s'", path);
        return NULL;
    }
    if (ret_size != NULL)
        *ret_size = size;
    return data;
}

gboolean
netif_files_has(NetifFiles *files, const char *path)
{
    const NetifFile *file = g_hash_table_lookup(files->by_path, path);
    g_auto(Fd) fd = -1;

    if (file != NULL && file->is_edited)
        return file->now != NULL;
    fd = place_open(files->root_fd, path, O_PATH);
    return fd >= 0;
}

gboolean
netif_files_is_new(NetifFiles *files, const char *path)
{
    return netif_file(files, path)->failed == ENOENT;
}

char *
netif_files_link(NetifFiles *files, const char *path)
{
    g_auto(Fd) fd = place_open(files->root_fd, path, O_PATH | O_NOFOLLOW);
    char target[LINK_SIZE];
    ssize_t n = fd >= 0 ? readlinkat(fd, "", target, sizeof target) : -1;

    return n >= 0 && n < (ssize_t)sizeof target ? g_strndup(target, (gsize)n) : NULL;
}

void
netif_files_set(NetifFiles *files, const char *path, const char *data, gsize size, mode_t mode)
{
    NetifFile *file = netif_file(files, path);
    char *copy = g_malloc(size + 1); /* @data may be what was got from here */

    memcpy(copy, data, size);
    copy[size] = '\0';
    g_free(file->now);
    file->now = copy;
    file->size = size;
    file->mode = mode;
    file->is_edited = TRUE;
    if (file->old != NULL && file->old_size == size && memcmp(file->old, copy, size) == 0) {
        g_clear_pointer(&file->now, g_free);
        file->is_edited = FALSE;
    }
}

void
netif_files_remove(NetifFiles *files, const char *path)
{
    NetifFile *file = netif_file(files, path);

    g_clear_pointer(&file->now, g_free);
    file->size = 0;
    file->is_edited = file->failed != ENOENT;
}

gboolean
netif_files_is_edited(const NetifFiles *files)
{
    g_autoptr(GPtrArray) items = netif_files_edited_items(files);

    return items->len > 0;
}

static int
compare_items(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const NetifFile *const *)a)->path, (*(const NetifFile *const *)b)->path);
}

GPtrArray *
netif_files_edited_items(const NetifFiles *files)
{
    GPtrArray *items = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, files->by_path);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((NetifFile *)value)->is_edited)
            g_ptr_array_add(items, value);
    g_ptr_array_sort(items, compare_items);
    return items;
}

GPtrArray *
netif_files_edited(const NetifFiles *files)
{
    g_autoptr(GPtrArray) items = netif_files_edited_items(files);
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(paths, g_strdup(((NetifFile *)g_ptr_array_index(items, i))->path));
    return paths;
}

char *
netif_files_diff(NetifFiles *files)
{
    g_autoptr(GPtrArray) items = netif_files_edited_items(files);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < items->len; i++) {
        const NetifFile *file = g_ptr_array_index(items, i);

        diff_unified(file->path, file->old, file->old_size, file->now, file->size, out);
    }
    return g_string_free(out, FALSE);
}

void
netif_files_forget(NetifFiles *files)
{
    g_hash_table_remove_all(files->by_path);
}
