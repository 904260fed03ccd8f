/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "container/driver.h"

#include <stdio.h>
#include <sys/utsname.h>

#include "container/container.h"
#include "container/roles.h"
#include "core/cleanup.h"
#include "util/error.h"

/* The version of the hypervisor is the kernel's: "6.18.44-x" is 6018044. */
static gboolean
driver_version(DriverCtx *ctx, gulong *ret_version, GError **error)
{
    struct utsname host;
    unsigned int major = 0, minor = 0, micro = 0;

    if (uname(&host) < 0)
        return error_set_errno(error, errno, "cannot ask the kernel for its version");
    if (sscanf(host.release, "%u.%u.%u", &major, &minor, &micro) < 2) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_INTERNAL,
                    "cannot read the kernel's version '%s'", host.release);
        return FALSE;
    }
    *ret_version = major * 1000000ul + minor * 1000ul + micro;
    return TRUE;
}

static int
driver_autostart_all(DriverCtx *ctx, GPtrArray *messages)
{
    g_autoptr(Store) store = container_store(ctx);
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
        if (container_start(ctx, ref, 0, &failed))
            continue;
        n_failed++;
        g_ptr_array_add(messages, g_strdup_printf("cannot start domain '%s': %s", object->name,
                                                  failed->message));
    }
    return n_failed;
}

static int
driver_reap(DriverCtx *ctx, GError **error)
{
    g_autoptr(Store) store = container_store(ctx);

    return cleanup_all(store, ctx->warnings);
}

static const Driver driver = {
    .name = "LXC",
    .scheme = "lxc",
    .objects = &container_objects,
    .lifecycle = &container_lifecycle,
    .consoles = &container_consoles,
    .resources = &container_resources,
    .capabilities = container_capabilities,
    .version = driver_version,
    .autostart_all = driver_autostart_all,
    .reap = driver_reap,
};

const Driver *
container_driver(void)
{
    return &driver;
}
