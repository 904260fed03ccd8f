/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/console-log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"

#define KEEP_MAX 99   /* of old files; their numbers have two digits */
#define RETRY_MS 1000 /* a file that could not be opened is not tried at each write */

static int
open_file(ConsoleLog *log)
{
    struct stat st;

    log->fd =
        open(log->path,
             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
    if (log->fd < 0)
        return -1;
    if (fstat(log->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        (void)close(log->fd);
        log->fd = -1;
        errno = EINVAL;
        return -1;
    }
    log->size = (uint64_t)st.st_size;
    log->retry_ms = 0;
    return 0;
}

static void
make_folder(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash || slash == path)
        return;
    *slash = '\0';
    (void)io_mkdir_parents(path); /* what is wrong with it is said when the file is opened */
    *slash = '/';
}

int
console_log_open(ConsoleLog *log, const char *path, uint64_t max_bytes, unsigned keep, Err *err)
{
    *log = (ConsoleLog){.fd = -1, .max_bytes = max_bytes < 4096 ? 4096 : max_bytes};
    log->keep = keep > KEEP_MAX ? KEEP_MAX : keep;
    /* room for ".NN" */
    if (strlen(path) + 4 >= sizeof log->path)
        return err_set(err, "limit", "the path of the console log is too long: %s", path);
    (void)snprintf(log->path, sizeof log->path, "%s", path);
    make_folder(log->path);
    if (open_file(log) < 0)
        return err_set_errno(err, errno, "cannot open the console log %s", path);
    return 0;
}

void
console_log_close(ConsoleLog *log)
{
    if (log->fd >= 0)
        (void)close(log->fd);
    log->fd = -1;
}

static void
numbered(const ConsoleLog *log, unsigned number, char *ret_path, size_t size)
{
    if (number == 0)
        (void)snprintf(ret_path, size, "%s", log->path);
    else
        (void)snprintf(ret_path, size, "%s.%u", log->path, number);
}

static void
rotate(ConsoleLog *log)
{
    char from[CONSOLE_LOG_PATH_MAX + 16], to[CONSOLE_LOG_PATH_MAX + 16];

    for (unsigned i = log->keep; i > 0; i--) {
        numbered(log, i - 1, from, sizeof from);
        numbered(log, i, to, sizeof to);
        (void)rename(from, to); /* a hole in the row is no harm */
    }
    if (log->keep == 0)
        (void)unlink(log->path); /* it may have been taken away by hand */
    console_log_close(log);
    (void)open_file(log); /* tried again at the next write */
}

static void
put(ConsoleLog *log, const unsigned char *data, size_t size)
{
    while (size > 0) {
        uint64_t room;
        ssize_t n;

        if (log->size >= log->max_bytes)
            rotate(log);
        if (log->fd < 0 && open_file(log) < 0) {
            log->lost += size;
            return;
        }
        room = log->size < log->max_bytes ? log->max_bytes - log->size : log->max_bytes;
        n = write(log->fd, data, size < room ? size : (size_t)room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            log->lost += size;
            return;
        }
        log->size += (uint64_t)n;
        data += n;
        size -= (size_t)n;
    }
}

static void
put_lost(ConsoleLog *log)
{
    uint64_t lost = log->lost;
    char text[96];
    int n = snprintf(text, sizeof text,
                     "\r\n[lodge: %" PRIu64 " bytes are missing here: the log could not be "
                     "written]\r\n",
                     lost);

    log->lost = 0;
    put(log, (const unsigned char *)text, (size_t)n);
    if (log->lost)
        log->lost = lost;
}

void
console_log_write(ConsoleLog *log, const struct iovec *parts, int n_parts)
{
    if (log->path[0] == '\0')
        return;
    if (log->lost && n_parts > 0)
        put_lost(log);
    for (int i = 0; i < n_parts; i++)
        if (log->lost) /* the order of bytes is kept: nothing after a hole without a word */
            log->lost += parts[i].iov_len;
        else
            put(log, parts[i].iov_base, parts[i].iov_len);
}
