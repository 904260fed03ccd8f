/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/enter-pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/io.h"

#define CHUNK      65536
#define LAST_READS 32 /* others in the guest may hold the pipe and go on writing */

static bool
may_go_inside(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0) /* closed: there is nothing to give */
        return true;
    return S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
           (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}

static bool
are_the_same(int one, int other)
{
    struct stat a, b;

    return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

int
enter_pipes_make(EnterPipes *pipes, Err *err)
{
    for (int fd = 0; fd < 3; fd++) {
        int pair[2];

        if (may_go_inside(fd))
            continue;
        if (fd == 2 && pipes->inner[1] >= 0 && are_the_same(1, 2)) {
            pipes->inner[2] = pipes->inner[1]; /* one pipe keeps their order */
            continue;
        }
        if (pipe2(pair, O_CLOEXEC) < 0)
            return err_set_errno(err, errno, "cannot make the program's streams");
        pipes->outer[fd] = pair[fd == 0];
        pipes->inner[fd] = pair[fd != 0];
        (void)fcntl(pipes->outer[fd], F_SETFL, O_NONBLOCK); /* works on every pipe */
    }
    return 0;
}

int
enter_pipes_take(const EnterPipes *pipes)
{
    for (int fd = 0; fd < 3; fd++)
        if (pipes->inner[fd] >= 0 && dup2(pipes->inner[fd], fd) < 0)
            return -1;
    return 0;
}

void
enter_pipes_part(EnterPipes *pipes)
{
    if (pipes->inner[2] == pipes->inner[1])
        pipes->inner[2] = -1;
    /* the input's stays open: it tells how much was left there */
    io_close(&pipes->inner[1]);
    io_close(&pipes->inner[2]);
}

void
enter_pipes_poll(const EnterPipes *pipes, struct pollfd wait[3])
{
    bool has_input = pipes->input_size > 0;

    wait[0] = has_input ? (struct pollfd){pipes->outer[0], POLLOUT, 0}
                        : (struct pollfd){pipes->outer[0] < 0 ? -1 : 0, POLLIN, 0};
    wait[1] = (struct pollfd){pipes->outer[1], POLLIN, 0};
    wait[2] = (struct pollfd){pipes->outer[2], POLLIN, 0};
}

static void
carry_in(EnterPipes *pipes)
{
    ssize_t n;

    if (pipes->input_size == 0) {
        n = read(0, pipes->input, sizeof pipes->input);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (n <= 0) { /* the end; a folder has nothing to read either */
            io_close(&pipes->outer[0]);
            return;
        }
        pipes->input_at = 0;
        pipes->input_size = (size_t)n;
    }
    n = write(pipes->outer[0], pipes->input + pipes->input_at, pipes->input_size);
    if (n > 0) {
        pipes->input_at += (size_t)n;
        pipes->input_size -= (size_t)n;
    }
}

/* Returns: false when there is no more for now */
static bool
carry_out(EnterPipes *pipes, int fd)
{
    char text[CHUNK];
    ssize_t n = pipes->outer[fd] < 0 ? -1 : read(pipes->outer[fd], text, sizeof text);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    /* who writes on hears of it as if he had the file himself */
    if (n <= 0 || io_write_all(fd, text, (size_t)n) < 0)
        io_close(&pipes->outer[fd]);
    return n > 0;
}

void
enter_pipes_carry(EnterPipes *pipes, const struct pollfd wait[3])
{
    if (wait[0].revents && pipes->outer[0] >= 0)
        carry_in(pipes);
    for (int fd = 1; fd < 3; fd++)
        if (wait[fd].revents)
            (void)carry_out(pipes, fd);
}

void
enter_pipes_end(EnterPipes *pipes)
{
    int unread = 0;

    for (int fd = 1; fd < 3; fd++)
        for (int i = 0; i < LAST_READS && carry_out(pipes, fd); i++)
            ;
    if (pipes->inner[0] >= 0 && ioctl(pipes->inner[0], FIONREAD, &unread) < 0)
        unread = 0;
    /* ESPIPE: what was typed cannot be given back */
    if ((size_t)unread + pipes->input_size > 0)
        (void)lseek(0, -(off_t)((size_t)unread + pipes->input_size), SEEK_CUR);
    io_close(&pipes->inner[0]);
    for (int fd = 0; fd < 3; fd++)
        io_close(&pipes->outer[fd]);
}
