/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/hotplug-fd.h - the descriptors that a plugged device needs: opened here, as the plan says.
 *
 * Used by: hotplug.c.
 */
#pragma once

#include <glib.h>

typedef struct {
    int number; /* as the plan and the options name it */
    int fd;
} HotplugFd;

GArray *
hotplug_fds_new(void); /* (transfer full) (element-type HotplugFd): g_array_unref() closes them */

/**
 * hotplug_fds_open:
 * @host: lines of a plan's phase host
 * @ret_host_name: (out) (optional) (transfer full): of the tap that was made; left alone without one
 * @error: UNSUPPORTED_CONFIG for an operation that only a start can do
 */
gboolean hotplug_fds_open(GArray *fds, const char *host, char **ret_host_name, GError **error);

int hotplug_fds_get(const GArray *fds, int number); /* -1: there is none */
