/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "util/file.h"

#define LINKS_MAX 40
#define LINK_SIZE 4096

int
place_open(int root_fd, const char *path, int flags)
{
    struct open_how how = {.flags = (guint64)flags | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, root_fd, *path != '\0' ? path : "/", &how, sizeof how);
}

void
place_clear(Place *place)
{
    fd_close(place->dir_fd);
    place->dir_fd = -1;
    g_clear_pointer(&place->name, g_free);
    g_clear_pointer(&place->path, g_free);
}

/* The directory @dir, made with its parents where it is missing. */
static int
make_dir(int root_fd, const char *dir)
{
    g_autofree char *parent = NULL;
    g_auto(Fd) parent_fd = -1;
    int fd = place_open(root_fd, dir, O_RDONLY | O_DIRECTORY);

    if (fd >= 0 || errno != ENOENT || strcmp(dir, "/") == 0)
        return fd;
    parent = g_path_get_dirname(dir);
    parent_fd = make_dir(root_fd, parent);
    if (parent_fd < 0)
        return -1;
    if (mkdirat(parent_fd, strrchr(dir, '/') + 1, 0755) < 0 && errno != EEXIST)
        return -1;
    return place_open(root_fd, dir, O_RDONLY | O_DIRECTORY);
}

gboolean
place_find(int root_fd, const char *path, gboolean make_dirs, Place *ret_place)
{
    g_autofree char *at = g_strdup(path);

    for (int links = 0; links < LINKS_MAX; links++) {
        g_autofree char *dir = g_path_get_dirname(at), *name = g_path_get_basename(at);
        char target[LINK_SIZE];
        g_auto(Fd) fd = -1;
        ssize_t n;

        fd = make_dirs ? make_dir(root_fd, dir) : place_open(root_fd, dir, O_RDONLY | O_DIRECTORY);
        if (fd < 0)
            return FALSE;
        n = readlinkat(fd, name, target, sizeof target - 1);
        if (n < 0 && errno != EINVAL && errno != ENOENT)
            return FALSE;
        if (n < 0) {
            *ret_place = (Place){fd_steal(&fd), g_steal_pointer(&name), g_steal_pointer(&at)};
            return TRUE;
        }
        target[n] = '\0';
        g_free(at);
        at = target[0] == '/' ? g_strdup(target) : g_build_filename(dir, target, NULL);
    }
    errno = ELOOP;
    return FALSE;
}

char *
place_read(int fd, gsize max_bytes, gsize *ret_size)
{
    g_autofree char *data = NULL;
    gsize size = 0, room;
    struct stat st;

    if (fstat(fd, &st) < 0)
        return NULL;
    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    room = MIN((gsize)st.st_size, max_bytes) + 1;
    data = g_malloc(room + 1);
    for (;;) {
        ssize_t n = read(fd, data + size, room - size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return NULL;
        if (n == 0)
            break;
        size += (gsize)n;
        if (size > max_bytes) {
            errno = EFBIG;
            return NULL;
        }
        if (size == room) {
            room = MIN(room * 2, max_bytes + 1);
            data = g_realloc(data, room + 1);
        }
    }
    data[size] = '\0';
    *ret_size = size;
    return g_steal_pointer(&data);
}

/* What a file system does not take (EOPNOTSUPP) or this user may not give is no failure. */
static void
copy_xattrs(int from_fd, int to_fd)
{
    ssize_t size = flistxattr(from_fd, NULL, 0);
    g_autofree char *names = size > 0 ? g_malloc((gsize)size) : NULL;

    size = size > 0 ? flistxattr(from_fd, names, (gsize)size) : 0;
    for (const char *name = names; size > 0 && name < names + size; name += strlen(name) + 1) {
        ssize_t length = fgetxattr(from_fd, name, NULL, 0);
        g_autofree char *value = length >= 0 ? g_malloc((gsize)length + 1) : NULL;

        if (value != NULL && (length = fgetxattr(from_fd, name, value, (gsize)length)) >= 0)
            (void)fsetxattr(to_fd, name, value, (gsize)length, 0);
    }
}

gboolean
place_copy_attributes(int from_fd, const struct stat *like, int to_fd, gboolean with_times)
{
    const struct timespec times[2] = {like->st_atim, like->st_mtim};

    if (fchown(to_fd, like->st_uid, like->st_gid) < 0) {
        struct stat now;

        if (fstat(to_fd, &now) < 0)
            return FALSE;
        if (now.st_uid != like->st_uid || now.st_gid != like->st_gid) {
            errno = EPERM;
            return FALSE;
        }
    }
    if (from_fd >= 0)
        copy_xattrs(from_fd, to_fd);
    return fchmod(to_fd, like->st_mode & 07777) == 0 &&
           (!with_times || futimens(to_fd, times) == 0);
}

static gboolean
write_whole(int fd, const char *data, gsize size)
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

char *
place_temp_name(void)
{
    guint64 number = 0;

    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (guint64)g_get_monotonic_time() ^ (guint64)getpid() << 40;
    return g_strdup_printf(FILE_TEMP_PREFIX "%016" G_GINT64_MODIFIER "x", number);
}

char *
place_prepare(const Place *place, const char *data, gsize size, const struct stat *like,
              int like_fd, mode_t mode)
{
    g_autofree char *name = place_temp_name();
    g_auto(Fd) fd = -1;
    int saved_errno;

    fd = openat(place->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return NULL;
    if (write_whole(fd, data, size) &&
        (like != NULL ? place_copy_attributes(like_fd, like, fd, FALSE)
                      : fchmod(fd, mode & 07777) == 0) &&
        fsync(fd) == 0)
        return g_steal_pointer(&name);
    saved_errno = errno;
    (void)unlinkat(place->dir_fd, name, 0); /* the first error is the one to tell */
    errno = saved_errno;
    return NULL;
}

gboolean
place_sync(const Place *place)
{
    return fsync(place->dir_fd) == 0;
}
