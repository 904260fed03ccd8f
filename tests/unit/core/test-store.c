/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/store.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>

#include "core-fixture.h"
#include "core/store-priv.h"

static void
test_define_find_undefine(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreObject) by_name = NULL, by_uuid = NULL;
    g_autofree char *xml = NULL, *path = NULL;
    guint8 uuid[UUID_SIZE];
    struct stat st;

    g_assert_true(house_define(&house, "web", 1, &error));
    g_assert_no_error(error);
    path = g_build_filename(house.root, "etc/lodge/lxc/web.xml", NULL);
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    by_name = store_find_name(house.store, "web", &error);
    by_uuid = store_find_uuid(house.store, uuid_of(1, uuid), &error);
    g_assert_no_error(error);
    g_assert_cmpmem(by_name->uuid, UUID_SIZE, uuid, UUID_SIZE);
    g_assert_cmpstr(by_uuid->name, ==, "web");
    g_assert_true(by_name->is_persistent && !by_name->is_active && !by_name->is_autostart);
    g_assert_cmpint(by_name->id, ==, -1);
    xml = store_read_config(house.store, "web", NULL, &error);
    g_assert_true(g_str_has_prefix(xml, "<domain"));
    g_assert_true(store_undefine(house.store, "web", &error));
    g_assert_null(store_find_name(house.store, "web", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==, "no domain with matching name 'web'");
    g_clear_error(&error);
    g_assert_null(store_find_uuid(house.store, uuid, &error));
    g_assert_cmpstr(error->message, ==,
                    "no domain with matching uuid '01000000-1111-1111-1111-111111111111'");
    g_clear_error(&error);
    g_assert_null(store_find_id(house.store, 7, &error));
    g_assert_cmpstr(error->message, ==, "no domain with matching id '7'");
    g_clear_error(&error);
    g_assert_false(store_undefine(house.store, "web", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
}

static void
test_redefine_tells_new_from_changed(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;
    guint8 uuid[UUID_SIZE];
    g_autofree char *xml = xml_of("web", uuid_of(1, uuid)), *stored = NULL;
    gboolean is_new = FALSE;

    g_assert_true(store_define(house.store, "web", uuid, xml, &is_new, &error));
    g_assert_true(is_new);
    g_assert_true(store_define(house.store, "web", uuid, "<x/>", &is_new, &error));
    g_assert_false(is_new);
    stored = store_read_config(house.store, "web", NULL, &error);
    g_assert_cmpstr(stored, ==, "<x/>");
}

static void
test_name_and_uuid_are_unique(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(house_define(&house, "web", 1, &error));
    g_assert_false(house_define(&house, "web", 2, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_EXISTS);
    g_assert_cmpstr(error->message, ==,
                    "domain 'web' already exists with uuid 01000000-1111-1111-1111-111111111111; "
                    "to change it, put that into <uuid>, else choose another <name>");
    g_clear_error(&error);
    g_assert_false(house_define(&house, "db", 1, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_EXISTS);
    g_assert_cmpstr(error->message, ==,
                    "domain 'web' is already defined with uuid "
                    "01000000-1111-1111-1111-111111111111; leave <uuid> out to get a new one");
    g_assert_true(store_undefine(house.store, "web", NULL));
    g_assert_true(house_define(&house, "db", 1, NULL));
    g_assert_true(house_define(&house, "web", 2, NULL));
}

/* Lets go of the lock @data a little later, as a process does whose exit takes its time. */
static void *
let_go(void *data)
{
    (void)poll(NULL, 0, 30);
    close(GPOINTER_TO_INT(data));
    return NULL;
}

static void
test_undefine_while_its_supervisor_leaves(void)
{
    g_auto(House) house = house_new();
    g_autofree char *dir = store_live_dir(house.store, "web");
    g_autofree char *alive = g_build_filename(dir, "alive", NULL);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    GThread *thread;
    int fd;

    g_assert_true(house_define(&house, "web", 1, NULL));
    house_start(&house, "web", 1, FALSE, "test run");
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
    fd = open(alive, O_RDWR | O_CLOEXEC);
    g_assert_cmpint(fcntl(fd, F_OFD_SETLK, &lock), ==, 0);
    thread = g_thread_new("leaves", let_go, GINT_TO_POINTER(fd));
    g_assert_true(store_undefine(house.store, "web", NULL));
    g_assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
    g_thread_join(thread);
}

static void
test_autostart(void)
{
    g_auto(House) house = house_new();
    g_autoptr(StoreObject) object = NULL;
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_false(store_set_autostart(house.store, "web", TRUE, &error));
    g_clear_error(&error);
    g_assert_true(house_define(&house, "web", 1, NULL));
    g_assert_true(store_set_autostart(house.store, "web", TRUE, &error));
    g_assert_true(store_set_autostart(house.store, "web", TRUE, &error));
    object = store_find_name(house.store, "web", NULL);
    g_assert_true(object->is_autostart);
    list = store_list(house.store, STORE_LIST_ALL, NULL);
    g_assert_true(((StoreObject *)list->pdata[0])->is_autostart);
    g_assert_true(store_set_autostart(house.store, "web", FALSE, &error));
    g_assert_true(store_set_autostart(house.store, "web", FALSE, &error));
    g_assert_true(store_set_autostart(house.store, "web", TRUE, &error));
    g_assert_true(store_undefine(house.store, "web", NULL));
    g_assert_true(house_define(&house, "web", 1, NULL)); /* a new one does not inherit it */
    store_object_free(object);
    object = store_find_name(house.store, "web", NULL);
    g_assert_false(object->is_autostart);
}

static void
test_empty_house(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = store_list(house.store, STORE_LIST_ALL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(list->len, ==, 0);
}

/* What an administrator, a backup or a kill may leave. */
static void
test_files_without_index_and_index_without_files(void)
{
    g_auto(House) house = house_new();
    guint8 uuid[UUID_SIZE];
    g_autofree char *by_hand = g_build_filename(house.store->config_dir, "hand.xml", NULL);
    g_autofree char *junk = g_build_filename(house.store->config_dir, "junk.xml", NULL);
    g_autofree char *xml = xml_of("hand", uuid_of(9, uuid));
    g_autofree char *lost = store_uuid_link(house.store->config_dir, uuid_of(8, uuid));
    g_autofree char *second = store_uuid_link(house.store->config_dir, uuid_of(7, uuid));
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(StoreObject) found = NULL, twice = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(house_define(&house, "web", 1, NULL));
    g_assert_true(file_write(AT_FDCWD, by_hand, xml, strlen(xml), 0600, FILE_LIVE, NULL));
    g_assert_true(file_write(AT_FDCWD, junk, "no xml", 6, 0600, FILE_LIVE, NULL));
    g_assert_cmpint(symlink("../gone.xml", lost), ==, 0);
    g_assert_cmpint(symlink("../web.xml", second), ==, 0);
    list = store_list(house.store, STORE_LIST_ALL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(list->len, ==, 2);
    g_assert_cmpstr(((StoreObject *)list->pdata[0])->name, ==, "hand");
    g_assert_cmpmem(((StoreObject *)list->pdata[1])->uuid, 16, uuid_of(1, uuid), 16);
    found = store_find_uuid(house.store, uuid_of(9, uuid), &error);
    g_assert_cmpstr(found->name, ==, "hand");
    g_assert_null(store_find_uuid(house.store, uuid_of(8, uuid), NULL));
    g_assert_null(store_find_uuid(house.store, uuid_of(7, uuid), NULL));
    g_assert_true(house_define(&house, "new", 8, &error)); /* a dangling link is no owner */
    g_assert_true(house_define(&house, "other", 7, &error));
    twice = store_find_uuid(house.store, uuid_of(7, uuid), &error);
    g_assert_cmpstr(twice->name, ==, "other");
}

static void
test_uuid_in_text(void)
{
    g_autofree char *far = g_strdup_printf("<domain><description>%*s</description><uuid>"
                                           "01000000-1111-1111-1111-111111111111</uuid></domain>",
                                           10000, "x");
    g_auto(House) house = house_new();
    g_autofree char *path = g_build_filename(house.store->config_dir, "far.xml", NULL);
    g_autoptr(StoreObject) object = NULL;
    guint8 uuid[UUID_SIZE], expected[UUID_SIZE];

    g_assert_true(file_make_dirs(house.store->config_dir, 0700, NULL));
    g_assert_true(file_write(AT_FDCWD, path, far, strlen(far), 0600, FILE_LIVE, NULL));
    object = store_find_name(house.store, "far", NULL);
    g_assert_cmpmem(object->uuid, 16, uuid_of(1, expected), 16);
    g_assert_false(store_uuid_of_xml("<uuid>", uuid));
    g_assert_false(store_uuid_of_xml("<uuid>x</uuid>", uuid));
    g_assert_false(store_uuid_of_xml("<domain/>", uuid));
}

static void
test_names_of_strangers(void)
{
    static const char *const bad[] = {"", "a/b", "../x", "/etc/passwd", "..", "."};
    g_auto(House) house = house_new();
    g_autofree char *huge = g_strnfill(10 << 20, 'x');

    g_assert_true(house_define(&house, "web", 1, NULL));
    for (guint i = 0; i <= G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(store_find_name(house.store, i < G_N_ELEMENTS(bad) ? bad[i] : huge, &error));
        g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
        g_assert_cmpuint(strlen(error->message), <, 300);
    }
}

static void
test_live_names_round_trip(void)
{
    static const char *const cases[][2] = {{"web", "web"},          {"by-id", "%by-id"},
                                           {"by-uuid", "%by-uuid"}, {".x", "%.x"},
                                           {"%x", "%%x"},           {"by-ids", "by-ids"}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *entry = store_live_name(cases[i][0]);

        g_assert_cmpstr(entry, ==, cases[i][1]);
        g_assert_cmpstr(store_name_of_live(entry), ==, cases[i][0]);
    }
    g_assert_null(store_name_of_live("by-id"));
    g_assert_null(store_name_of_live(".store"));
}

static void
test_live_files(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = store_live_dir(house.store, "web");
    g_autofree char *text = NULL;

    g_assert_null(store_read_live(house.store, "web", "live.xml", NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_assert_cmpstr(error->message, ==, "domain is not running");
    g_clear_error(&error);
    g_assert_true(house_define(&house, "web", 1, NULL));
    house_start(&house, "web", 1, FALSE, "test run");
    g_assert_true(store_write_live(house.store, "web", "live.xml", "<a/>", &error));
    text = store_read_live(house.store, "web", "live.xml", NULL, &error);
    g_assert_cmpstr(text, ==, "<a/>");
    house_destroy(&house, "web");
    house_wait_gone(&house, "web");
    g_assert_cmpint(access(dir, F_OK), ==, 0); /* its last state, with the old files beside it */
    g_assert_null(store_read_live(house.store, "web", "live.xml", NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
}

static void
test_thousand_defined_hundred_alive(void)
{
    static const char status[] = "version 1\nstate running\nreason booted\nsupervisor 4711 1\n"
                                 "paused yes\n";
    g_auto(House) house = house_new();
    g_autoptr(GPtrArray) list = NULL;
    g_autofree char *index = g_build_filename(house.store->config_dir, "by-uuid", NULL);
    int alive[100];
    guint n_active = 0;
    clock_t start;

    /* Written directly: a thousand fsyncs would test the disk. */
    g_assert_true(file_make_dirs(index, 0700, NULL));
    for (guint i = 0; i < 1000; i++) {
        guint8 uuid[UUID_SIZE];
        g_autofree char *name = g_strdup_printf("guest%04u", i);
        g_autofree char *path = store_config_file(house.store, name);
        g_autofree char *link = store_uuid_link(house.store->config_dir, uuid_of(i, uuid));
        g_autofree char *target = g_strconcat("../", name, ".xml", NULL);
        g_autofree char *dir = store_live_dir(house.store, name);
        g_autofree char *lock = g_build_filename(dir, "alive", NULL);

        g_assert_true(file_write(AT_FDCWD, path, "<domain/>", 9, 0600, FILE_LIVE, NULL));
        g_assert_cmpint(symlink(target, link), ==, 0);
        if (i >= G_N_ELEMENTS(alive))
            continue;
        g_assert_true(file_make_dirs(dir, 0700, NULL));
        g_assert_true(store_write_live(house.store, name, "status", status, NULL));
        alive[i] = lock_create(AT_FDCWD, lock, NULL);
    }
    start = clock(); /* processor time: the host may be busy */
    list = store_list(house.store, STORE_LIST_ALL, NULL);
    g_test_message("listed 1000 defined and 100 active in %ld us", (long)(clock() - start));
    g_assert_cmpuint(list->len, ==, 1000);
    for (guint i = 0; i < list->len; i++) {
        const StoreObject *object = list->pdata[i];

        n_active += object->is_active && object->is_paused && object->id == 4711 ? 1 : 0;
        g_assert_true(i == 0 ||
                      strcmp(((StoreObject *)list->pdata[i - 1])->name, object->name) < 0);
    }
    g_assert_cmpuint(n_active, ==, G_N_ELEMENTS(alive));
    for (guint i = 0; i < G_N_ELEMENTS(alive); i++)
        close(alive[i]);
}

static void
test_filters(void)
{
    g_auto(House) house = house_new();
    g_autoptr(GPtrArray) active = NULL, inactive = NULL;

    g_assert_true(house_define(&house, "off", 1, NULL));
    g_assert_true(house_launch(&house, "on", 2, TRUE, "test run", NULL, NULL));
    active = store_list(house.store, STORE_LIST_ACTIVE, NULL);
    inactive = store_list(house.store, STORE_LIST_INACTIVE, NULL);
    g_assert_cmpuint(active->len, ==, 1);
    g_assert_cmpstr(((StoreObject *)active->pdata[0])->name, ==, "on");
    g_assert_false(((StoreObject *)active->pdata[0])->is_persistent);
    g_assert_cmpuint(inactive->len, ==, 1);
    g_assert_cmpstr(((StoreObject *)inactive->pdata[0])->name, ==, "off");
    house_destroy(&house, "on");
    house_wait_gone(&house, "on");
}

static void
test_object_lock_names_the_holder(void)
{
    g_auto(House) house = house_new();
    g_autoptr(ObjectLock) lock = object_lock_take(house.store, "web", 0, NULL);
    g_autoptr(ObjectLock) other = object_lock_take(house.store, "db", 0, NULL);
    g_autofree char *start =
        g_strdup_printf("cannot lock domain 'web': held by %d (", (int)getpid());
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(lock);
    g_assert_nonnull(other);
    g_assert_null(object_lock_take(house.store, "web", 10, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_BUSY);
    g_assert_true(g_str_has_prefix(error->message, start));
    g_clear_pointer(&lock, object_lock_free);
    lock = object_lock_take(house.store, "web", 0, NULL);
    g_assert_nonnull(lock);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/define-find-undefine", test_define_find_undefine);
    g_test_add_func("/store/redefine", test_redefine_tells_new_from_changed);
    g_test_add_func("/store/unique", test_name_and_uuid_are_unique);
    g_test_add_func("/store/undefine-while-its-supervisor-leaves",
                    test_undefine_while_its_supervisor_leaves);
    g_test_add_func("/store/autostart", test_autostart);
    g_test_add_func("/store/empty", test_empty_house);
    g_test_add_func("/store/index", test_files_without_index_and_index_without_files);
    g_test_add_func("/store/uuid-in-text", test_uuid_in_text);
    g_test_add_func("/store/names-of-strangers", test_names_of_strangers);
    g_test_add_func("/store/live-names", test_live_names_round_trip);
    g_test_add_func("/store/live-files", test_live_files);
    g_test_add_func("/store/thousand", test_thousand_defined_hundred_alive);
    g_test_add_func("/store/filters", test_filters);
    g_test_add_func("/store/object-lock", test_object_lock_names_the_holder);
    return house_run_tests();
}
