/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/journal.h"
#include "core/launch.h"
#include "core/limits.h"
#include "core/status.h"
#include "core/store-priv.h"
#include "util/error.h"
#include "util/file.h"
#include "util/spawn.h"
#include "util/uuid.h"

/* How the last life of an object stands. */
typedef enum {
    LIFE_NONE, /* no live directory, a living supervisor, or the last state of a persistent one */
    LIFE_LEFTOVER, /* ended, but nobody needs its last state */
    LIFE_DEAD,     /* its supervisor was killed */
} Life;

static Life
look_at_life(const Store *store, const char *name)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autoptr(Status) status = NULL;

    if (access(dir, F_OK) < 0 || status_is_alive(dir))
        return LIFE_NONE;
    status = status_read(dir, NULL);
    if (access(dir, F_OK) < 0)
        return LIFE_NONE; /* the supervisor removed it between our two looks */
    if (status == NULL || status->state != STATUS_ENDED)
        return LIFE_DEAD;
    return store_is_defined(store, name) ? LIFE_NONE : LIFE_LEFTOVER;
}

gboolean
cleanup_is_needed(const Store *store, const char *name)
{
    return look_at_life(store, name) != LIFE_NONE;
}

/* What a killed supervisor's guest was. */
typedef struct {
    char *name, *dir, *plan, *xml;
    guint8 uuid[UUID_SIZE];
    gboolean has_uuid, was_running, is_transient;
    int id; /* its supervisor's pid, 0 when unknown */
} Remains;

static void
remains_clear(Remains *remains)
{
    g_free(remains->name);
    g_free(remains->dir);
    g_free(remains->plan);
    g_free(remains->xml);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Remains, remains_clear)

static void
remains_read(Remains *remains, Store *store, const char *name)
{
    g_autoptr(Status) status = NULL;
    gboolean is_newer;

    remains->name = g_strdup(name);
    remains->dir = store_live_dir(store, name);
    remains->is_transient = !store_is_defined(store, name);
    remains->has_uuid = store_uuid_of_live(store, name, remains->uuid) ||
                        store_uuid_of_config(store, name, remains->uuid);
    remains->plan = store_read_remains(store, name, "plan", NULL, NULL);
    remains->xml = store_read_remains(store, name, "live.xml", NULL, NULL);
    status = status_look(remains->dir, &is_newer);
    remains->was_running = is_newer || (status != NULL && status->state == STATUS_RUNNING);
    remains->id = status != NULL ? status->supervisor : 0;
}

/* Has what the guest held on the host given back; @only_known: as far as its plan is understood. */
static gboolean
run_clean(const Store *store, const Remains *remains, gboolean only_known, GError **error)
{
    g_autofree char *program = paths_helper("lodge-supervisor");
    const char *const argv[] = {program, "clean", remains->dir, only_known ? "known" : NULL, NULL};
    const char *verb = g_str_equal(store->driver, "vnet") ? "net-destroy" : "destroy";
    g_autoptr(GError) problem = NULL;

    if (remains->plan == NULL)
        return TRUE; /* killed before there was one: nothing was ever done */
    if (spawn_run(argv, NULL, CORE_CLEAN_MS, NULL, &problem))
        return TRUE;
    if (only_known)
        return error_set(error, problem->code, "cannot clean up after '%s': %s", remains->name,
                         problem->message);
    return error_set(error, problem->code,
                     "cannot clean up after '%s': %s; or give up what cannot be taken back: lodge "
                     "%s %s",
                     remains->name, problem->message, verb, remains->name);
}

static void
remove_links(const Store *store, const Remains *remains, gboolean with_uuid)
{
    g_autofree char *id_link = store_id_link(store, remains->id);

    if (remains->id > 0)
        (void)file_remove(AT_FDCWD, id_link, FILE_LIVE, NULL); /* dangling is harmless */
    if (with_uuid && remains->has_uuid) {
        g_autofree char *uuid_link = store_uuid_link(store->live_dir, remains->uuid);

        (void)file_remove(AT_FDCWD, uuid_link, FILE_LIVE, NULL); /* likewise */
    }
}

/* Leaves the status of a persistent object, which says "ended crashed". */
static gboolean
keep_last_state(Store *store, const Remains *remains, GError **error)
{
    static const char text[] = "version 1\nstate ended\nreason crashed\n";
    g_autoptr(Status) status = status_read(remains->dir, NULL);

    if (status != NULL && status->state == STATUS_ENDED)
        return TRUE;
    return store_write_live(store, remains->name, "status", text, error);
}

