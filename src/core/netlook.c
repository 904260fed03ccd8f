/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/netlook.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "util/error.h"
#include "util/fd.h"

gboolean
netlook_exists(const char *name)
{
    return if_nametoindex(name) != 0;
}

gboolean
netlook_check_bridge(const char *name, GError **error)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    struct ifreq req = {.ifr_data = (char *)&info};
    g_auto(Fd) fd = -1;

    if (strlen(name) >= IFNAMSIZ || !netlook_exists(name)) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND,
                    "the host has no bridge '%s'; make it first, or use <interface "
                    "type='network'>",
                    name);
        return FALSE;
    }
    memcpy(req.ifr_name, name, strlen(name) + 1);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot look at bridge '%s'", name);
    if (ioctl(fd, SIOCETHTOOL, &req) == 0 && strcmp(info.driver, "bridge") == 0)
        return TRUE;
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG,
                "'%s' is a network interface of the host, but no bridge; use <interface "
                "type='direct'> with it, or name a bridge",
                name);
    return FALSE;
}
