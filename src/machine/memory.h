/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/memory.h - the balloon of a machine, and what its guest tells of its memory.
 *
 * Used by: kind.c (setmem), block.c (domstats).
 */
#pragma once

#include "core/guest.h"
#include "machine/qmp.h"

/* As GuestKind.set_memory. */
gboolean machine_set_live_memory(const Guest *self, const DomainDef *def, GError **error);

/* Has the guest of a machine that was just started tell about its memory, when its XML asks for that. */
void memory_begin_stats(const GuestStart *start);

/* (transfer full) (element-type Param): as DomainResources.get_memory_stats. */
GArray *memory_stats(const Guest *self, Qmp *qmp, const DomainDef *def, const Status *status);
