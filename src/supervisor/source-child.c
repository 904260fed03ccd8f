/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What phase guest takes from the host: found before the guest's tree covers it, and kept as detached trees.
 *
 * Directories are cloned by the child, in its own mount namespace, so that what an automounter mounts for it
 * on the host arrives. File systems on devices are mounted by the child too, where it may: in a user
 * namespace it may not, so there the supervisor mounts them before it clones, and the child inherits the
 * descriptors. Nobody else sees a detached tree, and it goes with its last descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/child.h"
#include "supervisor/plan-ops.h"

int *
child_source(Child *child, const PlanStep *step)
{
    return &child->sources[step - child->guest->plan.phase[PLAN_GUEST].steps];
}

static bool
is_device(const PlanStep *step)
{
    struct stat st;

    if (step->op != OP_ROOT)
        return step->op == OP_MOUNT_DEV;
    return step->argv[1][0] == '@' || (stat(step->argv[1], &st) == 0 && S_ISBLK(st.st_mode));
}

/* What the XML calls it: the file of "@ID". */
static const char *
device_name(const Guest *guest, const char *name)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_HOST];

    for (int i = 0; name[0] == '@' && i < phase->n; i++)
        if (phase->steps[i].op == OP_LOOP && strcmp(phase->steps[i].argv[1], name + 1) == 0)
            return phase->steps[i].argv[2];
    return name;
}

/* The name that the guest reads in /proc/mounts, and by which the kernel opens the device: that of its node,
 * without links. When it has become another device meanwhile, or none, the descriptor itself. */
static void
device_path(int fd, char *path, size_t size)
{
    char link[40];
    struct stat is, named;
    ssize_t n;

    (void)io_format(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, size - 1);
    path[n > 0 ? n : 0] = '\0';
    if (n <= 0 || fstat(fd, &is) < 0 || stat(path, &named) < 0 || !S_ISBLK(named.st_mode) ||
        is.st_rdev != named.st_rdev)
        (void)io_format(path, size, "%s", link);
}

/* @fd: the device; borrowed */
static int
mount_device(const char *name, int fd, bool read_only, Err *err)
{
    const char *type = mount_probe(fd);
    char path[PATH_MAX];
    int tree_fd;

    if (!type) {
        (void)err_set(err, "config", "cannot mount '%s' in the guest: no known file system on it",
                      name);
        return err_hint(err, "make one, for example with mkfs.ext4");
    }
    device_path(fd, path, sizeof path);
    /* not only the mount: the device itself may refuse to be opened for writing */
    tree_fd = mount_new(type, path, read_only ? "ro" : NULL, read_only ? MOUNT_ATTR_RDONLY : 0);
    if (tree_fd < 0)
        return err_set_errno(err, errno, "cannot mount '%s' (%s) in the guest", name, type);
    return tree_fd;
}

static int
open_device(Guest *guest, const PlanStep *step, Err *err)
{
    const char *name = step->argv[1];
    bool read_only = strcmp(step->argv[step->op == OP_ROOT ? 2 : 3], "ro") == 0;
    int fd, tree_fd;

    if (name[0] == '@') {
        GuestLoop *loop = guest_loop(guest, name + 1);

        if (!loop)
            return err_set(err, "config", "plan line %d: no loop device '%s'", step->line, name);
        return mount_device(device_name(guest, name), loop->fd, read_only, err);
    }
    fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, errno,
                             step->op == OP_ROOT ? "cannot use '%s' as the guest's root"
                                                 : "cannot mount '%s' in the guest",
                             name);
    tree_fd = mount_device(name, fd, read_only, err);
    io_close(&fd);
    return tree_fd;
}

int
child_open_devices(Child *child, Err *err)
{
    const PlanPhase *phase = &child->guest->plan.phase[PLAN_GUEST];

    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];

        if (!is_device(step))
            continue;
        *child->guest->progress = step->line;
        child->sources[i] = open_device(child->guest, step, err);
        if (child->sources[i] < 0)
            return -1;
        child->root_is_device |= step->op == OP_ROOT;
    }
    return 0;
}

int
child_open_sources(Child *child, Err *err)
{
    const PlanPhase *phase = &child->guest->plan.phase[PLAN_GUEST];

    if (!child->has_userns && child_open_devices(child, err) < 0)
        return -1;
    child->point_fd =
        child->root_is_device ? open(child->guest->live, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (child->root_is_device && child->point_fd < 0)
        return err_set_errno(err, errno, "cannot open '%s'", child->guest->live);
    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];
        const char *source = step->argv[1];
        int *fd = &child->sources[i];

        if (*fd >= 0 || (step->op != OP_MOUNT && step->op != OP_ROOT))
            continue;
        *child->guest->progress = step->line;
        *fd = step->op == OP_MOUNT ? mount_clone(AT_FDCWD, source, true)
                                   : open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (*fd < 0)
            return err_set_errno(err, errno,
                                 step->op == OP_ROOT ? "cannot use '%s' as the guest's root"
                                                     : "cannot mount '%s' in the guest",
                                 source);
    }
    return 0;
}
