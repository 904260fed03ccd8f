/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/bridge-choice.h"

#include <net/if.h>
#include <string.h>

#include "util/error.h"
#include "util/mac.h"
#include "vnet/lookup.h"
#include "vnet/names.h"

/* The bridges that other networks name, defined or running. */
static GHashTable *
names_of_others(Store *store, const char *own_name)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) objects = store_list(store, STORE_LIST_NO_CLEANUP, NULL);

    for (guint i = 0; objects != NULL && i < objects->len; i++) {
        const StoreObject *object = g_ptr_array_index(objects, i);
        g_autoptr(NetworkDef) config = NULL, live = NULL;

        if (g_str_equal(object->name, own_name))
            continue;
        config = vnet_read_config(store, object->name, NULL);
        live = object->is_active ? vnet_read_live(store, object->name, NULL) : NULL;
        if (config != NULL && config->bridge != NULL)
            g_hash_table_add(names, g_strdup(config->bridge));
        if (live != NULL && live->bridge != NULL)
            g_hash_table_add(names, g_strdup(live->bridge));
    }
    return names;
}

gboolean
bridge_choose(Store *store, NetworkDef *def, GError **error)
{
    g_autoptr(GHashTable) taken = NULL;

    if (def->forward == NETWORK_FORWARD_BRIDGE)
        return TRUE;
    if (def->mac == NULL) {
        guint8 mac[MAC_SIZE];
        char text[MAC_TEXT_SIZE];

        mac_random(mac);
        def->mac = g_strdup(mac_format(mac, text));
    }
    if (def->bridge != NULL)
        return TRUE;
    taken = names_of_others(store, def->name);
    for (guint i = 0; i <= BRIDGE_NUMBER_MAX; i++) {
        g_autofree char *name = network_bridge_name(store->paths->tag, i);

        if (g_hash_table_contains(taken, name) || if_nametoindex(name) != 0)
            continue;
        def->bridge = g_steal_pointer(&name);
        return TRUE;
    }
    g_set_error(
        error, LODGE_ERROR, LODGE_ERROR_LIMIT,
        "cannot find a free bridge name for network '%s'; give it one: <bridge name='...'/>",
        def->name);
    return FALSE;
}

gboolean
bridge_check(const NetworkDef *def, GError **error)
{
    g_autofree char *mark = g_strdup_printf("/sys/class/net/%s/bridge", def->bridge);

    if (def->forward == NETWORK_FORWARD_BRIDGE) {
        if (g_file_test(mark, G_FILE_TEST_IS_DIR))
            return TRUE;
        g_set_error(
            error, LODGE_ERROR, LODGE_ERROR_STATE,
            "cannot start network '%s': the host has no bridge '%s'; make it first: ip link "
            "add %s type bridge",
            def->name, def->bridge, def->bridge);
        return FALSE;
    }
    if (if_nametoindex(def->bridge) == 0)
        return TRUE;
    return error_set(
        error, LODGE_ERROR_STATE,
        "cannot start network '%s': the host has a link '%s' already; delete it, or change "
        "<bridge name> with net-edit",
        def->name, def->bridge);
}
