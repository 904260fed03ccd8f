/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-option.h - make the options of some stanzas match a list of wishes, line by line. */
#pragma once

#include "netif/debian-merge.h"

/**
 * debian_options_merge:
 * @stanzas: (array length=n_stanzas): where the options stand; new ones go into the one that has most of
 *   their kind, or into the first
 * @wishes: DebianWish, in their order
 * @groups: bits of the groups that the wishes replace; options of other groups are not touched
 */
void debian_options_merge(DebianMerge *merge, const DebianWants *wants,
                          DebianStanza *const *stanzas, guint n_stanzas, const GArray *wishes,
                          guint groups);
