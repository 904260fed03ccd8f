/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/file.h"

/* Field 22 of /proc/PID/stat; 0 when there is no such process. The name may hold blanks and ')'. */
static guint64
process_start_time(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = file_read(AT_FDCWD, path, 4096, NULL, NULL);
    const char *p = text ? strrchr(text, ')') : NULL;

    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    return p ? g_ascii_strtoull(p + 1, NULL, 10) : 0;
}

int
process_open(pid_t pid, guint64 start)
{
    g_auto(Fd) fd = -1;

    if (pid <= 0)
        return -1;
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    /* Looked at after the pidfd was opened: from here on the pid cannot be reused unnoticed. */
    if (fd < 0 || process_start_time(pid) != start)
        return -1;
    return fd_steal(&fd);
}

gboolean
process_kill(pid_t pid, guint64 start, int timeout_ms)
{
    g_auto(Fd) fd = process_open(pid, start);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int n;

    if (fd < 0)
        return TRUE;
    if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0)
        return errno == ESRCH;
    do
        n = poll(&wait, 1, timeout_ms);
    while (n < 0 && errno == EINTR);
    return n > 0;
}
