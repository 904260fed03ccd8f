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
} nodes[] = {
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

/* Who shall own what is made: root of the guest. */
typedef struct {
    uid_t uid;
    gid_t gid;
} Owner;

static int
put_node(int dir_fd, const char *name, mode_t mode, dev_t number, const Owner *owner)
{
    if (mknodat(dir_fd, name, mode, number) < 0)
        return -1;
    if (!owner)
        return 0;
    /* the supervisor's umask is its launcher's */
    return fchownat(dir_fd, name, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW) < 0
               ? -1
               : fchmodat(dir_fd, name, mode & 07777, 0);
}

static int
put_standard_nodes(int dev_fd, const Owner *owner)
{
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
        if (put_node(dev_fd, nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor),
                     owner) < 0)
            return -1;
    return 0;
}

/* What `device` says: its mode and number. */
static int
parse_device(const PlanStep *step, mode_t *ret_mode, dev_t *ret_number, Err *err)
{
    uint64_t major_number, minor_number;

    if (io_parse_u64(step->argv[3], UINT32_MAX, &major_number) < 0 ||
        io_parse_u64(step->argv[4], UINT32_MAX, &minor_number) < 0 ||
        (strcmp(step->argv[2], "c") != 0 && strcmp(step->argv[2], "b") != 0) ||
        !strrchr(step->argv[1], '/'))
        return err_set(err, "config", "plan line %d: bad device", step->line);
    *ret_mode = (mode_t)strtoul(step->argv[5], NULL, 8) & 0777;
    *ret_mode |= step->argv[2][0] == 'c' ? S_IFCHR : S_IFBLK;
    *ret_number = makedev((unsigned)major_number, (unsigned)minor_number);
    return 0;
}

/* A device below /dev, with the directories on the way; nobody else sees this tree yet. */
static int
put_device(int dev_fd, const PlanStep *step, const Owner *owner, Err *err)
{
    char path[PATH_MAX];
    mode_t mode;
    dev_t number;

    if (parse_device(step, &mode, &number, err) < 0)
        return -1;
    if (strncmp(step->argv[1], "/dev/", 5) != 0 ||
        io_format(path, sizeof path, "%s", step->argv[1] + 5) < 0)
        return err_set(err, "unsupported",
                       "cannot make the device '%s' in a guest with an idmap: it does not lie in "
                       "/dev",
                       step->argv[1]);
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(dev_fd, path, 0755) == 0) {
            if (fchownat(dev_fd, path, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW) < 0 ||
                fchmodat(dev_fd, path, 0755, 0) < 0)
                return err_set_errno(err, errno, "cannot make '/dev/%s' for the guest", path);
        } else if (errno != EEXIST) {
            return err_set_errno(err, errno, "cannot make '/dev/%s' for the guest", path);
        }
        *slash = '/';
    }
    if (put_node(dev_fd, path, mode, number, owner) < 0)
        return err_set_errno(err, errno, "cannot make the device '%s' in the guest", step->argv[1]);
    return 0;
}

/* The host's number of the guest's 0. */
static id_t
mapped_root(const Guest *guest, const char *kind)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_GUEST];
    uint64_t target;

    for (int i = 0; i < phase->n; i++)
        if (phase->steps[i].op == OP_IDMAP && strcmp(phase->steps[i].argv[1], kind) == 0 &&
            strcmp(phase->steps[i].argv[2], "0") == 0 &&
            io_parse_u64(phase->steps[i].argv[3], UINT32_MAX, &target) == 0)
            return (id_t)target;
    return 0;
}

int
child_make_dev(Child *child, Err *err)
{
    const PlanPhase *phase = &child->guest->plan.phase[PLAN_GUEST];
    Owner owner = {mapped_root(child->guest, "uid"), mapped_root(child->guest, "gid")};
    int result = 0;

    if (!plan_find(&child->guest->plan, PLAN_GUEST, "dev"))
        return 0;
    child->dev_fd =
        mount_new("tmpfs", "tmpfs", "mode=755,size=64k", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    if (child->dev_fd < 0 || fchownat(child->dev_fd, ".", owner.uid, owner.gid, 0) < 0 ||
        put_standard_nodes(child->dev_fd, &owner) < 0)
        return err_set_errno(err, errno, "cannot make the guest's /dev");
    for (int i = 0; i < phase->n && result == 0; i++) {
        *child->guest->progress = phase->steps[i].line;
        if (phase->steps[i].op == OP_DEVICE)
            result = put_device(child->dev_fd, &phase->steps[i], &owner, err);
    }
    return result;
}

static int
do_dev(Child *child, const PlanStep *step, Err *err)
{
    int fd = mount_target(&child->root, "/dev", true, err), dev_fd = -1, result = 0;

    if (fd < 0)
        return -1;
    result = child->dev_fd >= 0
                 ? mount_attach(child->dev_fd, fd)
                 : mount_at(fd, "tmpfs", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k");
    io_close(&fd);
    if (result == 0)
        dev_fd = mount_open(&child->root, "/dev");
    if (dev_fd < 0)
        result = -1;
    if (result == 0 && child->dev_fd < 0)
        result = put_standard_nodes(dev_fd, NULL);
    io_close(&child->dev_fd);
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
    mode_t mode;
    dev_t number;
    int fd = -1;

    if (child->has_userns) /* it came with /dev */
        return 0;
    if (parse_device(step, &mode, &number, err) < 0)
        return -1;
    if (io_format(parent, sizeof parent, "%s", step->argv[1]) < 0)
        return err_set_errno(err, errno, "cannot make the device '%s' in the guest", step->argv[1]);
    slash = strrchr(parent, '/');
    *slash++ = '\0';
    fd = mount_target(&child->root, parent[0] ? parent : "/", true, err);
    if (fd < 0)
        return -1;
    if (put_node(fd, slash, mode, number, NULL) < 0)
        (void)err_set_errno(err, errno, "cannot make the device '%s' in the guest", step->argv[1]);
    io_close(&fd);
    return err->word[0] ? -1 : 0;
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
