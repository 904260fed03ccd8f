/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/dnsmasq.h - the configuration file of a network's dnsmasq: DHCP, router advertisements, DNS.
 *
 * The file is all that dnsmasq reads: no /etc/dnsmasq.conf, no /etc/hosts. It listens on the bridge
 * only, writes its pid file when its sockets are open (what the keeper waits for), and drops root.
 *
 * Used by: vnet/start. Knows nothing of: the host.
 */
#pragma once

#include <glib.h>

#include "conf/vnet/network.h"

typedef struct {
    const char *lease_file;
    const char *pid_file;
    const char *user; /* to run as; NULL: dnsmasq's own choice */
} DnsmasqOptions;

/* Whether there is anything to serve: addresses, and DNS or DHCP or router advertisements. */
gboolean dnsmasq_is_needed(const NetworkDef *def);

/**
 * dnsmasq_config:
 * @def: a network whose bridge and addresses are known
 * @error: LODGE_ERROR_CONFIG when a name or address would be read by dnsmasq as something else
 *
 * Returns: (transfer full): the file's text
 */
char *dnsmasq_config(const NetworkDef *def, const DnsmasqOptions *options, GError **error);
