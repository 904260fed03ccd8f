/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/note.h - what a format and the XML cannot tell each other, each with its place.
 *
 * Notes are how nothing is lost silently: a reader notes what it met and the XML has no word for, a writer
 * what the XML said and the format has no place for.
 */
#pragma once

#include <glib.h>

typedef enum {
    NETIF_NOTE_UNMODELLED, /* in the file, no word for it in the XML; kept there by edits */
    NETIF_NOTE_IGNORED, /* in the file (or about to be), but the host's tool does not honour it */
    NETIF_NOTE_LOST,    /* in the XML, no place for it in the format */
    NETIF_NOTE_FAULT,   /* the host's tool itself refuses this place of the file */
    NETIF_NOTE_REMOVED, /* was in the file, and goes with what was asked to be removed */
    NETIF_NOTE_LAST
} NetifNoteKind;

typedef struct {
    NetifNoteKind kind;
    char *iface; /* whose; NULL: of the whole configuration */
    char *file;  /* path below the root, beginning with '/'; NULL: no place */
    guint line;  /* 1-based; 0 with file NULL */
    char *text;  /* "dns-nameservers 192.0.2.1" or a sentence; one line of UTF-8 */
} NetifNote;

typedef GPtrArray NetifNotes; /* of NetifNote* */

NetifNotes *netif_notes_new(void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetifNotes, g_ptr_array_unref)

/* @notes NULL: nobody wants to know. */
void netif_notes_add(NetifNotes *notes, NetifNoteKind kind, const char *iface, const char *file,
                     guint line, const char *format, ...) G_GNUC_PRINTF(6, 7);

/* "FILE:LINE: TEXT" or "NAME: TEXT". (transfer full) */
char *netif_note_to_string(const NetifNote *note);

/* "unmodelled", "ignored" ... for listings and JSON. */
const char *netif_note_kind_to_string(NetifNoteKind kind);
