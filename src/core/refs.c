/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/driver.h"

#include <string.h>

#define PARAM_STRING 7 /* VIR_TYPED_PARAM_STRING */

/* The one link between drivers of one floor. Written once, when the drivers are put together. */
static const NetworkRole *networks;

void
core_set_networks(const NetworkRole *role)
{
    g_atomic_pointer_set(&networks, role);
}

const NetworkRole *
core_networks(void)
{
    return g_atomic_pointer_get(&networks);
}

ObjectRef *
object_ref_new(const char *name, const guint8 *uuid, int id)
{
    ObjectRef *ref = g_new0(ObjectRef, 1);

    ref->name = g_strdup(name);
    memcpy(ref->uuid, uuid, sizeof(ref->uuid));
    ref->id = id;
    return ref;
}

void
object_ref_free(ObjectRef *ref)
{
    if (ref == NULL)
        return;
    g_free(ref->name);
    g_free(ref);
}

void
param_clear(Param *param)
{
    g_clear_pointer(&param->field, g_free);
    if (param->type == PARAM_STRING)
        g_clear_pointer(&param->value.s, g_free);
}

void
network_lease_free(NetworkLease *lease)
{
    if (lease == NULL)
        return;
    g_free(lease->iface);
    g_free(lease->mac);
    g_free(lease->iaid);
    g_free(lease->ip);
    g_free(lease->hostname);
    g_free(lease->clientid);
    g_free(lease);
}

DomainIfaceAddrs *
domain_iface_addrs_new(const char *name, const char *mac)
{
    DomainIfaceAddrs *iface = g_new0(DomainIfaceAddrs, 1);

    iface->name = g_strdup(name);
    iface->mac = g_strdup(mac);
    iface->addrs = g_ptr_array_new_with_free_func(g_free);
    return iface;
}

void
domain_iface_addrs_free(DomainIfaceAddrs *addrs)
{
    if (addrs == NULL)
        return;
    g_free(addrs->name);
    g_free(addrs->mac);
    if (addrs->addrs != NULL)
        g_ptr_array_unref(addrs->addrs);
    g_free(addrs);
}

void
domain_fs_info_free(DomainFsInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->name);
    g_free(info->mountpoint);
    g_free(info->fstype);
    g_strfreev(info->targets);
    g_free(info);
}
