/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-write.h"

#include <string.h>

#include "netif/debian-merge.h"
#include "netif/debian-read.h"
#include "util/error.h"

/* New stanzas go behind those of the interface that they belong to. */
typedef struct {
    Debian *debian;
    DebianEdit *edit;
    NetifNotes *notes;
    gboolean is_exact;
    InterfaceDef *top; /* as it was; NULL: it was not there */
    DebianFile *file;  /* where the top interface stands */
    gint64 after;      /* line there; -1: at the end of the file */
} Writer;

static DebianFile *
main_file(const Debian *debian)
{
    return g_ptr_array_index(debian->sources, 0);
}

static void
add_text(Writer *writer, const char *text)
{
    if (writer->after < 0)
        debian_edit_append(writer->edit, writer->file, text);
    else
        debian_edit_insert_after(writer->edit, writer->file, (guint)writer->after, text);
}

/* Nothing of this name is there yet. */
static void
write_new(Writer *writer, const DebianWants *wants)
{
    const char *name = wants->def->name;
    g_autoptr(GString) text = g_string_new(NULL);

    if (!wants->is_nested) {
        InterfaceStart is =
            debian_is_in_class(writer->debian, name, "auto")      ? INTERFACE_START_ONBOOT
            : debian_is_in_class(writer->debian, name, "hotplug") ? INTERFACE_START_HOTPLUG
                                                                  : INTERFACE_START_NONE;
        InterfaceStart start =
            wants->def->start == INTERFACE_START_ABSENT ? INTERFACE_START_NONE : wants->def->start;
        g_autofree char *line = debian_start_line(name, start);

        if (is != start) { /* a line without a stanza: it would decide */
            debian_start_drop(writer->debian, writer->edit, name);
            g_string_append(text, line);
        }
    }
    for (guint i = 0; i < wants->stanzas->len; i++)
        debian_want_text(wants, i, text);
    add_text(writer, text->str);
}

/* A port that the files describe so already, perhaps by no stanza at all. */
static gboolean
is_port_there(const Writer *writer, const InterfaceDef *def)
{
    const InterfaceDef *port =
        writer->top != NULL ? interface_def_find(writer->top, def->name) : NULL;
    g_autoptr(GPtrArray) differences = port != NULL ? interface_def_differences(def, port) : NULL;

    return differences != NULL && differences->len == 0;
}

static gboolean
write_one(Writer *writer, const DebianWants *wants, GError **error)
{
    const char *name = wants->def->name;
    const GPtrArray *stanzas = debian_stanzas(writer->debian, name);
    DebianMerge merge = {writer->debian, writer->edit, writer->notes, writer->is_exact};
    g_autoptr(InterfaceDef) now = NULL;
    const DebianStanza *last;

    if (wants->is_nested && !writer->is_exact && is_port_there(writer, wants->def))
        return TRUE;
    if (!debian_guard(writer->debian, name, error))
        return FALSE;
    if (stanzas == NULL) {
        write_new(writer, wants);
        return TRUE;
    }
    now = debian_read(writer->debian, name, FALSE, NULL);
    if (!wants->is_nested)
        debian_start_set(writer->debian, writer->edit, name, wants->def->start,
                         g_ptr_array_index(stanzas, 0));
    if (!debian_merge(&merge, wants, now, error))
        return FALSE;
    if (wants->is_nested)
        return TRUE;
    last = g_ptr_array_index(stanzas, stanzas->len - 1);
    writer->file = last->file;
    writer->after = (gint64)last->end - 1;
    return TRUE;
}

/* Whether the only thing that is left of the stanzas is that they are there. */
static gboolean
is_plain(const InterfaceDef *now, const GPtrArray *stanzas)
{
    if (now->mtu != 0 || now->has_mac)
        return FALSE;
    for (guint i = 0; i < stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(stanzas, i);

        for (guint j = 0; j < stanza->options->len; j++)
            if (debian_option(stanza, j)->group != DEBIAN_INET &&
                debian_option(stanza, j)->group != DEBIAN_INET6)
                return FALSE;
    }
    return TRUE;
}

static void
remove_stanzas(const Debian *debian, DebianEdit *edit, const char *name)
{
    const GPtrArray *stanzas = debian_stanzas(debian, name);

    for (guint i = 0; stanzas != NULL && i < stanzas->len; i++) {
        DebianStanza *stanza = g_ptr_array_index(stanzas, i);

        debian_edit_delete_lines(edit, stanza->file, stanza->line, stanza->end);
    }
}

