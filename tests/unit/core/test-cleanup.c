/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/cleanup.h"

#include "core-fixture.h"
#include "core/journal.h"

/* Kills the supervisor as an administrator would, and waits until its lock is free. */
static void
kill_supervisor(House *house, const char *name, int pid)
{
    kill(pid, SIGKILL);
    house_wait_gone(house, name);
}

static JournalEntry *
last_event(Journal *journal)
{
    JournalEntry *entry = NULL, *next = NULL;

    while (journal_next(journal, 0, &next, NULL) && next != NULL) {
        journal_entry_free(entry);
        entry = next;
    }
    return entry;
}

static void
test_persistent_is_said_crashed(void)
{
    g_auto(House) house = house_new();
    g_autoptr(Journal) journal = journal_follow(house.paths, NULL);
    g_autoptr(JournalEntry) entry = NULL;
    g_autoptr(StoreObject) object = NULL;
    g_autoptr(GError) error = NULL;
    int id = 0;

    g_assert_true(house_define(&house, "web", 1, &error));
    g_assert_true(house_launch(&house, "web", 1, FALSE, "test run", &id, &error));
    kill_supervisor(&house, "web", id);
    g_assert_true(cleanup_is_needed(house.store, "web"));
    house_assert_state(&house, "web", DOMAIN_STATE_SHUTOFF, 3); /* even before anybody cleaned */
    object = store_find_name(house.store, "web", &error);       /* whoever finds it cleans up */
    g_assert_false(object->is_active);
    g_assert_cmpint(object->id, ==, -1);
    g_assert_false(cleanup_is_needed(house.store, "web"));
    house_assert_state(&house, "web", DOMAIN_STATE_SHUTOFF, 3);
    entry = last_event(journal);
    g_assert_nonnull(entry);
    g_assert_cmpstr(entry->name, ==, "web");
    g_assert_cmpint(entry->event, ==, JOURNAL_STOPPED);
    g_assert_cmpint(entry->detail, ==, JOURNAL_STOPPED_CRASHED);
    g_assert_cmpstr(entry->detail_word, ==, "crashed");
    g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
    g_assert_true(house_launch(&house, "web", 1, FALSE, "test run", NULL, &error));
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
}

static void
test_transient_vanishes(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GPtrArray) list = NULL;
    int id = 0;

    g_assert_true(house_launch(&house, "web", 1, TRUE, "test run", &id, NULL));
    kill_supervisor(&house, "web", id);
    list = store_list(house.store, STORE_LIST_ALL, NULL);
    g_assert_cmpuint(list->len, ==, 0);
    g_assert_cmpuint(house_count_live(&house), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-id"), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-uuid"), ==, 0);
}

static void
test_all_counts_and_reports(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
    int id[3];

    g_assert_true(house_launch(&house, "a", 1, TRUE, "test run", &id[0], NULL));
    g_assert_true(house_launch(&house, "b", 2, TRUE, "test run", &id[1], NULL));
    g_assert_true(house_launch(&house, "c", 3, TRUE, "test clean-fails", &id[2], NULL));
    g_assert_cmpint(cleanup_all(house.store, messages), ==, 0);
    kill_supervisor(&house, "a", id[0]);
    kill_supervisor(&house, "b", id[1]);
    kill_supervisor(&house, "c", id[2]);
    g_assert_cmpint(cleanup_all(house.store, messages), ==, 2);
    g_assert_cmpuint(messages->len, ==, 1);
    g_assert_nonnull(strstr(messages->pdata[0], "cannot clean up after 'c': "));
    g_assert_nonnull(strstr(messages->pdata[0], "failed with status 1: cannot remove the cgroup"));
    g_assert_cmpuint(house_count_live(&house), ==, 1); /* kept for the next try */
}

static void
test_locked_one_is_left(void)
{
    g_auto(House) house = house_new();
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(GPtrArray) list = NULL;
    int id = 0;

    g_assert_true(house_launch(&house, "web", 1, TRUE, "test run", &id, NULL));
    kill_supervisor(&house, "web", id);
    lock = object_lock_take(house.store, "web", 0, NULL);
    list = store_list(house.store, STORE_LIST_ALL, NULL);
    g_assert_cmpuint(list->len, ==, 0);
    g_assert_cmpint(cleanup_all(house.store, NULL), ==, 0);
    g_assert_true(cleanup_is_needed(house.store, "web"));
}

static void
test_on_crash_restart(void)
{
    g_auto(House) house = house_new();
    g_autoptr(StoreObject) object = NULL;
    int id = 0;

    g_assert_true(house_launch(&house, "web", 1, TRUE, "on crash restart", &id, NULL));
    kill_supervisor(&house, "web", id);
    g_assert_cmpint(cleanup_all(house.store, NULL), ==, 1);
    object = store_find_name(house.store, "web", NULL);
    g_assert_true(object != NULL && object->is_active);
    g_assert_cmpint(object->id, !=, id);
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
}

static void
test_killed_before_any_status(void)
{
    g_auto(House) house = house_new();
    g_autofree char *dir = store_live_dir(house.store, "web");
    g_autofree char *plan = g_build_filename(dir, "plan", NULL);
    g_autoptr(Journal) journal = journal_follow(house.paths, NULL);
    g_autoptr(JournalEntry) entry = NULL;

    g_assert_true(file_make_dirs(dir, 0700, NULL));
    g_assert_true(file_write(AT_FDCWD, plan, "lodge-plan 1\n", 13, 0600, FILE_LIVE, NULL));
    g_assert_cmpint(cleanup_all(house.store, NULL), ==, 0); /* nobody was told that it started */
    g_assert_cmpuint(house_count_live(&house), ==, 0);
    entry = last_event(journal);
    g_assert_null(entry);
}

static void
test_ended_without_definition_goes(void)
{
    g_auto(House) house = house_new();

    g_assert_true(house_define(&house, "web", 1, NULL));
    g_assert_true(house_launch(&house, "web", 1, FALSE, "test end", NULL, NULL));
    house_wait_gone(&house, "web");
    g_assert_cmpuint(house_count_live(&house), ==, 1);
    house_assert_state(&house, "web", DOMAIN_STATE_SHUTOFF, 1);
    {
        g_autofree char *xml = g_build_filename(house.store->config_dir, "web.xml", NULL);

        g_assert_cmpint(unlink(xml), ==, 0); /* by hand, behind our back */
    }
    g_assert_cmpint(cleanup_all(house.store, NULL), ==, 0);
    g_assert_cmpuint(house_count_live(&house), ==, 0);
    g_assert_cmpuint(house_count_in(&house, "by-uuid"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cleanup/persistent", test_persistent_is_said_crashed);
    g_test_add_func("/cleanup/transient", test_transient_vanishes);
    g_test_add_func("/cleanup/all", test_all_counts_and_reports);
    g_test_add_func("/cleanup/locked", test_locked_one_is_left);
    g_test_add_func("/cleanup/on-crash-restart", test_on_crash_restart);
    g_test_add_func("/cleanup/no-status", test_killed_before_any_status);
    g_test_add_func("/cleanup/ended-undefined", test_ended_without_definition_goes);
    return house_run_tests();
}
