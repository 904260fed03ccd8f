/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netif/files-priv.h"
#include "netif/place.h"

#define MATCHES_MAX 65536 /* files of one pattern; a directory of more is no configuration */

static gboolean
is_regular(int root_fd, const char *path)
{
    g_auto(Fd) fd = place_open(root_fd, path, O_PATH);
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Adds what matches @rest (components without the leading '/') below @dir to @found. */
static void
walk(NetifFiles *files, const char *dir, const char *rest, GHashTable *found)
{
    const char *slash = strchr(rest, '/');
    g_autofree char *part = slash != NULL ? g_strndup(rest, (gsize)(slash - rest)) : g_strdup(rest);
    struct dirent *entry;
    DIR *open_dir;
    int fd;

    if (*part == '\0') { /* a doubled '/' */
        if (slash != NULL)
            walk(files, dir, slash + 1, found);
        return;
    }
    if (strpbrk(part, "*?[\\") == NULL) {
        g_autofree char *path = g_strconcat(dir, "/", part, NULL);

        if (slash != NULL)
            walk(files, path, slash + 1, found);
        else if (is_regular(files->root_fd, path))
            g_hash_table_add(found, g_steal_pointer(&path));
        return;
    }
    fd = place_open(files->root_fd, dir, O_RDONLY | O_DIRECTORY);
    open_dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (open_dir == NULL) {
        fd_close(fd);
        return;
    }
    while ((entry = readdir(open_dir)) != NULL && g_hash_table_size(found) < MATCHES_MAX) {
        g_autofree char *path = g_strconcat(dir, "/", entry->d_name, NULL);

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fnmatch(part, entry->d_name, FNM_PERIOD) != 0)
            continue;
        if (slash != NULL)
            walk(files, path, slash + 1, found);
        else if (is_regular(files->root_fd, path))
            g_hash_table_add(found, g_steal_pointer(&path));
    }
    closedir(open_dir);
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
netif_files_glob(NetifFiles *files, const char *pattern)
{
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) edited = netif_files_edited_items(files);
    GHashTableIter iter;
    gpointer path;

    walk(files, "", pattern[0] == '/' ? pattern + 1 : pattern, found);
    for (guint i = 0; i < edited->len; i++) {
        const NetifFile *file = g_ptr_array_index(edited, i);

        if (file->now == NULL)
            g_hash_table_remove(found, file->path);
        else if (fnmatch(pattern, file->path, FNM_PATHNAME | FNM_PERIOD) == 0)
            g_hash_table_add(found, g_strdup(file->path));
    }
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &path, NULL)) {
        g_hash_table_iter_steal(&iter);
        g_ptr_array_add(paths, path);
    }
    g_ptr_array_sort(paths, compare_paths);
    return paths;
}
