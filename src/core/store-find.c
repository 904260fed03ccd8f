/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lists and look-ups. A list of n definitions costs one readdir and n readlinks, and for each live
 * directory an F_OFD_GETLK and a small read: no XML is parsed. */
#include "core/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/limits.h"
#include "core/status.h"
#include "core/store-priv.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/uuid.h"

void
store_object_free(StoreObject *object)
{
    if (object == NULL)
        return;
    g_free(object->name);
    g_free(object);
}

static void
free_object(gpointer data)
{
    store_object_free(data);
}

ObjectRef *
store_object_ref(const StoreObject *object)
{
    return object_ref_new(object->name, object->uuid, object->id);
}

/* The id of @name by the links of LIVE/by-id; -1 */
static int
id_by_link(const Store *store, const char *name)
{
    g_autofree char *path = g_build_filename(store->live_dir, "by-id", NULL);
    DIR *stream = opendir(path);
    struct dirent *entry;
    int id = -1;

    while (stream != NULL && id < 0 && (entry = readdir(stream)) != NULL) {
        g_autofree char *entry_name = store_read_link(dirfd(stream), entry->d_name, "");
        const char *found = entry_name != NULL ? store_name_of_live(entry_name) : NULL;
        guint64 value = 0;

        if (found != NULL && g_str_equal(found, name) &&
            g_ascii_string_to_unsigned(entry->d_name, 10, 1, G_MAXINT, &value, NULL))
            id = (int)value;
    }
    if (stream != NULL)
        closedir(stream);
    return id;
}

/* Fills in what the live directory says. Returns whether there is a dead one to clean up. */
static gboolean
read_life(const Store *store, StoreObject *object)
{
    g_autofree char *dir = store_live_dir(store, object->name);
    g_autoptr(Status) status = NULL;
    gboolean is_held = status_is_alive(dir), is_newer;

    object->id = -1;
    if (!is_held)
        return cleanup_is_needed(store, object->name);
    status = status_look(dir, &is_newer); /* none: it is just being started, or removed */
    object->is_active = is_newer || (status != NULL && status->state != STATUS_ENDED);
    if (is_newer) { /* it is shown, and whatever needs its status says why that cannot be */
        object->id = id_by_link(store, object->name);
    } else if (object->is_active) {
        object->is_paused = status->is_paused;
        object->id = status->supervisor > 0 ? status->supervisor : -1;
    }
    return FALSE;
}

/* Records the crash of @name, unless somebody works on it. FALSE when that failed. */
static gboolean
clean(Store *store, const char *name)
{
    g_autoptr(ObjectLock) lock = object_lock_take(store, name, 0, NULL);

    /* cleanup_all() reports what fails */
    return lock == NULL || cleanup_object(store, lock, name, NULL, NULL);
}

static void
read_life_and_clean(Store *store, StoreObject *object)
{
    gboolean ok;

    if (!read_life(store, object))
        return;
    ok = clean(store, object->name);
    /* on_crash may have started it again */
    object->is_stuck = read_life(store, object) && !ok;
}

/* --- lists ----------------------------------------------------------------------------------- */

/* Opens @path; an absent one is NULL and no error. */
static gboolean
open_dir(const char *path, DIR **ret_dir, GError **error)
{
    *ret_dir = opendir(path);
    if (*ret_dir == NULL && errno != ENOENT)
        return error_set_errno(error, errno, "cannot list '%s'", path);
    return TRUE;
}

/* name -> uuid by the links of @dir/by-uuid. A name with two links has none: its text decides. */
static GHashTable *
read_index(const char *dir, const char *suffix)
{
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *path = g_build_filename(dir, "by-uuid", NULL);
    DIR *stream = opendir(path);
    struct dirent *entry;

    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        g_autofree guint8 *uuid = g_malloc(UUID_SIZE);
        g_autofree char *name = NULL;

        if (*entry->d_name == '.' || !uuid_parse(entry->d_name, uuid))
            continue;
        name = store_read_link(dirfd(stream), entry->d_name, suffix);
        if (name == NULL)
            continue;
        if (g_hash_table_contains(index, name))
            g_clear_pointer(&uuid, g_free);
        g_hash_table_replace(index, g_steal_pointer(&name), g_steal_pointer(&uuid));
    }
    if (stream != NULL)
        closedir(stream);
    return index;
}

