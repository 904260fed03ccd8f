/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench/ptyrate.c - ptyrate PROGRAM ARG...: run it on a new raw pty, time the bytes between "BEGIN" and
 * "END" that it (or what it is attached to) writes, print MB/s. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define KEEP 8 /* bytes of the last read that a marker may have begun in */

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
measure(int master, size_t *ret_bytes)
{
    static char buf[KEEP + (1 << 18)];
    size_t kept = 0;
    double began = 0, deadline = now() + 60;

    while (now() < deadline) {
        struct pollfd ready = {.fd = master, .events = POLLIN};
        ssize_t n;
        char *mark;

        if (poll(&ready, 1, 1000) <= 0)
            continue;
        n = read(master, buf + kept, sizeof buf - KEEP);
        if (n <= 0)
            return -1;
        n += (ssize_t)kept;
        if (began > 0)
            *ret_bytes += (size_t)n - kept;
        else if ((mark = memmem(buf, (size_t)n, "BEGIN", 5)) != NULL) {
            began = now();
            *ret_bytes = (size_t)(buf + n - mark - 5);
        }
        if (began > 0 && memmem(buf, (size_t)n, "END", 3) != NULL)
            return now() - began;
        kept = n < 4 ? (size_t)n : 4;
        memmove(buf, buf + n - kept, kept);
    }
    return -1;
}

int
main(int argc, char **argv)
{
    struct termios raw = {0};
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    size_t bytes = 0;
    double took;
    int master;
    pid_t pid;

    if (argc < 2)
        return 2;
    cfmakeraw(&raw);
    pid = forkpty(&master, NULL, &raw, &size);
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    took = measure(master, &bytes);
    kill(pid, SIGTERM);
    close(master);
    waitpid(pid, NULL, 0);
    if (took <= 0) {
        printf("failed after %zu bytes\n", bytes);
        return 1;
    }
    printf("%.1f\n", (double)bytes / 1e6 / took);
    return 0;
}
