/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/verbs.h"

#include <string.h>

/* A group may be spread over several tables: the same title again continues it. */
static const VerbGroup groups[] = {
    {"Domain Management", "domain", verbs_lifecycle},
    {"Domain Management", "domain", verbs_console},
    {"Domain Management", "domain", verbs_xml},
    {"Domain Management", "domain", verbs_tune},
    {"Keyboard", "keyboard", verbs_keys},
    {"Domain Monitoring", "monitor", verbs_monitor},
    {"Domain Monitoring", "monitor", verbs_stats},
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

/* Edit distance where two neighbours that changed places count once; words are short. */
static guint
distance(const char *one, const char *other)
{
    enum {
        MAX = 32
    };
    guint rows[3][MAX + 1];
    gsize n_one = strlen(one), n_other = strlen(other);

    if (n_one > MAX || n_other > MAX)
        return G_MAXUINT;
    for (gsize j = 0; j <= n_other; j++)
        rows[0][j] = (guint)j;
    for (gsize i = 1; i <= n_one; i++) {
        guint *row = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];

        row[0] = (guint)i;
        for (gsize j = 1; j <= n_other; j++) {
            guint best = up[j - 1] + (one[i - 1] != other[j - 1]);

            best = MIN(best, MIN(up[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                best = MIN(best, upper[j - 2] + 1);
            row[j] = best;
        }
    }
    return rows[n_one % 3][n_other];
}

char *
verbs_near(const char *name)
{
    enum {
        NAMES_MAX = 3
    };
    g_autoptr(GString) text = g_string_new(NULL);
    guint best = strlen(name) < 4 ? 1 : 2, n = 0;

    for (guint limit = 1; limit <= best && !n; limit++)
        for (const VerbGroup *group = groups; group->title; group++)
            for (const Verb *verb = group->verbs; verb->name; verb++) {
                gboolean is_start = strlen(name) >= 3 && g_str_has_prefix(verb->name, name);

                if ((verb->flags & VERB_HIDDEN) || n >= NAMES_MAX ||
                    (!is_start && distance(name, verb->name) > limit))
                    continue;
                g_string_append_printf(text, "%s'%s'", n++ ? " or " : "", verb->name);
            }
    return n ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}
