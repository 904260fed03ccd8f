/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLURP_STEP 4096

void
io_close(int *fd)
{
    int saved_errno = errno;

    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = saved_errno;
}

int
io_write_all(int fd, const void *data, size_t size)
{
    const char *at = data;

    while (size > 0) {
        ssize_t n = write(fd, at, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

int
io_write_file(int dir_fd, const char *path, const char *text)
{
    int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC);
    size_t size = strlen(text);
    ssize_t n;

    if (fd < 0)
        return -1;
    n = write(fd, text, size);
    io_close(&fd);
    if (n < 0)
        return -1;
    if ((size_t)n != size) {
        errno = EIO;
        return -1;
    }
    return 0;
}

ssize_t
io_read_file(int dir_fd, const char *path, char *buf, size_t size)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
    size_t at = 0;

    if (fd < 0)
        return -1;
    for (;;) {
        ssize_t n = read(fd, buf + at, size - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            io_close(&fd);
            return -1;
        }
        at += (size_t)n;
        if (n == 0 || at == size)
            break;
    }
    io_close(&fd);
    if (at == size) {
        errno = EFBIG;
        return -1;
    }
    buf[at] = '\0';
    return (ssize_t)at;
}

ssize_t
io_slurp(int dir_fd, const char *path, size_t max, char **ret_text)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t at = 0, size = 0;

    if (fd < 0)
        return -1;
    for (;;) {
        ssize_t n;

        if (size - at < SLURP_STEP / 2) {
            char *bigger = at > max ? NULL : realloc(text, size + SLURP_STEP);

            if (!bigger) {
                errno = at > max ? EFBIG : ENOMEM;
                break;
            }
            text = bigger;
            size += SLURP_STEP;
        }
        n = read(fd, text + at, size - at - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        if (n == 0) {
            io_close(&fd);
            text[at] = '\0';
            *ret_text = text;
            return (ssize_t)at;
        }
        at += (size_t)n;
    }
    io_close(&fd);
    free(text);
    return -1;
}

int
io_replace(int dir_fd, const char *name, const void *data, size_t size)
{
    char temporary[NAME_MAX + 1];
    int fd, result;

    if (io_format(temporary, sizeof temporary, ".%s.new", name) < 0)
        return -1;
    fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    result = io_write_all(fd, data, size);
    io_close(&fd);
    if (result == 0)
        result = renameat(dir_fd, temporary, dir_fd, name);
    if (result < 0) {
        int saved_errno = errno;

        (void)unlinkat(dir_fd, temporary, 0);
        errno = saved_errno;
    }
    return result;
}

int
io_parse_u64(const char *text, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;

    if (!*text) {
        errno = EINVAL;
        return -1;
    }
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text - '0');

        if (digit > 9) {
            errno = EINVAL;
            return -1;
        }
        if (value > UINT64_MAX / 10 || value * 10 > UINT64_MAX - digit) {
            errno = ERANGE;
            return -1;
        }
        value = value * 10 + digit;
        if (value > max) {
            errno = ERANGE;
            return -1;
        }
    }
    *ret = value;
    return 0;
}

int
io_mkdir_parents(const char *path)
{
    char work[PATH_MAX];

    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return 0;
    if (errno != ENOENT)
        return -1;
    if (io_format(work, sizeof work, "%s", path) < 0)
        return -1;
    for (char *slash = strchr(work + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(work, 0755) < 0 && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    return mkdir(work, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

int
io_format(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(buf, size, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return n;
}
