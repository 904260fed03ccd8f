/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/program-child.h"

enum {
    TIMEOUT_DEFAULT_MS = 10000,
    COMPLAINT_MAX = 1024, /* of the error output: the reason stands at its beginning */
    CHUNK = 4096,
};

typedef struct {
    int fd;
    char *bytes; /* NUL-terminated */
    size_t n, max;
} Sink;

static long long
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Reads once; what does not fit is thrown away. Returns false at the end of the stream. */
static bool
sink_read(Sink *sink)
{
    char chunk[CHUNK];
    ssize_t n = read(sink->fd, chunk, sizeof chunk);
    size_t room = sink->max - sink->n;
    size_t take;
    char *grown;

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (n == 0)
        return false;
    take = (size_t)n < room ? (size_t)n : room;
    if (take == 0)
        return true;
    grown = realloc(sink->bytes, sink->n + take + 1);
    if (grown == NULL)
        return true; /* as if it did not fit */
    sink->bytes = grown;
    memcpy(sink->bytes + sink->n, chunk, take);
    sink->n += take;
    sink->bytes[sink->n] = '\0';
    return true;
}

static void
sink_close(Sink *sink)
{
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
}

/* Drains both pipes until their ends or the deadline. Returns false at the deadline. */
static bool
drain(Sink sinks[2], long long deadline_ms)
{
    while (sinks[0].fd >= 0 || sinks[1].fd >= 0) {
        struct pollfd fds[2] = {{.fd = sinks[0].fd, .events = POLLIN},
                                {.fd = sinks[1].fd, .events = POLLIN}};
        long long left = deadline_ms - now_ms();

        if (left <= 0)
            return false;
        if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
            return false;
        for (int i = 0; i < 2; i++)
            if (fds[i].revents != 0 && !sink_read(&sinks[i]))
                sink_close(&sinks[i]);
    }
    return true;
}

static pid_t
spawn(const ProgramSpec *spec, int out_fd, int err_fd)
{
    ProgramChild child = {.argv = (char *const *)spec->argv,
                          .in = spec->stdin_fd,
                          .out = out_fd,
                          .err = err_fd,
                          .parent = getpid()};
    pid_t pid = fork();

    if (pid == 0)
        program_child(&child);
    return pid;
}

/* The child closed its pipes; it ends within moments, or is killed. */
static int
reap(pid_t pid, bool in_time)
{
    int status = 0;

    if (!in_time)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

static const char *
first_line(char *text)
{
    char *save = NULL;
    const char *line = text != NULL ? strtok_r(text, "\n", &save) : NULL;

    return line != NULL ? line : "it said nothing";
}

static int
judge(const ProgramSpec *spec, bool in_time, int status, char *complaint, Err *err)
{
    const char *name = strrchr(spec->argv[0], '/');

    name = name != NULL ? name + 1 : spec->argv[0];
    if (!in_time)
        return err_set(err, "timeout", "%s took too long and was ended", name);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        return err_set(err, "peer", "%s was killed by signal %d", name, WTERMSIG(status));
    return err_set(err, "peer", "%s: %s", name, first_line(complaint));
}

int
program_run(const ProgramSpec *spec, char **ret_output, Err *err)
{
    int timeout_ms = spec->timeout_ms > 0 ? spec->timeout_ms : TIMEOUT_DEFAULT_MS;
    int out[2] = {-1, -1}, complaint[2] = {-1, -1};
    Sink sinks[2] = {{.fd = -1}, {.fd = -1}};
    pid_t pid = -1;
    bool in_time;
    int rc;

    if (access(spec->argv[0], X_OK) < 0)
        return err_set_errno(err, errno, "cannot run %s", spec->argv[0]);
    if (pipe2(out, O_CLOEXEC) < 0)
        return err_set_errno(err, errno, "cannot make a pipe");
    if (pipe2(complaint, O_CLOEXEC) < 0) {
        rc = errno;
        close(out[0]);
        close(out[1]);
        return err_set_errno(err, rc, "cannot make a pipe");
    }
    pid = spawn(spec, out[1], complaint[1]);
    rc = errno;
    close(out[1]);
    close(complaint[1]);
    sinks[0] = (Sink){.fd = out[0], .max = spec->output_max};
    sinks[1] = (Sink){.fd = complaint[0], .max = COMPLAINT_MAX};
    if (pid < 0) {
        sink_close(&sinks[0]);
        sink_close(&sinks[1]);
        return err_set_errno(err, rc, "cannot run %s", spec->argv[0]);
    }
    in_time = drain(sinks, now_ms() + timeout_ms);
    rc = reap(pid, in_time);
    sink_close(&sinks[0]);
    sink_close(&sinks[1]);
    rc = judge(spec, in_time, rc, sinks[1].bytes, err);
    if (rc == 0 && ret_output != NULL)
        *ret_output = sinks[0].bytes != NULL ? sinks[0].bytes : strdup("");
    else
        free(sinks[0].bytes);
    free(sinks[1].bytes);
    return rc;
}
