/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/key-via.h - keys through a guest's screen instead of its monitor: VNC or SPICE.
 *
 * Used by: verb-keys.c. The protocols are spoken by lodge-keys-vnc and lodge-keys-spice.
 */
#pragma once

#include <glib.h>

#include "cli/cli.h"

/* @channel: "vnc" or "spice"; the address and password are those of the guest's live XML. FALSE: said. */
gboolean key_via(Cli *cli, virDomainPtr dom, const char *channel, const char *script);
