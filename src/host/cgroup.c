/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"

#define RETRIES   20 /* a parent removed by another guest's end */
#define DEPTH_MAX 16 /* of groups that a guest made below its own */
#define WAIT_MS   5  /* between looks, where the kernel has no notification */

int
cgroup_base_length(const char *dir)
{
    int length = -1;

    for (const char *at = dir; (at = strstr(at, "/lodge")); at++) {
        const char *end = at + strlen("/lodge");

        /* not a lodge.service, nor whatever else somebody named so */
        if (*end == '-')
            end += 1 + strspn(end + 1, "0123456789abcdef");
        if (*end == '/' || *end == '\0')
            length = (int)(at - dir); /* the last: BASE may be in a guest of ours */
    }
    return length;
}

/* cpuset of v1 refuses tasks until both files have something; a new group has nothing. Whoever made the
 * parent may not have come to fill it yet, so that is done first; BASE (@base bytes) is always filled. */
static int
fill_cpuset(const char *dir, const char *file, int base)
{
    char path[PATH_MAX], value[4096];
    const char *slash = strrchr(dir, '/');

    if (!slash || io_format(path, sizeof path, "%s/%s", dir, file) < 0)
        return -1;
    if (io_read_file(AT_FDCWD, path, value, sizeof value) < 0)
        return -1;
    if (value[0] && value[0] != '\n')
        return 0;
    if (io_format(path, sizeof path, "%.*s", (int)(slash - dir), dir) < 0)
        return -1;
    if ((int)(slash - dir) > base && fill_cpuset(path, file, base) < 0)
        return -1;
    if (io_format(path, sizeof path, "%.*s/%s", (int)(slash - dir), dir, file) < 0 ||
        io_read_file(AT_FDCWD, path, value, sizeof value) < 0 ||
        io_format(path, sizeof path, "%s/%s", dir, file) < 0)
        return -1;
    return io_write_file(AT_FDCWD, path, value);
}