/* A port or slave that needs no stanza has no addresses of its own any more. */
static gboolean
strip_port(Writer *writer, const InterfaceDef *port, GError **error)
{
    const GPtrArray *stanzas = debian_stanzas(writer->debian, port->name);
    DebianMerge merge = {writer->debian, writer->edit, writer->notes, FALSE};
    g_autoptr(InterfaceDef) now = NULL, bare = NULL;
    g_autoptr(GPtrArray) list = NULL;

    if (stanzas == NULL)
        return TRUE;
    now = debian_read(writer->debian, port->name, FALSE, NULL);
    if (now->type != INTERFACE_ETHERNET || (!now->ipv4.is_there && !now->ipv6.is_there))
        return TRUE;
    if (!debian_guard(writer->debian, port->name, error))
        return FALSE;
    netif_notes_add(writer->notes, NETIF_NOTE_REMOVED, port->name,
                    ((const DebianStanza *)g_ptr_array_index(stanzas, 0))->file->path,
                    debian_stanza_line(g_ptr_array_index(stanzas, 0)),
                    "its own addresses: it is a part of another interface now");
    if (is_plain(now, stanzas)) {
        remove_stanzas(writer->debian, writer->edit, port->name);
        debian_start_drop(writer->debian, writer->edit, port->name);
        return TRUE;
    }
    bare = interface_def_copy(now);
    g_array_set_size(bare->ipv4.ips, 0);
    g_array_set_size(bare->ipv6.ips, 0);
    bare->ipv4 = (InterfaceProtocol){.ips = bare->ipv4.ips};
    bare->ipv6 = (InterfaceProtocol){.ips = bare->ipv6.ips};
    list = debian_make(bare, FALSE, error);
    return list != NULL && debian_merge(&merge, g_ptr_array_index(list, 0), now, error);
}

static gboolean
strip_ports(Writer *writer, const InterfaceDef *def, GError **error)
{
    for (guint i = 0; i < def->ports->len; i++) {
        const InterfaceDef *port = g_ptr_array_index(def->ports, i);

        if (port->type == INTERFACE_ETHERNET && !port->has_mac ? !strip_port(writer, port, error)
                                                               : !strip_ports(writer, port, error))
            return FALSE;
    }
    return TRUE;
}

/* All edits of one way to write it. NULL with @error. */
static DebianEdit *
plan(Debian *debian, const InterfaceDef *def, gboolean is_native, gboolean is_exact,
     NetifNotes *notes, GError **error)
{
    g_autoptr(DebianEdit) edit = debian_edit_new(debian);
    g_autoptr(GPtrArray) list = debian_make(def, is_native, error);
    g_autoptr(InterfaceDef) top = debian_stanzas(debian, def->name) != NULL
                                      ? debian_read(debian, def->name, FALSE, NULL)
                                      : NULL;
    Writer writer = {debian, edit, notes, is_exact, top, main_file(debian), -1};

    if (list == NULL)
        return NULL;
    for (guint i = 0; i < list->len; i++)
        if (!write_one(&writer, g_ptr_array_index(list, i), error))
            return NULL;
    return strip_ports(&writer, def, error) ? g_steal_pointer(&edit) : NULL;
}

/* Whether the files say so already, whatever their style. */
static gboolean
is_there(Debian *debian, const InterfaceDef *def)
{
    g_autoptr(InterfaceDef) now = NULL;
    g_autoptr(GPtrArray) differences = NULL;

    if (debian_stanzas(debian, def->name) == NULL)
        return FALSE;
    now = debian_read(debian, def->name, FALSE, NULL);
    differences = interface_def_differences(def, now);
    return differences->len == 0;
}

static gboolean
check_files(const Debian *debian, GError **error)
{
    const DebianFile *file = main_file(debian);

    return file->n_faults == 0 ||
           error_set(error, LODGE_ERROR_CONFIG,
                     "%s:%u: %s; ifupdown refuses the file as it is, correct it first", file->path,
                     file->fault_line, file->fault);
}

/* One end of the notes goes to another list. */
static void
move_notes(NetifNotes *from, NetifNotes *to)
{
    for (guint i = 0; to != NULL && i < from->len; i++) {
        const NetifNote *note = g_ptr_array_index(from, i);

        netif_notes_add(to, note->kind, note->iface, note->file, note->line, "%s", note->text);
    }
}

gboolean
debian_write(Debian *debian, const InterfaceDef *def, NetifStyle style, NetifNotes *notes,
             GError **error)
{
    gboolean is_new = debian_stanzas(debian, def->name) == NULL;
    gboolean is_native = style == NETIF_STYLE_NATIVE;
    g_autoptr(NetifNotes) found = netif_notes_new(), other_found = netif_notes_new();
    g_autoptr(DebianEdit) edit = NULL, other = NULL;

    if (!check_files(debian, error) || !debian_guard(debian, def->name, error))
        return FALSE;
    if (style == NETIF_STYLE_AUTO && is_there(debian, def)) {
        debian_make_notes(def, TRUE, notes); /* of the file's own style debian_read() tells */
        return TRUE;
    }
    edit = plan(debian, def, is_native, style != NETIF_STYLE_AUTO, found, error);
    if (edit == NULL)
        return FALSE;
    if (style == NETIF_STYLE_AUTO && !is_new) { /* the style that it is written in needs less */
        other = plan(debian, def, TRUE, FALSE, other_found, NULL);
        is_native = other != NULL && debian_edit_cost(other) < debian_edit_cost(edit);
    }
    if (!debian_edit_apply(is_native && other != NULL ? other : edit, error))
        return FALSE;
    move_notes(is_native && other != NULL ? other_found : found, notes);
    /* an interface that was there has its own style, of which debian_read() tells */
    debian_make_notes(def, is_native || (!is_new && style == NETIF_STYLE_AUTO), notes);
    return TRUE;
}

