/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/unit/core/core-fixture.h - a private root with a store in it, and guests of the fake supervisor. */
#pragma once

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/control.h"
#include "core/launch.h"
#include "core/status.h"
#include "core/store.h"
#include "temp-dir.h"
#include "util/error.h"
#include "util/lock.h"
#include "util/uuid.h"

/* Runs the tests of a program: for root in a tmpfs of its own, so that thousands of fsyncs cost nothing. */
static inline int
house_run_tests(void)
{
    char dir[] = "/tmp/lodge-test-XXXXXX";
    gboolean is_mounted = geteuid() == 0 && mkdtemp(dir) != NULL && unshare(CLONE_NEWNS) == 0 &&
                          mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                          mount("tmpfs", dir, "tmpfs", 0, NULL) == 0;
    int result;

    if (is_mounted)
        g_setenv("TMPDIR", dir, TRUE);
    result = g_test_run();
    if (is_mounted && umount2(dir, MNT_DETACH) == 0)
        rmdir(dir);
    return result;
}

typedef struct {
    TempDir root;
    Paths *paths;
    Store *store;
} House;

static inline House
house_new(void)
{
    House house = {.root = temp_dir_new()};
    g_autoptr(GError) error = NULL;

    house.paths = paths_new(house.root, FALSE, &error);
    g_assert_no_error(error);
    house.store = store_new(house.paths, "lxc", "domain");
    return house;
}

static inline void
house_clear(House *house)
{
    store_free(house->store);
    paths_free(house->paths);
    temp_dir_free(house->root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(House, house_clear)

/* A uuid that is a function of @number. */
static inline const guint8 *
uuid_of(guint32 number, guint8 *ret_uuid)
{
    memset(ret_uuid, 0x11, UUID_SIZE);
    memcpy(ret_uuid, &number, sizeof(number));
    return ret_uuid;
}

static inline char *
xml_of(const char *name, const guint8 *uuid)
{
    g_autofree char *escaped = g_markup_escape_text(name, -1);
    char text[UUID_TEXT_SIZE];

    return g_strdup_printf("<domain type='lxc'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n</domain>\n",
                           escaped, uuid_format(uuid, text));
}

static inline gboolean
house_define(House *house, const char *name, guint32 number, GError **error)
{
    guint8 uuid[UUID_SIZE];
    g_autofree char *xml = xml_of(name, uuid_of(number, uuid));

    return store_define(house->store, name, uuid, xml, NULL, error);
}

/* @words: lines of the plan for the fake supervisor. */
static inline gboolean
house_launch(House *house, const char *name, guint32 number, gboolean is_transient,
             const char *words, int *ret_id, GError **error)
{
    guint8 uuid[UUID_SIZE];
    g_autofree char *xml = xml_of(name, uuid_of(number, uuid));
    g_autofree char *plan = g_strconcat("lodge-plan 1\n", words, "\n", NULL);
    LaunchSpec spec = {.name = name,
                       .uuid = uuid,
                       .xml = xml,
                       .plan = plan,
                       .is_transient = is_transient,
                       .has_id = TRUE,
                       .stdio = {-1, -1, -1}};
    g_autoptr(ObjectLock) lock = object_lock_take(house->store, name, 20000, error);

    return lock != NULL && launch_start(house->store, lock, &spec, ret_id, error);
}

/* The same, which must work. */
static inline int
house_start(House *house, const char *name, guint32 number, gboolean is_transient,
            const char *words)
{
    g_autoptr(GError) error = NULL;
    int id = 0;

    house_launch(house, name, number, is_transient, words, &id, &error);
    g_assert_no_error(error);
    return id;
}

static inline void
house_destroy(House *house, const char *name)
{
    g_autofree char *dir = store_live_dir(house->store, name);
    g_autoptr(GError) error = NULL;

    control_request(dir, (const char *[]){"destroy", NULL}, 20000, NULL, NULL, &error);
    g_assert_no_error(error);
}

/* Waits until the supervisor of @name is gone; no sleep, the lock tells. */
static inline void
house_wait_gone(House *house, const char *name)
{
    g_autofree char *dir = store_live_dir(house->store, name);
    g_autofree char *alive = g_build_filename(dir, "alive", NULL);

    g_assert_true(lock_wait_free(AT_FDCWD, alive, 20000));
}

/* How many entries LIVE has besides its own folders; fails on a name that is none of @names. */
static inline guint
house_count_live(House *house)
{
    static const char *const own[] = {".", "..", ".store", ".locks", "by-id", "by-uuid", NULL};
    DIR *dir = opendir(house->store->live_dir);
    struct dirent *entry;
    guint n = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (!g_strv_contains(own, entry->d_name)) {
            g_test_message("in LIVE: %s", entry->d_name);
            n++;
        }
    if (dir != NULL)
        closedir(dir);
    return n;
}

static inline guint
house_count_in(House *house, const char *folder)
{
    g_autofree char *path = g_build_filename(house->store->live_dir, folder, NULL);
    GDir *dir = g_dir_open(path, 0, NULL);
    guint n = 0;

    while (dir != NULL && g_dir_read_name(dir) != NULL)
        n++;
    if (dir != NULL)
        g_dir_close(dir);
    return n;
}

static inline void
house_assert_state(House *house, const char *name, DomainState state, int reason)
{
    g_autofree char *dir = store_live_dir(house->store, name);
    g_autoptr(Status) status = status_read(dir, NULL);
    DomainState got;
    int got_reason;

    status_to_domain_state(status, status_is_alive(dir), &got, &got_reason);
    g_assert_cmpint(got, ==, state);
    g_assert_cmpint(got_reason, ==, reason);
}
