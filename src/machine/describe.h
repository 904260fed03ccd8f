/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/describe.h - what clients learn before they write XML, and what XML comes to.
 *
 * Used by: driver.c.
 */
#pragma once

#include "core/driver.h"

/* `capabilities`: host, and each emulator with its machine types. (transfer full) */
char *machine_capabilities(DriverCtx *ctx, GError **error);

/**
 * machine_domain_capabilities:
 * @emulator, @arch, @machine, @type: (nullable): "qemu" or "kvm" for @type; the host's best when NULL
 *
 * Returns: (transfer full): <domainCapabilities>
 */
char *machine_domain_capabilities(DriverCtx *ctx, const char *emulator, const char *arch,
                                  const char *machine, const char *type, GError **error);

/**
 * machine_xml_to_native:
 * @format: "qemu-argv"
 * @xml: a domain's XML
 *
 * Returns: (transfer full): the command line as shell text, one argument a line
 */
char *machine_xml_to_native(DriverCtx *ctx, const char *format, const char *xml, GError **error);