/* Whether nothing but the bridge above it would ever start it: what debian_write() makes for a port. */
static gboolean
belongs_to(Debian *debian, const char *name, const DebianFile *file, guint line)
{
    const GPtrArray *stanzas = debian_stanzas(debian, name);
    const DebianStanza *stanza = stanzas != NULL ? g_ptr_array_index(stanzas, 0) : NULL;
    g_autoptr(InterfaceDef) now = NULL;
    g_autoptr(NetifNotes) notes = netif_notes_new();

    if (stanza == NULL || stanzas->len != 1 || stanza->file != file || stanza->line != line ||
        debian_start(debian, name) != INTERFACE_START_NONE || debian_is_guarded(debian, name))
        return FALSE;
    now = debian_read(debian, name, FALSE, notes);
    for (guint i = 0; i < notes->len; i++)
        if (((const NetifNote *)g_ptr_array_index(notes, i))->kind == NETIF_NOTE_UNMODELLED)
            return FALSE;
    return !now->ipv4.is_there && !now->ipv6.is_there && now->mtu == 0;
}

/* Stanzas of ports that stand right behind their bridge's went in with it, and go with it. */
static void
remove_ports(Debian *debian, DebianEdit *edit, const InterfaceDef *def, const DebianFile *file,
             guint *line)
{
    for (guint i = 0; i < def->ports->len; i++) {
        const InterfaceDef *port = g_ptr_array_index(def->ports, i);

        if (belongs_to(debian, port->name, file, *line)) {
            const GPtrArray *stanzas = debian_stanzas(debian, port->name);

            *line = ((const DebianStanza *)g_ptr_array_index(stanzas, 0))->end;
            remove_stanzas(debian, edit, port->name);
        }
        remove_ports(debian, edit, port, file, line);
    }
}

/* Slaves that name the bond would wait for it in vain. */
static void
remove_memberships(Debian *debian, DebianEdit *edit, const char *name, NetifNotes *notes)
{
    const GPtrArray *members = g_hash_table_lookup(debian->members, name);

    for (guint i = 0; members != NULL && i < members->len; i++) {
        const DebianStanza *member = g_ptr_array_index(members, i);

        for (guint j = 0; j < member->options->len; j++) {
            const DebianOption *option = debian_option(member, j);

            if (strcmp(option->canon, "bond-master") != 0 || !debian_is_own(member, option))
                continue;
            netif_notes_add(notes, NETIF_NOTE_REMOVED, member->name, member->file->path,
                            debian_option_line(option), "%s %s", option->key, option->value);
            debian_edit_delete(edit, member->file, option->line);
        }
    }
}

static void
note_unmodelled(Debian *debian, const char *name, NetifNotes *notes)
{
    const GPtrArray *stanzas = debian_stanzas(debian, name);

    for (guint i = 0; i < stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(stanzas, i);

        for (guint j = 0; j < stanza->options->len; j++) {
            const DebianOption *option = debian_option(stanza, j);

            if (option->group == DEBIAN_UNMODELLED && debian_is_own(stanza, option))
                netif_notes_add(notes, NETIF_NOTE_REMOVED, name, stanza->file->path,
                                debian_option_line(option), "%s %s", option->key, option->value);
        }
    }
}

gboolean
debian_remove(Debian *debian, const char *name, NetifNotes *notes, GError **error)
{
    const GPtrArray *stanzas = debian_stanzas(debian, name);
    g_autoptr(DebianEdit) edit = debian_edit_new(debian);
    g_autoptr(InterfaceDef) now = NULL;
    const DebianStanza *last;
    guint line;

    if (stanzas == NULL)
        return error_set(error, LODGE_ERROR_NOT_FOUND,
                         "there is no interface '%s' in the configuration of ifupdown", name);
    if (!check_files(debian, error) || !debian_guard(debian, name, error))
        return FALSE;
    now = debian_read(debian, name, FALSE, NULL);
    note_unmodelled(debian, name, notes);
    remove_stanzas(debian, edit, name);
    debian_start_drop(debian, edit, name);
    remove_memberships(debian, edit, name, notes);
    last = g_ptr_array_index(stanzas, stanzas->len - 1);
    line = last->end;
    remove_ports(debian, edit, now, last->file, &line);
    return debian_edit_apply(edit, error);
}
