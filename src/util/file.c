/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"

#define TEMP_TRIES  100
#define TEMP_DIGITS 16
#define DEPTH_MAX   128 /* of a tree that file_remove_tree() takes down: one open directory a level */

char *
file_read(int dir_fd, const char *path, gsize max_bytes, gsize *ret_size, GError **error)
{
    g_auto(Fd) fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    g_autofree char *buf = NULL;
    gsize size = 0, room;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        error_set_errno(error, errno, "cannot read '%s'", path);
        return NULL;
    }
    /* st_size is a hint only: files of /proc say 0. One byte more shows the end without a growth. */
    room = MIN((gsize)MAX(st.st_size, 4095), max_bytes) + 1;
    buf = g_malloc(room + 1);
    for (;;) {
        ssize_t n = read(fd, buf + size, room - size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            error_set_errno(error, errno, "cannot read '%s'", path);
            return NULL;
        }
        if (n == 0)
            break;
        size += (gsize)n;
        if (size > max_bytes) {
            error_set(error, LODGE_ERROR_LIMIT,
                      "cannot read '%s': it is larger than %" G_GSIZE_FORMAT " bytes", path,
                      max_bytes);
            return NULL;
        }
        if (size == room) {
            room = MIN(room * 2, max_bytes + 1);
            buf = g_realloc(buf, room + 1);
        }
    }
    buf[size] = '\0';
    if (ret_size != NULL)
        *ret_size = size;
    return g_steal_pointer(&buf);
}

int
file_open_dir(int dir_fd, const char *path, GError **error)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        error_set_errno(error, errno, "cannot open directory '%s'", path);
    return fd;
}

/* The name ".tmp-XXXXXXXXXXXXXXXX" beside @path: never ends in a suffix that anybody lists. */
static char *
temp_name(const char *path)
{
    const char *base = strrchr(path, '/');
    guint64 number = 0;

    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        number = (guint64)g_get_monotonic_time() ^ (guint64)getpid() << 40;
    return g_strdup_printf("%.*s" FILE_TEMP_PREFIX "%016" G_GINT64_MODIFIER "x",
                           base != NULL ? (int)(base + 1 - path) : 0, path, number);
}

static gboolean
write_all(int fd, const char *data, gsize size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        data += n;
        size -= (gsize)n;
    }
    return TRUE;
}

gboolean
file_sync_dir(int dir_fd, const char *path, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    g_auto(Fd) fd = openat(dir_fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) < 0)
        return error_set_errno(error, errno, "cannot write directory '%s' to disk", dir);
    return TRUE;
}

gboolean
file_write(int dir_fd, const char *path, const char *data, gsize size, mode_t mode, FileSync sync,
           GError **error)
{
    g_autofree char *temp = NULL;
    g_auto(Fd) fd = -1;
    int saved_errno;

    for (int i = 0; fd < 0 && i < TEMP_TRIES; i++) {
        g_free(temp);
        temp = temp_name(path);
        fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return error_set_errno(error, errno, "cannot write '%s'", path);
    if (write_all(fd, data, size) && fchmod(fd, mode) == 0 &&
        (sync != FILE_DURABLE || fsync(fd) == 0) && renameat(dir_fd, temp, dir_fd, path) == 0)
        return sync != FILE_DURABLE || file_sync_dir(dir_fd, path, error);
    saved_errno = errno;
    (void)unlinkat(dir_fd, temp, 0); /* the first error is the one to tell */
    return error_set_errno(error, saved_errno, "cannot write '%s'", path);
}

gboolean
file_create(int dir_fd, const char *path, const char *data, gsize size, mode_t mode, GError **error)
{
    g_auto(Fd) fd =
        openat(dir_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);

    if (fd < 0 || !write_all(fd, data, size) || fchmod(fd, mode) < 0)
        return error_set_errno(error, errno, "cannot write '%s'", path);
    return TRUE;
}

gboolean
file_link(int dir_fd, const char *target, const char *path, FileSync sync, GError **error)
{
    g_autofree char *temp = NULL;
    char present[PATH_MAX];
    int saved_errno;
    ssize_t n;

    if (symlinkat(target, dir_fd, path) == 0)
        return sync != FILE_DURABLE || file_sync_dir(dir_fd, path, error);
    if (errno != EEXIST)
        return error_set_errno(error, errno, "cannot make link '%s'", path);
    n = readlinkat(dir_fd, path, present, sizeof(present));
    if (n == (ssize_t)strlen(target) && memcmp(present, target, (gsize)n) == 0)
        return TRUE;
    temp = temp_name(path);
    if (symlinkat(target, dir_fd, temp) < 0)
        return error_set_errno(error, errno, "cannot make link '%s'", path);
    if (renameat(dir_fd, temp, dir_fd, path) < 0) {
        saved_errno = errno;
        (void)unlinkat(dir_fd, temp, 0); /* the first error is the one to tell */
        return error_set_errno(error, saved_errno, "cannot make link '%s'", path);
    }
    return sync != FILE_DURABLE || file_sync_dir(dir_fd, path, error);
}

void
file_sweep(int dir_fd, const char *path)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (g_str_has_prefix(entry->d_name, FILE_TEMP_PREFIX) &&
            strlen(entry->d_name) == strlen(FILE_TEMP_PREFIX) + TEMP_DIGITS)
            (void)unlinkat(fd, entry->d_name, 0); /* a directory stays */
    if (dir != NULL)
        closedir(dir);
    else
        fd_close(fd);
}

