/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif-fault.c - files of interfaces are written, snapshotted and put back while the Nth system call fails, for
 * N = 1, 2, ... until none is left; and once more with the process killed at that call.
 *
 * A child does the work; the parent then looks, with all calls in order: after a failure everything is as it was,
 * after a kill it is as it was or, once the next caller came, as it should be. Linked with --wrap (meson.build). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "netif/transaction.h"
#include "temp-dir.h"

#define MAIN  "/etc/network/interfaces"
#define PART  "/etc/network/interfaces.d/part"
#define FRESH "/etc/network/interfaces.d/fresh"
#define GONE  "/etc/network/interfaces.d/gone"

typedef struct {
    int left;   /* calls until the one that fails; 0: none */
    int number; /* errno; 0: SIGKILL */
    gboolean is_fired;
} Fault;

static Fault fault; /* of the child: this is a main file of one test */

static gboolean
fails(void)
{
    if (fault.left == 0 || --fault.left > 0)
        return FALSE;
    fault.is_fired = TRUE;
    if (fault.number == 0)
        (void)raise(SIGKILL);
    errno = fault.number;
    return TRUE;
}

#define WRAP(type, name, params, args)                                                             \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        return fails() ? -1 : __real_##name args;                                                  \
    }

WRAP(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(int, linkat, (int a, const char *from, int b, const char *to, int flags),
     (a, from, b, to, flags))
WRAP(int, symlinkat, (const char *target, int fd, const char *name), (target, fd, name))
WRAP(int, mkdirat, (int fd, const char *name, mode_t mode), (fd, name, mode))
WRAP(int, mkdir, (const char *name, mode_t mode), (name, mode))
WRAP(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, futimens, (int fd, const struct timespec *times), (fd, times))
WRAP(int, unlink, (const char *name), (name))

/* What takes away may fail, but not when it only tidies up: then there is nobody left to tell. */
WRAP(int, unlinkat, (int fd, const char *name, int flags), (fd, name, flags))

long __real_syscall(long number, long a, long b, long c, long d);
long __wrap_syscall(long number, long a, long b, long c, long d);

long
__wrap_syscall(long number, long a, long b, long c, long d)
{
    return number == SYS_openat2 && fails() ? -1 : __real_syscall(number, a, b, c, d);
}

int __real_openat64(int fd, const char *path, int flags, ...);
int __wrap_openat64(int fd, const char *path, int flags, ...);

int
__wrap_openat64(int fd, const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
    return fails() ? -1 : __real_openat64(fd, path, flags, mode);
}

/* ------------------------------------------------------------------------------------------------ */

typedef struct {
    char *top, *root, *state;
    GPtrArray *scopes;
} World;

typedef gboolean (*Work)(const World *world, GError **error);

static char *
at(const World *world, const char *path)
{
    return g_strconcat(world->root, path, NULL);
}

static void
put(const World *world, const char *path, const char *text)
{
    g_autofree char *file = at(world, path);

    g_assert_true(g_file_set_contents_full(file, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

/* The tree as it is before each round. */
static void
make(World *world)
{
    g_autofree char *dir = NULL;

    world->top = temp_dir_new();
    world->root = g_strconcat(world->top, "/root", NULL);
    world->state = g_strconcat(world->top, "/state", NULL);
    dir = at(world, "/etc/network/interfaces.d");
    g_assert_cmpint(g_mkdir_with_parents(dir, 0755), ==, 0);
    put(world, MAIN, "old main\n");
    put(world, PART, "old part\n");
    put(world, GONE, "old gone\n");
    world->scopes = g_ptr_array_new();
    g_ptr_array_add(world->scopes, MAIN);
    g_ptr_array_add(world->scopes, "/etc/network/interfaces.d/*");
}

static void
drop(World *world)
{
    temp_dir_free(world->top);
    g_free(world->root);
    g_free(world->state);
    g_ptr_array_unref(world->scopes);
}

/* "old", "new", or what is between. */
static const char *
look(const World *world)
{
    static const char *const paths[] = {MAIN, PART, FRESH, GONE};
    static const char *const olds[] = {"old main\n", "old part\n", NULL, "old gone\n"};
    static const char *const news[] = {"new main\n", "new part\n", "new fresh\n", NULL};
    guint n_old = 0, n_new = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *file = at(world, paths[i]), *text = NULL;

        (void)g_file_get_contents(file, &text, NULL, NULL);
        n_old += g_strcmp0(text, olds[i]) == 0;
        n_new += g_strcmp0(text, news[i]) == 0;
    }
    return n_old == G_N_ELEMENTS(paths) ? "old" : n_new == G_N_ELEMENTS(paths) ? "new" : "between";
}

static void
expect_tidy(const World *world, const char *when)
{
    static const char *const dirs[] = {"/etc/network", "/etc/network/interfaces.d"};

    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *path = at(world, dirs[i]);
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

        for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
            if (g_str_has_prefix(name, FILE_TEMP_PREFIX))
                g_error("%s: left behind: %s", when, name);
    }
}

static gboolean
work_write(const World *world, GError **error)
{
    g_autoptr(NetifFiles) files = netif_files_new(world->root, error);

    if (files == NULL)
        return FALSE;
    netif_files_set(files, MAIN, "new main\n", 9, 0644);
    netif_files_set(files, PART, "new part\n", 9, 0644);
    netif_files_set(files, FRESH, "new fresh\n", 10, 0644);
    netif_files_remove(files, GONE);
    return netif_files_write(files, world->state, error);
}

static gboolean
work_begin(const World *world, GError **error)
{
    g_autoptr(NetifFiles) files = netif_files_new(world->root, error);

    return files != NULL && netif_transaction_begin(files, world->state, world->scopes, error);
}

static gboolean
work_rollback(const World *world, GError **error)
{
    g_autoptr(NetifFiles) files = netif_files_new(world->root, error);

    return files != NULL && netif_transaction_rollback(files, world->state, NULL, error);
}

static gboolean
work_commit(const World *world, GError **error)
{
    return netif_transaction_commit(world->state, error);
}

typedef enum {
    ENDED_WELL,
    ENDED_FAILED,
    ENDED_KILLED,
    ENDED_UNTOUCHED /* no call was left to fail */
} Ended;

/* Does @work in a child whose call @nth fails. */
static Ended
run(const World *world, Work work, int nth, int number)
{
    pid_t pid = fork();
    int status = 0;

    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        g_autoptr(GError) error = NULL;
        gboolean ok;

        fault = (Fault){nth, number, FALSE};
        ok = work(world, &error);
        fault.left = 0;
        if (!ok && (error == NULL || strlen(error->message) < 10))
            _exit(9);
        _exit(!fault.is_fired ? ENDED_UNTOUCHED : ok ? ENDED_WELL : ENDED_FAILED);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return ENDED_KILLED;
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), <=, ENDED_UNTOUCHED);
    return (Ended)WEXITSTATUS(status);
}

