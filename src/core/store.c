/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/store.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/status.h"
#include "core/store-priv.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/lock.h"
#include "util/uuid.h"

Store *
store_new(const Paths *paths, const char *driver, const char *noun)
{
    Store *store = g_new0(Store, 1);

    store->config_dir = g_build_filename(paths->config, driver, NULL);
    store->live_dir = g_build_filename(paths->live, driver, NULL);
    store->driver = g_strdup(driver);
    store->noun = g_strdup(noun);
    store->paths = paths;
    return store;
}

void
store_free(Store *store)
{
    if (store == NULL)
        return;
    g_free(store->config_dir);
    g_free(store->live_dir);
    g_free(store->driver);
    g_free(store->noun);
    g_free(store);
}

/* --- names and places ------------------------------------------------------------------------ */

char *
store_live_name(const char *name)
{
    if (*name == '.' || *name == '%' || g_str_equal(name, "by-id") || g_str_equal(name, "by-uuid"))
        return g_strconcat("%", name, NULL);
    return g_strdup(name);
}

const char *
store_name_of_live(const char *entry)
{
    if (*entry == '.' || g_str_equal(entry, "by-id") || g_str_equal(entry, "by-uuid"))
        return NULL;
    return *entry == '%' ? entry + 1 : entry;
}

char *
store_live_dir(const Store *store, const char *name)
{
    g_autofree char *entry = store_live_name(name);

    return g_build_filename(store->live_dir, entry, NULL);
}

char *
store_config_file(const Store *store, const char *name)
{
    return g_strconcat(store->config_dir, "/", name, ".xml", NULL);
}

char *
store_uuid_link(const char *dir, const guint8 *uuid)
{
    char text[UUID_TEXT_SIZE];

    return g_strconcat(dir, "/by-uuid/", uuid_format(uuid, text), NULL);
}

char *
store_id_link(const Store *store, int id)
{
    return g_strdup_printf("%s/by-id/%d", store->live_dir, id);
}

static char *
autostart_link(const Store *store, const char *name)
{
    return g_strconcat(store->config_dir, "/autostart/", name, ".xml", NULL);
}

char *
store_read_link(int dir_fd, const char *path, const char *suffix)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dir_fd, path, target, sizeof(target) - 1);

    if (n <= 3)
        return NULL;
    target[n] = '\0';
    if (!g_str_has_prefix(target, "../") || !g_str_has_suffix(target, suffix))
        return NULL;
    return g_strndup(target + 3, (gsize)n - 3 - strlen(suffix));
}

gboolean
store_is_defined(const Store *store, const char *name)
{
    g_autofree char *path = store_config_file(store, name);

    return access(path, F_OK) == 0;
}

gboolean
store_is_held(const Store *store, const char *name)
{
    g_autofree char *dir = store_live_dir(store, name);

    return status_is_alive(dir);
}

gboolean
store_is_alive(const Store *store, const char *name)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autoptr(Status) status = NULL;
    gboolean is_newer;

    if (!status_is_alive(dir))
        return FALSE;
    status = status_look(dir, &is_newer);
    return is_newer || (status != NULL && status->state != STATUS_ENDED);
}

gboolean
store_set_not_running(const Store *store, GError **error)
{
    return error_set(error, LODGE_ERROR_STATE, "%s is not running", store->noun);
}

gboolean
store_set_not_found(const Store *store, const char *name, GError **error)
{
    return error_set(error, LODGE_ERROR_NOT_FOUND, "no %s with matching name '%.200s'", store->noun,
                     name);
}

/* --- uuids ----------------------------------------------------------------------------------- */

gboolean
store_uuid_of_xml(const char *xml, guint8 *ret_uuid)
{
    const char *start = strstr(xml, "<uuid>"), *end;
    g_autofree char *text = NULL;

    if (start == NULL)
        return FALSE;
    start += strlen("<uuid>");
    end = strchr(start, '<');
    if (end == NULL || end - start > 100)
        return FALSE;
    text = g_strndup(start, (gsize)(end - start));
    return uuid_parse(text, ret_uuid);
}

/* Reads the head of the file only, the rest when there is no uuid in it. */
static gboolean
uuid_of_file(const char *path, guint8 *ret_uuid)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autofree char *whole = NULL;
    char head[CORE_HEAD_BYTES + 1];
    ssize_t n = fd >= 0 ? read(fd, head, CORE_HEAD_BYTES) : -1;

    if (n < 0)
        return FALSE;
    head[n] = '\0';
    if (store_uuid_of_xml(head, ret_uuid))
        return TRUE;
    whole = n == CORE_HEAD_BYTES ? file_read(AT_FDCWD, path, CORE_XML_BYTES_MAX, NULL, NULL) : NULL;
    return whole != NULL && store_uuid_of_xml(whole, ret_uuid);
}

gboolean
store_uuid_of_config(const Store *store, const char *name, guint8 *ret_uuid)
{
    g_autofree char *path = store_config_file(store, name);

    return uuid_of_file(path, ret_uuid);
}

