/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/journal.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core-fixture.h"
#include "core/journal-priv.h"
#include "core/limits.h"

static gboolean
append(House *house, const char *name, int id, int event, int detail)
{
    guint8 uuid[UUID_SIZE];
    g_autoptr(ObjectRef) ref = object_ref_new(name, uuid_of(1, uuid), id);

    return journal_append(house->paths, "lxc", ref, JOURNAL_LIFECYCLE, event, detail, NULL, NULL);
}

static JournalEntry *
next(Journal *journal, int timeout_ms)
{
    g_autoptr(GError) error = NULL;
    JournalEntry *entry = NULL;

    g_assert_true(journal_next(journal, timeout_ms, &entry, &error));
    g_assert_no_error(error);
    return entry;
}

static void
test_line_is_as_documented(void)
{
    g_auto(House) house = house_new();
    g_autofree char *path = g_build_filename(house.paths->live, "events", NULL), *text = NULL;
    struct stat st;

    g_assert_true(append(&house, "a\"b", 4711, JOURNAL_STARTED, 0));
    text = file_read(AT_FDCWD, path, 10000, NULL, NULL);
    g_assert_true(g_str_has_prefix(text, "{\"time\":"));
    g_assert_true(g_str_has_suffix(
        text,
        ",\"driver\":\"lxc\",\"name\":\"a\\\"b\",\"uuid\":\"01000000-1111-1111-1111-111111111111\","
        "\"id\":4711,\"kind\":\"lifecycle\",\"event\":\"started\",\"event-number\":2,"
        "\"detail\":\"booted\",\"detail-number\":0}\n"));
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
}

static void
test_follow_sees_only_what_comes(void)
{
    g_auto(House) house = house_new();
    g_autoptr(Journal) journal = NULL;
    g_autoptr(JournalEntry) entry = NULL;

    g_assert_true(append(&house, "before", -1, JOURNAL_DEFINED, 0));
    journal = journal_follow(house.paths, NULL);
    g_assert_null(next(journal, 0));
    g_assert_null(next(journal, 20));
    g_assert_true(append(&house, "after", 7, JOURNAL_STOPPED, JOURNAL_STOPPED_CRASHED));
    entry = next(journal, 10000);
    g_assert_cmpstr(entry->name, ==, "after");
    g_assert_cmpstr(entry->driver, ==, "lxc");
    g_assert_cmpint(entry->id, ==, 7);
    g_assert_cmpint(entry->kind, ==, JOURNAL_LIFECYCLE);
    g_assert_cmpint(entry->event, ==, JOURNAL_STOPPED);
    g_assert_cmpstr(entry->event_word, ==, "stopped");
    g_assert_cmpstr(entry->detail_word, ==, "crashed");
    g_assert_cmpint(ABS(entry->time_us - g_get_real_time()), <, 60 * G_USEC_PER_SEC);
    g_assert_null(next(journal, 0));
}

static void
test_follow_wakes_up(void)
{
    g_auto(House) house = house_new();
    g_autoptr(Journal) journal = journal_follow(house.paths, NULL); /* no journal yet */
    g_autoptr(JournalEntry) entry = NULL;

    if (fork() == 0)
        _exit(append(&house, "late", 1, JOURNAL_STARTED, 0) ? 0 : 1);
    entry = next(journal, 20000);
    g_assert_cmpstr(entry->name, ==, "late");
    while (wait(NULL) > 0)
        ;
}

