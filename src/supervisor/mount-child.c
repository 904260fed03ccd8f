/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/child.h"
#include "supervisor/plan-ops.h"

#define NEW_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static bool
is_read_only(const char *word)
{
    return strcmp(word, "ro") == 0;
}

/* Where a step mounted, as the kernel names it now: links in the guest's tree are resolved. */
static int
point_of(Child *child, const char *target, char *out, size_t size)
{
    char link[40];
    int fd = mount_open(&child->root, target);
    ssize_t n;

    if (fd < 0)
        return -1;
    (void)io_format(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, out, size - 1);
    io_close(&fd);
    if (n < 0)
        return -1;
    if (n == 1) /* "/": so that every path begins with it */
        n = 0;
    out[n] = '\0';
    return 0;
}

/* The host's name of a path that this process sees: what was mounted at POINT came from SOURCE, and the
 * longest POINT counts. "" when the path vanishes with the guest anyway. */
static int
host_path(Child *child, const char *path, char *out, size_t size)
{
    const PlanPhase *phase = &child->guest->plan.phase[PLAN_GUEST];
    char point[PATH_MAX], real[PATH_MAX] = "";
    const char *best_source = NULL, *best_real = NULL;
    size_t best = 0;

    for (int i = 0; i < phase->n && phase->steps[i].line < *child->guest->progress; i++) {
        const PlanStep *step = &phase->steps[i];
        const char *target = NULL, *source = NULL;
        size_t length;

        if (step->op == OP_ROOT) {
            target = "/";
            /* what is made on a device stays there: nobody outside can reach it */
            source = child->is_shared_root ? "" : child->root_is_device ? NULL : step->argv[1];
        } else if (step->op == OP_MOUNT) {
            target = step->argv[2];
            source = step->argv[1];
        } else if (step->op == OP_MOUNT_DEV || step->op == OP_BIND) {
            target = step->argv[2];
        } else if (step->op == OP_TMPFS) {
            target = step->argv[1];
        } else if (step->op == OP_DEV) {
            target = "/dev";
        }
        if (!target)
            continue;
        if (point_of(child, target, point, sizeof point) < 0) {
            if (errno == ENOENT || errno == ENOTDIR) /* covered by what was mounted later */
                continue;
            return -1;
        }
        length = strlen(point);
        if (length >= best && strncmp(path, point, length) == 0 &&
            (path[length] == '/' || !path[length])) {
            best = length;
            best_source = source;
            best_real = child->reals ? child->reals[i] : NULL;
        }
    }
    /* without links, as made.c wants it */
    if (best_source && *best_source && !best_real && !(best_real = realpath(best_source, real)))
        return -1;
    if (!best_source || !*best_source || strcmp(best_real, "/") == 0)
        best_real = "";
    return io_format(out, size, "%s%s", best_real, best_source ? path + best : "");
}

static int
on_made(void *user_data, const char *path, bool is_dir, Err *err)
{
    Child *child = user_data;
    char host[PATH_MAX];

    if (host_path(child, path, host, sizeof host) < 0)
        return err_set_errno(err, errno, "cannot make the mount point '%s'", path);
    if (!host[0])
        return 0;
    return child->made_fd < 0 ? made_record(child->guest->live_fd, host, is_dir, err)
                              : made_write(child->made_fd, host, is_dir, err);
}

/* A root on a device is put over the live directory, for want of a place of its own; only this namespace
 * sees it there, and only until it is the root. */
static int
root_on_device(Child *child, const PlanStep *step, Err *err)
{
    int *source = child_source(child, step), result = 0;

    child->tree_fd = child->root.root_fd = *source;
    *source = -1;
    if (mount_attach(child->tree_fd, child->point_fd) < 0)
        result = err_set_errno(err, errno, "cannot mount '%s' as the guest's root", step->argv[1]);
    io_close(&child->point_fd);
    return result;
}

static int
root_on_directory(Child *child, const PlanStep *step, Err *err)
{
    const char *dir = step->argv[1];
    int dir_fd = *child_source(child, step), result = -1;

    *child_source(child, step) = -1;
    if (child->is_shared_root) {
        child->root.root_fd = dir_fd;
        return 0;
    }
    child->tree_fd = mount_clone(dir_fd, "", true);
    if (child->tree_fd >= 0)
        result = mount_attach(child->tree_fd, dir_fd);
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot mount '%s' as the guest's root", dir);
    io_close(&dir_fd);
    child->root.root_fd = child->tree_fd;
    return result;
}