gboolean
store_uuid_of_live(const Store *store, const char *name, guint8 *ret_uuid)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autofree char *path = g_build_filename(dir, "live.xml", NULL);

    return uuid_of_file(path, ret_uuid);
}

/* --- the lock -------------------------------------------------------------------------------- */

int
store_lock(Store *store, GError **error)
{
    g_autofree char *what = g_strdup_printf("the list of %ss", store->noun);
    g_auto(Fd) dir_fd = -1;

    if (!file_make_dirs(store->live_dir, 0700, error))
        return -1;
    dir_fd = file_open_dir(AT_FDCWD, store->live_dir, error);
    if (dir_fd < 0)
        return -1;
    return lock_take(dir_fd, ".store", CORE_STORE_LOCK_MS, what, error);
}

void
store_unlock(int fd)
{
    lock_release(AT_FDCWD, "", fd, FALSE);
}

gboolean
store_make_dirs(Store *store, GError **error)
{
    const char *const below[] = {store->config_dir, "by-uuid", store->config_dir, "autostart"};

    for (guint i = 0; i < G_N_ELEMENTS(below); i += 2) {
        g_autofree char *dir = g_build_filename(below[i], below[i + 1], NULL);

        if (!file_make_dirs(dir, 0700, error))
            return FALSE;
    }
    return TRUE;
}

void
store_sweep_locked(const Store *store)
{
    const char *const dirs[] = {store->config_dir, store->live_dir};

    for (guint i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *index = g_build_filename(dirs[i], "by-uuid", NULL);

        file_sweep(AT_FDCWD, index);
    }
    file_sweep(AT_FDCWD, store->config_dir);
}

/* --- define and undefine --------------------------------------------------------------------- */

/* Whether @name has the uuid @found already or none; else the error. */
static gboolean
check_name(const Store *store, const char *name, gboolean has_uuid, const guint8 *found,
           const guint8 *uuid, GError **error)
{
    char text[UUID_TEXT_SIZE];

    if (!has_uuid || memcmp(found, uuid, UUID_SIZE) == 0)
        return TRUE;
    return error_set(
        error, LODGE_ERROR_EXISTS,
        "%s '%s' already exists with uuid %s; to change it, put that into <uuid>, else "
        "choose another <name>",
        store->noun, name, uuid_format(found, text));
}

static gboolean
set_uuid_taken(const Store *store, const char *other, const guint8 *uuid, GError **error)
{
    char text[UUID_TEXT_SIZE];

    return error_set(error, LODGE_ERROR_EXISTS,
                     "%s '%s' is already defined with uuid %s; leave <uuid> out to get a new one",
                     store->noun, other, uuid_format(uuid, text));
}

gboolean
store_check_unique_locked(Store *store, const char *name, const guint8 *uuid, GError **error)
{
    g_autofree char *config_link = store_uuid_link(store->config_dir, uuid);
    g_autofree char *live_link = store_uuid_link(store->live_dir, uuid);
    g_autofree char *defined = store_read_link(AT_FDCWD, config_link, ".xml");
    g_autofree char *entry = store_read_link(AT_FDCWD, live_link, "");
    const char *alive = entry != NULL ? store_name_of_live(entry) : NULL;
    guint8 found[UUID_SIZE];

    if (!check_name(store, name, store_uuid_of_config(store, name, found), found, uuid, error))
        return FALSE;
    if (store_is_held(store, name) &&
        !check_name(store, name, store_uuid_of_live(store, name, found), found, uuid, error))
        return FALSE;
    if (defined != NULL && !g_str_equal(defined, name) &&
        store_uuid_of_config(store, defined, found) && memcmp(found, uuid, UUID_SIZE) == 0)
        return set_uuid_taken(store, defined, uuid, error);
    if (alive != NULL && !g_str_equal(alive, name) && store_is_held(store, alive))
        return set_uuid_taken(store, alive, uuid, error);
    return TRUE;
}

/* Says to the supervisor of @name whether its live directory goes at the end. */
static gboolean
mark_transient(const Store *store, const char *name, gboolean is_transient, GError **error)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autofree char *path = g_build_filename(dir, "transient", NULL);

    if (!is_transient)
        return file_remove(AT_FDCWD, path, FILE_LIVE, error);
    return file_write(AT_FDCWD, path, "", 0, 0600, FILE_LIVE, error);
}

static gboolean
define_locked(Store *store, const char *name, const guint8 *uuid, const char *xml,
              gboolean *ret_is_new, GError **error)
{
    g_autofree char *path = store_config_file(store, name);
    g_autofree char *link = store_uuid_link(store->config_dir, uuid);
    g_autofree char *target = g_strconcat("../", name, ".xml", NULL);
    g_autofree char *linked = store_read_link(AT_FDCWD, link, ".xml");
    gboolean is_new = !store_is_defined(store, name);
    gboolean is_linked = linked != NULL && g_str_equal(linked, name);

    if (!store_check_unique_locked(store, name, uuid, error))
        return FALSE;
    /* The index needs no fsync: a definition that lost its link is found by its text. */
    if (!is_linked && !file_link(AT_FDCWD, target, link, FILE_LIVE, error))
        return FALSE;
    if (!file_write(AT_FDCWD, path, xml, strlen(xml), 0600, FILE_DURABLE, error)) {
        if (!is_linked)
            (void)file_remove(AT_FDCWD, link, FILE_LIVE, NULL); /* dangling is harmless too */
        return FALSE;
    }
    if (store_is_held(store, name))
        (void)mark_transient(store, name, FALSE, NULL); /* costs its last state only */
    if (ret_is_new != NULL)
        *ret_is_new = is_new;
    return TRUE;
}

