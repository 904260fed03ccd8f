/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/driver.h"

#include "core/guest-resources.h"
#include "core/guest-roles.h"
#include "machine/caps.h"
#include "machine/describe.h"
#include "machine/keys.h"
#include "machine/roles.h"

/* The version of the hypervisor is that of the host's QEMU: 7.2.22 is 7002022. */
static gboolean
driver_version(DriverCtx *ctx, gulong *ret_version, GError **error)
{
    g_autofree char *binary = qemu_caps_find_binary(NULL, NULL, error);
    g_autoptr(QemuCaps) caps = binary ? qemu_caps_load(ctx->paths, binary, error) : NULL;

    if (!caps)
        return FALSE;
    *ret_version = qemu_caps_version(caps);
    return TRUE;
}

static const DomainLifecycle lifecycle = {
    GUEST_LIFECYCLE,
    .start = machine_start,
};

static const DomainConsoles consoles = {
    .open_console = guest_open_console,
    .resize_console = guest_resize_console,
};

static const DomainResources resources = {
    GUEST_RESOURCES,
    .get_memory_stats = machine_get_memory_stats,
    .set_stats_period = machine_set_stats_period,
    .set_vcpus = machine_set_vcpus,
    .get_vcpu_info = machine_get_vcpu_info,
};

static const Driver driver = {
    .name = "QEMU",
    .scheme = "qemu",
    .kind = &machine_kind,
    .objects = &guest_objects,
    .lifecycle = &lifecycle,
    .consoles = &consoles,
    .resources = &resources,
    .keys = &machine_keys,
    .devices = &machine_devices_role,
    .jobs = &machine_jobs,
    .machines = &machine_machines,
    .capabilities = machine_capabilities,
    .domain_capabilities = machine_domain_capabilities,
    .xml_to_native = machine_xml_to_native,
    .version = driver_version,
    .autostart_all = guest_autostart_all,
    .reap = guest_reap,
};

const Driver *
machine_driver(void)
{
    return &driver;
}
