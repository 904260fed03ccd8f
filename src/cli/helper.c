/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/helper.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "util/fd.h"
#include "util/spawn.h"

char *
helper_path(const char *program)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = dir ? g_build_filename(dir, program, NULL) : NULL;

    if (beside && access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    return g_build_filename(LODGE_LIBEXECDIR, program, NULL);
}

/* The path, when it is there; NULL with the error said. */
static char *
require(const char *program)
{
    g_autofree char *path = helper_path(program);

    if (access(path, X_OK) == 0)
        return g_steal_pointer(&path);
    cli_error("cannot run '%s': %s; this lodge was built without it, see 'Optional parts' in its "
              "README",
              path, g_strerror(errno));
    return NULL;
}

char *
helper_run(const char *const *argv, const char *input)
{
    g_autofree char *path = require(argv[0]);
    g_autofree const char **full = NULL;
    g_autoptr(GError) error = NULL;
    char *output = NULL;
    const char *text;
    guint n = g_strv_length((char **)argv);

    if (!path)
        return NULL;
    full = g_new0(const char *, n + 1);
    memcpy(full, argv, n * sizeof *full);
    full[0] = path;
    if (spawn_run(full, input, -1, &output, &error))
        return output;
    /* "PROGRAM failed with status 1: <its words>": its words are the message */
    text = strstr(error->message, ": ");
    cli_error("%s", text ? text + 2 : error->message);
    return NULL;
}

/* A memory file that holds @text; -1 with the error said. */
static int
memory_file(const char *text)
{
    g_auto(Fd) fd = memfd_create("lodge-helper", MFD_CLOEXEC);

    ssize_t n = 0;

    for (gsize done = 0, size = strlen(text); fd >= 0 && n >= 0 && done < size; done += (gsize)n)
        n = pwrite(fd, text + done, size - done, (off_t)done);
    if (fd >= 0 && n >= 0)
        return fd_steal(&fd);
    cli_error("cannot write a memory file: %s", g_strerror(errno));
    return -1;
}

gboolean
helper_feed(const char *const *argv, const char *input)
{
    g_autofree char *path = require(argv[0]);
    g_auto(Fd) fd = path ? memory_file(input) : -1;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t defaults;
    int failed, status;
    pid_t pid;

    if (fd < 0)
        return FALSE;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    sigaction(SIGINT, &ignore, &old);
    failed = posix_spawn(&pid, path, &actions, &attr, (char *const *)argv, (char *[]){NULL});
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    status = failed == 0 ? spawn_reap(pid) : -1;
    sigaction(SIGINT, &old, NULL);
    if (failed != 0)
        cli_error("cannot run '%s': %s", path, g_strerror(failed));
    else if (!WIFEXITED(status))
        cli_error("'%s' was ended by signal %d", path, WTERMSIG(status));
    return failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
