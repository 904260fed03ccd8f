/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/machine-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/io.h"

#define READS_TURN 16
#define LINES_MAX  3

void
machine_log_init(MachineLog *log)
{
    log->watch.fd = log->in_fd = log->out_fd = log->file.fd = -1;
}

int
machine_log_open(MachineLog *log, const char *path, uint64_t max_bytes, unsigned keep, Err *err)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_set_errno(err, errno, "cannot make the pipe of QEMU's log");
    log->in_fd = fds[0];
    log->out_fd = fds[1];
    if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
        return err_set_errno(err, errno, "cannot make the pipe of QEMU's log");
    if (path) /* a machine runs without its log rather than not at all */
        (void)console_log_open(&log->file, path, max_bytes, keep, NULL);
    return 0;
}

/* Returns: whether there was something */
static bool
take(MachineLog *log)
{
    char text[2048];
    struct iovec part = {.iov_base = text};
    ssize_t n;
    size_t room = MACHINE_LOG_WORDS - log->n_words;

    do
        n = read(log->in_fd, text, sizeof text);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    part.iov_len = (size_t)n;
    console_log_write(&log->file, &part, 1);
    if (!log->is_up) {
        size_t more = (size_t)n < room ? (size_t)n : room;

        memcpy(log->words + log->n_words, text, more);
        log->n_words += more;
    }
    return true;
}

static void
log_ready(Watch *watch, uint32_t events)
{
    MachineLog *log = watch->owner;

    (void)events;
    for (int i = 0; i < READS_TURN; i++)
        if (!take(log)) {
            if (events & EPOLLHUP)
                watch_remove(log->set, watch);
            return;
        }
    watch_rearm(log->set, watch);
}

int
machine_log_watch(MachineLog *log, WatchSet *set, Err *err)
{
    log->set = set;
    log->watch = (Watch){.func = log_ready, .owner = log, .fd = -1};
    return log->in_fd < 0 ? 0 : watch_add(set, &log->watch, log->in_fd, EPOLLIN, err);
}

void
machine_log_close_out(MachineLog *log)
{
    io_close(&log->out_fd);
}

void
machine_log_drain(MachineLog *log)
{
    for (int i = 0; i < 1024 && log->in_fd >= 0 && take(log); i++)
        ;
}

void
machine_log_close(MachineLog *log)
{
    machine_log_drain(log);
    if (log->set)
        watch_remove(log->set, &log->watch);
    io_close(&log->in_fd);
    io_close(&log->out_fd);
    console_log_close(&log->file);
}

/* "qemu-system-x86_64: " and the like say nothing to who reads an error of a machine. */
static const char *
skip_program(const char *line)
{
    const char *colon = strstr(line, ": ");

    if (!colon || strncmp(line, "qemu", 4) != 0 || memchr(line, ' ', (size_t)(colon - line)))
        return line;
    return colon + 2;
}

const char *
machine_log_words(MachineLog *log, char *out, size_t size)
{
    char words[MACHINE_LOG_WORDS + 1], *rest = words, *line;
    size_t used = 0;
    int n = 0;

    memcpy(words, log->words, log->n_words);
    words[log->n_words] = '\0';
    out[0] = '\0';
    while ((line = strsep(&rest, "\n")) && n < LINES_MAX) {
        const char *text = skip_program(line);
        int length;

        for (char *at = line; *at; at++)
            if ((unsigned char)*at < 0x20 || *at == 0x7f)
                *at = ' ';
        while (*text == ' ')
            text++;
        if (!*text || strncmp(text, "warning: ", 9) == 0)
            continue;
        length = snprintf(out + used, size - used, "%s%s", n++ ? "; " : "", text);
        if (length < 0 || (size_t)length >= size - used)
            break; /* cut: it is in the log */
        used += (size_t)length;
    }
    return out;
}
