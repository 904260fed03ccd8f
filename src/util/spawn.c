/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"

#define SPAWN_FDS_MAX 32
#define SPAWN_WORDS   400 /* of a program's standard error that a message quotes */

static const char *const path_dirs[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                        "/usr/bin",        "/sbin",          "/bin"};
static const char *const environment[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};

char *
spawn_find(const char *program)
{
    if (strchr(program, '/') != NULL)
        return access(program, X_OK) == 0 ? g_strdup(program) : NULL;
    for (guint i = 0; i < G_N_ELEMENTS(path_dirs); i++) {
        g_autofree char *path = g_build_filename(path_dirs[i], program, NULL);

        if (access(path, X_OK) == 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* Adds "fds[n] becomes n" for each. Sources are first lifted above all targets, so none overwrites another. */
static int
map_fds(posix_spawn_file_actions_t *actions, const int *fds, int *lifted, int n_fds)
{
    int failed = 0;

    for (int n = 0; n < n_fds && failed == 0; n++) {
        if (fds[n] < 0) {
            failed = posix_spawn_file_actions_addopen(actions, n, "/dev/null", O_RDWR, 0);
            continue;
        }
        lifted[n] = fcntl(fds[n], F_DUPFD_CLOEXEC, SPAWN_FDS_MAX);
        failed = lifted[n] < 0 ? errno : posix_spawn_file_actions_adddup2(actions, lifted[n], n);
    }
    if (failed == 0)
        failed = posix_spawn_file_actions_addclosefrom_np(actions, n_fds);
    return failed;
}

pid_t
spawn_start(const char *path, const char *const *argv, const int *fds, int n_fds, GError **error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int lifted[SPAWN_FDS_MAX], failed;
    sigset_t none, all;
    pid_t pid = -1;

    g_return_val_if_fail(n_fds >= 3 && n_fds <= SPAWN_FDS_MAX, -1);
    memset(lifted, -1, sizeof(lifted));
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    failed = map_fds(&actions, fds, lifted, n_fds);
    if (failed == 0)
        failed = posix_spawn(&pid, path, &actions, &attr, (char *const *)argv,
                             (char *const *)environment);
    for (int n = 0; n < n_fds; n++)
        fd_close(lifted[n]);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == 0)
        return pid;
    error_set_errno(error, failed, "cannot run '%s'", path);
    return -1;
}

int
spawn_reap(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

/* Waits for @pid; kills it at the deadline. TRUE when it ended by itself. */
static gboolean
wait_until(pid_t pid, int timeout_ms)
{
    g_auto(Fd) pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

    while (timeout_ms >= 0 && pid_fd >= 0) {
        struct pollfd poll_fd = {.fd = pid_fd, .events = POLLIN};
        gint64 left_us = deadline_us - g_get_monotonic_time();

        if (poll(&poll_fd, 1, (int)MAX(left_us / 1000, 0)) > 0)
            break;
        if (left_us > 0)
            continue;
        (void)kill(-pid, SIGKILL); /* its session: helpers of the helper too */
        (void)kill(pid, SIGKILL);
        return FALSE;
    }
    return TRUE;
}

/* What was written into the memory file @fd. */
static char *
read_back(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    gsize n = (gsize)CLAMP(size, 0, SPAWN_OUTPUT_MAX);
    char *text = g_malloc(n + 1);
    ssize_t got = pread(fd, text, n, 0);

    text[MAX(got, 0)] = '\0';
    return text;
}

/* Says how @program failed, with its own words made one line. */
static gboolean
set_failed(GError **error, const char *program, int status, int err_fd)
{
    g_autofree char *words = g_strstrip(read_back(err_fd));

    for (char *at = words; *at != '\0'; at++)
        if ((guchar)*at < ' ')
            *at = ' ';
    if (status == -1)
        return error_set(error, LODGE_ERROR_INTERNAL,
                         "cannot tell how %s ended: this process ignores SIGCHLD", program);
    if (WIFSIGNALED(status))
        return error_set(error, LODGE_ERROR_PEER, "%s was killed by signal %d%s%.*s", program,
                         WTERMSIG(status), *words != '\0' ? ": " : "", SPAWN_WORDS, words);
    return error_set(error, LODGE_ERROR_PEER, "%s failed with status %d%s%.*s", program,
                     WEXITSTATUS(status), *words != '\0' ? ": " : "", SPAWN_WORDS, words);
}

static gboolean
write_stdin(int fd, const char *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        ssize_t n = write(fd, text, left);

        if (n < 0)
            return FALSE;
        text += n;
        left -= (gsize)n;
    }
    return lseek(fd, 0, SEEK_SET) == 0;
}

gboolean
spawn_run(const char *const *argv, const char *stdin_text, int timeout_ms, char **ret_stdout,
          GError **error)
{
    g_autofree char *path = spawn_find(argv[0]);
    g_auto(Fd) in_fd = -1;
    g_auto(Fd) out_fd = -1;
    g_auto(Fd) err_fd = -1;
    gboolean ended;
    int status;
    pid_t pid;

    if (path == NULL)
        return error_set(error, LODGE_ERROR_NOT_FOUND, "cannot run %s: no such program; install it",
                         argv[0]);
    out_fd = memfd_create("stdout", MFD_CLOEXEC);
    err_fd = memfd_create("stderr", MFD_CLOEXEC);
    if (stdin_text != NULL)
        in_fd = memfd_create("stdin", MFD_CLOEXEC);
    if (out_fd < 0 || err_fd < 0 ||
        (stdin_text != NULL && (in_fd < 0 || !write_stdin(in_fd, stdin_text))))
        return error_set_errno(error, errno, "cannot run %s", argv[0]);
    pid = spawn_start(path, argv, (int[]){in_fd, out_fd, err_fd}, 3, error);
    if (pid < 0)
        return FALSE;
    ended = wait_until(pid, timeout_ms);
    status = spawn_reap(pid);
    if (!ended)
        return error_set(error, LODGE_ERROR_TIMEOUT, "%s did not end within %d ms and was killed",
                         argv[0], timeout_ms);
    if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return set_failed(error, argv[0], status, err_fd);
    if (ret_stdout != NULL)
        *ret_stdout = read_back(out_fd);
    return TRUE;
}
