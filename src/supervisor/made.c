/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mount points that the guest's child makes in its root are written down first, one a line in LIVE/made
 * ("d PATH" or "f PATH", escaped as in plans), so that whoever cleans up finds them even when
 * everybody was killed in between. They are removed last first, and only when they are empty.
 *
 * The paths were free of links when they were noted. The guest has been at work there since: a link that
 * is found now was put there to have something else removed, and nothing is. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/guest-priv.h"
#include "supervisor/plan-ops.h"

#define MADE_FILE "made"
#define MADE_MAX  (1 << 20)

int
made_open(int live_fd)
{
    return openat(live_fd, MADE_FILE, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int
made_write(int fd, const char *path, bool is_dir, Err *err)
{
    char line[PATH_MAX * 4 + 4];
    size_t size;
    int result = -1;

    line[0] = is_dir ? 'd' : 'f';
    line[1] = ' ';
    size = 2 + plan_escape(path, line + 2, sizeof line - 3);
    if (size < sizeof line - 1) {
        line[size++] = '\n';
        result = io_write_all(fd, line, size);
    } else {
        errno = ENAMETOOLONG;
    }
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot note the mount point '%s'", path);
    return result;
}

int
made_record(int live_fd, const char *path, bool is_dir, Err *err)
{
    int fd = made_open(live_fd), result;

    if (fd < 0)
        return err_set_errno(err, errno, "cannot note the mount point '%s'", path);
    result = made_write(fd, path, is_dir, err);
    io_close(&fd);
    return result;
}

/* Whether @plan_text, the plan of another live guest, mounts something onto @path. */
static bool
plan_uses(int plan_fd, const char *path)
{
    Plan plan;
    const PlanStep *root;
    char dir[PATH_MAX];
    bool uses = false;

    if (plan_load(&plan, plan_fd, PLAN_ALL, NULL) < 0)
        return false;
    root = plan_find(&plan, PLAN_GUEST, "root");
    if (root && (!realpath(root->argv[1], dir) || strcmp(dir, "/") == 0))
        dir[0] = '\0';
    for (int i = 0; root && i < plan.phase[PLAN_GUEST].n && !uses; i++) {
        const PlanStep *step = &plan.phase[PLAN_GUEST].steps[i];
        const char *target =
            step->op == OP_TMPFS ? step->argv[1]
            : step->op == OP_MOUNT || step->op == OP_BIND || step->op == OP_MOUNT_DEV
                ? step->argv[2]
                : NULL;
        size_t length = strlen(dir);

        /* the point itself, or one below it */
        uses = target && strncmp(path, dir, length) == 0 &&
               strncmp(target, path + length, strlen(path + length)) == 0;
    }
    plan_clear(&plan);
    return uses;
}

/* Removing a directory takes away what others have mounted there, in their namespaces. So what another
 * live guest uses becomes his to remove. */
static bool
hand_over(Guest *guest, const char *path, bool is_dir)
{
    int parent_fd = openat(guest->live_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = parent_fd < 0 ? NULL : fdopendir(parent_fd);
    struct stat own, other;
    struct dirent *entry;
    bool done = false;

    if (!list || fstat(guest->live_fd, &own) < 0) {
        if (list)
            (void)closedir(list);
        else
            io_close(&parent_fd);
        return false;
    }
    while (!done && (entry = readdir(list))) {
        int live_fd =
            entry->d_name[0] == '.'
                ? -1
                : openat(parent_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int plan_fd = live_fd < 0 ? -1 : openat(live_fd, "plan", O_RDONLY | O_CLOEXEC);
        int alive_fd = plan_fd < 0 ? -1 : openat(live_fd, "alive", O_RDWR | O_CLOEXEC);
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

        if (alive_fd >= 0 && fstat(live_fd, &other) == 0 && other.st_ino != own.st_ino &&
            fcntl(alive_fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK &&
            plan_uses(plan_fd, path))
            done = made_record(live_fd, path, is_dir, NULL) == 0;
        io_close(&alive_fd);
        io_close(&plan_fd);
        io_close(&live_fd);
    }
    (void)closedir(list);
    return done;
}

/* The directory that holds @path, which is cut there; -1 when a link leads to it. */
static int
open_parent(char *path, const char **ret_name)
{
    struct open_how how = {
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_NO_SYMLINKS,
    };
    char *slash = strrchr(path, '/');

    if (path[0] != '/' || !slash[1])
        return -1;
    *slash = '\0';
    *ret_name = slash + 1;
    return (int)syscall(SYS_openat2, AT_FDCWD, path[0] ? path : "/", &how, sizeof how);
}

static void
remove_one(Guest *guest, char *line)
{
    char text[PATH_MAX * 4 + 8], why[128], path[PATH_MAX];
    const char *name;
    struct stat st;
    PlanReader reader;
    PlanOp op;
    int size = io_format(text, sizeof text, "%s\n", line);
    bool is_dir;
    int dir_fd;

    if (size < 0)
        return;
    plan_reader_init(&reader, text, (size_t)size);
    if (plan_next(&reader, &op, why, sizeof why) != 1 || op.argc != 2 ||
        io_format(path, sizeof path, "%s", op.argv[1]) < 0)
        return;
    is_dir = op.argv[0][0] == 'd';
    dir_fd = open_parent(path, &name);
    /* one that is not empty was put to use by somebody: it stays */
    if (dir_fd >= 0 && fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(st.st_mode) == is_dir && (is_dir || (S_ISREG(st.st_mode) && st.st_size == 0)) &&
        !hand_over(guest, op.argv[1], is_dir))
        (void)unlinkat(dir_fd, name, is_dir ? AT_REMOVEDIR : 0);
    io_close(&dir_fd);
}

void
made_remove(Guest *guest)
{
    char *text = NULL;
    ssize_t size = io_slurp(guest->live_fd, MADE_FILE, MADE_MAX, &text);

    if (size < 0)
        return;
    while (size > 0) {
        char *line;

        text[--size] = '\0'; /* the line's end */
        line = strrchr(text, '\n');
        line = line ? line + 1 : text;
        remove_one(guest, line);
        size = line - text;
    }
    free(text);
    (void)unlinkat(guest->live_fd, MADE_FILE, 0);
}
