/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/name.h - the rule for names of guests and networks.
 *
 * A name becomes a file, a control group and an argument of commands.
 */
#pragma once

#include <glib.h>

#define NAME_BYTES_MAX 200 /* NAME_MAX is 255; suffixes and prefixes of ours go around it */

/**
 * name_check:
 * @kind: "domain", "network": for the message
 * @name: (nullable): 1-200 bytes of UTF-8, no '/', no control character, not beginning with '-'
 *   (commands would take it for an option) or '.' (listings skip such files), no blank at the ends
 *
 * Returns: FALSE with LODGE_ERROR_CONFIG, "the domain name '...' ..."
 */
gboolean name_check(const char *kind, const char *name, GError **error);
