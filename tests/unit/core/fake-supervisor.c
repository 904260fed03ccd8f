/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A supervisor without a guest: it keeps to supervisor/{control,status}.h, and the words of its plan
 * ("test fail", "test die", "test end", "test clean-fails") say what it does. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "supervisor/control.h"

static char plan[65536];
static int live_fd = SUPERVISOR_LIVE_FD;

static int
plan_says(const char *line)
{
    return strstr(plan, line) != NULL;
}

static void
read_plan(int fd)
{
    ssize_t n = pread(fd, plan, sizeof(plan) - 1, 0);

    plan[n > 0 ? n : 0] = '\0';
}

static void
write_status(const char *state, const char *reason, int pid)
{
    char text[200];
    int fd = openat(live_fd, "status.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int n =
        snprintf(text, sizeof(text),
                 "version 1\nstate %s\nreason %s\nsupervisor %d 1\nfreezer none \\e\npaused no\n",
                 state, reason, pid);

    if (fd < 0 || write(fd, text, (size_t)n) != n ||
        renameat(live_fd, "status.new", live_fd, "status") < 0)
        _exit(9);
    close(fd);
}

static int
listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/control", live_fd);
    unlinkat(live_fd, "control", 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 64) < 0)
        _exit(8);
    return fd;
}

/* As the real one: the link by id goes, a transient directory too, then `alive` by exiting. */
static void
leave(void)
{
    static const char *const files[] = {"plan",      "live.xml", "status", "control",
                                        "transient", "alive",    "extra"};
    char link[64];

    write_status("ended", plan_says("test end") ? "shutdown" : "destroyed", getpid());
    snprintf(link, sizeof(link), "../by-id/%d", (int)getpid());
    unlinkat(live_fd, link, 0);
    if (faccessat(live_fd, "transient", F_OK, 0) == 0) {
        char dir[64], path[4096];
        ssize_t n;

        snprintf(dir, sizeof(dir), "/proc/self/fd/%d", live_fd);
        n = readlink(dir, path, sizeof(path) - 1);
        path[n > 0 ? n : 0] = '\0';
        for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
            unlinkat(live_fd, files[i], 0);
        rmdir(path);
    }
}

static void
send_fd(int to, int fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } ancillary = {.bytes = {0}};
    struct iovec part = {.iov_base = (char *)"ok", .iov_len = 2};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &ancillary,
                             .msg_controllen = sizeof(ancillary)};

    ancillary.header.cmsg_level = SOL_SOCKET;
    ancillary.header.cmsg_type = SCM_RIGHTS;
    ancillary.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&ancillary.header), &fd, sizeof(int));
    if (sendmsg(to, &message, MSG_NOSIGNAL) < 0)
        _exit(7);
}

static void
say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0 && errno != EPIPE)
        _exit(7);
}

/* Serves one connection; returns 1 when the guest was to be destroyed. */
static int
serve(int fd)
{
    char packet[CONTROL_MAX + 1];
    ssize_t n;

    while ((n = recv(fd, packet, CONTROL_MAX, 0)) > 0) {
        packet[n] = '\0';
        if (strcmp(packet, "hello 1") == 0)
            say(fd, "ok 1 fake");
        else if (strcmp(packet, "destroy") == 0) {
            leave();
            say(fd, "ok");
            return 1;
        } else if (strcmp(packet, "console") == 0)
            send_fd(fd, live_fd);
        else if (strcmp(packet, "silent") == 0)
            continue;
        else if (strncmp(packet, "echo ", 5) == 0) {
            memcpy(packet, "ok   ", 3);
            memmove(packet + 3, packet + 5, (size_t)n - 4);
            say(fd, packet);
        } else if (strcmp(packet, "refuse") == 0)
            say(fd, "error busy console\\x20is\\x20taken");
        else
            say(fd, "error unsupported no such request");
    }
    return 0;
}

static int
run(void)
{
    char text[64];
    int control, n;

    signal(SIGPIPE, SIG_IGN);
    if (fork() != 0)
        _exit(0);
    read_plan(SUPERVISOR_PLAN_FD);
    if (plan_says("test die"))
        return 1;
    if (plan_says("test fail")) {
        n = (int)write(SUPERVISOR_LAUNCH_FD, "error config no such bridge 'br9'\n", 34);
        return n == 34;
    }
    control = listen_here();
    write_status("running", "booted", getpid());
    n = snprintf(text, sizeof(text), "ready %d\n", (int)getpid());
    (void)!write(SUPERVISOR_LAUNCH_FD, text, (size_t)n); /* a dead launcher changes nothing */
    close(SUPERVISOR_LAUNCH_FD);
    while (!plan_says("test end")) {
        int fd = accept(control, NULL, NULL);

        if (fd >= 0 && serve(fd))
            return 0;
        close(fd);
    }
    leave();
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "run") == 0)
        return run();
    if (argc == 3 && strcmp(argv[1], "clean") == 0) {
        int plan_fd;

        live_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        plan_fd = openat(live_fd, "plan", O_RDONLY | O_CLOEXEC);
        read_plan(plan_fd);
        if (plan_says("test clean-fails")) {
            fprintf(stderr, "cannot remove the cgroup\n");
            return 1;
        }
        write_status("ended", "crashed", 0);
        return 0;
    }
    return 2;
}
