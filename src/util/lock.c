/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"

#define LOCK_RETRY_MS   20
#define LOCK_HOLDER_MAX 200

static gboolean
is_still_named(int dir_fd, const char *name, int fd)
{
    struct stat here, there;

    return fstat(fd, &here) == 0 && fstatat(dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* Says in the file who holds it. Best effort: the lock counts, the text is for messages. */
static void
write_holder(int fd)
{
    g_autofree char *cmdline = NULL, *text = NULL;
    gsize size = 0;

    cmdline = file_read(AT_FDCWD, "/proc/self/cmdline", 65536, &size, NULL);
    for (gsize i = 0; cmdline != NULL && i + 1 < size; i++)
        if ((guchar)cmdline[i] < ' ')
            cmdline[i] = ' ';
    text = g_strdup_printf("%d %.*s\n", (int)getpid(), LOCK_HOLDER_MAX,
                           cmdline != NULL ? cmdline : "");
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, strlen(text), 0) < 0)
        return;
}

static gboolean
set_busy(GError **error, int fd, const char *what)
{
    char text[LOCK_HOLDER_MAX + 32];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    char *command;

    text[n > 0 ? n : 0] = '\0';
    g_strchomp(text);
    command = strchr(text, ' ');
    if (command == NULL)
        return error_set(error, LODGE_ERROR_BUSY,
                         "cannot lock %s: held by another process; try again", what);
    *command++ = '\0';
    return error_set(error, LODGE_ERROR_BUSY, "cannot lock %s: held by %s (%s); try again", what,
                     text, command);
}

/* 1: got it; 0: held by another; -1: errno. */
static int
try_lock(int fd)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_OFD_SETLK, &range) == 0)
        return 1;
    return errno == EAGAIN || errno == EACCES ? 0 : -1;
}

/* An inotify descriptor that tells when a writer closes the file open as @fd; -1 when there is none to be
 * had (its limits are per user): then the retry alone does it. */
static int
watch_close(int fd)
{
    g_auto(Fd) watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    char self[64];

    g_snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (watch_fd >= 0 && inotify_add_watch(watch_fd, self, IN_CLOSE_WRITE) < 0)
        return -1;
    return fd_steal(&watch_fd);
}

/* Sleeps until the file is closed by somebody, LOCK_RETRY_MS or the deadline. */
static void
wait_for_close(int watch_fd, gint64 left_us)
{
    struct pollfd poll_fd = {.fd = watch_fd, .events = POLLIN};
    struct timespec moment = {.tv_nsec = 100000};
    int ms = (int)MIN(left_us / 1000 + 1, LOCK_RETRY_MS);
    char events[1024];

    if (poll(&poll_fd, 1, ms) > 0 && read(watch_fd, events, sizeof(events)) > 0)
        (void)nanosleep(&moment, NULL); /* the event of a close comes just before the unlock */
}

/* Opens @name anew and waits for its lock. Returns 1, 0 (deadline or removed) or -1 as try_lock(). */
static int
lock_this(int dir_fd, const char *name, gint64 deadline_us, int *ret_fd)
{
    g_auto(Fd) fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    g_auto(Fd) watch_fd = -1;
    int got = fd < 0 ? -1 : try_lock(fd);

    if (got == 0) {
        watch_fd = watch_close(fd);
        got = try_lock(fd); /* it may have been let go before we watched */
    }
    while (got == 0) {
        gint64 left_us = deadline_us - g_get_monotonic_time();

        if (left_us <= 0 || !is_still_named(dir_fd, name, fd))
            break;
        wait_for_close(watch_fd, left_us);
        got = try_lock(fd);
    }
    *ret_fd = fd_steal(&fd);
    return got;
}

int
lock_take(int dir_fd, const char *name, int timeout_ms, const char *what, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

    for (;;) {
        g_auto(Fd) fd = -1;
        int got = lock_this(dir_fd, name, deadline_us, &fd);

        if (got < 0) {
            error_set_errno(error, errno, "cannot lock %s", what);
            return -1;
        }
        if (!is_still_named(dir_fd, name, fd) && (got == 1 || g_get_monotonic_time() < deadline_us))
            continue; /* its holder removed it: what we have or wait for is nobody's any more */
        if (got == 0) {
            set_busy(error, fd, what);
            return -1;
        }
        write_holder(fd);
        return fd_steal(&fd);
    }
}

void
lock_release(int dir_fd, const char *name, int fd, gboolean remove)
{
    struct flock range = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

    if (fd < 0)
        return;
    if (remove)
        (void)unlinkat(dir_fd, name, 0);  /* an empty file left behind is no harm */
    (void)fcntl(fd, F_OFD_SETLK, &range); /* before the close, whose event wakes the next one */
    fd_close(fd);
}

int
lock_create(int dir_fd, const char *name, GError **error)
{
    g_auto(Fd) fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0 || try_lock(fd) != 1) {
        error_set_errno(error, errno, "cannot make and lock '%s'", name);
        return -1;
    }
    return fd_steal(&fd);
}

static gboolean
is_fd_locked(int fd)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

gboolean
lock_is_held(int dir_fd, const char *name)
{
    g_auto(Fd) fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    return fd >= 0 && is_fd_locked(fd);
}

gboolean
lock_wait_free(int dir_fd, const char *name, int timeout_ms)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    g_auto(Fd) fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    g_auto(Fd) watch_fd = -1;

    if (fd < 0 || !is_fd_locked(fd))
        return TRUE;
    watch_fd = watch_close(fd);
    while (is_fd_locked(fd)) {
        gint64 left_us = deadline_us - g_get_monotonic_time();

        if (left_us <= 0)
            return FALSE;
        wait_for_close(watch_fd, left_us);
    }
    return TRUE;
}
