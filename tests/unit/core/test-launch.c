/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/launch.h"

#include <sys/time.h>
#include <sys/wait.h>

#include "core-fixture.h"
#include "core/cleanup.h"

#define RUN "test run"

static void
test_start_then_found_everywhere(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreObject) by_name = NULL, by_uuid = NULL, by_id = NULL;
    g_autofree char *xml = NULL;
    guint8 uuid[UUID_SIZE];
    int id = 0;

    g_assert_true(house_define(&house, "web", 1, &error));
    g_assert_true(house_launch(&house, "web", 1, FALSE, RUN, &id, &error));
    g_assert_no_error(error);
    g_assert_cmpint(kill(id, 0), ==, 0);
    by_name = store_find_name(house.store, "web", &error);
    by_uuid = store_find_uuid(house.store, uuid_of(1, uuid), &error);
    by_id = store_find_id(house.store, id, &error);
    g_assert_no_error(error);
    g_assert_cmpint(by_name->id, ==, id);
    g_assert_true(by_uuid->is_active && by_uuid->is_persistent && !by_uuid->is_paused);
    g_assert_cmpstr(by_id->name, ==, "web");
    g_assert_true(store_is_alive(house.store, "web"));
    xml = store_read_live(house.store, "web", "live.xml", NULL, &error);
    g_assert_nonnull(strstr(xml, "<name>web</name>"));
    house_assert_state(&house, "web", DOMAIN_STATE_RUNNING, 1);
    g_assert_cmpuint(house_count_live(&house), ==, 1);
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
    house_assert_state(&house, "web", DOMAIN_STATE_SHUTOFF, 2);
    g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
    g_assert_null(store_find_id(house.store, id, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
}

static void
test_start_twice(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(house_launch(&house, "web", 1, TRUE, RUN, NULL, &error));
    g_assert_false(house_launch(&house, "web", 1, TRUE, RUN, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_assert_cmpstr(error->message, ==, "domain is already running");
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
}

static void
test_transient_leaves_nothing(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(house_launch(&house, "web", 1, TRUE, RUN, NULL, &error));
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
    g_assert_cmpuint(house_count_live(&house), ==, 0);
    g_assert_null(store_find_name(house.store, "web", &error));
    g_assert_cmpstr(error->message, ==, "no domain with matching name 'web'");
    g_assert_cmpint(cleanup_all(house.store, NULL), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-uuid"), ==, 0);
}

static void
test_start_again_and_again(void)
{
    g_auto(House) house = house_new();

    g_assert_true(house_define(&house, "web", 1, NULL));
    for (int i = 0; i < 30; i++) {
        house_start(&house, "web", 1, FALSE, RUN);
        house_destroy(&house, "web"); /* and at once again, while the supervisor is still leaving */
    }
    house_wait_gone(&house, "web");
}

static void
test_guest_that_ends_at_once(void)
{
    g_auto(House) house = house_new();

    for (int i = 0; i < 30; i++) {
        house_start(&house, "web", 1, TRUE, "test end");
        while (store_is_alive(house.store, "web"))
            g_thread_yield(); /* until it says "ended", not until it is gone */
    }
    house_wait_gone(&house, "web");
    g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
    g_assert_cmpuint(house_count_live(&house), ==, 0);
}

static void
assert_failed_start(const char *words, LodgeErrorCode code, const char *message)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;

    g_assert_false(house_launch(&house, "web", 1, TRUE, words, NULL, &error));
    g_assert_error(error, LODGE_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_cmpuint(house_count_live(&house), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-uuid"), ==, 0);
    g_assert_cmpuint(house_count_in(&house, ".locks"), ==, 0);
}

static void
test_failed_starts_leave_nothing(void)
{
    assert_failed_start("test fail", LODGE_ERROR_CONFIG, "no such bridge 'br9'");
    assert_failed_start("test die", LODGE_ERROR_INTERNAL,
                        "the supervisor died while starting and did not say why");
}

static void
test_uuid_taken_by_a_running_one(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(house_launch(&house, "web", 1, TRUE, RUN, NULL, &error));
    g_assert_false(house_launch(&house, "db", 1, TRUE, RUN, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_EXISTS);
    g_assert_cmpstr(error->message, ==,
                    "domain 'web' is already defined with uuid "
                    "01000000-1111-1111-1111-111111111111; leave <uuid> out to get a new one");
    g_clear_error(&error);
    g_assert_false(house_define(&house, "db", 1, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_EXISTS);
    g_clear_error(&error);
    g_assert_false(house_define(&house, "web", 2, &error));
    g_assert_cmpstr(error->message, ==,
                    "domain 'web' already exists with uuid 01000000-1111-1111-1111-111111111111; "
                    "to change it, put that into <uuid>, else choose another <name>");
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
}

static void
test_define_and_undefine_while_running(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreObject) object = NULL;

    g_assert_true(house_launch(&house, "web", 1, TRUE, RUN, NULL, &error));
    g_assert_false(store_undefine(house.store, "web", &error));
    g_assert_cmpstr(error->message, ==, "cannot undefine transient domain 'web'");
    g_clear_error(&error);
    g_assert_false(store_set_autostart(house.store, "web", TRUE, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_clear_error(&error);
    g_assert_true(
        house_define(&house, "web", 1, &error)); /* becomes persistent: keeps its last state */
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
    house_assert_state(&house, "web", DOMAIN_STATE_SHUTOFF, 2);

    g_assert_true(house_launch(&house, "web", 1, FALSE, RUN, NULL, &error));
    g_assert_true(
        store_undefine(house.store, "web", &error)); /* becomes transient: goes at the end */
    object = store_find_name(house.store, "web", &error);
    g_assert_true(object != NULL && object->is_active && !object->is_persistent);
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
    g_assert_cmpuint(house_count_live(&house), ==, 0);
}

static void
test_names_that_are_folders_of_ours(void)
{
    static const char *const names[] = {"by-id", "by-uuid", ".store", ".locks", "%x",   "a b",
                                        "ü",     "-x",      ".tmp-1", "x.xml",  "\\x41"};
    g_auto(House) house = house_new();
    g_autoptr(GPtrArray) list = NULL;
    g_autofree char *longest = g_strnfill(200, 'n');

    for (guint i = 0; i <= G_N_ELEMENTS(names); i++) {
        const char *name = i < G_N_ELEMENTS(names) ? names[i] : longest;
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreObject) object = NULL;

        g_assert_true(house_define(&house, name, i, &error));
        g_assert_true(house_launch(&house, name, i, FALSE, RUN, NULL, &error));
        g_assert_no_error(error);
        object = store_find_name(house.store, name, &error);
        g_assert_true(object->is_active && object->is_persistent);
    }
    list = store_list(house.store, STORE_LIST_ACTIVE, NULL);
    g_assert_cmpuint(list->len, ==, G_N_ELEMENTS(names) + 1);
    for (guint i = 0; i < list->len; i++) {
        StoreObject *object = list->pdata[i];

        house_destroy(&house, object->name);
        house_wait_gone(&house, object->name);
        g_assert_true(store_undefine(house.store, object->name, NULL));
    }
    g_assert_cmpuint(house_count_live(&house), ==, 0);
}

static void
test_extra_files_are_there(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(ObjectLock) lock = object_lock_take(house.store, "web", 0, &error);
    guint8 uuid[UUID_SIZE];
    LaunchSpec spec = {.name = "web",
                       .uuid = uuid_of(1, uuid),
                       .xml = "<network/>",
                       .plan = "lodge-plan 1\n",
                       .is_transient = TRUE,
                       .stdio = {-1, -1, -1},
                       .files = (const char *const[]){"extra", "text", NULL}};
    g_autofree char *text = NULL;

    g_assert_true(launch_start(house.store, lock, &spec, NULL, &error));
    text = store_read_live(house.store, "web", "extra", NULL, &error);
    g_assert_cmpstr(text, ==, "text");
    g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
}

static void
test_one_of_32_wins(void)
{
    g_auto(House) house = house_new();
    int n_won = 0, n_told = 0;

    for (int i = 0; i < 32; i++)
        if (fork() == 0) {
            g_autoptr(GError) error = NULL;

            if (house_launch(&house, "web", 1, TRUE, RUN, NULL, &error))
                _exit(10);
            _exit(g_str_equal(error->message, "domain is already running") ? 11 : 12);
        }
    for (int i = 0; i < 32; i++) {
        int status;

        g_assert_cmpint(wait(&status), >, 0);
        n_won += WEXITSTATUS(status) == 10 ? 1 : 0;
        n_told += WEXITSTATUS(status) == 11 ? 1 : 0;
    }
    g_assert_cmpint(n_won, ==, 1);
    g_assert_cmpint(n_told, ==, 31);
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
}

static void
test_killed_launcher(void)
{
    g_auto(House) house = house_new();
    int n_alive = 0;

    for (int round = 0; round < 60; round++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreObject) object = NULL;
        int status;
        pid_t pid = fork();

        if (pid == 0) {
            struct itimerval moment = {.it_value.tv_usec = 1 + round * 50};

            setitimer(ITIMER_REAL, &moment, NULL);
            house_launch(&house, "web", 1, TRUE, RUN, NULL, NULL);
            _exit(0);
        }
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        /* The next one gets it running, or is told that it does. */
        if (house_launch(&house, "web", 1, TRUE, RUN, NULL, &error))
            g_assert_no_error(error);
        else
            g_assert_cmpstr(error->message, ==, "domain is already running");
        n_alive += error != NULL ? 1 : 0;
        g_clear_error(&error);
        object = store_find_name(house.store, "web", &error);
        g_assert_no_error(error);
        g_assert_true(object->is_active);
        house_destroy(&house, "web");
        house_wait_gone(&house, "web");
    }
    g_test_message("%d of 60 launchers had got it running", n_alive);
    g_assert_cmpint(cleanup_all(house.store, NULL), ==, 0);
    g_assert_cmpuint(house_count_live(&house), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-uuid"), ==, 0);
}

static void
test_control(void)
{
    g_auto(House) house = house_new();
    g_autofree char *dir = store_live_dir(house.store, "web");
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    int fd = -1;

    g_assert_false(control_request(dir, (const char *[]){"echo", NULL}, 1000, NULL, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_clear_error(&error);
    g_assert_true(house_launch(&house, "web", 1, TRUE, RUN, NULL, &error));
    g_assert_true(control_request(dir, (const char *[]){"echo", "a b", "", "\\x", NULL}, 5000,
                                  &words, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(words), ==, 3);
    g_assert_cmpstr(words[0], ==, "a b");
    g_assert_cmpstr(words[1], ==, "");
    g_assert_cmpstr(words[2], ==, "\\x");
    g_assert_true(control_request(dir, (const char *[]){"console", NULL}, 5000, NULL, &fd, &error));
    g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, !=, 0);
    close(fd);
    g_assert_false(
        control_request(dir, (const char *[]){"refuse", NULL}, 5000, NULL, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_BUSY);
    g_assert_cmpstr(error->message, ==, "console is taken");
    g_clear_error(&error);
    g_assert_false(control_request(dir, (const char *[]){"what", NULL}, 5000, NULL, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==, "no such request");
    g_clear_error(&error);
    g_assert_false(control_request(dir, (const char *[]){"silent", NULL}, 50, NULL, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_TIMEOUT);
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/launch/found-everywhere", test_start_then_found_everywhere);
    g_test_add_func("/launch/twice", test_start_twice);
    g_test_add_func("/launch/transient", test_transient_leaves_nothing);
    g_test_add_func("/launch/again", test_start_again_and_again);
    g_test_add_func("/launch/ends-at-once", test_guest_that_ends_at_once);
    g_test_add_func("/launch/failed", test_failed_starts_leave_nothing);
    g_test_add_func("/launch/uuid-taken", test_uuid_taken_by_a_running_one);
    g_test_add_func("/launch/define-while-running", test_define_and_undefine_while_running);
    g_test_add_func("/launch/names", test_names_that_are_folders_of_ours);
    g_test_add_func("/launch/extra-files", test_extra_files_are_there);
    g_test_add_func("/launch/one-of-32", test_one_of_32_wins);
    g_test_add_func("/launch/killed-launcher", test_killed_launcher);
    g_test_add_func("/launch/control", test_control);
    return house_run_tests();
}
