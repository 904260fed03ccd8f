/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "container/facts.h"

#include <errno.h>
#include <unistd.h>

#include "core/netlook.h"
#include "util/error.h"

static gboolean
facts_devices(HostFacts *facts, const DomainDef *def, const char *source, GError **error)
{
    for (guint i = 0; i < def->hostdevs->len; i++) {
        const DomainHostdev *dev = g_ptr_array_index(def->hostdevs, i);

        if (dev->type == DOMAIN_HOSTDEV_NET) {
            if (!netlook_exists(dev->source)) {
                g_set_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND,
                            "%s:%d: <hostdev>: the host has no network interface '%s'", source,
                            dev->line, dev->source);
                return FALSE;
            }
            continue;
        }
        if (!host_facts_stat_device(facts, source, dev->line, "hostdev", dev->source,
                                    dev->type == DOMAIN_HOSTDEV_STORAGE ? 'b' : 'c', error))
            return FALSE;
    }
    for (guint i = 0; i < def->filesystems->len; i++) {
        const DomainFs *fs = g_ptr_array_index(def->filesystems, i);

        if (fs->type == DOMAIN_FS_BLOCK &&
            !host_facts_stat_device(facts, source, fs->line, "filesystem", fs->source, 'b', error))
            return FALSE;
        if ((fs->type == DOMAIN_FS_MOUNT || fs->type == DOMAIN_FS_FILE) &&
            access(fs->source, F_OK) < 0)
            return error_set_errno(error, errno, "%s:%d: <filesystem>: cannot use '%s'", source,
                                   fs->line, fs->source);
    }
    return TRUE;
}

HostFacts *
container_facts_gather(DriverCtx *ctx, const DomainDef *def, const char *source, int *hold,
                       GError **error)
{
    g_autoptr(HostFacts) facts = host_facts_gather(ctx, def, source, hold, error);

    if (!facts || !facts_devices(facts, def, source, error))
        return NULL;
    return g_steal_pointer(&facts);
}
