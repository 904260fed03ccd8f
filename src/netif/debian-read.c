/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-read.h"

#include <string.h>

#include "netif/debian-read-priv.h"

#define TWINS_MAX 8 /* stanzas that each later one is held against */

DebianOption *
debian_reader_next(const DebianReader *reader, const char *canon, DebianWalk *walk)
{
    for (; walk->stanza < reader->stanzas->len; walk->stanza++, walk->option = 0) {
        const DebianStanza *stanza = g_ptr_array_index(reader->stanzas, walk->stanza);

        while (walk->option < stanza->options->len) {
            DebianOption *option = debian_option(stanza, walk->option++);

            if (option->group == DEBIAN_UNMODELLED && strcmp(option->canon, canon) == 0)
                return option;
        }
    }
    return NULL;
}

DebianOption *
debian_reader_find(const DebianReader *reader, const char *canon)
{
    DebianWalk walk = {0, 0};

    return debian_reader_next(reader, canon, &walk);
}

DebianOption *
debian_reader_own(const DebianStanza *stanza, const char *key)
{
    for (guint i = 0; i < stanza->options->len; i++) {
        DebianOption *option = debian_option(stanza, i);

        if (option->group == DEBIAN_UNMODELLED && strcmp(option->key, key) == 0)
            return option;
    }
    return NULL;
}

void
debian_reader_note(const DebianReader *reader, NetifNoteKind kind, const DebianOption *option,
                   const char *text)
{
    netif_notes_add(reader->notes, kind, reader->def->name, option->stanza->file->path,
                    debian_option_line(option), "%s %s%s%s", option->key, option->value,
                    *text != '\0' ? ": " : "", text);
}

static gboolean
has_option(const GPtrArray *stanzas, const char *canon)
{
    for (guint i = 0; stanzas != NULL && i < stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(stanzas, i);

        for (guint j = 0; j < stanza->options->len; j++)
            if (strcmp(debian_option(stanza, j)->canon, canon) == 0)
                return TRUE;
    }
    return FALSE;
}

static const char *
raw_device(const GPtrArray *stanzas)
{
    for (guint i = 0; stanzas != NULL && i < stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(stanzas, i);

        for (guint j = 0; j < stanza->options->len; j++)
            if (strcmp(debian_option(stanza, j)->canon, "vlan-raw-device") == 0)
                return debian_option(stanza, j)->value;
    }
    return NULL;
}

InterfaceType
debian_type(const Debian *debian, const char *name)
{
    const GPtrArray *stanzas = debian_stanzas(debian, name);

    if (has_option(stanzas, "bridge-ports"))
        return INTERFACE_BRIDGE;
    if (has_option(stanzas, "bond-slaves") || g_hash_table_contains(debian->members, name) ||
        (has_option(stanzas, "bond-mode") && !has_option(stanzas, "bond-master")))
        return INTERFACE_BOND;
    return debian_vlan(name, raw_device(stanzas), NULL, NULL) ? INTERFACE_VLAN : INTERFACE_ETHERNET;
}

InterfaceStart
debian_start(const Debian *debian, const char *name)
{
    if (debian_is_in_class(debian, name, "auto"))
        return INTERFACE_START_ONBOOT;
    return debian_is_in_class(debian, name, "hotplug") ? INTERFACE_START_HOTPLUG
                                                       : INTERFACE_START_NONE;
}

static void
reset_groups(const GPtrArray *stanzas)
{
    for (guint i = 0; i < stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(stanzas, i);

        for (guint j = 0; j < stanza->options->len; j++) {
            DebianOption *option = debian_option(stanza, j);

            option->group =
                strcmp(option->key, "auto") == 0 || strcmp(option->key, "allow-hotplug") == 0
                    ? DEBIAN_START
                    : DEBIAN_UNMODELLED;
        }
    }
}

