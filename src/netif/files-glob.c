/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netif/files-priv.h"
#include "netif/place.h"
#include "util/error.h"

#define MATCHES_MAX 65536 /* files of one pattern; a directory of more is no configuration */

typedef struct {
    int root_fd;
    gboolean with_links; /* those, too, that lead to no regular file */
    GHashTable *found;
    int failed; /* errno of the first thing that went wrong, but for what is not there */
} Walk;

static void
note_failure(Walk *to, int number)
{
    if (to->failed == 0 && number != ENOENT && number != ENOTDIR && number != ELOOP)
        to->failed = number;
}

/* Whether the path is one of those that are looked for. */
static gboolean
is_wanted(Walk *to, const char *path)
{
    int root_fd = to->root_fd;
    g_auto(Fd) fd = place_open(root_fd, path, O_PATH);
    struct stat st;

    if (fd < 0)
        note_failure(to, errno);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return TRUE;
    if (to->with_links) {
        g_auto(Fd) link = place_open(root_fd, path, O_PATH | O_NOFOLLOW);

        if (link < 0)
            note_failure(to, errno);
        return link >= 0 && fstat(link, &st) == 0 && S_ISLNK(st.st_mode);
    }
    return FALSE;
}

/* Adds what matches @rest (components without the leading '/') below @dir to what was found. */
static void
walk(Walk *to, const char *dir, const char *rest)
{
    const char *slash = strchr(rest, '/');
    g_autofree char *part = slash != NULL ? g_strndup(rest, (gsize)(slash - rest)) : g_strdup(rest);
    struct dirent *entry;
    DIR *open_dir;
    int fd;

    if (*part == '\0') { /* a doubled '/' */
        if (slash != NULL)
            walk(to, dir, slash + 1);
        return;
    }
    if (strpbrk(part, "*?[\\") == NULL) {
        g_autofree char *path = g_strconcat(dir, "/", part, NULL);

        if (slash != NULL)
            walk(to, path, slash + 1);
        else if (is_wanted(to, path))
            g_hash_table_add(to->found, g_steal_pointer(&path));
        return;
    }
    fd = place_open(to->root_fd, dir, O_RDONLY | O_DIRECTORY);
    open_dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (open_dir == NULL) {
        note_failure(to, errno);
        fd_close(fd);
        return;
    }
    while ((entry = readdir(open_dir)) != NULL && g_hash_table_size(to->found) < MATCHES_MAX) {
        g_autofree char *path = g_strconcat(dir, "/", entry->d_name, NULL);

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fnmatch(part, entry->d_name, FNM_PERIOD) != 0)
            continue;
        if (slash != NULL)
            walk(to, path, slash + 1);
        else if (is_wanted(to, path))
            g_hash_table_add(to->found, g_steal_pointer(&path));
    }
    closedir(open_dir);
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All paths, sorted. Takes them out of @found. */
static GPtrArray *
sorted(GHashTable *found)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer path;

    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &path, NULL)) {
        g_hash_table_iter_steal(&iter);
        g_ptr_array_add(paths, path);
    }
    g_ptr_array_sort(paths, compare_paths);
    return paths;
}

GPtrArray *
netif_files_glob(NetifFiles *files, const char *pattern)
{
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) edited = netif_files_edited_items(files);
    Walk to = {files->root_fd, FALSE, found, 0};

    walk(&to, "", pattern[0] == '/' ? pattern + 1 : pattern);
    for (guint i = 0; i < edited->len; i++) {
        const NetifFile *file = g_ptr_array_index(edited, i);

        if (file->now == NULL)
            g_hash_table_remove(found, file->path);
        else if (fnmatch(pattern, file->path, FNM_PATHNAME | FNM_PERIOD) == 0)
            g_hash_table_add(found, g_strdup(file->path));
    }
    return sorted(found);
}

GPtrArray *
netif_files_glob_disk(const NetifFiles *files, const char *pattern, GError **error)
{
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Walk to = {files->root_fd, TRUE, found, 0};

    walk(&to, "", pattern[0] == '/' ? pattern + 1 : pattern);
    if (to.failed != 0) {
        error_set_errno(error, to.failed, "cannot look for '%s'", pattern);
        return NULL;
    }
    return sorted(found);
}