static int
do_root(Child *child, const PlanStep *step, Err *err)
{
    const char *source = step->argv[1];

    child->root = (MountRoot){.root_fd = -1, .made = on_made, .user_data = child};
    child->root_read_only = is_read_only(step->argv[2]);
    child->is_shared_root = strcmp(source, "/") == 0;
    if ((child->root_is_device ? root_on_device(child, step, err)
                               : root_on_directory(child, step, err)) < 0)
        return -1;
    /* all of it now, except the top: mount points may have to be made there */
    if (child->root_read_only && !child->root_is_device &&
        (mount_attr(child->root.root_fd, true, MOUNT_ATTR_RDONLY, 0) < 0 ||
         mount_attr(child->root.root_fd, false, 0, MOUNT_ATTR_RDONLY) < 0))
        return err_set_errno(err, errno, "cannot make '%s' read-only", source);
    return 0;
}

/* Puts @tree_fd onto @target, which is made when missing; closes @tree_fd. */
static int
place(Child *child, int *tree_fd, const char *target, bool read_only, Err *err)
{
    struct stat st;
    int target_fd = -1, result = -1;

    if (fstat(*tree_fd, &st) < 0)
        (void)err_set_errno(err, errno, "cannot mount on '%s' in the guest", target);
    else if ((target_fd = mount_target(&child->root, target, S_ISDIR(st.st_mode), err)) >= 0) {
        if ((read_only && mount_attr(*tree_fd, true, MOUNT_ATTR_RDONLY, 0) < 0) ||
            mount_attach(*tree_fd, target_fd) < 0)
            (void)err_set_errno(err, errno, "cannot mount on '%s' in the guest", target);
        else
            result = 0;
    }
    io_close(&target_fd);
    io_close(tree_fd);
    return result;
}

static int
do_mount(Child *child, const PlanStep *step, Err *err)
{
    return place(child, child_source(child, step), step->argv[2], is_read_only(step->argv[3]), err);
}

/* It was mounted read-only, if it was to be. */
static int
do_mount_dev(Child *child, const PlanStep *step, Err *err)
{
    return place(child, child_source(child, step), step->argv[2], false, err);
}

static int
do_bind(Child *child, const PlanStep *step, Err *err)
{
    int fd = mount_open(&child->root, step->argv[1]);
    int tree_fd = fd < 0 ? -1 : mount_clone(fd, "", true);

    if (tree_fd < 0)
        (void)err_set_errno(err, errno, "cannot bind '%s' in the guest", step->argv[1]);
    io_close(&fd);
    return tree_fd < 0 ? -1
                       : place(child, &tree_fd, step->argv[2], is_read_only(step->argv[3]), err);
}

static int
do_tmpfs(Child *child, const PlanStep *step, Err *err)
{
    char options[80];
    unsigned attr = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    int tree_fd;

    if (is_read_only(step->argv[4]))
        attr |= MOUNT_ATTR_RDONLY;
    if (io_format(options, sizeof options, "size=%s,mode=%s", step->argv[2], step->argv[3]) < 0)
        return err_set(err, "config", "plan line %d: bad size or mode", step->line);
    tree_fd = mount_new("tmpfs", "tmpfs", options, attr);
    if (tree_fd < 0)
        return err_set_errno(err, errno, "cannot make a tmpfs for '%s' in the guest",
                             step->argv[1]);
    return place(child, &tree_fd, step->argv[1], false, err);
}

static int
do_proc(Child *child, const PlanStep *step, Err *err)
{
    int fd = -1, result = -1;

    /* the host's, with all that lies below it, would show other processes when ours is taken away */
    if (child->is_shared_root && !child->has_userns)
        (void)umount2("/proc", MNT_DETACH);
    fd = mount_target(&child->root, "/proc", true, err);
    if (fd < 0)
        return -1;
    result = mount_at(fd, "proc", "proc", NEW_FLAGS, NULL);
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot mount /proc in the guest");
    io_close(&fd);
    return result;
}

static int
do_sys(Child *child, const PlanStep *step, Err *err)
{
    unsigned long flags = NEW_FLAGS | (is_read_only(step->argv[1]) ? MS_RDONLY : 0);
    int fd = mount_target(&child->root, "/sys", true, err), tree_fd = -1, result;

    if (fd < 0)
        return -1;
    if (child->sys_fd >= 0)
        result = mount_attach(child->sys_fd, fd);
    else
        result = mount_at(fd, "sysfs", "sysfs", flags, NULL);
    /* The host's root and network are shared, so it would be the same one: the host's, as it is mounted. */
    if (result < 0 && errno == EBUSY) {
        tree_fd = mount_clone(AT_FDCWD, "/sys", true);
        if (tree_fd >= 0 &&
            mount_attr(tree_fd, true, is_read_only(step->argv[1]) ? MOUNT_ATTR_RDONLY : 0, 0) == 0)
            result = mount_attach(tree_fd, fd);
        io_close(&tree_fd);
    }
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot mount /sys in the guest");
    io_close(&fd);
    return result;
}