static void
note_classes(const DebianReader *reader)
{
    const GArray *starts = g_hash_table_lookup(reader->debian->starts, reader->def->name);

    for (guint i = 0; starts != NULL && i < starts->len; i++) {
        const DebianStart *start = &g_array_index(starts, DebianStart, i);
        const DebianLine *line = debian_line(start->file, start->line);

        if (strcmp(start->klass, "auto") != 0 && strcmp(start->klass, "hotplug") != 0 &&
            *line->value != '\0')
            netif_notes_add(reader->notes, NETIF_NOTE_UNMODELLED, reader->def->name,
                            start->file->path, line->first, "%s %s", line->word, reader->def->name);
    }
}

/* Two stanzas that say the same are legal, and hardly meant. */
static void
note_twins(const DebianReader *reader)
{
    for (guint i = 1; i < reader->stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(reader->stanzas, i);

        for (guint j = 0; j < MIN(i, TWINS_MAX); j++) {
            const DebianStanza *other = g_ptr_array_index(reader->stanzas, j);

            if (g_strcmp0(stanza->family, other->family) == 0 &&
                g_strcmp0(stanza->method, other->method) == 0 && stanza->options->len == 0 &&
                other->options->len == 0)
                netif_notes_add(reader->notes, NETIF_NOTE_IGNORED, reader->def->name,
                                stanza->file->path, debian_stanza_line(stanza),
                                "the same stanza once more; the first is in line %u",
                                debian_stanza_line(other));
        }
    }
}

static void
note_rest(const DebianReader *reader)
{
    const GPtrArray *all = reader->debian->notes;

    for (guint i = 0; i < reader->stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(reader->stanzas, i);

        for (guint j = 0; j < stanza->options->len; j++) {
            const DebianOption *option = debian_option(stanza, j);

            if (option->group == DEBIAN_UNMODELLED)
                debian_reader_note(reader, NETIF_NOTE_UNMODELLED, option, "");
        }
    }
    for (guint i = 0; i < all->len; i++) { /* aliases, dialects */
        const NetifNote *note = g_ptr_array_index(all, i);

        if (g_strcmp0(note->iface, reader->def->name) == 0)
            netif_notes_add(reader->notes, note->kind, note->iface, note->file, note->line, "%s",
                            note->text);
    }
    note_classes(reader);
    note_twins(reader);
}

/* What the protocols turned out to be once all stanzas and hooks were heard. */
static void
settle_protocols(DebianReader *reader)
{
    InterfaceProtocol *ipv6 = &reader->def->ipv6;

    ipv6->autoconf = ipv6->is_there &&
                     (reader->autoconf_on ||
                      (reader->autoconf_weak && !reader->autoconf_off && !reader->autoconf_hook));
    reader->def->ipv6_first = reader->def->ipv6_first && reader->def->ipv4.is_there;
}

InterfaceDef *
debian_read(Debian *debian, const char *name, gboolean nested, NetifNotes *notes)
{
    static const GPtrArray none = {NULL, 0};
    const GPtrArray *stanzas = debian_stanzas(debian, name);
    DebianReader reader = {debian,
                           stanzas != NULL ? stanzas : &none,
                           interface_def_new(debian_type(debian, name), name),
                           notes,
                           FALSE,
                           FALSE,
                           FALSE,
                           FALSE};

    reset_groups(reader.stanzas);
    if (!nested)
        reader.def->start = debian_start(debian, name);
    for (guint i = 0; i < reader.stanzas->len; i++)
        debian_read_addresses(&reader, g_ptr_array_index(reader.stanzas, i));
    debian_read_link(&reader, nested);
    debian_read_hooks(&reader);
    settle_protocols(&reader);
    if (nested && (reader.def->ipv4.is_there || reader.def->ipv6.is_there))
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, name,
                        ((DebianStanza *)g_ptr_array_index(reader.stanzas, 0))->file->path,
                        debian_stanza_line(g_ptr_array_index(reader.stanzas, 0)),
                        "addresses of an interface inside another");
    note_rest(&reader);
    return reader.def;
}
