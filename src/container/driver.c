/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "container/driver.h"

#include <stdio.h>
#include <sys/utsname.h>

#include "container/roles.h"
#include "core/guest-resources.h"
#include "core/guest-roles.h"
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

static const DomainLifecycle lifecycle = {
    GUEST_LIFECYCLE,
    .start = guest_start,
    .start_files = guest_start_files,
    .send_signal = container_send_signal,
};

static const DomainResources resources = {
    GUEST_RESOURCES,
    .get_memory_stats = container_get_memory_stats,
};

static const Driver driver = {
    .name = "LXC",
    .scheme = "lxc",
    .kind = &container_kind,
    .objects = &guest_objects,
    .lifecycle = &lifecycle,
    .consoles = &container_consoles,
    .resources = &resources,
    .capabilities = container_capabilities,
    .version = driver_version,
    .autostart_all = guest_autostart_all,
    .reap = guest_reap,
};

const Driver *
container_driver(void)
{
    return &driver;
}