gboolean
store_define(Store *store, const char *name, const guint8 *uuid, const char *xml,
             gboolean *ret_is_new, GError **error)
{
    int lock_fd;
    gboolean ok;

    g_return_val_if_fail(*name != '\0' && strchr(name, '/') == NULL, FALSE);
    if (!store_make_dirs(store, error) || (lock_fd = store_lock(store, error)) < 0) {
        g_prefix_error(error, "cannot define %s '%s': ", store->noun, name);
        return FALSE;
    }
    store_sweep_locked(store);
    ok = define_locked(store, name, uuid, xml, ret_is_new, error);
    store_unlock(lock_fd);
    return ok;
}

/* Removes what is left of a life of @name that has ended. */
static void
forget_last_state(const Store *store, const char *name, const guint8 *uuid)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autofree char *link = uuid != NULL ? store_uuid_link(store->live_dir, uuid) : NULL;

    (void)file_remove_tree(AT_FDCWD, dir, NULL); /* cleanup_all() tries again */
    if (link != NULL)
        (void)file_remove(AT_FDCWD, link, FILE_LIVE, NULL);
}

static gboolean
undefine_locked(Store *store, const char *name, GError **error)
{
    g_autofree char *path = store_config_file(store, name);
    g_autofree char *autostart = autostart_link(store, name);
    g_autofree char *link = NULL;
    gboolean is_held = store_is_held(store, name), has_uuid;
    guint8 uuid[UUID_SIZE];

    if (!store_is_defined(store, name)) {
        if (store_is_alive(store, name))
            return error_set(error, LODGE_ERROR_STATE, "cannot undefine transient %s '%s'",
                             store->noun, name);
        return store_set_not_found(store, name, error);
    }
    has_uuid = store_uuid_of_config(store, name, uuid);
    /* First: killed in between, its last state is lost; the other way round it would stay for ever. */
    if (is_held && !mark_transient(store, name, TRUE, error))
        return FALSE;
    if (!file_remove(AT_FDCWD, path, FILE_DURABLE, error)) {
        if (is_held)
            (void)mark_transient(store, name, FALSE, NULL); /* the first error is the one to tell */
        return FALSE;
    }
    (void)file_remove(AT_FDCWD, autostart, FILE_LIVE, NULL); /* dangling is harmless */
    link = has_uuid ? store_uuid_link(store->config_dir, uuid) : NULL;
    if (link != NULL)
        (void)file_remove(AT_FDCWD, link, FILE_LIVE, NULL); /* likewise */
    if (!is_held)
        forget_last_state(store, name, has_uuid ? uuid : NULL);
    return TRUE;
}

/* A supervisor that has written "ended" may have looked for LIVE/transient for the last time: then its
 * remains would be nobody's. Without it they are ours. */
static void
await_exit(const Store *store, const char *name)
{
    g_autofree char *dir = store_live_dir(store, name);
    g_autofree char *alive = g_build_filename(dir, "alive", NULL);

    if (store_is_held(store, name) && !store_is_alive(store, name))
        (void)lock_wait_free(AT_FDCWD, alive, CORE_EXIT_MS);
}

gboolean
store_undefine(Store *store, const char *name, GError **error)
{
    int lock_fd;
    gboolean ok;

    await_exit(store, name);
    lock_fd = store_lock(store, error);

    if (lock_fd < 0) {
        g_prefix_error(error, "cannot undefine %s '%s': ", store->noun, name);
        return FALSE;
    }
    ok = undefine_locked(store, name, error);
    store_unlock(lock_fd);
    return ok;
}

gboolean
store_set_autostart(Store *store, const char *name, gboolean value, GError **error)
{
    g_autofree char *link = autostart_link(store, name);
    g_autofree char *target = g_strconcat("../", name, ".xml", NULL);
    int lock_fd;
    gboolean ok;

    lock_fd = store_lock(store, error);
    if (lock_fd < 0)
        return FALSE;
    if (!store_is_defined(store, name))
        ok = error_set(error, LODGE_ERROR_STATE, "cannot set autostart for transient %s '%s'",
                       store->noun, name);
    else if (value)
        ok =
            store_make_dirs(store, error) && file_link(AT_FDCWD, target, link, FILE_DURABLE, error);
    else
        ok = file_remove(AT_FDCWD, link, FILE_DURABLE, error);
    store_unlock(lock_fd);
    return ok;
}
