/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/note.h"

static void
note_free(gpointer data)
{
    NetifNote *note = data;

    g_free(note->iface);
    g_free(note->file);
    g_free(note->text);
    g_free(note);
}

NetifNotes *
netif_notes_new(void)
{
    return g_ptr_array_new_with_free_func(note_free);
}

/* One line of UTF-8, whatever stood in the file. Takes @text. */
static char *
clean(char *text)
{
    char *valid = g_utf8_make_valid(text, -1);

    for (char *at = valid; *at != '\0'; at++)
        if ((guchar)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    g_free(text);
    return valid;
}

void
netif_notes_add(NetifNotes *notes, NetifNoteKind kind, const char *iface, const char *file,
                guint line, const char *format, ...)
{
    NetifNote *note;
    va_list args;

    if (notes == NULL)
        return;
    note = g_new0(NetifNote, 1);
    note->kind = kind;
    note->iface = iface != NULL ? clean(g_strdup(iface)) : NULL;
    note->file = file != NULL ? clean(g_strdup(file)) : NULL;
    note->line = line;
    va_start(args, format);
    note->text = clean(g_strdup_vprintf(format, args));
    va_end(args);
    g_ptr_array_add(notes, note);
}

char *
netif_note_to_string(const NetifNote *note)
{
    if (note->file != NULL)
        return g_strdup_printf("%s:%u: %s", note->file, note->line, note->text);
    if (note->iface != NULL)
        return g_strdup_printf("%s: %s", note->iface, note->text);
    return g_strdup(note->text);
}

const char *
netif_note_kind_to_string(NetifNoteKind kind)
{
    static const char *const names[NETIF_NOTE_LAST] = {
        [NETIF_NOTE_UNMODELLED] = "unmodelled",
        [NETIF_NOTE_IGNORED] = "ignored",
        [NETIF_NOTE_LOST] = "lost",
        [NETIF_NOTE_FAULT] = "fault",
        [NETIF_NOTE_REMOVED] = "removed",
    };

    return (guint)kind < NETIF_NOTE_LAST ? names[kind] : NULL;
}
