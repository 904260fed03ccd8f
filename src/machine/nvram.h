/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/nvram.h - the file that keeps a machine's UEFI variables.
 *
 * Made from the firmware's template at the first start, DATA/qemu/nvram/NAME_VARS.fd unless the XML names another;
 * kept until undefine --nvram.
 *
 * Used by: facts.c, the driver (undefine).
 */
#pragma once

#include "conf/machine/machine.h"
#include "core/paths.h"
#include "machine/firmware.h"

/* Where it is, or would be. (transfer full); NULL: the machine keeps none */
char *nvram_path(const Paths *paths, const DomainDef *def, const Firmware *firmware);

/**
 * nvram_find:
 * @firmware: (nullable): chosen by descriptor; NULL: what the XML says
 * @is_dry: make nothing
 * @ret_path: (out) (transfer full): or NULL
 *
 * Makes it when it is missing. FALSE when it cannot be made.
 */
gboolean nvram_find(const Paths *paths, const DomainDef *def, const Firmware *firmware,
                    const char *source, gboolean is_dry, char **ret_path, GError **error);
