/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/io.h"

#define LOOP_MAJOR 7
#define TRIES      64 /* others take free devices at the same time */

static int
open_device(int number, int flags)
{
    char path[32];
    struct stat st;
    int fd;

    (void)io_format(path, sizeof path, "/dev/loop%d", number);
    fd = open(path, flags | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && /* a host without udev: the node has to be made */
        mknod(path, S_IFBLK | 0660, makedev(LOOP_MAJOR, (unsigned)number)) == 0)
        fd = open(path, flags | O_CLOEXEC);
    if (fd >= 0 &&
        (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode) || major(st.st_rdev) != LOOP_MAJOR)) {
        io_close(&fd);
        errno = ENODEV;
    }
    return fd;
}

int
loop_attach(const char *file, bool read_only, int *ret_number, Err *err)
{
    int flags = read_only ? O_RDONLY : O_RDWR;
    int file_fd = open(file, flags | O_CLOEXEC);
    int control_fd = -1, fd = -1, saved_errno = 0;

    if (file_fd < 0)
        return err_set_errno(err, errno, "cannot open the image '%s'", file);
    control_fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control_fd < 0) {
        (void)err_set_errno(err, errno,
                            "cannot use '%s' as a file system: no loop devices on this host", file);
        (void)err_hint(err, "load the kernel's loop module (modprobe loop)");
        io_close(&file_fd);
        return -1;
    }
    for (int i = 0; i < TRIES; i++) {
        struct loop_config config = {.fd = (uint32_t)file_fd,
                                     .info.lo_flags =
                                         LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0)};
        int number = ioctl(control_fd, LOOP_CTL_GET_FREE);

        (void)strncpy((char *)config.info.lo_file_name, file, LO_NAME_SIZE - 1);
        fd = number < 0 ? -1 : open_device(number, flags);
        if (fd >= 0 && ioctl(fd, LOOP_CONFIGURE, &config) == 0) {
            *ret_number = number;
            break;
        }
        saved_errno = errno;
        io_close(&fd);
        if (saved_errno != EBUSY && saved_errno != ENXIO)
            break;
    }
    io_close(&control_fd);
    io_close(&file_fd);
    if (fd < 0)
        return err_set_errno(err, saved_errno, "cannot make a block device of the image '%s'",
                             file);
    return fd;
}
