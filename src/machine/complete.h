/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/complete.h - what a machine's definition leaves out, filled in at define time.
 *
 * Emulator, canonical machine type ("q35" becomes "pc-q35-7.2"), implied controllers, keyboard and mouse,
 * video for a graphics device, balloon, then addresses (addresses.h). So the stored XML says all that the
 * guest can see, and an upgraded QEMU changes nothing of it.
 *
 * Used by: the driver's define and create, attach-device.
 */
#pragma once

#include "conf/domain/domain.h"
#include "core/driver.h"
#include "machine/caps.h"

/**
 * machine_complete:
 * @def: parsed, of type qemu or kvm
 * @caps: (nullable): of its emulator; NULL: nothing is asked of QEMU, the machine type stays as written
 * @source: name of the XML for messages
 * @error: what this QEMU, or lodge, cannot do: "FILE:LINE: ..."
 *
 * Pure; calling it again changes nothing. On failure @def is to be thrown away.
 */
gboolean machine_complete(DomainDef *def, const QemuCaps *caps, const char *source, GError **error);

/* Finds and asks the emulator of @def, then machine_complete(). */
gboolean machine_complete_host(DriverCtx *ctx, DomainDef *def, const char *source, GError **error);
