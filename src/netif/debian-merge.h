/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-merge.h - make the stanzas of one name say something else, by the fewest changes.
 *
 * Theory of operation: options belong to groups (debian-model.h). A group that says the right thing already is
 * not touched, whatever its spelling. Of the others, options that stay keep their lines, those that change get
 * a new value in place, those that are too many go, and new ones come in behind their neighbours. Stanzas are
 * paired by family; one that has no counterpart any more becomes "manual" if it holds something that the XML
 * knows nothing of. All else in the file stays as it is.
 */
#pragma once

#include "netif/debian-edit.h"
#include "netif/debian-make.h"

typedef struct {
    Debian *debian;
    DebianEdit *edit;
    NetifNotes *notes;
    gboolean is_exact; /* a style was asked for: groups that say the same are rewritten too */
} DebianMerge;

/* Bits of groups (1 << DebianGroup) in which both say the same. */
guint debian_same_groups(const InterfaceDef *now, const InterfaceDef *wanted);

/**
 * debian_merge:
 * @now: what debian_read() made of the stanzas, with addresses; it was the last to read them
 *
 * The name has stanzas, all in one file.
 */
gboolean debian_merge(DebianMerge *merge, const DebianWants *wants, const InterfaceDef *now,
                      GError **error);