/* Starts it again when its plan asks for that. */
static gboolean
restart(Store *store, const ObjectLock *lock, const Remains *remains, GError **error)
{
    LaunchSpec spec = {
        .name = remains->name,
        .uuid = remains->uuid,
        .xml = remains->xml,
        .plan = remains->plan,
        .is_transient = remains->is_transient,
        .has_id = TRUE,
        .stdio = {-1, -1, -1},
    };

    if (!remains->was_running || !remains->has_uuid || remains->plan == NULL ||
        remains->xml == NULL || strstr(remains->plan, "\non crash restart\n") == NULL)
        return TRUE;
    return launch_start(store, lock, &spec, NULL, error);
}

static gboolean
bury(Store *store, const ObjectLock *lock, const char *name, gboolean only_known,
     gboolean *ret_crashed, GError **error)
{
    g_auto(Remains) remains = {0};

    remains_read(&remains, store, name);
    if (!run_clean(store, &remains, only_known, error))
        return FALSE;
    remove_links(store, &remains, remains.is_transient || !remains.was_running);
    if (remains.is_transient || !remains.was_running) {
        if (!file_remove_tree(AT_FDCWD, remains.dir, error))
            return FALSE;
    } else if (!keep_last_state(store, &remains, error)) {
        return FALSE;
    }
    if (!remains.was_running) /* killed before it ever was ready: nobody was told that it started */
        return TRUE;
    if (remains.has_uuid) {
        g_autoptr(ObjectRef) ref = object_ref_new(name, remains.uuid, -1);
        gboolean is_network = g_str_equal(store->driver, "vnet");

        (void)journal_append(store->paths, store->driver, ref, JOURNAL_LIFECYCLE,
                             is_network ? JOURNAL_NET_STOPPED : JOURNAL_STOPPED,
                             is_network ? 0 : JOURNAL_STOPPED_CRASHED, NULL,
                             NULL); /* a full disk must not keep the guest from being buried */
    }
    if (ret_crashed != NULL)
        *ret_crashed = TRUE;
    return only_known || restart(store, lock, &remains, error);
}

static gboolean
clean_up(Store *store, const ObjectLock *lock, const char *name, gboolean only_known,
         gboolean *ret_crashed, GError **error)
{
    g_auto(Remains) remains = {0};

    switch (look_at_life(store, name)) {
    case LIFE_NONE:
        return TRUE;
    case LIFE_DEAD:
        return bury(store, lock, name, only_known, ret_crashed, error);
    case LIFE_LEFTOVER:
        break;
    }
    remains_read(&remains, store, name);
    remove_links(store, &remains, TRUE);
    return file_remove_tree(AT_FDCWD, remains.dir, error);
}

gboolean
cleanup_object(Store *store, const ObjectLock *lock, const char *name, gboolean *ret_crashed,
               GError **error)
{
    return clean_up(store, lock, name, FALSE, ret_crashed, error);
}

gboolean
cleanup_known(Store *store, const ObjectLock *lock, const char *name, GError **error)
{
    return clean_up(store, lock, name, TRUE, NULL, error);
}

/* Removes links of @folder ("by-id", "by-uuid") that lead nowhere. The store lock is held. */
static void
remove_dangling_locked(const Store *store, const char *folder)
{
    g_autofree char *path = g_build_filename(store->live_dir, folder, NULL);
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (*entry->d_name != '.' && faccessat(dirfd(dir), entry->d_name, F_OK, 0) < 0)
            (void)file_remove(dirfd(dir), entry->d_name, FILE_LIVE, NULL); /* next time */
    if (dir != NULL)
        closedir(dir);
}

static void
add_message(GPtrArray *messages, const GError *problem)
{
    if (messages != NULL && problem != NULL)
        g_ptr_array_add(messages, g_strdup(problem->message));
}

int
cleanup_all(Store *store, GPtrArray *messages)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    DIR *dir = opendir(store->live_dir);
    struct dirent *entry;
    int n_crashed = 0, lock_fd;

    if (dir == NULL)
        return 0;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = store_name_of_live(entry->d_name);

        if (name != NULL && cleanup_is_needed(store, name))
            g_ptr_array_add(names, g_strdup(name));
    }
    closedir(dir);
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(ObjectLock) lock = object_lock_take(store, names->pdata[i], 0, NULL);
        g_autoptr(GError) problem = NULL;
        gboolean is_crashed = FALSE;

        if (lock != NULL && !cleanup_object(store, lock, names->pdata[i], &is_crashed, &problem))
            add_message(messages, problem);
        n_crashed += is_crashed ? 1 : 0;
    }
    lock_fd = store_lock(store, NULL);
    if (lock_fd >= 0) {
        store_sweep_locked(store);
        remove_dangling_locked(store, "by-id");
        remove_dangling_locked(store, "by-uuid");
        store_unlock(lock_fd);
    }
    return n_crashed;
}