static void
test_metadata_and_reboot(void)
{
    g_auto(House) house = house_new();
    g_autoptr(Journal) journal = journal_follow(house.paths, NULL);
    guint8 uuid[UUID_SIZE];
    g_autoptr(ObjectRef) ref = object_ref_new("web", uuid_of(1, uuid), 1);
    g_autoptr(JournalEntry) metadata = NULL, reboot = NULL, network = NULL;

    g_assert_true(
        journal_append(house.paths, "lxc", ref, JOURNAL_METADATA_CHANGE, 2, 0, "urn:x", NULL));
    g_assert_true(journal_append(house.paths, "lxc", ref, JOURNAL_REBOOT, 0, 0, NULL, NULL));
    g_assert_true(journal_append(house.paths, "vnet", ref, JOURNAL_LIFECYCLE, JOURNAL_NET_STOPPED,
                                 0, NULL, NULL));
    metadata = next(journal, 1000);
    g_assert_cmpint(metadata->kind, ==, JOURNAL_METADATA_CHANGE);
    g_assert_cmpstr(metadata->event_word, ==, "element");
    g_assert_cmpstr(metadata->detail_word, ==, "urn:x");
    reboot = next(journal, 1000);
    g_assert_cmpint(reboot->kind, ==, JOURNAL_REBOOT);
    g_assert_cmpstr(reboot->event_word, ==, "reboot");
    network = next(journal, 1000);
    g_assert_cmpstr(network->event_word, ==, "stopped");
    g_assert_cmpstr(network->detail_word, ==, "");
}

static void
test_damaged_lines_are_skipped(void)
{
    g_auto(House) house = house_new();
    g_autofree char *path = g_build_filename(house.paths->live, "events", NULL);
    g_autoptr(Journal) journal = journal_follow(house.paths, NULL);
    g_autoptr(JournalEntry) first = NULL, second = NULL;
    FILE *file;

    g_assert_true(append(&house, "one", 1, JOURNAL_STARTED, 0));
    file = fopen(path, "a");
    fputs("nonsense\n{\"time\":1}\n\n", file);
    fwrite("\0\0\n", 1, 3, file);
    fputs("{\"time\":17,\"driver\":\"lx", file); /* cut short by a full disk: no end of line */
    fclose(file);
    g_assert_true(append(&house, "two", 1, JOURNAL_STARTED, 0));
    first = next(journal, 0);
    second = next(journal, 0);
    g_assert_cmpstr(first->name, ==, "one");
    g_assert_cmpstr(second->name, ==, "two");
    g_assert_null(next(journal, 0));
}

static void
test_line_in_two_parts(void)
{
    g_auto(House) house = house_new();
    g_autofree char *path = g_build_filename(house.paths->live, "events", NULL), *line = NULL;
    g_autofree char *copy = g_build_filename(house.root, "copy", NULL);
    g_autoptr(Journal) journal = NULL;
    g_autoptr(JournalEntry) entry = NULL;
    FILE *file;

    g_assert_true(append(&house, "web", 1, JOURNAL_STARTED, 0));
    line = file_read(AT_FDCWD, path, 10000, NULL, NULL);
    journal = journal_follow(house.paths, NULL);
    file = fopen(path, "a");
    fwrite(line, 1, 50, file);
    fflush(file);
    g_assert_null(next(journal, 0));
    fputs(line + 50, file);
    fclose(file);
    entry = next(journal, 0);
    g_assert_cmpstr(entry->name, ==, "web");
}

#define WRITERS 4
#define BATCHES 6
#define BATCH   500 /* four writers' batches are 0.4 of CORE_JOURNAL_BYTES_MAX */

/* Each writer does a batch whenever it gets a byte. */
static void
run_writer(House *house, int number, int go_fd)
{
    char byte;

    for (int batch = 0; batch < BATCHES; batch++) {
        if (read(go_fd, &byte, 1) != 1)
            _exit(1);
        for (int i = 0; i < BATCH; i++) {
            g_autofree char *name = g_strdup_printf("w%d-%d", number, batch * BATCH + i);

            if (!append(house, name, 1, JOURNAL_STARTED, 0))
                _exit(2);
        }
    }
    _exit(0);
}