/* A tree that hides a file (the guest's own null device) or a directory (empty, read-only). */
static int
mask_tree(Child *child, bool is_dir)
{
    int fd, tree_fd;

    if (is_dir) {
        if (child->mask_fd >= 0) /* it is mounted already: each further one is a copy */
            return mount_clone(child->mask_fd, "", false);
        return mount_new("tmpfs", "tmpfs", "size=0,nr_inodes=1,mode=555",
                         MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                             MOUNT_ATTR_NOEXEC);
    }
    fd = mount_open(&child->root, "/dev/null");
    tree_fd = mount_clone(fd < 0 ? AT_FDCWD : fd, fd < 0 ? "/dev/null" : "", false);
    io_close(&fd);
    return tree_fd;
}

static int
do_mask(Child *child, const PlanStep *step, Err *err)
{
    int fd = mount_open(&child->root, step->argv[1]), tree_fd = -1, result = -1;
    struct stat st;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (fd >= 0 && fstat(fd, &st) == 0)
        tree_fd = mask_tree(child, S_ISDIR(st.st_mode));
    if (tree_fd >= 0)
        result = mount_attach(tree_fd, fd);
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot mask '%s' in the guest", step->argv[1]);
    io_close(&fd);
    if (result == 0 && S_ISDIR(st.st_mode) && child->mask_fd < 0)
        child->mask_fd = tree_fd;
    else
        io_close(&tree_fd);
    return result;
}

static int
do_readonly(Child *child, const PlanStep *step, Err *err)
{
    int fd = mount_open(&child->root, step->argv[1]), tree_fd = -1, result = -1;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (fd >= 0)
        tree_fd = mount_clone(fd, "", true);
    if (tree_fd >= 0 && mount_attr(tree_fd, true, MOUNT_ATTR_RDONLY, 0) == 0)
        result = mount_attach(tree_fd, fd);
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot make '%s' read-only in the guest", step->argv[1]);
    io_close(&fd);
    io_close(&tree_fd);
    return result;
}

/* A copy of the host's file, on a file system of its own, over the guest's. */
static int
do_resolv_conf(Child *child, const PlanStep *step, Err *err)
{
    static const char path[] = "/etc/resolv.conf";
    char text[16384];
    ssize_t size = io_read_file(AT_FDCWD, path, text, sizeof text);
    int fs_fd = mount_new("tmpfs", "tmpfs", "size=64k,nr_inodes=4,mode=755",
                          MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    int fd = fs_fd < 0 ? -1 : openat(fs_fd, "resolv.conf", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    int point_fd = -1, tree_fd = -1, result = -1;

    if (fd < 0 || io_write_all(fd, text, size > 0 ? (size_t)size : 0) < 0) {
        (void)err_set_errno(err, errno, "cannot make the guest's own %s", path);
    } else if ((point_fd = mount_target(&child->root, "/dev/shm", true, err)) >= 0) {
        /* a tree that is mounted nowhere cannot be cloned on kernels before 6.15: mount it for a moment */
        if (mount_attach(fs_fd, point_fd) == 0 &&
            (tree_fd = mount_clone(fs_fd, "resolv.conf", false)) >= 0)
            result = place(child, &tree_fd, path, false, err);
        else
            (void)err_set_errno(err, errno, "cannot make the guest's own %s", path);
        if (result == 0 && (fchdir(fs_fd) < 0 || umount2(".", MNT_DETACH) < 0))
            result = err_set_errno(err, errno, "cannot unmount the guest's own %s again", path);
    }
    io_close(&point_fd);
    io_close(&fd);
    io_close(&fs_fd);
    return result;
}

ChildOpFunc
child_mount_op(int op)
{
    static const ChildOpFunc funcs[OP_LAST] = {
        [OP_ROOT] = do_root,         [OP_MOUNT] = do_mount,
        [OP_BIND] = do_bind,         [OP_MOUNT_DEV] = do_mount_dev,
        [OP_TMPFS] = do_tmpfs,       [OP_PROC] = do_proc,
        [OP_SYS] = do_sys,           [OP_MASK] = do_mask,
        [OP_READONLY] = do_readonly, [OP_RESOLV_CONF] = do_resolv_conf,
    };

    return funcs[op];
}

int
child_seal_root(Child *child, Err *err)
{
    if (child->root_read_only && mount_attr(child->root.root_fd, false, MOUNT_ATTR_RDONLY, 0) < 0)
        return err_set_errno(err, errno, "cannot make the guest's root read-only");
    if (child->is_shared_root)
        return chdir("/");
    if (mount_pivot(child->tree_fd) < 0)
        return err_set_errno(err, errno, "cannot make the guest's tree its root");
    mount_drop_autofs();
    /* nothing that the host mounts later shows up, and no mount here keeps one of the host's alive */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_set_errno(err, errno, "cannot separate the guest's mounts from the host's");
    return 0;
}
