/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/lookup.h"

#include <string.h>

#include "core/limits.h"
#include "util/error.h"
#include "util/file.h"
#include "vnet/default-network.h"
#include "vnet/lease-file.h"

enum { /* libvirt's numbers */
    LIST_INACTIVE = 1,
    LIST_ACTIVE = 2,
    LIST_PERSISTENT = 4,
    LIST_TRANSIENT = 8,
    LIST_AUTOSTART = 16,
    LIST_NO_AUTOSTART = 32,
    XML_INACTIVE = 1,
};

#define LEASES_BYTES_MAX (64 << 20) /* of a file that dnsmasq rewrites */

Store *
vnet_store(const DriverCtx *ctx)
{
    return store_new(ctx->paths, "vnet", "network");
}

static StoreObject *
builtin_object(void)
{
    StoreObject *object = g_new0(StoreObject, 1);

    object->name = g_strdup(DEFAULT_NETWORK_NAME);
    default_network_uuid(object->uuid);
    object->is_persistent = TRUE;
    object->id = -1;
    return object;
}

StoreObject *
vnet_find_name(Store *store, const char *name, GError **error)
{
    g_autoptr(GError) own = NULL;
    StoreObject *object = store_find_name(store, name, &own);

    if (object != NULL)
        return object;
    if (g_error_matches(own, LODGE_ERROR, LODGE_ERROR_NOT_FOUND) &&
        g_str_equal(name, DEFAULT_NETWORK_NAME) && default_network_is_built_in(store))
        return builtin_object();
    g_propagate_error(error, g_steal_pointer(&own));
    return NULL;
}

static StoreObject *
find_uuid(Store *store, const guint8 *uuid, GError **error)
{
    g_autoptr(GError) own = NULL;
    StoreObject *object = store_find_uuid(store, uuid, &own);
    guint8 builtin[16];

    if (object != NULL)
        return object;
    default_network_uuid(builtin);
    if (g_error_matches(own, LODGE_ERROR, LODGE_ERROR_NOT_FOUND) &&
        memcmp(uuid, builtin, sizeof builtin) == 0 && default_network_is_built_in(store))
        return builtin_object();
    g_propagate_error(error, g_steal_pointer(&own));
    return NULL;
}

StoreObject *
vnet_find(Store *store, const ObjectRef *ref, GError **error)
{
    return find_uuid(store, ref->uuid, error);
}

static NetworkDef *
parse(const Store *store, const char *text, gsize size, const char *name, GError **error)
{
    g_autofree char *source = store_config_file(store, name);

    return network_def_parse(text, size, source, FALSE, NULL, error);
}

NetworkDef *
vnet_read_config(Store *store, const char *name, GError **error)
{
    g_autoptr(GError) own = NULL;
    gsize size = 0;
    g_autofree char *text = store_read_config(store, name, &size, &own);

    if (text != NULL)
        return parse(store, text, size, name, error);
    if (g_error_matches(own, LODGE_ERROR, LODGE_ERROR_NOT_FOUND) &&
        g_str_equal(name, DEFAULT_NETWORK_NAME) && default_network_is_built_in(store))
        return default_network_def(error);
    g_propagate_error(error, g_steal_pointer(&own));
    return NULL;
}

NetworkDef *
vnet_read_live(Store *store, const char *name, GError **error)
{
    gsize size = 0;
    g_autofree char *text = store_read_live(store, name, "live.xml", &size, error);

    return text != NULL ? parse(store, text, size, name, error) : NULL;
}

static gboolean
is_wanted(const StoreObject *object, guint flags)
{
    if ((flags & (LIST_ACTIVE | LIST_INACTIVE)) != 0 &&
        (flags & (object->is_active ? LIST_ACTIVE : LIST_INACTIVE)) == 0)
        return FALSE;
    if ((flags & (LIST_PERSISTENT | LIST_TRANSIENT)) != 0 &&
        (flags & (object->is_persistent ? LIST_PERSISTENT : LIST_TRANSIENT)) == 0)
        return FALSE;
    if ((flags & (LIST_AUTOSTART | LIST_NO_AUTOSTART)) != 0 &&
        (flags & (object->is_autostart ? LIST_AUTOSTART : LIST_NO_AUTOSTART)) == 0)
        return FALSE;
    return TRUE;
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    const StoreObject *const *first = a, *const *second = b;

    return strcmp((*first)->name, (*second)->name);
}