gboolean
file_remove(int dir_fd, const char *path, FileSync sync, GError **error)
{
    if (unlinkat(dir_fd, path, 0) < 0) {
        if (errno == ENOENT)
            return TRUE;
        return error_set_errno(error, errno, "cannot remove '%s'", path);
    }
    return sync != FILE_DURABLE || file_sync_dir(dir_fd, path, error);
}

static gboolean
is_dot_name(const char *name)
{
    return g_str_equal(name, ".") || g_str_equal(name, "..");
}

/* Empties the directory open as @fd (taken over). Returns 0 or the errno of the first failure. */
static int
empty_dir(int fd, dev_t device, int depth)
{
    DIR *dir = fdopendir(fd);
    struct dirent *entry;
    int first = 0;

    if (dir == NULL) {
        first = errno;
        fd_close(fd);
        return first;
    }
    while ((entry = readdir(dir)) != NULL) {
        struct stat st;
        int failed = 0, child;

        if (is_dot_name(entry->d_name) || unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT)
            continue;
        if (errno != EISDIR && errno != EPERM && errno != EBUSY) {
            first = first != 0 ? first : errno;
            continue;
        }
        failed = errno;
        child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child >= 0 && fstat(child, &st) == 0 && st.st_dev == device && depth < DEPTH_MAX) {
            failed = empty_dir(child, device, depth + 1);
            if (failed == 0 && unlinkat(fd, entry->d_name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                failed = errno;
        } else if (child >= 0) {
            failed = depth < DEPTH_MAX ? EBUSY : ELOOP;
            fd_close(child);
        }
        first = first != 0 ? first : failed;
    }
    closedir(dir);
    return first;
}

gboolean
file_remove_tree(int dir_fd, const char *path, GError **error)
{
    struct stat st;
    int fd, failed;

    if (unlinkat(dir_fd, path, 0) == 0 || errno == ENOENT)
        return TRUE;
    fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0) {
        failed = errno;
        fd_close(fd);
        return error_set_errno(error, failed, "cannot remove '%s'", path);
    }
    failed = empty_dir(fd, st.st_dev, 0);
    if (failed == 0 && unlinkat(dir_fd, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
        failed = errno;
    if (failed != 0)
        return error_set_errno(error, failed, "cannot remove '%s'", path);
    return TRUE;
}

gboolean
file_make_dirs(const char *path, mode_t mode, GError **error)
{
    g_autofree char *parent = NULL;
    struct stat st;

    if (mkdir(path, mode) == 0) {
        (void)chmod(path, mode); /* past the umask; it is ours, and tighter is no harm */
        return TRUE;
    }
    if (errno == EEXIST) {
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            return TRUE;
        return error_set_errno(error, ENOTDIR, "cannot make directory '%s'", path);
    }
    if (errno != ENOENT)
        return error_set_errno(error, errno, "cannot make directory '%s'", path);
    parent = g_path_get_dirname(path);
    if (g_str_equal(parent, path) || !file_make_dirs(parent, mode, error))
        return FALSE;
    if (mkdir(path, mode) < 0 && errno != EEXIST) /* somebody else may have made it meanwhile */
        return error_set_errno(error, errno, "cannot make directory '%s'", path);
    (void)chmod(path, mode);
    return TRUE;
}
