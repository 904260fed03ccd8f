/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-pair.h - which stanza becomes which, so that their order stays and little changes. */
#pragma once

#include "netif/debian-make.h"

/**
 * debian_pair_family:
 * @stanzas: DebianStanza*; those of @family that are not kept are paired
 * @wants: DebianWant*; those of @family that are not used
 * @pairs: by the index of the stanza; what it becomes
 *
 * As many as possible are paired, in order; those of one method and one address first.
 */
void debian_pair_family(const GPtrArray *stanzas, const GPtrArray *wants, const char *family,
                        const gboolean *is_kept, gboolean *is_used, const DebianWant **pairs);
