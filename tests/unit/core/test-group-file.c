/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/group-file.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/usage.h"
#include "util/error.h"

typedef struct {
    char *dir;
} Fixture;

static void
put(const char *dir, const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->dir = g_dir_make_tmp("lodge-group-XXXXXX", NULL);
    g_assert_nonnull(f->dir);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(f->dir, 0, NULL);

    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(f->dir, name, NULL);

        g_unlink(path);
    }
    g_rmdir(f->dir);
    g_free(f->dir);
}

static void
test_numbers(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *text;
        guint64 value;
    } cases[] = {
        {"4096\n", 4096},
        {"max\n", GROUP_UNLIMITED},
        {"9223372036854771712\n", GROUP_UNLIMITED},
        {"-1\n", GROUP_UNLIMITED},
        {"0\n", 0},
    };
    g_autoptr(GError) error = NULL;
    guint64 value;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        put(f->dir, "memory.max", cases[i].text);
        g_assert_true(group_file_read_number(f->dir, "memory.max", &value, NULL));
        g_assert_cmpuint(value, ==, cases[i].value);
    }
    put(f->dir, "memory.max", "lots\n");
    g_assert_false(group_file_read_number(f->dir, "memory.max", &value, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_INTERNAL);
}

static void
test_alternatives(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    g_assert_false(group_file_exists(f->dir, "io.weight|io.bfq.weight"));
    g_assert_false(group_file_write(f->dir, "io.weight|io.bfq.weight", "500", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_nonnull(
        strstr(error->message, "cannot set 'io.weight': this kernel has no such limit"));
    put(f->dir, "io.bfq.weight", "");
    g_assert_true(group_file_exists(f->dir, "io.weight|io.bfq.weight"));
    g_assert_true(group_file_write_number(f->dir, "io.weight|io.bfq.weight", 500, NULL));
    text = group_file_read(f->dir, "io.weight|io.bfq.weight", NULL);
    g_assert_cmpstr(text, ==, "500");
}

static void
test_lookup(void)
{
    const char *text = "usage_usec 12\nuser_usec 7\nsystem_usec 5";
    guint64 value = 99;

    g_assert_true(group_file_lookup(text, "user_usec", &value));
    g_assert_cmpuint(value, ==, 7);
    g_assert_true(group_file_lookup(text, "usage_usec", &value));
    g_assert_cmpuint(value, ==, 12);
    g_assert_false(group_file_lookup(text, "user", &value));
    g_assert_cmpuint(value, ==, 12);
}

static void
test_usage(Fixture *f, gconstpointer data)
{
    g_autofree char *v2 = g_strdup_printf("version 1\nstate running\nreason booted\n"
                                          "cgroup v2 cpu,memory %s\n",
                                          f->dir);
    g_autoptr(GError) error = NULL;
    g_autoptr(Status) status = status_parse(v2, &error);
    UsageMemory memory;
    UsageCpu cpu;

    g_assert_no_error(error);
    put(f->dir, "memory.stat", "anon 1\nfile 8192\npgfault 30\npgmajfault 2\n");
    put(f->dir, "memory.current", "65536\n");
    put(f->dir, "memory.max", "max\n");
    put(f->dir, "memory.swap.current", "4096\n");
    put(f->dir, "cpu.stat", "usage_usec 12\nuser_usec 7\nsystem_usec 5\n");
    g_assert_true(usage_memory(status, &memory, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(memory.used_bytes, ==, 65536);
    g_assert_cmpuint(memory.limit_bytes, ==, G_MAXUINT64);
    g_assert_cmpuint(memory.cache_bytes, ==, 8192);
    g_assert_cmpuint(memory.swap_bytes, ==, 4096);
    g_assert_cmpuint(memory.minor_faults, ==, 30);
    g_assert_cmpuint(memory.major_faults, ==, 2);
    g_assert_true(usage_cpu(status, &cpu, NULL));
    g_assert_cmpuint(cpu.total_ns, ==, 12000);
    g_assert_cmpuint(cpu.user_ns, ==, 7000);
    g_assert_null(usage_per_cpu(status, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG);
}

static void
test_usage_without_groups(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Status) status = status_parse("version 1\nstate running\nreason booted\n", NULL);
    UsageMemory memory;

    g_assert_false(usage_memory(status, &memory, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG);
    g_assert_nonnull(strstr(error->message, "controller 'memory'"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/core/group-file/numbers", Fixture, NULL, set_up, test_numbers, tear_down);
    g_test_add("/core/group-file/alternatives", Fixture, NULL, set_up, test_alternatives,
               tear_down);
    g_test_add_func("/core/group-file/lookup", test_lookup);
    g_test_add("/core/usage/v2", Fixture, NULL, set_up, test_usage, tear_down);
    g_test_add_func("/core/usage/no-groups", test_usage_without_groups);
    return g_test_run();
}
