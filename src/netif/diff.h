/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/diff.h - two texts as a unified diff. */
#pragma once

#include <glib.h>

/**
 * diff_unified:
 * @path: "/etc/network/interfaces": the header says a/etc/... and b/etc/...
 * @before: (nullable): NULL: the file is new (/dev/null)
 * @after: (nullable): NULL: it is removed
 *
 * Appends nothing when both are equal.
 */
void diff_unified(const char *path, const char *before, gsize n_before, const char *after,
                  gsize n_after, GString *out);
