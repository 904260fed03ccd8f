/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "host/io.h"

int
pty_open(int dir_fd, const char *ptmx, int *ret_number, int *ret_slave_fd, Err *err)
{
    int fd = openat(dir_fd, ptmx, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int unlock = 0, slave_fd = -1;
    unsigned number = 0;

    if (fd < 0)
        return err_set_errno(err, errno, "cannot open a terminal (%s)", ptmx);
    if (ioctl(fd, TIOCSPTLCK, &unlock) < 0 || ioctl(fd, TIOCGPTN, &number) < 0 ||
        (ret_slave_fd && (slave_fd = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)) {
        (void)err_set_errno(err, errno, "cannot open a terminal (%s)", ptmx);
        io_close(&fd);
        return -1;
    }
    if (ret_number)
        *ret_number = (int)number;
    if (ret_slave_fd)
        *ret_slave_fd = slave_fd;
    return fd;
}

int
pty_make_raw(int fd)
{
    struct termios t;

    if (tcgetattr(fd, &t) < 0)
        return -1;
    cfmakeraw(&t);
    return tcsetattr(fd, TCSANOW, &t);
}
