/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/io.h"
#include "host/pty.h"
#include "supervisor/child.h"
#include "supervisor/plan-ops.h"

#define TTY_GID "5" /* group tty, on every distribution */

static const struct {
    const char *name;
    unsigned major, minor;
} nodes[CHILD_NODES] = {
    {"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
    {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
};

static const struct {
    const char *name, *to;
} links[] = {
    {"fd", "/proc/self/fd"},
    {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"},
};

/* In a user namespace nodes cannot be made; the host's are bound, and have to be found before /dev is
 * covered. */
int
child_open_nodes(Child *child, Err *err)
{
    char path[32];

    if (!child->has_userns || !plan_find(&child->guest->plan, PLAN_GUEST, "dev"))
        return 0;
    for (int i = 0; i < CHILD_NODES; i++) {
        (void)io_format(path, sizeof path, "/dev/%s", nodes[i].name);
        child->nodes[i] = mount_clone(AT_FDCWD, path, false);
        if (child->nodes[i] < 0)
            return err_set_errno(err, errno, "cannot give the device '%s' to the guest", path);
    }
    return 0;
}

static int
put_node(Child *child, int dev_fd, int i)
{
    int fd, result;

    if (!child->has_userns)
        return mknodat(dev_fd, nodes[i].name, S_IFCHR | 0666,
                       makedev(nodes[i].major, nodes[i].minor));
    fd = openat(dev_fd, nodes[i].name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    result = fd < 0 ? -1 : mount_attach(child->nodes[i], fd);
    io_close(&fd);
    io_close(&child->nodes[i]);
    return result;
}

static int
do_dev(Child *child, const PlanStep *step, Err *err)
{
    int fd = mount_target(&child->root, "/dev", true, err), dev_fd = -1, result = 0;

    if (fd < 0)
        return -1;
    if (mount_at(fd, "tmpfs", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k") < 0)
        result = -1;
    io_close(&fd);
    if (result == 0)
        dev_fd = mount_open(&child->root, "/dev");
    if (dev_fd < 0)
        result = -1;
    for (int i = 0; i < CHILD_NODES && result == 0; i++)
        result = put_node(child, dev_fd, i);
    for (size_t i = 0; i < sizeof links / sizeof links[0] && result == 0; i++)
        result = symlinkat(links[i].to, dev_fd, links[i].name);
    if (result == 0)
        result = mkdirat(dev_fd, "shm", 01777);
    if (result == 0)
        result = mkdirat(dev_fd, "pts", 0755);
    if (result == 0 && (fd = openat(dev_fd, "shm", O_PATH | O_CLOEXEC)) >= 0) {
        result = mount_at(fd, "tmpfs", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777");
        io_close(&fd);
    }
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot make the guest's /dev");
    io_close(&dev_fd);
    return result;
}

static int
do_devpts(Child *child, const PlanStep *step, Err *err)
{
    char options[96];
    int fd = mount_target(&child->root, "/dev/pts", true, err), result;

    if (fd < 0)
        return -1;
    result = io_format(options, sizeof options,
                       "newinstance,ptmxmode=0666,mode=0620,gid=" TTY_GID "%s%s",
                       step->argv[1][0] ? ",max=" : "", step->argv[1]);
    if (result >= 0)
        result = mount_at(fd, "devpts", "devpts", MS_NOSUID | MS_NOEXEC, options);
    if (result < 0 && child->has_userns && errno == EINVAL) /* group tty is not mapped */
        result = mount_at(fd, "devpts", "devpts", MS_NOSUID | MS_NOEXEC,
                          "newinstance,ptmxmode=0666,mode=0620");
    io_close(&fd);
    fd = result < 0 ? -1 : mount_open(&child->root, "/dev");
    if (fd >= 0 && symlinkat("pts/ptmx", fd, "ptmx") < 0 && errno != EEXIST)
        result = -1;
    if (result < 0 || fd < 0)
        result = err_set_errno(err, errno, "cannot make the guest's terminals (devpts)");
    io_close(&fd);
    return result;
}

static int
do_device(Child *child, const PlanStep *step, Err *err)
{
    char parent[PATH_MAX], *slash;
    uint64_t major_number, minor_number;
    mode_t mode = (mode_t)strtoul(step->argv[5], NULL, 8) & 0777;
    int fd = -1, result = -1;

    if (io_parse_u64(step->argv[3], UINT32_MAX, &major_number) < 0 ||
        io_parse_u64(step->argv[4], UINT32_MAX, &minor_number) < 0 ||
        (strcmp(step->argv[2], "c") != 0 && strcmp(step->argv[2], "b") != 0) ||
        io_format(parent, sizeof parent, "%s", step->argv[1]) < 0 ||
        !(slash = strrchr(parent, '/')))
        return err_set(err, "config", "plan line %d: bad device", step->line);
    *slash++ = '\0';
    if (child->has_userns) {
        (void)err_set(err, "unsupported", "cannot make the device '%s' in a guest with an idmap",
                      step->argv[1]);
        return err_hint(err, "remove the <idmap> or the <hostdev>");
    }
    fd = mount_target(&child->root, parent[0] ? parent : "/", true, err);
    if (fd < 0)
        return -1;
    result = mknodat(fd, slash, (step->argv[2][0] == 'c' ? S_IFCHR : S_IFBLK) | mode,
                     makedev((unsigned)major_number, (unsigned)minor_number));
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot make the device '%s' in the guest", step->argv[1]);
    io_close(&fd);
    return result;
}

static int
do_console(Child *child, const PlanStep *step, Err *err)
{
    char name[16], to[24], message[16];
    uint64_t index;
    int dev_fd, master_fd, slave_fd = -1, number, result;

    if (io_parse_u64(step->argv[1], GUEST_CONSOLES_MAX - 1, &index) < 0)
        return err_set(err, "config", "plan line %d: bad console number", step->line);
    dev_fd = mount_open(&child->root, "/dev");
    if (dev_fd < 0)
        return err_set_errno(err, errno, "cannot open the guest's /dev");
    master_fd = pty_open(dev_fd, "pts/ptmx", &number, index == 0 ? &slave_fd : NULL, err);
    if (master_fd < 0) {
        io_close(&dev_fd);
        return -1;
    }
    (void)io_format(to, sizeof to, "pts/%d", number);
    (void)io_format(name, sizeof name, "tty%d", (int)index + 1);
    result = symlinkat(to, dev_fd, name);
    if (result == 0 && index == 0)
        result = symlinkat(to, dev_fd, "console");
    if (result == 0) {
        int size = io_format(message, sizeof message, "C%d", (int)index);

        result = child_send(child->socket, message, (size_t)size, master_fd);
    }
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot make the guest's console %d", (int)index);
    if (slave_fd >= 0)
        child->slave_fd = slave_fd;
    io_close(&master_fd);
    io_close(&dev_fd);
    return result;
}

ChildOpFunc
child_dev_op(int op)
{
    switch (op) {
    case OP_DEV:
        return do_dev;
    case OP_DEVPTS:
        return do_devpts;
    case OP_DEVICE:
        return do_device;
    case OP_CONSOLE:
        return do_console;
    default:
        return NULL;
    }
}
