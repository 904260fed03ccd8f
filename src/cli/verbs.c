/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/verbs.h"

#include <string.h>

#include "util/distance.h"

/* A group may be spread over several tables: the same title again continues it. */
static const VerbGroup groups[] = {
    {"Domain Management", "domain", verbs_lifecycle},
    {"Domain Management", "domain", verbs_console},
    {"Domain Management", "domain", verbs_xml},
    {"Domain Management", "domain", verbs_tune},
    {"Domain Management", "domain", verbs_save},
    {"Domain Management", "domain", verbs_device},
    {"Domain Management", "domain", verbs_machine},
    {"Domain Management", "domain", verbs_display},
    {"Keyboard", "keyboard", verbs_keys},
    {"Domain Monitoring", "monitor", verbs_monitor},
    {"Domain Monitoring", "monitor", verbs_stats},
    {"Domain Monitoring", "monitor", verbs_disk},
    {"QEMU", "qemu", verbs_qemu},
    {"Domain Events", "event", verbs_event},
    {"Host and Hypervisor", "host", verbs_host},
    {"Networking", "network", verbs_network},
    {"Networking", "network", verbs_network_info},
    {"Lodge itself", "lodge", verbs_shell},
    {NULL, NULL, NULL},
};

const VerbGroup *
verbs_groups(void)
{
    return groups;
}

const Verb *
verbs_find(const char *name)
{
    for (const VerbGroup *group = groups; group->title; group++)
        for (const Verb *verb = group->verbs; verb->name; verb++)
            if (strcmp(verb->name, name) == 0)
                return verb;
    return NULL;
}

char *
verbs_near(const char *name)
{
    enum {
        NAMES_MAX = 3
    };
    g_autoptr(GString) text = g_string_new(NULL);
    int best = strlen(name) < 4 ? 1 : 2;
    guint n = 0;

    for (int limit = 1; limit <= best && !n; limit++)
        for (const VerbGroup *group = groups; group->title; group++)
            for (const Verb *verb = group->verbs; verb->name; verb++) {
                gboolean is_start = strlen(name) >= 3 && g_str_has_prefix(verb->name, name);

                if ((verb->flags & VERB_HIDDEN) || n >= NAMES_MAX ||
                    (!is_start && distance_edit(name, verb->name) > limit))
                    continue;
                g_string_append_printf(text, "%s'%s'", n++ ? " or " : "", verb->name);
            }
    return n ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}