static void
test_rotation_loses_nothing_for_a_follower(void)
{
    g_auto(House) house = house_new();
    g_autoptr(Journal) journal = journal_follow(house.paths, NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *old = g_build_filename(house.paths->live, "events.1", NULL);
    int go[2];

    g_assert_cmpint(pipe(go), ==, 0);
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0)
            run_writer(&house, i, go[0]);
    for (int batch = 0; batch < BATCHES; batch++) {
        g_assert_cmpint(write(go[1], "xxxx", WRITERS), ==, WRITERS);
        while (g_hash_table_size(seen) < (guint)(WRITERS * BATCH * (batch + 1))) {
            g_autoptr(JournalEntry) entry = next(journal, 30000);

            g_assert_nonnull(entry);
            g_assert_true(g_hash_table_add(seen, g_strdup(entry->name))); /* none twice */
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;

        g_assert_cmpint(wait(&status), >, 0);
        g_assert_cmpint(status, ==, 0);
    }
    close(go[0]);
    close(go[1]);
    g_assert_cmpint(access(old, F_OK), ==, 0); /* it did rotate */
    g_assert_null(next(journal, 0));
}

/* Two rotations between two looks: what is still there is read, once. */
static void
test_follower_that_slept(void)
{
    g_auto(House) house = house_new();
    g_autoptr(Journal) journal = journal_follow(house.paths, NULL);
    g_autofree char *path = g_build_filename(house.paths->live, "events", NULL);
    g_autofree char *old = g_strconcat(path, ".1", NULL);
    static const char *const names[] = {"a", "b", "c"};

    g_assert_true(append(&house, "zero", 1, JOURNAL_STARTED, 0));
    journal_entry_free(next(journal, 0));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (i > 0)
            g_assert_cmpint(rename(path, old), ==, 0);
        g_assert_true(append(&house, names[i], 1, JOURNAL_STARTED, 0));
    }
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(JournalEntry) entry = next(journal, 0);

        g_assert_cmpstr(entry->name, ==, names[i]);
    }
    g_assert_null(next(journal, 0));
}

static void
test_words(void)
{
    g_assert_cmpstr(journal_event_word("lxc", 8), ==, "crashed");
    g_assert_null(journal_event_word("lxc", 9));
    g_assert_null(journal_event_word("lxc", -1));
    g_assert_cmpstr(journal_event_word("vnet", 3), ==, "stopped");
    g_assert_null(journal_event_word("vnet", 4));
    g_assert_cmpstr(journal_detail_word("lxc", 5, 5), ==, "failed");
    g_assert_null(journal_detail_word("lxc", 5, 8));
    g_assert_null(journal_detail_word("lxc", 9, 0));
    g_assert_null(journal_detail_word("vnet", 0, 0));
}

static void
test_cannot_append(void)
{
    g_auto(House) house = house_new();
    g_autofree char *path = g_build_filename(house.paths->live, "events", NULL);
    guint8 uuid[UUID_SIZE];
    g_autoptr(ObjectRef) ref = object_ref_new("web", uuid_of(1, uuid), 1);
    g_autoptr(GError) error = NULL;

    g_assert_true(file_make_dirs(path, 0700, NULL)); /* a folder stands in the way */
    g_assert_false(journal_append(house.paths, "lxc", ref, JOURNAL_LIFECYCLE, JOURNAL_STARTED, 0,
                                  NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_IO);
    g_assert_true(g_str_has_prefix(error->message, "cannot record an event in '"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/journal/line", test_line_is_as_documented);
    g_test_add_func("/journal/follow", test_follow_sees_only_what_comes);
    g_test_add_func("/journal/wakes-up", test_follow_wakes_up);
    g_test_add_func("/journal/kinds", test_metadata_and_reboot);
    g_test_add_func("/journal/damaged", test_damaged_lines_are_skipped);
    g_test_add_func("/journal/two-parts", test_line_in_two_parts);
    g_test_add_func("/journal/rotation", test_rotation_loses_nothing_for_a_follower);
    g_test_add_func("/journal/slept", test_follower_that_slept);
    g_test_add_func("/journal/words", test_words);
    g_test_add_func("/journal/cannot-append", test_cannot_append);
    return house_run_tests();
}