GPtrArray *
vnet_list(DriverCtx *ctx, guint flags, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(GPtrArray) objects = store_list(store, STORE_LIST_ALL, error);
    GPtrArray *refs;
    gboolean has_default = FALSE;

    if (objects == NULL)
        return NULL;
    for (guint i = 0; i < objects->len; i++) {
        const StoreObject *object = g_ptr_array_index(objects, i);

        has_default = has_default || g_str_equal(object->name, DEFAULT_NETWORK_NAME);
    }
    if (!has_default && default_network_is_built_in(store)) {
        g_ptr_array_add(objects, builtin_object());
        g_ptr_array_sort(objects, by_name);
    }
    refs = g_ptr_array_new_with_free_func((GDestroyNotify)object_ref_free);
    for (guint i = 0; i < objects->len; i++)
        if (is_wanted(g_ptr_array_index(objects, i), flags))
            g_ptr_array_add(refs, store_object_ref(g_ptr_array_index(objects, i)));
    return refs;
}

ObjectRef *
vnet_lookup_name(DriverCtx *ctx, const char *name, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find_name(store, name, error);

    return object != NULL ? store_object_ref(object) : NULL;
}

ObjectRef *
vnet_lookup_uuid(DriverCtx *ctx, const guint8 *uuid, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = find_uuid(store, uuid, error);

    return object != NULL ? store_object_ref(object) : NULL;
}

/* What runs when it runs, else the definition. */
static NetworkDef *
read_current(Store *store, const StoreObject *object, GError **error)
{
    return object->is_active ? vnet_read_live(store, object->name, error)
                             : vnet_read_config(store, object->name, error);
}

char *
vnet_get_xml(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);
    gboolean inactive = (flags & XML_INACTIVE) != 0;
    g_autoptr(NetworkDef) def = NULL;

    if (object == NULL)
        return NULL;
    inactive = inactive && object->is_persistent; /* a transient network has only the one */
    def = inactive ? vnet_read_config(store, object->name, error)
                   : read_current(store, object, error);
    return def != NULL ? network_def_format(def, inactive) : NULL;
}

char *
vnet_get_bridge(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);
    g_autoptr(NetworkDef) def = NULL;

    if (object == NULL)
        return NULL;
    def = read_current(store, object, error);
    if (def == NULL)
        return NULL;
    if (def->bridge == NULL) {
        error_set(error, LODGE_ERROR_INTERNAL, "network '%s' has no bridge until it is started",
                  def->name);
        return NULL;
    }
    return g_strdup(def->bridge);
}

/* One of the yes-or-no members of the object, at @offset. */
static gboolean
read_member(DriverCtx *ctx, const ObjectRef *ref, gsize offset, gboolean *ret_value, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);

    if (object == NULL)
        return FALSE;
    *ret_value = G_STRUCT_MEMBER(gboolean, object, offset);
    return TRUE;
}

gboolean
vnet_is_active(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    return read_member(ctx, ref, G_STRUCT_OFFSET(StoreObject, is_active), ret_value, error);
}

gboolean
vnet_is_persistent(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    return read_member(ctx, ref, G_STRUCT_OFFSET(StoreObject, is_persistent), ret_value, error);
}

gboolean
vnet_get_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    return read_member(ctx, ref, G_STRUCT_OFFSET(StoreObject, is_autostart), ret_value, error);
}

char *
vnet_lease_file(const Store *store, const char *name, gboolean is_transient)
{
    g_autofree char *dir = is_transient ? store_live_dir(store, name)
                                        : g_build_filename(store->paths->data, "vnet", NULL);
    g_autofree char *file = is_transient ? g_strdup("leases") : g_strdup_printf("%s.leases", name);

    return g_build_filename(dir, file, NULL);
}

GPtrArray *
vnet_leases(DriverCtx *ctx, const ObjectRef *ref, const char *mac, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);
    g_autoptr(GError) own = NULL;
    g_autoptr(NetworkDef) def = NULL;
    g_autofree char *text = NULL;

    if (object == NULL)
        return NULL;
    if (!object->is_active) /* nobody gives out addresses */
        return g_ptr_array_new_with_free_func((GDestroyNotify)network_lease_free);
    def = vnet_read_live(store, object->name, error);
    if (def == NULL)
        return NULL;
    for (int transient = 1; transient >= 0 && text == NULL; transient--) {
        g_autofree char *file = vnet_lease_file(store, object->name, transient);

        g_clear_error(&own);
        text = file_read(-1, file, LEASES_BYTES_MAX, NULL, &own);
    }
    if (text == NULL && !g_error_matches(own, LODGE_ERROR, LODGE_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&own));
        return NULL;
    }
    return lease_file_parse(text != NULL ? text : "", def, mac, g_get_real_time() / G_USEC_PER_SEC);
}
