/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util/fd.h"

#define CHUNK 65536

static gboolean
may_go_inside(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return TRUE; /* closed: there is nothing to give */
    return S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
           (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}

static gboolean
are_the_same(int one, int other)
{
    struct stat a, b;

    return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

gboolean
carry_begin(Carry *carry, int *fds)
{
    *carry = (Carry){.outer = {-1, -1, -1}, .inner = {-1, -1, -1}, .stop_fd = -1};
    for (int fd = 0; fd < 3; fd++) {
        int pair[2];

        if (fds[fd] < 0 || may_go_inside(fd))
            continue;
        if (fd == 2 && carry->inner[1] >= 0 && are_the_same(1, 2)) {
            fds[2] = carry->inner[1]; /* one pipe keeps their order */
            continue;
        }
        if (pipe2(pair, O_CLOEXEC) < 0) {
            carry_end(carry);
            return FALSE;
        }
        carry->outer[fd] = pair[fd == 0];
        carry->inner[fd] = fds[fd] = pair[fd != 0];
    }
    if (carry->outer[0] < 0)
        return TRUE;
    carry->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (carry->stop_fd >= 0 && fcntl(carry->outer[0], F_SETFL, O_NONBLOCK) == 0)
        return TRUE;
    carry_end(carry);
    return FALSE;
}

static gboolean
put(int fd, const char *text, gsize size)
{
    for (gsize at = 0; at < size;) {
        ssize_t n = write(fd, text + at, size - at);

        if (n < 0 && errno != EINTR)
            return FALSE;
        at += n > 0 ? (gsize)n : 0;
    }
    return TRUE;
}

/* Waits until @fd is ready. FALSE: the guest has ended (no pthread_cancel(): it needs a library that a
 * static program has not) */
static gboolean
await(const Carry *carry, int fd, short events)
{
    struct pollfd waiting[] = {{fd, events, 0}, {carry->stop_fd, POLLIN, 0}};
    int n;

    do
        n = poll(waiting, 2, -1);
    while (n < 0 && errno == EINTR);
    return n > 0 && waiting[1].revents == 0;
}

/* Returns: FALSE at the end */
static gboolean
carry_chunk(Carry *carry)
{
    char text[CHUNK];
    ssize_t size = await(carry, STDIN_FILENO, POLLIN) ? read(STDIN_FILENO, text, sizeof text) : 0;
    ssize_t n;

    if (size <= 0)
        return size < 0 && (errno == EINTR || errno == EAGAIN);
    carry->unsent = (gsize)size;
    while (carry->unsent > 0 && await(carry, carry->outer[0], POLLOUT)) {
        n = write(carry->outer[0], text + size - carry->unsent, carry->unsent);
        carry->unsent -= n > 0 ? (gsize)n : 0;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return FALSE;
    }
    return carry->unsent == 0;
}

static void *
carry_in(void *opaque)
{
    Carry *carry = opaque;

    while (carry_chunk(carry))
        ;
    fd_close(carry->outer[0]); /* the end for the guest as well */
    carry->outer[0] = -1;
    return NULL;
}

static void
carry_out(int from, int to)
{
    char text[CHUNK];
    ssize_t n;

    while ((n = read(from, text, sizeof text)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && !put(to, text, (gsize)n))
            break; /* who writes on hears of it when the pipe is closed */
}

static void *
carry_stdout(void *opaque)
{
    Carry *carry = opaque;

    carry_out(carry->outer[1], STDOUT_FILENO);
    fd_close(carry->outer[1]);
    carry->outer[1] = -1;
    return NULL;
}

static void *
carry_stderr(void *opaque)
{
    Carry *carry = opaque;

    carry_out(carry->outer[2], STDERR_FILENO);
    fd_close(carry->outer[2]);
    carry->outer[2] = -1;
    return NULL;
}

void
carry_go(Carry *carry)
{
    void *(*const bodies[])(void *) = {carry_in, carry_stdout, carry_stderr};
    sigset_t all, before;

    for (int fd = 1; fd < 3; fd++) { /* the input's stays open: it tells how much was left there */
        fd_close(carry->inner[fd]);
        carry->inner[fd] = -1;
    }
    sigfillset(&all); /* the signals are the main thread's; a broken pipe is an error here */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int fd = 0; fd < 3; fd++)
        if (carry->outer[fd] >= 0)
            carry->runs[fd] = pthread_create(&carry->threads[fd], NULL, bodies[fd], carry) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
carry_end(Carry *carry)
{
    int unread = 0;

    if (carry->runs[0]) /* it may wait for input that nobody needs */
        (void)eventfd_write(carry->stop_fd, 1);
    for (int fd = 0; fd < 3; fd++)
        if (carry->runs[fd])
            (void)pthread_join(carry->threads[fd], NULL);
    if (carry->inner[0] >= 0 && ioctl(carry->inner[0], FIONREAD, &unread) < 0)
        unread = 0;
    /* ESPIPE: a device's bytes cannot be given back */
    if ((gsize)unread + carry->unsent > 0)
        (void)lseek(STDIN_FILENO, -(off_t)((gsize)unread + carry->unsent), SEEK_CUR);
    for (int fd = 0; fd < 3; fd++) {
        fd_close(carry->inner[fd]);
        fd_close(carry->outer[fd]);
    }
    fd_close(carry->stop_fd);
    *carry = (Carry){.outer = {-1, -1, -1}, .inner = {-1, -1, -1}, .stop_fd = -1};
}