static GHashTable *
read_autostart(const Store *store)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *path = g_build_filename(store->config_dir, "autostart", NULL);
    DIR *stream = opendir(path);
    struct dirent *entry;

    while (stream != NULL && (entry = readdir(stream)) != NULL)
        if (g_str_has_suffix(entry->d_name, ".xml"))
            g_hash_table_add(names, g_strndup(entry->d_name, strlen(entry->d_name) - 4));
    if (stream != NULL)
        closedir(stream);
    return names;
}

/* Adds what is defined to @objects (name -> StoreObject). */
static gboolean
add_defined(const Store *store, GHashTable *objects, GError **error)
{
    g_autoptr(GHashTable) index = NULL, autostart = NULL;
    struct dirent *entry;
    DIR *stream;

    if (!open_dir(store->config_dir, &stream, error))
        return FALSE;
    if (stream == NULL)
        return TRUE;
    index = read_index(store->config_dir, ".xml");
    autostart = read_autostart(store);
    while ((entry = readdir(stream)) != NULL) {
        gsize n = strlen(entry->d_name);
        g_autoptr(StoreObject) object = NULL;
        const guint8 *uuid;

        if (n <= 4 || !g_str_equal(entry->d_name + n - 4, ".xml"))
            continue;
        object = g_new0(StoreObject, 1);
        object->name = g_strndup(entry->d_name, n - 4);
        object->id = -1;
        object->is_persistent = TRUE;
        object->is_autostart = g_hash_table_contains(autostart, object->name);
        uuid = g_hash_table_lookup(index, object->name);
        if (uuid != NULL)
            memcpy(object->uuid, uuid, UUID_SIZE);
        else if (!store_uuid_of_config(store, object->name, object->uuid))
            continue; /* no definition of ours */
        g_hash_table_insert(objects, object->name, object);
        object = NULL;
    }
    closedir(stream);
    return TRUE;
}

/* Completes @objects with what lives; adds the transient ones. */
static gboolean
add_live(Store *store, GHashTable *objects, StoreListFlags flags, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) index = NULL;
    struct dirent *entry;
    DIR *stream;

    if (!open_dir(store->live_dir, &stream, error))
        return FALSE;
    if (stream == NULL)
        return TRUE;
    while ((entry = readdir(stream)) != NULL)
        if (store_name_of_live(entry->d_name) != NULL)
            g_ptr_array_add(names, g_strdup(entry->d_name));
    closedir(stream);
    index = read_index(store->live_dir, "");
    for (guint i = 0; i < names->len; i++) {
        const char *name = store_name_of_live(names->pdata[i]);
        StoreObject *known = g_hash_table_lookup(objects, name);
        g_autoptr(StoreObject) fresh = NULL;
        const guint8 *uuid;

        if (known == NULL) {
            fresh = g_new0(StoreObject, 1);
            fresh->name = g_strdup(name);
        }
        if ((flags & STORE_LIST_NO_CLEANUP) != 0)
            (void)read_life(store, known != NULL ? known : fresh);
        else
            read_life_and_clean(store, known != NULL ? known : fresh);
        if (known != NULL || (!fresh->is_active && !fresh->is_stuck))
            continue;
        uuid = g_hash_table_lookup(index, names->pdata[i]);
        if (uuid != NULL)
            memcpy(fresh->uuid, uuid, UUID_SIZE);
        else if (!store_uuid_of_live(store, name, fresh->uuid))
            continue;
        g_hash_table_insert(objects, fresh->name, fresh);
        fresh = NULL;
    }
    return TRUE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const StoreObject *const *left = a, *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

GPtrArray *
store_list(Store *store, StoreListFlags flags, GError **error)
{
    g_autoptr(GHashTable) objects =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_object);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free_object);
    GHashTableIter iter;
    StoreObject *object;

    if (!add_defined(store, objects, error) || !add_live(store, objects, flags, error))
        return NULL;
    g_hash_table_iter_init(&iter, objects);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&object)) {
        if (((flags & STORE_LIST_ACTIVE) != 0 && !object->is_active) ||
            ((flags & STORE_LIST_INACTIVE) != 0 && object->is_active))
            continue;
        g_hash_table_iter_steal(&iter);
        g_ptr_array_add(list, object);
    }
    g_ptr_array_sort(list, compare_names);
    return g_steal_pointer(&list);
}

