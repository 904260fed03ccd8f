/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-make.h - an interface as the stanzas that it should have, in one of two styles.
 *
 * netcf: the text of netcf, token for token. native: what ifupdown 0.8 itself is good at.
 */
#pragma once

#include "conf/netif/interface.h"
#include "netif/debian-model.h"

typedef struct {
    char *key, *value;
    DebianGroup group;
} DebianWish;

typedef struct {
    const char *family, *method;
    GArray *wishes; /* DebianWish: of the address */
} DebianWant;

/* All stanzas of one name. */
typedef struct {
    const InterfaceDef *def; /* borrowed */
    gboolean is_nested;
    gboolean is_native;
    GPtrArray *stanzas; /* DebianWant*, never empty */
    GArray *link;       /* DebianWish: of the device, in the first stanza behind its address */
} DebianWants;

/**
 * debian_make:
 * @is_native: which style
 *
 * Returns: (transfer full) (element-type DebianWants): @def's, then those of ports that need stanzas of
 *   their own; NULL with @error when ifupdown has no way to make such an interface
 */
GPtrArray *debian_make(const InterfaceDef *def, gboolean is_native, GError **error);

/* What @def says and ifupdown loses, ignores or takes otherwise, in this style. */
void debian_make_notes(const InterfaceDef *def, gboolean is_native, NetifNotes *notes);

/* The stanza with its options as lines, each with a line feed; @is_first: with the device's options. */
void debian_want_text(const DebianWants *wants, guint index, GString *out);