static int
make_one(const char *dir)
{
    return mkdir(dir, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

static bool
has_controller(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
        if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

static bool
has_word(const char *list, const char *word, size_t length)
{
    for (const char *at = list; (at = strstr(at, word)); at++)
        if ((at == list || at[-1] == ' ') &&
            (at[length] == ' ' || at[length] == '\n' || !at[length]))
            return true;
    return false;
}

/* Enables what is missing of @controllers for the children of @dir; adds to @missing what the kernel
 * refuses. */
static void
enable(const char *dir, const char *controllers, char *missing, size_t size)
{
    char path[PATH_MAX], have[512], word[64], change[66];

    if (io_format(path, sizeof path, "%s/cgroup.subtree_control", dir) < 0 ||
        io_read_file(AT_FDCWD, path, have, sizeof have) < 0)
        have[0] = '\0';
    for (const char *at = controllers; *at;) {
        size_t length = strcspn(at, ",");

        if (length > 0 && io_format(word, sizeof word, "%.*s", (int)length, at) > 0 &&
            !has_word(have, word, length)) {
            (void)io_format(change, sizeof change, "+%s", word);
            if (io_write_file(AT_FDCWD, path, change) < 0 && !has_word(missing, word, length) &&
                strlen(missing) + length + 2 < size) {
                if (*missing)
                    strncat(missing, " ", 2);
                strncat(missing, word, size - strlen(missing) - 1);
            }
        }
        at += length + (at[length] == ',');
    }
}

/* Of the topmost group of ours; those below then come filled, by a flag that they inherit. */
static int
fill_top(const char *dir, int base)
{
    char path[PATH_MAX];

    if (fill_cpuset(dir, "cpuset.cpus", base) < 0 || fill_cpuset(dir, "cpuset.mems", base) < 0)
        return -1;
    if (io_format(path, sizeof path, "%s/cgroup.clone_children", dir) > 0)
        (void)io_write_file(AT_FDCWD, path, "1"); /* refused: each is filled by hand */
    return 0;
}

/* @dir and all that is missing of the path to it; ENOENT when a parent went away under us. */
static int
make_path(const char *dir, int base, bool is_cpuset)
{
    char path[PATH_MAX];
    bool is_top = true;

    if (make_one(dir) == 0) /* the usual case: the parents are there */
        return 0;
    if (errno != ENOENT || io_format(path, sizeof path, "%s", dir) < 0)
        return -1;
    for (char *slash = strchr(path + base + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (make_one(path) < 0 || (is_top && is_cpuset && fill_top(path, base) < 0))
            return -1;
        is_top = false;
        *slash = '/';
    }
    return make_one(path);
}

static int
make_v1(const char *dir, int base, const char *controllers)
{
    char path[PATH_MAX];
    bool is_cpuset = controllers
                         ? has_controller(controllers, "cpuset")
                         : io_format(path, sizeof path, "%.*s/cpuset.cpus", base, dir) > 0 &&
                               !access(path, F_OK);

    if (make_path(dir, base, is_cpuset) < 0)
        return -1;
    if (!is_cpuset)
        return 0;
    return fill_cpuset(dir, "cpuset.cpus", base) < 0 || fill_cpuset(dir, "cpuset.mems", base) < 0
               ? -1
               : 0;
}

/* What a group may limit is decided in all groups above it. */
static int
make_v2(const char *dir, int base, const char *controllers, char *missing, size_t size)
{
    char path[PATH_MAX];

    if (!*controllers)
        return make_path(dir, base, false);
    if (io_format(path, sizeof path, "%s", dir) < 0)
        return -1;
    for (char *slash = path + base; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (slash > path + base && make_one(path) < 0)
            return -1;
        enable(path, controllers, missing, size);
        *slash = '/';
    }
    return make_one(path);
}

int
cgroup_make(int version, const char *dir, const char *controllers, char *ret_missing, size_t size,
            Err *err)
{
    char missing[256] = "";
    int fd = -1, base = cgroup_base_length(dir), result;

    if (base < 0)
        return err_set(err, "config", "'%s' is no control group of lodge's", dir);
    for (int i = 0; i < RETRIES && fd < 0; i++) {
        missing[0] = '\0';
        result = version == 1 ? make_v1(dir, base, controllers)
                              : make_v2(dir, base, controllers, missing, sizeof missing);
        if (result == 0)
            fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno != ENOENT)
            break;
    }
    if (fd < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno, "cannot make the control group '%s'", dir);
        if (saved_errno == EACCES || saved_errno == EPERM || saved_errno == EROFS)
            (void)err_hint(err, "the control groups of this host must be writable, or delegated to "
                                "this user");
        return -1;
    }
    if (ret_missing)
        (void)io_format(ret_missing, size, "%s", missing);
    return fd;
}

void
cgroup_make_ahead(const char *dir, const char *controllers)
{
    int base = cgroup_base_length(dir);

    if (base >= 0)
        (void)make_path(dir, base, has_controller(controllers, "cpuset"));
}

int
cgroup_enter_v1(int dir_fd, Err *err)
{
    if (io_write_file(dir_fd, "tasks", "0") < 0)
        return err_set_errno(err, errno, "cannot enter a control group");
    return 0;
}

int
cgroup_attach(int dir_fd, pid_t pid, Err *err)
{
    char text[24];

    (void)io_format(text, sizeof text, "%d", (int)pid);
    if (io_write_file(dir_fd, "cgroup.procs", text) < 0)
        return err_set_errno(err, errno, "cannot move process %d to a control group", (int)pid);
    return 0;
}

int
cgroup_set(int dir_fd, const char *file, const char *value, Err *err)
{
    if (strchr(file, '/'))
        return err_set(err, "config", "'%s' is no file of a control group", file);
    if (io_write_file(dir_fd, file, value) < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno, "cannot set %s to '%s'", file, value);
        if (saved_errno == ENOENT)
            (void)err_hint(err,
                           "this kernel, or this host's set of controllers, has no such limit");
        return -1;
    }
    return 0;
}

static bool
is_frozen(int version, int dir_fd, bool freeze)
{
    char text[512];

    if (version == 1)
        return io_read_file(dir_fd, "freezer.state", text, sizeof text) > 0 &&
               strcmp(text, freeze ? "FROZEN\n" : "THAWED\n") == 0;
    return io_read_file(dir_fd, "cgroup.events", text, sizeof text) > 0 &&
           strstr(text, freeze ? "frozen 1" : "frozen 0");
}

int
cgroup_freeze(int version, int dir_fd, bool freeze, int timeout_ms, Err *err)
{
    int64_t deadline = clock_ms() + timeout_ms;
    struct pollfd poll_fd = {.events = POLLPRI};
    const char *file = version == 1 ? "freezer.state" : "cgroup.freeze";
    const char *value = version == 1 ? (freeze ? "FROZEN" : "THAWED") : (freeze ? "1" : "0");
    int result = 0;

    /* opened before the write: POLLPRI tells of changes after that */
    poll_fd.fd = version == 2 ? openat(dir_fd, "cgroup.events", O_RDONLY | O_CLOEXEC) : -1;
    if (io_write_file(dir_fd, file, value) < 0)
        result = err_set_errno(err, errno, "cannot write %s", file);
    while (result == 0 && !is_frozen(version, dir_fd, freeze)) {
        int left = (int)(deadline - clock_ms());

        if (left <= 0) {
            result = err_set(err, "timeout", "the processes do not %s within %d ms",
                             freeze ? "freeze" : "thaw", timeout_ms);
            break;
        }
        /* v1 has no notification, and needs its state read again to make progress */
        (void)poll(&poll_fd, 1, version == 1 && left > WAIT_MS ? WAIT_MS : left);
    }
    io_close(&poll_fd.fd);
    return result;
}

static void
kill_listed(int dir_fd)
{
    char *text = NULL, *save = NULL;

    if (io_slurp(dir_fd, "cgroup.procs", 1 << 24, &text) < 0)
        return;
    for (char *word = strtok_r(text, "\n", &save); word; word = strtok_r(NULL, "\n", &save)) {
        pid_t pid = (pid_t)strtol(word, NULL, 10);

        if (pid > 0) /* 0: a process of another pid namespace, which we cannot name */
            (void)kill(pid, SIGKILL);
    }
    free(text);
}

void
cgroup_kill(int version, int dir_fd)
{
    if (version == 2 && io_write_file(dir_fd, "cgroup.kill", "1") == 0)
        return;
    /* frozen, so that nothing is forked between the list and the signals; a frozen v1 task ignores
     * SIGKILL until it is thawed */
    (void)io_write_file(dir_fd, version == 1 ? "freezer.state" : "cgroup.freeze",
                        version == 1 ? "FROZEN" : "1");
    kill_listed(dir_fd);
    (void)io_write_file(dir_fd, version == 1 ? "freezer.state" : "cgroup.freeze",
                        version == 1 ? "THAWED" : "0");
}

/* Groups that the guest made inside its own, deepest first. */
static void
remove_children(int version, int dir_fd, int depth)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 || depth > DEPTH_MAX ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!list) {
        io_close(&fd);
        return;
    }
    while ((entry = readdir(list))) {
        int child;

        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        child = openat(dir_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (child < 0)
            continue;
        cgroup_kill(version, child);
        remove_children(version, child, depth + 1);
        io_close(&child);
        (void)unlinkat(dir_fd, entry->d_name, AT_REMOVEDIR);
    }
    (void)closedir(list);
}

