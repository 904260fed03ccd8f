/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/ports.h - free TCP ports for graphics.
 *
 * Theory of operation. QEMU binds the port itself, some time after it was chosen here; two guests that start
 * at once must not choose the same. So a choice is noted as a file LIVE/qemu/.ports/PORT under a short lock and
 * counts for PORTS_HOLD_S: longer than a start takes. After that the port itself tells whether it is in use.
 *
 * Used by: facts.c.
 */
#pragma once

#include "conf/machine/machine.h"
#include "core/paths.h"

#define PORTS_FIRST  5900 /* display 0 */
#define PORTS_LAST   6899
#define PORTS_HOLD_S 60

/**
 * ports_choose:
 * @is_dry: note nothing; the first free ones
 * @ports: (element-type int): gets one number for each <graphics>: the one that is given, one that was chosen, or 0
 */
gboolean ports_choose(const Paths *paths, const DomainDef *def, const char *source, gboolean is_dry,
                      GArray *ports, GError **error);