static void
must(const World *world, Work work)
{
    g_autoptr(GError) error = NULL;

    work(world, &error);
    g_assert_no_error(error);
}

/* After the write @ended so. */
static void
check_write(const World *world, Ended ended, const char *when)
{
    g_autoptr(GError) error = NULL;
    const char *now = look(world);

    if (ended == ENDED_FAILED && strcmp(now, "old") != 0)
        g_error("%s: failed, and the files are %s", when, now);
    if (ended == ENDED_WELL && strcmp(now, "new") != 0)
        g_error("%s: went well, and the files are %s", when, now);
    g_assert_true(netif_files_recover(world->state, &error));
    g_assert_no_error(error);
    now = look(world);
    if (strcmp(now, "between") == 0)
        g_error("%s: neither old nor new", when);
    if (ended == ENDED_FAILED)
        expect_tidy(world, when);
    put(world, MAIN, "old main\n"); /* the next writer finds nothing in its way */
    must(world, work_write);
    g_assert_cmpstr(look(world), ==, "new");
    expect_tidy(world, when);
}

static void
check_begin(const World *world, Ended ended, const char *when)
{
    gboolean is_open = netif_transaction_is_open(world->state);

    g_assert_cmpstr(look(world), ==, "old");
    if ((ended == ENDED_FAILED && is_open) || (ended == ENDED_WELL && !is_open))
        g_error("%s: open is %d", when, is_open);
    if (!is_open)
        must(world, work_begin);
    must(world, work_write);
    must(world, work_rollback);
    g_assert_cmpstr(look(world), ==, "old");
    expect_tidy(world, when);
}

static void
check_rollback(const World *world, Ended ended, const char *when)
{
    if (ended == ENDED_WELL && strcmp(look(world), "old") != 0)
        g_error("%s: went well, and the files are %s", when, look(world));
    if (netif_transaction_is_open(world->state)) {
        g_assert_cmpint(ended, !=, ENDED_WELL);
        must(world, work_rollback);
    }
    g_assert_cmpstr(look(world), ==, "old");
    must(world, work_begin);
    must(world, work_commit);
    must(world, work_write); /* sweeps */
    expect_tidy(world, when);
}

static void
check_commit(const World *world, Ended ended, const char *when)
{
    g_assert_cmpstr(look(world), ==, "new");
    if (netif_transaction_is_open(world->state)) {
        if (ended == ENDED_WELL)
            g_error("%s: went well, and is open", when);
        must(world, work_commit);
    }
    must(world, work_begin);
    must(world, work_commit);
}

typedef struct {
    const char *name;
    Work before, before_too, work;
    void (*check)(const World *world, Ended ended, const char *when);
    int number;
} Case;

static void
test(gconstpointer data)
{
    const Case *test = data;
    int nth = 0;

    for (Ended ended = ENDED_WELL; ended != ENDED_UNTOUCHED;) {
        g_autofree char *when = g_strdup_printf("%s, call %d", test->name, ++nth);
        World world;

        make(&world);
        if (test->before != NULL)
            must(&world, test->before);
        if (test->before_too != NULL)
            must(&world, test->before_too);
        ended = run(&world, test->work, nth, test->number);
        if (ended != ENDED_UNTOUCHED)
            test->check(&world, ended, when);
        drop(&world);
    }
    g_test_message("%d calls", nth - 1);
    g_assert_cmpint(nth, >, 8);
}

int
main(int argc, char **argv)
{
    static const Case cases[] = {
        {"/netif/write/error", NULL, NULL, work_write, check_write, EIO},
        {"/netif/write/disk-full", NULL, NULL, work_write, check_write, ENOSPC},
        {"/netif/write/killed", NULL, NULL, work_write, check_write, 0},
        {"/netif/begin/disk-full", NULL, NULL, work_begin, check_begin, ENOSPC},
        {"/netif/begin/killed", NULL, NULL, work_begin, check_begin, 0},
        {"/netif/rollback/disk-full", work_begin, work_write, work_rollback, check_rollback,
         ENOSPC},
        {"/netif/rollback/killed", work_begin, work_write, work_rollback, check_rollback, 0},
        {"/netif/commit/error", work_begin, work_write, work_commit, check_commit, EIO},
        {"/netif/commit/killed", work_begin, work_write, work_commit, check_commit, 0},
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_test_add_data_func(cases[i].name, &cases[i], test);
    return g_test_run();
}
