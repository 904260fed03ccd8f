/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/keys.h - keys for QEMU: a script in Linux codes to one that the supervisor plays.
 *
 * Used by: driver.c. Formats: lodge/lodge-keys.h, supervisor/control.h (keys).
 */
#pragma once

#include "core/driver.h"

extern const DomainKeys machine_keys;

/**
 * keys_translate:
 * @script: lines with Linux codes
 * @error: LODGE_ERROR_ARGUMENT: a key that QEMU has no name for
 *
 * Returns: (transfer full): the same with QEMU's names
 */
char *keys_translate(const char *script, GError **error);
