/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The store when things go wrong: many processes, kills, full and read-only disks. */
#include "core/store.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "core-fixture.h"

#define N_PROCESSES 32

static void
test_concurrent_defines_of_one_uuid(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GPtrArray) list = NULL;
    int n_won = 0, n_told = 0;

    for (int i = 0; i < N_PROCESSES; i++)
        if (fork() == 0) {
            g_autofree char *name = g_strdup_printf("guest%d", i);
            g_autoptr(GError) error = NULL;

            if (house_define(&house, name, 1, &error))
                _exit(10);
            _exit(g_error_matches(error, LODGE_ERROR, LODGE_ERROR_EXISTS) ? 11 : 12);
        }
    for (int i = 0; i < N_PROCESSES; i++) {
        int status;

        g_assert_cmpint(wait(&status), >, 0);
        n_won += WEXITSTATUS(status) == 10 ? 1 : 0;
        n_told += WEXITSTATUS(status) == 11 ? 1 : 0;
    }
    g_assert_cmpint(n_won, ==, 1);
    g_assert_cmpint(n_told, ==, N_PROCESSES - 1);
    list = store_list(house.store, STORE_LIST_ALL, NULL);
    g_assert_cmpuint(list->len, ==, 1);
}

/* Everybody redefines, marks and removes one object; readers see it whole or not at all. */
static void
test_concurrent_everything_on_one_object(void)
{
    g_auto(House) house = house_new();

    g_assert_true(house_define(&house, "web", 1, NULL));
    for (int i = 0; i < N_PROCESSES; i++)
        if (fork() == 0) {
            for (int round = 0; round < 5; round++) {
                g_autoptr(GError) error = NULL;
                g_autoptr(StoreObject) object = NULL;
                guint8 uuid[UUID_SIZE];

                if (i % 4 == 0 && !house_define(&house, "web", 1, &error))
                    _exit(1);
                if (i % 4 == 1 && !store_undefine(house.store, "web", &error) &&
                    !g_error_matches(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
                    _exit(2);
                if (i % 4 == 2 && !store_set_autostart(house.store, "web", round % 2, &error) &&
                    !g_error_matches(error, LODGE_ERROR, LODGE_ERROR_STATE))
                    _exit(3);
                object = store_find_name(house.store, "web", NULL);
                if (object != NULL && memcmp(object->uuid, uuid_of(1, uuid), UUID_SIZE) != 0)
                    _exit(4);
            }
            _exit(0);
        }
    for (int i = 0; i < N_PROCESSES; i++) {
        int status;

        g_assert_cmpint(wait(&status), >, 0);
        g_assert_cmpint(status, ==, 0);
    }
    g_assert_true(house_define(&house, "web", 1, NULL));
}

/* A define or undefine that ends at a random instant leaves the old or the new, and room for the next. */
static void
test_killed_define(void)
{
    g_auto(House) house = house_new();
    guint n_defined = 0;

    for (int round = 0; round < 40; round++) {
        g_autoptr(GPtrArray) list = NULL;
        g_autoptr(GError) error = NULL;
        int status;
        pid_t pid = fork();

        if (pid == 0) {
            struct itimerval moment = {.it_value.tv_usec = g_random_int_range(1, 25000)};

            setitimer(ITIMER_REAL, &moment, NULL);
            for (;;) {
                store_undefine(house.store, "web", NULL);
                house_define(&house, "web", 1, NULL);
                store_set_autostart(house.store, "web", TRUE, NULL);
            }
        }
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        list = store_list(house.store, STORE_LIST_ALL, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(list->len, <=, 1);
        if (list->len == 1) {
            const StoreObject *object = list->pdata[0];
            g_autofree char *xml = store_read_config(house.store, "web", NULL, &error);
            guint8 uuid[UUID_SIZE];
            g_autofree char *expected = xml_of("web", uuid_of(1, uuid));

            n_defined++;
            g_assert_cmpstr(xml, ==, expected);
            g_assert_cmpmem(object->uuid, UUID_SIZE, uuid, UUID_SIZE);
        }
        if (round % 3 == 0) { /* another takes the uuid, or is told by whom it is taken */
            g_assert_true(list->len == 1 || house_define(&house, "other", 1, &error));
            g_assert_no_error(error);
            store_undefine(house.store, "other", NULL);
        }
    }
    g_test_message("%u of 40 kills left it defined", n_defined);
    g_assert_true(house_define(&house, "web", 1, NULL));
    g_assert_true(store_undefine(house.store, "web", NULL));
    {
        g_autofree char *index = g_build_filename(house.store->config_dir, "by-uuid", NULL);
        GDir *dir = g_dir_open(index, 0, NULL);

        g_assert_null(g_dir_read_name(dir)); /* nothing of the kills is left */
        g_dir_close(dir);
    }
}

/* --- disks ----------------------------------------------------------------------------------- */

static void
run_in_mounts(int (*body)(House *house))
{
    g_auto(House) house = house_new();
    int status;
    pid_t pid;

    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
            _exit(77);
        _exit(body(&house));
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        g_test_skip("needs a mount namespace");
    else
        g_assert_cmpint(status, ==, 0);
}

static gboolean
is_config(House *house, const char *name, const char *expected)
{
    g_autofree char *xml = store_read_config(house->store, name, NULL, NULL);

    return xml != NULL && g_str_equal(xml, expected);
}

static int
body_full(House *house)
{
    g_autofree char *big = g_strnfill(300000, 'x');
    g_autofree char *etc = g_build_filename(house->root, "etc", NULL);
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_SIZE];

    if (!file_make_dirs(etc, 0755, NULL) || mount("tmpfs", etc, "tmpfs", 0, "size=128k") < 0)
        return 77;
    if (!store_define(house->store, "web", uuid_of(1, uuid), "<old/>", NULL, NULL))
        return 1;
    if (store_define(house->store, "web", uuid, big, NULL, &error) ||
        !g_error_matches(error, LODGE_ERROR, LODGE_ERROR_IO) ||
        !g_str_has_suffix(error->message,
                          "web.xml': No space left on device; make room on that file system"))
        return 2;
    if (!is_config(house, "web", "<old/>"))
        return 3;
    g_clear_error(&error);
    if (store_define(house->store, "db", uuid_of(2, uuid), big, NULL, &error) ||
        store_find_name(house->store, "db", NULL) != NULL ||
        store_find_uuid(house->store, uuid, NULL) != NULL)
        return 4;
    return store_define(house->store, "db", uuid, "<small/>", NULL, NULL) ? 0 : 5;
}

static void
test_full_disk(void)
{
    run_in_mounts(body_full);
}

static int
body_read_only(House *house)
{
    g_autofree char *etc = g_build_filename(house->root, "etc", NULL);
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_SIZE];

    if (!file_make_dirs(etc, 0755, NULL) || mount("tmpfs", etc, "tmpfs", 0, NULL) < 0)
        return 77;
    if (!store_define(house->store, "web", uuid_of(1, uuid), "<old/>", NULL, NULL) ||
        mount(NULL, etc, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
        return 1;
    if (store_define(house->store, "web", uuid, "<new/>", NULL, &error) ||
        !g_error_matches(error, LODGE_ERROR, LODGE_ERROR_DENIED) ||
        !g_str_has_suffix(error->message,
                          "web.xml': Read-only file system; remount that file system for writing"))
        return 2;
    g_clear_error(&error);
    if (store_undefine(house->store, "web", &error) ||
        !g_str_has_suffix(error->message,
                          "Read-only file system; remount that file system for writing"))
        return 3;
    g_clear_error(&error);
    if (store_set_autostart(house->store, "web", TRUE, &error) || error == NULL)
        return 4;
    return is_config(house, "web", "<old/>") ? 0 : 5;
}

static void
test_read_only_disk(void)
{
    run_in_mounts(body_read_only);
}

static int
body_live_full(House *house)
{
    g_autofree char *run = g_build_filename(house->root, "run", NULL);
    g_autofree char *big = g_strnfill(300000, 'x'), *plan = g_strconcat("test run\n", big, NULL);
    g_autoptr(GError) error = NULL;

    if (!file_make_dirs(run, 0755, NULL) || mount("tmpfs", run, "tmpfs", 0, "size=128k") < 0)
        return 77;
    if (house_launch(house, "web", 1, TRUE, plan, NULL, &error) ||
        !g_error_matches(error, LODGE_ERROR, LODGE_ERROR_IO))
        return 1;
    if (!g_str_has_prefix(error->message, "cannot make the live state '/") ||
        !g_str_has_suffix(error->message, "/web': cannot write 'plan': No space left "
                                          "on device; make room on that file system"))
        return 2;
    return house_count_live(house) == 0 && house_count_in(house, "by-uuid") == 0 ? 0 : 3;
}

static void
test_full_live_state(void)
{
    run_in_mounts(body_live_full);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store-faults/concurrent-defines", test_concurrent_defines_of_one_uuid);
    g_test_add_func("/store-faults/concurrent-everything",
                    test_concurrent_everything_on_one_object);
    g_test_add_func("/store-faults/killed-define", test_killed_define);
    g_test_add_func("/store-faults/full-disk", test_full_disk);
    g_test_add_func("/store-faults/read-only-disk", test_read_only_disk);
    g_test_add_func("/store-faults/full-live-state", test_full_live_state);
    return house_run_tests();
}
