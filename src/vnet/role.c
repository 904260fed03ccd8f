/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/define.h"
#include "vnet/lookup.h"
#include "vnet/plug.h"
#include "vnet/start.h"
#include "vnet/vnet.h"

static const NetworkRole networks = {
    .list = vnet_list,
    .lookup_name = vnet_lookup_name,
    .lookup_uuid = vnet_lookup_uuid,
    .define = vnet_define,
    .create_xml = vnet_create_xml,
    .start = vnet_start,
    .destroy = vnet_destroy,
    .undefine = vnet_undefine,
    .get_xml = vnet_get_xml,
    .get_bridge = vnet_get_bridge,
    .is_active = vnet_is_active,
    .is_persistent = vnet_is_persistent,
    .get_autostart = vnet_get_autostart,
    .set_autostart = vnet_set_autostart,
    .leases = vnet_leases,
    .plug = vnet_plug,
    .settle = vnet_settle,
    .autostart_all = vnet_autostart_all,
    .reap = vnet_reap,
};

static const Driver driver = {
    .name = "network",
    .scheme = "network",
    .networks = &networks,
    .autostart_all = vnet_autostart_all,
    .reap = vnet_reap,
};

const Driver *
vnet_driver(void)
{
    return &driver;
}
