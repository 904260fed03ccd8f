/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/debian-edit.h"
#include "netif/debian-write.h"

char *
debian_start_line(const char *name, InterfaceStart start)
{
    switch (start) {
    case INTERFACE_START_ONBOOT:
        return g_strdup_printf("auto %s\n", name);
    case INTERFACE_START_HOTPLUG:
        return g_strdup_printf("allow-hotplug %s\n", name);
    case INTERFACE_START_ABSENT:
    case INTERFACE_START_NONE:
    case INTERFACE_START_LAST:
        break;
    }
    return g_strdup("");
}

static gboolean
is_alone(const DebianLine *line, const char *name)
{
    return strcmp(line->value, name) == 0;
}

/* Takes @name out of @klass. A line that names nothing else becomes @instead, once; returns whether it did. */
static gboolean
leave_class(Debian *debian, DebianEdit *edit, const char *name, const char *klass,
            const char *instead)
{
    const GArray *starts = g_hash_table_lookup(debian->starts, name);
    gboolean is_used = FALSE;

    for (guint i = 0; starts != NULL && i < starts->len; i++) {
        const DebianStart *start = &g_array_index(starts, DebianStart, i);
        const DebianLine *line = debian_line(start->file, start->line);

        if ((klass != NULL && strcmp(start->klass, klass) != 0) ||
            strcmp(start->klass, "rename") == 0 ||
            debian_edit_is_deleted(edit, start->file, start->line))
            continue;
        if (*line->value == '\0') { /* a bare word in the stanza */
            debian_edit_delete(edit, start->file, start->line);
        } else if (instead != NULL && !is_used && is_alone(line, name)) {
            g_autofree char *indent = debian_edit_indent(start->file, start->line);
            g_autofree char *text =
                g_strdup_printf("%s%.*s", indent, (int)strcspn(instead, "\n"), instead);

            debian_edit_replace(edit, start->file, start->line, text);
            is_used = TRUE;
        } else {
            debian_edit_drop_word(edit, start->file, start->line, name);
        }
    }
    return is_used;
}

void
debian_start_set(Debian *debian, struct DebianEdit *edit, const char *name, InterfaceStart start,
                 const DebianStanza *stanza)
{
    gboolean is_auto = debian_is_in_class(debian, name, "auto");
    gboolean is_hotplug = debian_is_in_class(debian, name, "hotplug");
    g_autofree char *line = debian_start_line(name, start);

    if (start == INTERFACE_START_ONBOOT && !is_auto) {
        if (!leave_class(debian, edit, name, "hotplug", line))
            debian_edit_insert_before(edit, stanza->file, stanza->line, line);
    } else if (start == INTERFACE_START_HOTPLUG && (is_auto || !is_hotplug)) {
        if (!leave_class(debian, edit, name, "auto", is_hotplug ? NULL : line) && !is_hotplug)
            debian_edit_insert_before(edit, stanza->file, stanza->line, line);
    } else if (start == INTERFACE_START_NONE || start == INTERFACE_START_ABSENT) {
        (void)leave_class(debian, edit, name, "auto", NULL);
        (void)leave_class(debian, edit, name, "hotplug", NULL);
    }
}

void
debian_start_drop(Debian *debian, struct DebianEdit *edit, const char *name)
{
    (void)leave_class(debian, edit, name, NULL, NULL);
}
