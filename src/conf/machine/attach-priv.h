/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/attach-priv.h - which devices cannot be beside each other. */
#pragma once

#include "conf/machine/machine.h"

void machine_devices_init(DomainMachine *machine); /* empty lists */

/**
 * machine_devices_clash:
 * @ret_name: (out): the element of the later one
 * @ret_line: (out): its line
 * @ret_why: (out) (transfer full): "has the target 'vda' of the one in line 12; rename one"
 *
 * Returns: TRUE when two devices of @def clash
 */
gboolean machine_devices_clash(const DomainDef *def, const char **ret_name, int *ret_line,
                               char **ret_why);
