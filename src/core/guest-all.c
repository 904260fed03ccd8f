/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All guests of a driver: starting what starts at boot, cleaning up after the dead. */
#include "core/cleanup.h"
#include "core/guest-roles.h"
#include "core/guest.h"
#include "util/error.h"

int
guest_autostart_all(DriverCtx *ctx, GPtrArray *messages)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) objects = store_list(store, STORE_LIST_INACTIVE, &error);
    int n_failed = 0;

    if (!objects) {
        g_ptr_array_add(messages, g_strdup(error->message));
        return 1;
    }
    for (guint i = 0; i < objects->len; i++) {
        const StoreObject *object = g_ptr_array_index(objects, i);
        g_autoptr(ObjectRef) ref = store_object_ref(object);
        g_autoptr(GError) failed = NULL;

        if (!object->is_autostart || object->is_active)
            continue;
        if (guest_start(ctx, ref, 0, &failed))
            continue;
        n_failed++;
        g_ptr_array_add(messages, g_strdup_printf("cannot start domain '%s': %s", object->name,
                                                  failed->message));
    }
    return n_failed;
}

int
guest_reap(DriverCtx *ctx, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);

    return cleanup_all(store, ctx->warnings);
}