/* --- look-ups -------------------------------------------------------------------------------- */

/* What is known about @name; NULL (no error) when it is neither defined nor alive. */
static StoreObject *
look_at(Store *store, const char *name)
{
    g_autoptr(StoreObject) object = g_new0(StoreObject, 1);
    g_autofree char *autostart = NULL;

    if (*name == '\0' || strchr(name, '/') != NULL || strlen(name) > CORE_NAME_BYTES_MAX)
        return NULL;
    object->name = g_strdup(name);
    object->is_persistent = store_uuid_of_config(store, name, object->uuid);
    read_life_and_clean(store, object);
    if (!object->is_persistent && ((!object->is_active && !object->is_stuck) ||
                                   !store_uuid_of_live(store, name, object->uuid)))
        return NULL;
    autostart = g_strconcat(store->config_dir, "/autostart/", name, ".xml", NULL);
    object->is_autostart = object->is_persistent && g_file_test(autostart, G_FILE_TEST_IS_SYMLINK);
    return g_steal_pointer(&object);
}

/* A folder that we may not read must not look like one without guests. */
static gboolean
check_readable(const Store *store, GError **error)
{
    const char *const dirs[] = {store->config_dir, store->live_dir};

    for (guint i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_auto(Fd) fd = open(dirs[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0 && errno != ENOENT)
            return error_set_errno(error, errno, "cannot look for the %s in '%s'", store->noun,
                                   dirs[i]);
    }
    return TRUE;
}

StoreObject *
store_find_name(Store *store, const char *name, GError **error)
{
    StoreObject *object = look_at(store, name);

    if (object == NULL && check_readable(store, error))
        store_set_not_found(store, name, error);
    return object;
}

/* Takes the first of the whole list that has @uuid (nullable) or @id. */
static StoreObject *
search_list(Store *store, const guint8 *uuid, int id)
{
    g_autoptr(GPtrArray) list = store_list(store, STORE_LIST_ALL, NULL);

    for (guint i = 0; list != NULL && i < list->len; i++) {
        StoreObject *object = list->pdata[i];

        if (uuid != NULL ? memcmp(object->uuid, uuid, UUID_SIZE) == 0 : object->id == id)
            return g_ptr_array_steal_index(list, i);
    }
    return NULL;
}

StoreObject *
store_find_uuid(Store *store, const guint8 *uuid, GError **error)
{
    const char *const dirs[] = {store->config_dir, store->live_dir};
    StoreObject *object;
    char text[UUID_TEXT_SIZE];

    for (guint i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *link = store_uuid_link(dirs[i], uuid);
        g_autofree char *found = store_read_link(AT_FDCWD, link, i == 0 ? ".xml" : "");
        const char *name = found != NULL && i == 1 ? store_name_of_live(found) : found;

        object = name != NULL ? look_at(store, name) : NULL;
        if (object != NULL && memcmp(object->uuid, uuid, UUID_SIZE) == 0)
            return object;
        store_object_free(object);
    }
    object = search_list(store, uuid, -1); /* put there by hand, or its index was lost */
    if (object == NULL && check_readable(store, error))
        error_set(error, LODGE_ERROR_NOT_FOUND, "no %s with matching uuid '%s'", store->noun,
                  uuid_format(uuid, text));
    return object;
}

StoreObject *
store_find_id(Store *store, int id, GError **error)
{
    g_autofree char *link = store_id_link(store, id);
    g_autofree char *entry = store_read_link(AT_FDCWD, link, "");
    const char *name = entry != NULL ? store_name_of_live(entry) : NULL;
    StoreObject *object = name != NULL && id > 0 ? look_at(store, name) : NULL;

    if (object != NULL && object->is_active && object->id == id)
        return object;
    store_object_free(object);
    object = id > 0 ? search_list(store, NULL, id) : NULL;
    if (object == NULL && check_readable(store, error))
        error_set(error, LODGE_ERROR_NOT_FOUND, "no %s with matching id '%d'", store->noun, id);
    return object;
}
