/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/uri.h - connection URIs: lodge:///, lxc:///system, lxc:///session, lxc:///embed?root=DIR ...
 *
 * "SCHEME:///[system|session|embed][?root=DIR]" with SCHEME lodge, lxc, qemu or network. Fewer slashes mean
 * the same. Without a path: system for root, session for anybody else. embed needs ?root=.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *scheme; /* "lodge", "lxc", "qemu", "network" */
    char *root;   /* absolute, or NULL */
    gboolean session;
    char *canonical; /* as written, with three slashes and root percent-encoded: virConnectGetURI */
} Uri;

/**
 * uri_parse:
 * @text: the URI
 * @is_root: whether the caller is uid 0
 * @error: LODGE_ERROR_ARGUMENT: unknown scheme (names the known ones), unknown path or parameter;
 *   LODGE_ERROR_UNSUPPORTED: a host or a transport (+ssh)
 *
 * Returns: (transfer full)
 */
Uri *uri_parse(const char *text, gboolean is_root, GError **error);
void uri_free(Uri *uri);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Uri, uri_free)

/**
 * uri_default:
 * @lodge_uri: (nullable): $LODGE_DEFAULT_URI; empty counts as unset
 * @libvirt_uri: (nullable): $LIBVIRT_DEFAULT_URI
 * @config_dir: Paths.config: its lodge.conf may have a line uri_default = "..."
 *
 * Returns: (transfer full): the first of them that is set, else "lodge:///"
 */
char *uri_default(const char *lodge_uri, const char *libvirt_uri, const char *config_dir);
