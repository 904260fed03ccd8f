/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/plug.h"

#include <fcntl.h>
#include <string.h>

#include "core/limits.h"
#include "core/stop.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/lock.h"
#include "vnet/default-network.h"
#include "vnet/lookup.h"
#include "vnet/start.h"

#define MARK ".on-demand"

void
plug_wait_settled(const Store *store, const char *name)
{
    g_autofree char *mark = g_build_filename(store->live_dir, MARK, NULL);

    if (g_str_equal(name, DEFAULT_NETWORK_NAME))
        (void)lock_wait_free(AT_FDCWD, mark,
                             CORE_LOCK_MS); /* it takes that long: then it is kept */
}

static int
take_hold(const Store *store, GError **error)
{
    g_auto(Fd) dir_fd = -1;

    if (!file_make_dirs(store->live_dir, 0700, error))
        return -1;
    dir_fd = file_open_dir(AT_FDCWD, store->live_dir, error);
    if (dir_fd < 0)
        return -1;
    return lock_take(dir_fd, MARK, CORE_LOCK_MS, "network '" DEFAULT_NETWORK_NAME "'", error);
}

static void
let_go(const Store *store, int hold)
{
    g_auto(Fd) dir_fd = file_open_dir(AT_FDCWD, store->live_dir, NULL);

    lock_release(dir_fd, MARK, hold, dir_fd >= 0);
}

static gboolean
start_on_demand(DriverCtx *ctx, const Store *store, const char *network, int *hold, GError **error)
{
    int fd;

    if (!g_str_equal(network, DEFAULT_NETWORK_NAME))
        return error_set(error, LODGE_ERROR_STATE,
                         "network '%s' is not active; start it first: lodge net-start %s", network,
                         network);
    fd = take_hold(store, error);
    if (fd < 0)
        return FALSE;
    if (store_is_alive(store, network)) { /* somebody was faster, and is done with it */
        let_go(store, fd);
        return TRUE;
    }
    if (!vnet_start_on_demand(ctx, network, error)) {
        let_go(store, fd);
        return FALSE;
    }
    *hold = fd;
    return TRUE;
}

gboolean
vnet_plug(DriverCtx *ctx, const char *network, char **ret_bridge, guint *ret_mtu, int *hold,
          GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = NULL;
    g_autoptr(NetworkDef) def = NULL;

    if (*hold < 0)
        plug_wait_settled(store, network);
    object = vnet_find_name(store, network, error);
    if (object == NULL ||
        (!object->is_active && !start_on_demand(ctx, store, network, hold, error)))
        return FALSE;
    def = vnet_read_live(store, network, error);
    if (def == NULL)
        return FALSE;
    *ret_bridge = g_strdup(def->bridge);
    *ret_mtu = def->mtu;
    return TRUE;
}

/* Whether something is plugged into the bridge of @network; also when that cannot be told. */
static gboolean
is_used(Store *store, const char *network)
{
    g_autoptr(NetworkDef) def = vnet_read_live(store, network, NULL);
    g_autofree char *path = NULL;
    g_autoptr(GDir) ports = NULL;

    if (def == NULL || def->bridge == NULL)
        return TRUE;
    path = g_build_filename("/sys/class/net", def->bridge, "brif", NULL);
    ports = g_dir_open(path, 0, NULL);
    return ports == NULL || g_dir_read_name(ports) != NULL;
}

void
vnet_settle(DriverCtx *ctx, int hold, gboolean keep)
{
    g_autoptr(Store) store = vnet_store(ctx);

    if (hold < 0)
        return;
    /* What fails here leaves a network that runs: harmless, and the guest's error is the one to tell. */
    if (!keep && !is_used(store, DEFAULT_NETWORK_NAME))
        (void)stop_object(store, DEFAULT_NETWORK_NAME, NULL);
    let_go(store, hold);
}
