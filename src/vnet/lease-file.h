/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/lease-file.h - read what dnsmasq wrote about the addresses it gave out.
 *
 * A line is "EXPIRY MAC IP NAME CLIENT-ID"; after a line "duid SERVER-DUID" it is
 * "EXPIRY IAID IP NAME DUID". '*' stands for nothing, expiry 0 for never.
 *
 * Used by: vnet/leases.
 */
#pragma once

#include <glib.h>

#include "conf/vnet/network.h"
#include "core/driver.h"

/**
 * lease_file_parse:
 * @text: the file
 * @def: the running network: its bridge and prefixes
 * @mac: (nullable): only the leases of this address
 * @now: seconds since the epoch; what has run out by then is left out
 *
 * The MAC of an IPv6 lease is taken from its DUID where that holds one (types 1 and 3).
 *
 * Returns: (transfer full) (element-type NetworkLease)
 */
GPtrArray *lease_file_parse(const char *text, const NetworkDef *def, const char *mac, gint64 now);
