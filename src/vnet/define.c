/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/define.h"

#include <string.h>

#include "core/journal.h"
#include "core/limits.h"
#include "core/lock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/uuid.h"
#include "vnet/bridge-choice.h"
#include "vnet/default-network.h"
#include "vnet/lookup.h"

enum {
    DEFINE_VALIDATE = 1,
};

NetworkDef *
vnet_parse_xml(const DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
               GError **error)
{
    const char *source = ctx->xml_source != NULL ? ctx->xml_source : "(network_definition)";
    g_autoptr(GPtrArray) found = NULL;
    NetworkDef *def =
        network_def_parse(xml, strlen(xml), source, (flags & DEFINE_VALIDATE) != 0, &found, error);

    if (def == NULL)
        return NULL;
    for (guint i = 0; warnings != NULL && found != NULL && i < found->len; i++)
        g_ptr_array_add(warnings, g_strdup(g_ptr_array_index(found, i)));
    if (!def->has_uuid) {
        uuid_random(def->uuid);
        def->has_uuid = TRUE;
    }
    return def;
}

/* A redefinition that does not name them keeps the bridge and its address. */
static void
inherit(Store *store, NetworkDef *def)
{
    g_autoptr(NetworkDef) old = vnet_read_config(store, def->name, NULL);

    if (old == NULL || memcmp(old->uuid, def->uuid, sizeof old->uuid) != 0 ||
        old->forward == NETWORK_FORWARD_BRIDGE)
        return;
    if (def->bridge == NULL)
        def->bridge = g_strdup(old->bridge);
    if (def->mac == NULL)
        def->mac = g_strdup(old->mac);
}

gboolean
vnet_check_builtin(const Store *store, const NetworkDef *def, GError **error)
{
    gboolean is_name = g_str_equal(def->name, DEFAULT_NETWORK_NAME);
    guint8 uuid[UUID_SIZE];
    char text[UUID_TEXT_SIZE];
    gboolean is_uuid;

    default_network_uuid(uuid);
    is_uuid = memcmp(uuid, def->uuid, sizeof uuid) == 0;
    if (is_name == is_uuid || !default_network_is_built_in(store))
        return TRUE;
    return error_set(error, LODGE_ERROR_EXISTS,
                     "network '" DEFAULT_NETWORK_NAME
                     "' already exists with uuid %s; use that uuid to "
                     "change it, or net-undefine it first",
                     uuid_format(uuid, text));
}

gboolean
vnet_store_def(Store *store, NetworkDef *def, gboolean *ret_is_new, GError **error)
{
    g_autofree char *text = NULL;

    if (!vnet_check_builtin(store, def, error))
        return FALSE;
    inherit(store, def);
    if (!bridge_choose(store, def, error))
        return FALSE;
    text = network_def_format(def, TRUE);
    if (!store_define(store, def->name, def->uuid, text, ret_is_new, error))
        return FALSE;
    if (g_str_equal(def->name, DEFAULT_NETWORK_NAME))
        (void)default_network_unhide(store, NULL); /* the definition counts, marked or not */
    return TRUE;
}

gboolean
vnet_materialize(Store *store, const char *name, GError **error)
{
    g_autoptr(NetworkDef) def = NULL;

    if (!g_str_equal(name, DEFAULT_NETWORK_NAME) || !default_network_is_built_in(store))
        return TRUE;
    def = default_network_def(error);
    return def != NULL && vnet_store_def(store, def, NULL, error);
}

ObjectRef *
vnet_define(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(NetworkDef) def = vnet_parse_xml(ctx, xml, flags, warnings, error);
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(ObjectRef) ref = NULL;
    gboolean is_new = FALSE;

    if (def == NULL)
        return NULL;
    lock = object_lock_take(store, def->name, CORE_LOCK_MS, error);
    if (lock == NULL || !vnet_store_def(store, def, &is_new, error))
        return NULL;
    ref = object_ref_new(def->name, def->uuid, -1);
    /* the definition is stored, whether or not its event is */
    (void)journal_append(ctx->paths, "vnet", ref, JOURNAL_LIFECYCLE, JOURNAL_NET_DEFINED, 0, NULL,
                         NULL);
    return g_steal_pointer(&ref);
}

gboolean
vnet_undefine(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(ObjectRef) gone = NULL;
    gboolean is_builtin, is_default;

    if (object == NULL)
        return FALSE;
    if (!object->is_persistent) {
        return error_set(error, LODGE_ERROR_STATE,
                         "cannot undefine transient network '%s'; it goes when it is stopped",
                         object->name);
    }
    lock = object_lock_take(store, object->name, CORE_LOCK_MS, error);
    if (lock == NULL)
        return FALSE;
    is_default = g_str_equal(object->name, DEFAULT_NETWORK_NAME);
    is_builtin = is_default && default_network_is_built_in(store);
    if (is_default && !default_network_hide(store, error))
        return FALSE;
    if (!is_builtin && !store_undefine(store, object->name, error))
        return FALSE;
    if (!store_is_alive(store, object->name)) { /* else net-destroy removes it */
        g_autofree char *leases = vnet_lease_file(store, object->name, FALSE);

        (void)file_remove(-1, leases, FILE_LIVE, NULL); /* a stale one is harmless */
    }
    gone = object_ref_new(object->name, object->uuid, -1);
    (void)journal_append(ctx->paths, "vnet", gone, JOURNAL_LIFECYCLE, JOURNAL_NET_UNDEFINED, 0,
                         NULL, NULL); /* as above */
    return TRUE;
}

gboolean
vnet_set_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean value, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);
    g_autoptr(ObjectLock) lock = NULL;

    if (object == NULL)
        return FALSE;
    if (!object->is_persistent) {
        return error_set(error, LODGE_ERROR_STATE,
                         "cannot set autostart for transient network '%s'; net-define it first",
                         object->name);
    }
    lock = object_lock_take(store, object->name, CORE_LOCK_MS, error);
    if (lock == NULL || !vnet_materialize(store, object->name, error))
        return FALSE;
    return store_set_autostart(store, object->name, value, error);
}
