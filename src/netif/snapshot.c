/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netif/files-priv.h"
#include "netif/place.h"
#include "util/error.h"
#include "util/file.h"

#define MANIFEST     "manifest"
#define MANIFEST_MAX (16 << 20)

typedef struct {
    const NetifFiles *files;
    int dir_fd;
    GString *manifest;
    GHashTable *paths; /* files and links that are put down already */
    guint n_files;
} Taker;

static void
put(Taker *taker, const char *kind, const char *a, const char *b)
{
    g_autofree char *first = g_strescape(a, NULL);
    g_autofree char *second = b != NULL ? g_strescape(b, NULL) : NULL;

    g_string_append_printf(taker->manifest, "%s\t%s%s%s\n", kind, first, second != NULL ? "\t" : "",
                           second != NULL ? second : "");
}

static char *
root_path(const NetifFiles *files)
{
    char *path = realpath(files->root, NULL);
    char *copy = g_strdup(path != NULL ? path : files->root);

    free(path);
    return copy;
}

/* Copies a file that is open, with its attributes, to "NUMBER". FALSE with errno. */
static gboolean
copy_file(const Taker *taker, int fd, const char *number)
{
    g_autofree char *data = NULL;
    g_auto(Fd) to = -1;
    struct stat st;
    gsize size = 0, done = 0;

    data = place_read(fd, NETIF_FILE_BYTES_MAX, &size);
    if (data == NULL || fstat(fd, &st) < 0)
        return FALSE;
    to = openat(taker->dir_fd, number, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        return FALSE;
    while (done < size) {
        ssize_t n = write(to, data + done, size - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        done += (gsize)n;
    }
    return place_copy_attributes(fd, &st, to, TRUE) && fsync(to) == 0;
}

/* The target of a link; NULL when there is none. */
static gboolean
read_link(const NetifFiles *files, const char *path, char **ret_target, GError **error)
{
    g_auto(Fd) fd = place_open(files->root_fd, path, O_PATH | O_NOFOLLOW);
    char target[PATH_MAX];
    ssize_t n = fd >= 0 ? readlinkat(fd, "", target, sizeof target) : -1;

    *ret_target = NULL;
    if (n >= 0)
        *ret_target = g_strndup(target, (gsize)n);
    else if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        return error_set_errno(error, errno, "cannot look at '%s'", path);
    return TRUE;
}

/* The file itself, or the link and what it leads to. */
static gboolean
take_path(Taker *taker, const char *path, GError **error)
{
    g_autofree char *target = NULL, *number = NULL;
    g_auto(Place) place = {-1, NULL, NULL};
    g_auto(Fd) fd = -1;
    struct stat st;

    if (!g_hash_table_add(taker->paths, g_strdup(path)))
        return TRUE;
    if (!read_link(taker->files, path, &target, error))
        return FALSE;
    if (target != NULL)
        put(taker, "link", path, target);
    if (!place_find(taker->files->root_fd, path, FALSE, &place))
        return target != NULL || error_set_errno(error, errno, "cannot make a copy of '%s'", path);
    if (strcmp(place.path, path) != 0 && !g_hash_table_add(taker->paths, g_strdup(place.path)))
        return TRUE;
    fd = openat(place.dir_fd, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && target != NULL && errno == ENOENT)
        return TRUE; /* a link that leads nowhere */
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set_errno(error, errno, "cannot make a copy of '%s'", path);
    if (!S_ISREG(st.st_mode))
        return TRUE; /* /dev/null: a mask */
    number = g_strdup_printf("%u", taker->n_files++);
    put(taker, "file", number, place.path);
    return copy_file(taker, fd, number) ||
           error_set_errno(error, errno, "cannot make a copy of '%s'", path);
}

/* Directories in front of the first wildcard that are not there, the outermost first. */
static gboolean
take_missing(Taker *taker, const char *scope, GError **error)
{
    gsize length = strcspn(scope, "*?[\\");

    for (const char *slash = strchr(scope + 1, '/'); slash != NULL && slash < scope + length;
         slash = strchr(slash + 1, '/')) {
        g_autofree char *dir = g_strndup(scope, (gsize)(slash - scope));
        g_auto(Fd) fd = place_open(taker->files->root_fd, dir, O_PATH);

        if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
            return error_set_errno(error, errno, "cannot look for '%s'", dir);
        if (fd < 0)
            put(taker, "missing", dir, NULL);
    }
    return TRUE;
}

gboolean
snapshot_take(const NetifFiles *files, const GPtrArray *scopes, int dir_fd, GError **error)
{
    g_autoptr(GString) manifest = g_string_new("lodge-snapshot 1\n");
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *root = root_path(files);
    Taker taker = {files, dir_fd, manifest, paths, 0};

    put(&taker, "root", root, NULL);
    for (guint i = 0; i < scopes->len; i++) {
        const char *scope = g_ptr_array_index(scopes, i);
        g_autoptr(GPtrArray) found = netif_files_glob_disk(files, scope, error);

        if (found == NULL || !take_missing(&taker, scope, error))
            return FALSE;
        put(&taker, "scope", scope, NULL);
        for (guint j = 0; j < found->len; j++)
            if (!take_path(&taker, g_ptr_array_index(found, j), error))
                return FALSE;
    }
    return file_write(dir_fd, MANIFEST, manifest->str, manifest->len, 0600, FILE_DURABLE, error);
}

typedef struct {
    const NetifFiles *files;
    int dir_fd;
    GPtrArray *changed;
    GHashTable *paths;  /* what belongs there */
    GPtrArray *scopes;  /* char* */
    GPtrArray *missing; /* char* */
} Restorer;

static gboolean
failed(const char *path, GError **error)
{
    return error_set_errno(error, errno, "cannot put '%s' back", path);
}

static void
put_changed(const Restorer *restorer, const char *path)
{
    g_ptr_array_add(restorer->changed, g_strdup(path));
}

static gboolean
restore_link(const Restorer *restorer, const char *path, const char *target, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path), *name = g_path_get_basename(path);
    g_autofree char *probe = g_build_filename(dir, "x", NULL), *temp = NULL;
    g_auto(Place) place = {-1, NULL, NULL};
    g_autofree char *now = NULL;

    if (!read_link(restorer->files, path, &now, error))
        return FALSE;
    if (g_strcmp0(now, target) == 0)
        return TRUE;
    if (!place_find(restorer->files->root_fd, probe, TRUE, &place))
        return failed(path, error);
    temp = place_temp_name();
    if (symlinkat(target, place.dir_fd, temp) < 0)
        return failed(path, error);
    if (renameat(place.dir_fd, temp, place.dir_fd, name) < 0 || !place_sync(&place)) {
        failed(path, error);
        (void)unlinkat(place.dir_fd, temp, 0);
        return FALSE;
    }
    put_changed(restorer, path);
    return TRUE;
}

/* Whether the live file is the copy in all that was kept. */
static gboolean
is_same(int copy_fd, const struct stat *copy, const Place *place)
{
    g_auto(Fd) fd =
        openat(place->dir_fd, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    g_autofree char *a = NULL, *b = NULL;
    gsize n_a, n_b;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size != copy->st_size ||
        st.st_mode != copy->st_mode || st.st_uid != copy->st_uid || st.st_gid != copy->st_gid)
        return FALSE;
    a = place_read(fd, NETIF_FILE_BYTES_MAX, &n_a);
    b = place_read(copy_fd, NETIF_FILE_BYTES_MAX, &n_b);
    return a != NULL && b != NULL && n_a == n_b && memcmp(a, b, n_a) == 0;
}

/* The copy beside its place: the same file under another name, or where that cannot be one more copy. */
static char *
bring(const Restorer *restorer, const char *number, int copy_fd, const struct stat *copy,
      const Place *place)
{
    g_autofree char *temp = place_temp_name(), *data = NULL;
    g_auto(Fd) fd = -1;
    gsize size;

    if (linkat(restorer->dir_fd, number, place->dir_fd, temp, 0) == 0)
        return g_steal_pointer(&temp);
    if (lseek(copy_fd, 0, SEEK_SET) < 0)
        return NULL;
    data = place_read(copy_fd, NETIF_FILE_BYTES_MAX, &size);
    if (data == NULL)
        return NULL;
    g_free(temp);
    temp = place_prepare(place, data, size, copy, copy_fd, 0);
    fd = temp != NULL ? openat(place->dir_fd, temp, O_WRONLY | O_CLOEXEC) : -1;
    if (fd >= 0)
        (void)place_copy_attributes(copy_fd, copy, fd, TRUE); /* the times: a nicety */
    return g_steal_pointer(&temp);
}

static gboolean
restore_file(const Restorer *restorer, const char *number, const char *path, GError **error)
{
    g_auto(Fd) copy_fd = openat(restorer->dir_fd, number, O_RDONLY | O_CLOEXEC);
    g_auto(Place) place = {-1, NULL, NULL};
    g_autofree char *temp = NULL;
    struct stat copy;

    if (copy_fd < 0 || fstat(copy_fd, &copy) < 0 ||
        !place_find(restorer->files->root_fd, path, TRUE, &place))
        return failed(path, error);
    if (strcmp(place.path, path) != 0) { /* a link came in its place */
        g_autofree char *dir = g_path_get_dirname(path), *name = g_path_get_basename(path);

        place_clear(&place);
        place = (Place){place_open(restorer->files->root_fd, dir, O_RDONLY | O_DIRECTORY),
                        g_steal_pointer(&name), g_strdup(path)};
        if (place.dir_fd < 0)
            return failed(path, error);
    }
    file_sweep(place.dir_fd, "."); /* of writers and rollbacks that were killed */
    if (is_same(copy_fd, &copy, &place))
        return TRUE;
    temp = bring(restorer, number, copy_fd, &copy, &place);
    if (temp == NULL)
        return failed(path, error);
    if (renameat(place.dir_fd, temp, place.dir_fd, place.name) < 0) {
        failed(path, error);
        (void)unlinkat(place.dir_fd, temp, 0);
        return FALSE;
    }
    (void)unlinkat(place.dir_fd, temp, 0); /* rename leaves it when both are one file */
    put_changed(restorer, path);
    return place_sync(&place) || failed(path, error);
}

static gboolean
remove_new(const Restorer *restorer, GError **error)
{
    for (guint i = 0; i < restorer->scopes->len; i++) {
        g_autoptr(GPtrArray) found =
            netif_files_glob_disk(restorer->files, g_ptr_array_index(restorer->scopes, i), error);

        if (found == NULL)
            return FALSE;

        for (guint j = 0; j < found->len; j++) {
            const char *path = g_ptr_array_index(found, j);
            g_autofree char *dir = g_path_get_dirname(path), *name = g_path_get_basename(path);
            g_auto(Place) place = {-1, NULL, NULL};

            if (g_hash_table_contains(restorer->paths, path))
                continue;
            place.dir_fd = place_open(restorer->files->root_fd, dir, O_RDONLY | O_DIRECTORY);
            if (place.dir_fd < 0 || unlinkat(place.dir_fd, name, 0) < 0)
                return failed(path, error);
            file_sweep(place.dir_fd, ".");
            put_changed(restorer, path);
            if (!place_sync(&place))
                return failed(path, error);
        }
    }
    for (guint i = restorer->missing->len; i-- > 0;) { /* innermost first */
        const char *path = g_ptr_array_index(restorer->missing, i);
        g_autofree char *dir = g_path_get_dirname(path), *name = g_path_get_basename(path);
        g_auto(Fd) fd = place_open(restorer->files->root_fd, dir, O_RDONLY | O_DIRECTORY);

        if (fd >= 0)
            (void)unlinkat(fd, name, AT_REMOVEDIR); /* not empty: somebody else's things */
    }
    return TRUE;
}

/* @pass 0: what belongs there, links first; 1: files */
static gboolean
restore_line(Restorer *restorer, char *const *fields, int pass, GError **error)
{
    const char *kind = fields[0], *a = fields[1], *b = a != NULL ? fields[2] : NULL;

    if (a == NULL)
        return TRUE;
    if (strcmp(kind, "link") == 0 && b != NULL) {
        g_hash_table_add(restorer->paths, g_strdup(a));
        return pass != 0 || restore_link(restorer, a, b, error);
    }
    if (strcmp(kind, "file") == 0 && b != NULL) {
        g_hash_table_add(restorer->paths, g_strdup(b));
        return pass != 1 || restore_file(restorer, a, b, error);
    }
    if (pass == 0 && strcmp(kind, "scope") == 0)
        g_ptr_array_add(restorer->scopes, g_strdup(a));
    if (pass == 0 && strcmp(kind, "missing") == 0)
        g_ptr_array_add(restorer->missing, g_strdup(a));
    if (strcmp(kind, "root") == 0) {
        g_autofree char *root = root_path(restorer->files);

        return strcmp(root, a) == 0 ||
               error_set(error, LODGE_ERROR_STATE,
                         "the open transaction is of the root '%s', not of '%s'", a, root);
    }
    return TRUE;
}

gboolean
snapshot_restore(const NetifFiles *files, int dir_fd, GPtrArray *ret_changed, GError **error)
{
    g_autofree char *text = file_read(dir_fd, MANIFEST, MANIFEST_MAX, NULL, error);
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) scopes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
    Restorer restorer = {files, dir_fd, ret_changed, paths, scopes, missing};
    g_auto(GStrv) lines = NULL;

    if (text == NULL)
        return FALSE;
    lines = g_strsplit(text, "\n", -1);
    for (int pass = 0; pass < 2; pass++)
        for (char **line = lines; *line != NULL; line++) {
            g_auto(GStrv) fields = g_strsplit(*line, "\t", 3);

            for (guint i = 1; fields[0] != NULL && fields[i] != NULL; i++) {
                char *plain = g_strcompress(fields[i]);

                g_free(fields[i]);
                fields[i] = plain;
            }
            if (fields[0] != NULL && !restore_line(&restorer, fields, pass, error))
                return FALSE;
        }
    return remove_new(&restorer, error);
}
