/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-read-priv.h - what the parts of debian-read.c share. */
#pragma once

#include "netif/debian-read.h"

typedef struct {
    Debian *debian;
    const GPtrArray *stanzas; /* of the name; never NULL */
    InterfaceDef *def;
    NetifNotes *notes;
    /* votes on SLAAC: certain, by default, against it by option, against it by a hook */
    gboolean autoconf_on, autoconf_weak, autoconf_off, autoconf_hook;
} DebianReader;

/* Where a walk over the options is; all 0 at its start. */
typedef struct {
    guint stanza, option;
} DebianWalk;

/* The next option of this spelling (debian_canon) in the stanzas that nobody read; NULL at the end. */
DebianOption *debian_reader_next(const DebianReader *reader, const char *canon, DebianWalk *walk);

/* The first one. */
DebianOption *debian_reader_find(const DebianReader *reader, const char *canon);

/* An option written exactly so in @stanza that nobody read yet; ifupdown's own options have one spelling. */
DebianOption *debian_reader_own(const DebianStanza *stanza, const char *key);

/* A note with the place of @option. */
void debian_reader_note(const DebianReader *reader, NetifNoteKind kind, const DebianOption *option,
                        const char *text);

/* debian-read-address.c: family and method, addresses, gateway */
void debian_read_addresses(DebianReader *reader, const DebianStanza *stanza);

/* debian-read-hook.c: commands that say what the XML has a word for */
void debian_read_hooks(DebianReader *reader);

/* debian-read-link.c: MTU, MAC, and what each kind has */
void debian_read_link(DebianReader *reader, gboolean nested);

/* Tag and parent of a VLAN; FALSE when it is none. @ret_parent: (transfer full) */
gboolean debian_vlan(const char *name, const char *raw_device, guint *ret_tag, char **ret_parent);
