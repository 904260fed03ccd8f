/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench/floor.c - the least that a container start can cost on this kernel.
 *
 * floor ROOT PROGRAM ARG...: one group in every cgroup hierarchy, clone with the namespaces that lodge
 * makes, private /dev, /proc, pivot_root, exec; then wait and remove the groups. No plan, no files, no
 * filter, no supervisor. On v1 the child writes 0 into `tasks` itself (no wait for the kernel's
 * threadgroup lock); on v2 it is cloned into the group.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUPS_MAX 16

static struct {
    char dir[256];
    int is_v2, attach_fd;
} groups[GROUPS_MAX];
static int n_groups;

static void
copy_file(const char *from, const char *to)
{
    char text[256];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY);
    ssize_t n = read(in, text, sizeof text);

    if (n > 0 && write(out, text, (size_t)n) < 0)
        warn("%s", to);
    close(in);
    close(out);
}

static void
make_group(const char *mount_point, int is_v2)
{
    char from[300], to[300];
    int i = n_groups++;

    snprintf(groups[i].dir, sizeof groups[i].dir, "%s/floor.%d", mount_point, getpid());
    groups[i].is_v2 = is_v2;
    if (mkdir(groups[i].dir, 0755) < 0)
        err(1, "%s", groups[i].dir);
    for (int k = 0; k < 2; k++) {
        const char *file = k ? "cpuset.mems" : "cpuset.cpus";

        snprintf(from, sizeof from, "%s/%s", mount_point, file);
        snprintf(to, sizeof to, "%s/%s", groups[i].dir, file);
        if (!is_v2 && access(from, R_OK) == 0)
            copy_file(from, to);
    }
    snprintf(to, sizeof to, "%s/tasks", groups[i].dir);
    groups[i].attach_fd = is_v2 ? open(groups[i].dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                : open(to, O_WRONLY | O_CLOEXEC);
    if (groups[i].attach_fd < 0)
        err(1, "%s", to);
}

static void
make_groups(void)
{
    FILE *mounts = fopen("/proc/self/mounts", "re");
    char line[4096], point[256], type[32];

    while (mounts && fgets(line, sizeof line, mounts) && n_groups < GROUPS_MAX)
        if (sscanf(line, "%*s %255s %31s", point, type) == 2 && strncmp(type, "cgroup", 6) == 0)
            make_group(point, type[6] == '2');
    if (mounts)
        fclose(mounts);
}

static void
bind_devices(void)
{
    static const char *const names[] = {"null", "zero", "full", "random", "urandom", "tty"};
    char from[64], to[64];

    if (mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=64k") < 0)
        _exit(125);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(from, sizeof from, "/dev/%s", names[i]);
        snprintf(to, sizeof to, "dev/%s", names[i]);
        close(open(to, O_CREAT | O_WRONLY, 0666));
        if (mount(from, to, NULL, MS_BIND, NULL) < 0)
            _exit(126);
    }
}

static void
child(const char *root, char **argv)
{
    for (int i = 0; i < n_groups; i++)
        if (!groups[i].is_v2 && write(groups[i].attach_fd, "0", 1) < 0)
            _exit(119);
    if (unshare(CLONE_NEWCGROUP) < 0 || sethostname("floor", 5) < 0 ||
        mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(root) < 0 ||
        mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        _exit(123);
    bind_devices();
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        _exit(124);
    execv(argv[0], argv);
    _exit(127);
}

int
main(int argc, char **argv)
{
    struct clone_args args = {.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
                                       CLONE_NEWUTS,
                              .exit_signal = SIGCHLD};
    int status;
    pid_t pid;

    if (argc < 3)
        errx(2, "usage: floor ROOT PROGRAM ARG...");
    make_groups();
    for (int i = 0; i < n_groups; i++)
        if (groups[i].is_v2) {
            args.flags |= CLONE_INTO_CGROUP;
            args.cgroup = (unsigned)groups[i].attach_fd;
        }
    pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0)
        err(1, "clone3");
    if (pid == 0)
        child(argv[1], argv + 2);
    waitpid(pid, &status, 0);
    for (int i = 0; i < n_groups; i++)
        for (int tries = 0; tries < 1000 && rmdir(groups[i].dir) < 0; tries++)
            sched_yield();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
