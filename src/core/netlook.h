/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/netlook.h - look at network interfaces of the caller's network namespace.
 *
 * By ioctl on a socket, not through /sys: a /sys mount shows the namespace it was mounted in.
 * Used by: facts.c.
 */
#pragma once

#include <glib.h>

gboolean netlook_exists(const char *name);

/* LODGE_ERROR_NOT_FOUND or LODGE_ERROR_CONFIG, with what to do, unless @name is a bridge. */
gboolean netlook_check_bridge(const char *name, GError **error);
