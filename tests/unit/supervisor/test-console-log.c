/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "supervisor/console-log.h"

typedef struct {
    char *dir, *path;
    ConsoleLog log;
    Err err;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->dir = g_dir_make_tmp("lodge-log-XXXXXX", NULL);
    f->path = g_build_filename(f->dir, "web.log", NULL);
    f->log.fd = -1;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    GDir *dir = g_dir_open(f->dir, 0, NULL);

    console_log_close(&f->log);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(f->dir, name, NULL);

        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_dir_close(dir);
    g_assert_cmpint(g_rmdir(f->dir), ==, 0);
    g_free(f->dir);
    g_free(f->path);
}

static void
put(Fixture *f, char byte, size_t size)
{
    g_autofree char *data = g_malloc(size);
    struct iovec part = {data, size};

    memset(data, byte, size);
    console_log_write(&f->log, &part, 1);
}

static char *
get(Fixture *f, const char *suffix)
{
    g_autofree char *path = g_strconcat(f->path, suffix, NULL);
    char *text = NULL;

    (void)g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void
test_rotate(Fixture *f, gconstpointer data)
{
    g_autofree char *zero = NULL, *one = NULL, *two = NULL, *three = NULL;

    g_assert_cmpint(console_log_open(&f->log, f->path, 4096, 2, &f->err), ==, 0);
    for (int i = 0; i < 4; i++)
        put(f, (char)('a' + i), 4000);
    zero = get(f, "");
    one = get(f, ".1");
    two = get(f, ".2");
    three = get(f, ".3");
    g_assert_cmpuint(strlen(zero), ==, 16000 - 3 * 4096);
    g_assert_cmpuint(strlen(one), ==, 4096);
    g_assert_cmpuint(strlen(two), ==, 4096);
    g_assert_null(three);
    g_assert_cmpint(zero[0], ==, 'd');
    g_assert_cmpint(two[0], ==, 'b');
}

static void
test_keeps_nothing(Fixture *f, gconstpointer data)
{
    g_autofree char *zero = NULL, *one = NULL;

    g_assert_cmpint(console_log_open(&f->log, f->path, 4096, 0, &f->err), ==, 0);
    put(f, 'a', 9000);
    zero = get(f, "");
    one = get(f, ".1");
    g_assert_cmpuint(strlen(zero), ==, 9000 - 2 * 4096);
    g_assert_null(one);
}

static void
test_appends(Fixture *f, gconstpointer data)
{
    g_autofree char *zero = NULL;

    g_assert_cmpint(console_log_open(&f->log, f->path, 4096, 1, &f->err), ==, 0);
    put(f, 'a', 10);
    console_log_close(&f->log);
    g_assert_cmpint(console_log_open(&f->log, f->path, 4096, 1, &f->err), ==, 0);
    put(f, 'b', 10);
    zero = get(f, "");
    g_assert_cmpstr(zero, ==, "aaaaaaaaaabbbbbbbbbb");
}

static void
test_symlink(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(symlink("/dev/null", f->path), ==, 0);
    g_assert_cmpint(console_log_open(&f->log, f->path, 4096, 1, &f->err), ==, -1);
    g_assert_true(g_str_has_prefix(f->err.text, "cannot open the console log /"));
}

static void
test_no_folder(Fixture *f, gconstpointer data)
{
    g_autofree char *path = g_strconcat(f->path, "/no/such", NULL);

    g_assert_true(g_file_set_contents(f->path, "", 0, NULL));
    g_assert_cmpint(console_log_open(&f->log, path, 4096, 1, &f->err), ==, -1);
    g_assert_true(g_str_has_suffix(f->err.text, ": Not a directory"));
    put(f, 'a', 10); /* swallowed */
}

static void
test_makes_folder(Fixture *f, gconstpointer data)
{
    g_autofree char *dir = g_build_filename(f->dir, "lxc", NULL);
    g_autofree char *path = g_build_filename(dir, "web.log", NULL);

    g_assert_cmpint(console_log_open(&f->log, path, 4096, 1, &f->err), ==, 0);
    put(f, 'a', 10);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

/* A full disk: what is missing is said when there is room again. RLIMIT_FSIZE stands for the disk. */
static void
test_full(Fixture *f, gconstpointer data)
{
    struct rlimit old, small = {0};
    g_autofree char *zero = NULL;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(console_log_open(&f->log, f->path, 100000, 1, &f->err), ==, 0);
    put(f, 'a', 100);
    small = (struct rlimit){100, old.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    put(f, 'b', 50);
    put(f, 'c', 25);
    g_assert_cmpuint(f->log.lost, ==, 75);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
    put(f, 'd', 5);
    zero = get(f, "");
    g_assert_cmpstr(
        zero + 100, ==,
        "\r\n[lodge: 75 bytes are missing here: the log could not be written]\r\nddddd");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
    g_test_add("/supervisor/console-log/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("rotate", test_rotate);
    ADD("keeps-nothing", test_keeps_nothing);
    ADD("appends", test_appends);
    ADD("symlink", test_symlink);
    ADD("no-folder", test_no_folder);
    ADD("makes-folder", test_makes_folder);
    ADD("full", test_full);
    return g_test_run();
}