void
cgroup_remove_unused(const char *dir)
{
    char path[PATH_MAX];
    int base = cgroup_base_length(dir);
    char *slash;

    if (base < 0 || io_format(path, sizeof path, "%s", dir) < 0)
        return;
    while (rmdir(path) == 0 || errno == ENOENT) {
        slash = strrchr(path, '/');
        if (slash <= path + base)
            return;
        *slash = '\0';
    }
}

void
cgroup_remove_parents(const char *dir)
{
    char path[PATH_MAX];
    const char *slash = strrchr(dir, '/');

    if (slash && slash - dir > cgroup_base_length(dir) &&
        io_format(path, sizeof path, "%.*s", (int)(slash - dir), dir) > 0)
        cgroup_remove_unused(path);
}

int
cgroup_remove(int version, const char *dir, int timeout_ms, Err *err)
{
    int64_t deadline = clock_ms() + timeout_ms;
    bool is_gone = rmdir(dir) == 0 || errno == ENOENT;

    while (!is_gone) {
        int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd >= 0) {
            cgroup_kill(version, fd);
            remove_children(version, fd, 0);
            io_close(&fd);
        }
        is_gone = rmdir(dir) == 0 || errno == ENOENT;
        if (!is_gone && clock_ms() >= deadline)
            return err_set_errno(err, errno, "cannot remove the control group '%s'", dir);
        if (!is_gone)
            (void)poll(NULL, 0, WAIT_MS);
    }
    return 0;
}
