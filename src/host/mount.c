/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/io.h"
#include "host/mountinfo.h"

int
mount_open(const MountRoot *root, const char *path)
{
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int fd;

    do /* EAGAIN: somebody renamed something on the way */
        fd = (int)syscall(SYS_openat2, root->root_fd, *path ? path : ".", &how, sizeof how);
    while (fd < 0 && errno == EAGAIN);
    return fd;
}

static int
say_made(const MountRoot *root, int parent_fd, const char *name, bool is_dir, Err *err)
{
    char link[40], path[PATH_MAX];
    ssize_t n;

    if (!root->made)
        return err_set_errno(err, ENOENT, "cannot find the mount point '%s'", name);
    (void)io_format(link, sizeof link, "/proc/self/fd/%d", parent_fd);
    n = readlink(link, path, sizeof path - 1);
    if (n < 0 || (size_t)n + strlen(name) + 2 > sizeof path)
        return err_set_errno(err, n < 0 ? errno : ENAMETOOLONG, "cannot make the mount point '%s'",
                             name);
    path[n] = '\0';
    (void)io_format(path + n, sizeof path - (size_t)n, "%s%s", n == 1 ? "" : "/", name);
    return root->made(root->user_data, path, is_dir, err);
}

/* Makes one component of a target; the parent exists. */
static int
make_component(const MountRoot *root, const char *parent, const char *name, bool is_dir, Err *err)
{
    int parent_fd = mount_open(root, parent), fd = -1, result = -1;

    if (parent_fd < 0)
        return err_set_errno(err, errno, "cannot open '%s' in the guest", parent);
    if (say_made(root, parent_fd, name, is_dir, err) < 0) {
        io_close(&parent_fd);
        return -1;
    }
    if (is_dir)
        result = mkdirat(parent_fd, name, 0755);
    else
        fd = openat(parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0)
        result = 0;
    io_close(&fd);
    io_close(&parent_fd);
    if (result < 0) {
        int why = errno;

        (void)err_set_errno(err, why, "cannot make the mount point '%s/%s' in the guest", parent,
                            name);
        if (why == EEXIST)
            (void)err_hint(err, "it is a symbolic link that leads nowhere");
        else if (why == EACCES || why == EPERM || why == EOVERFLOW)
            (void)err_hint(err, "the guest's root may not write there; make it by hand, or give "
                                "the tree to whom <idmap> makes root (chown -R)");
        else if (why == EROFS || why == ENOSPC || why == EDQUOT)
            (void)err_hint(err, "make it by hand before the start");
    }
    return result;
}

int
mount_target(const MountRoot *root, const char *path, bool is_dir, Err *err)
{
    char work[PATH_MAX];
    struct stat st;
    int fd = mount_open(root, path);

    if (fd < 0 && errno == ENOENT) {
        if (io_format(work, sizeof work, "%s/", path) < 0)
            return err_set_errno(err, errno, "cannot use the mount point '%s'", path);
        for (char *slash = strchr(work + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
            char *name;
            int part;

            *slash = '\0';
            part = mount_open(root, work);
            if (part < 0 && errno == ENOENT) {
                name = strrchr(work, '/');
                *name = '\0';
                if (make_component(root, work, name + 1, is_dir || slash[1] != '\0', err) < 0)
                    return -1;
                *name = '/';
            }
            io_close(&part);
            *slash = '/';
        }
        fd = mount_open(root, path);
    }
    if (fd < 0)
        return err_set_errno(err, errno, "cannot open the mount point '%s' in the guest", path);
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) != is_dir) {
        io_close(&fd);
        return err_set(err, "config", "cannot mount on '%s' in the guest: it is %s directory", path,
                       is_dir ? "no" : "a");
    }
    return fd;
}

int
mount_clone(int dir_fd, const char *path, bool recursive)
{
    return open_tree(dir_fd, path,
                     (unsigned)(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH) |
                                (recursive ? AT_RECURSIVE : 0)));
}

