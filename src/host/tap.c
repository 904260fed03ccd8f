/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/io.h"

#define TUN_DEVICE "/dev/net/tun"
#define NODE       ".macvtap"

static int
open_queue(char name[IF_NAMESIZE], int flags, Err *err)
{
    struct ifreq request = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | flags)};
    int fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno, "cannot open '%s'", TUN_DEVICE);
        return saved_errno == ENOENT || saved_errno == ENODEV || saved_errno == ENXIO
                   ? err_hint(err, "load the kernel's module tun")
                   : -1;
    }
    (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        int saved_errno = errno;

        io_close(&fd);
        if (saved_errno == EBUSY || saved_errno == EEXIST)
            return err_set(err, "exists",
                           "cannot make the interface '%s': another program uses that name", name);
        return err_set_errno(err, saved_errno, "cannot make the interface '%s'", name);
    }
    (void)snprintf(name, IF_NAMESIZE, "%s", request.ifr_name);
    return fd;
}

int
tap_open(char name[IF_NAMESIZE], int n_queues, int *ret_fds, Err *err)
{
    for (int i = 0; i < n_queues; i++) {
        ret_fds[i] = open_queue(name, n_queues > 1 ? IFF_MULTI_QUEUE : 0, err);
        if (ret_fds[i] >= 0)
            continue;
        while (--i >= 0)
            io_close(&ret_fds[i]);
        return -1;
    }
    return 0;
}

/* /dev is not devtmpfs, or its owner made no node: the kernel says the number. */
static int
open_by_number(const char *name, int index, int dir_fd)
{
    char path[128], text[32];
    unsigned major_number, minor_number;
    int fd;

    if (io_format(path, sizeof path, "/sys/class/net/%s/tap%d/dev", name, index) < 0 ||
        io_read_file(AT_FDCWD, path, text, sizeof text) < 0)
        return -1;
    if (sscanf(text, "%u:%u", &major_number, &minor_number) != 2) {
        errno = ENODEV;
        return -1;
    }
    (void)unlinkat(dir_fd, NODE, 0);
    if (mknodat(dir_fd, NODE, S_IFCHR | 0600, makedev(major_number, minor_number)) < 0)
        return -1;
    fd = openat(dir_fd, NODE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    (void)unlinkat(dir_fd, NODE, 0);
    return fd;
}

int
macvtap_open(const char *name, int index, int dir_fd, Err *err)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    char path[32];
    int fd;

    (void)io_format(path, sizeof path, "/dev/tap%d", index);
    fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        fd = open_by_number(name, index, dir_fd);
    if (fd < 0)
        return err_set_errno(err, errno, "cannot open the device of the interface '%s'", name);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        (void)err_set_errno(err, errno, "cannot set the interface '%s' up for a machine", name);
        io_close(&fd);
    }
    return fd;
}