int
mount_attach(int tree_fd, int target_fd)
{
    return move_mount(tree_fd, "", target_fd, "",
                      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int
mount_attr(int tree_fd, bool recursive, unsigned set, unsigned clear)
{
    struct mount_attr attr = {.attr_set = set, .attr_clr = clear};

    return mount_setattr(tree_fd, "", (unsigned)(AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0)),
                         &attr, sizeof attr);
}

/* One "key=value" or "flag" of a comma list. */
static int
configure(int fs_fd, const char *word, size_t length)
{
    char text[256], *equals;

    if (io_format(text, sizeof text, "%.*s", (int)length, word) < 0)
        return -1;
    equals = strchr(text, '=');
    if (!equals)
        return fsconfig(fs_fd, FSCONFIG_SET_FLAG, text, NULL, 0);
    *equals = '\0';
    return fsconfig(fs_fd, FSCONFIG_SET_STRING, text, equals + 1, 0);
}

int
mount_new(const char *type, const char *source, const char *options, unsigned attr)
{
    int fs_fd = fsopen(type, FSOPEN_CLOEXEC), fd = -1;
    int result = fs_fd < 0 ? -1 : fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", source, 0);

    for (const char *at = options; result == 0 && at && *at;) {
        size_t length = strcspn(at, ",");

        result = configure(fs_fd, at, length);
        at += length + (at[length] == ',');
    }
    if (result == 0)
        result = fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (result == 0)
        fd = fsmount(fs_fd, FSMOUNT_CLOEXEC, attr);
    io_close(&fs_fd);
    return fd;
}

int
mount_at(int target_fd, const char *type, const char *source, unsigned long flags,
         const char *options)
{
    if (fchdir(target_fd) < 0)
        return -1;
    return mount(source, ".", type, flags, options);
}

int
mount_pivot(int root_fd)
{
    if (fchdir(root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return -1;
    /* the old root lies on top of the new one now: "." is the old one */
    if (umount2(".", MNT_DETACH) < 0)
        return -1;
    return chdir("/");
}

static bool
drop_if_autofs(char *text)
{
    MountinfoLine line;

    return mountinfo_parse(text, &line) && strcmp(line.type, "autofs") == 0 &&
           umount2(line.point, MNT_DETACH | UMOUNT_NOFOLLOW) == 0;
}

void
mount_drop_autofs(void)
{
    char text[16384];
    bool dropped;

    do { /* a detached mount takes away what lies below it: look again */
        int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
        size_t have = 0;
        ssize_t n;

        dropped = false;
        while (fd >= 0 && !dropped && (n = read(fd, text + have, sizeof text - 1 - have)) > 0) {
            char *line = text, *end;

            have += (size_t)n;
            text[have] = '\0';
            while (!dropped && (end = strchr(line, '\n'))) {
                *end = '\0';
                dropped = drop_if_autofs(line);
                line = end + 1;
            }
            have = strlen(line);
            memmove(text, line, have + 1);
        }
        io_close(&fd);
    } while (dropped);
}

const char *
mount_probe(int device_fd)
{
    static const struct {
        const char *type;
        off_t at;
        size_t size;
        const char *magic;
    } known[] = {
        {"ext4", 1080, 2, "\x53\xef"},
        {"xfs", 0, 4, "XFSB"},
        {"btrfs", 65600, 8, "_BHRfS_M"},
        {"squashfs", 0, 4, "hsqs"},
        {"erofs", 1024, 4, "\xe2\xe1\xf5\xe0"},
        {"iso9660", 32769, 5, "CD001"},
        {"f2fs", 1024, 4, "\x10\x20\xf5\xf2"},
        {"vfat", 82, 8, "FAT32   "},
        {"vfat", 54, 5, "FAT16"},
        {"vfat", 54, 5, "FAT12"},
        {"exfat", 3, 8, "EXFAT   "},
        {"bcachefs", 4120, 4, "\xc6\x85\x73\xf6"},
    };
    char bytes[8];

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (pread(device_fd, bytes, known[i].size, known[i].at) == (ssize_t)known[i].size &&
            memcmp(bytes, known[i].magic, known[i].size) == 0)
            return known[i].type;
    return NULL;
}
