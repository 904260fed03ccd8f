/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/groups.h"

#include <string.h>

static gboolean
is_read_only(const char *options)
{
    return g_str_equal(options, "ro") || g_str_has_prefix(options, "ro,");
}

/* id parent major:minor root point options [optional...] - type source super-options */
static void
add_line(GPtrArray *groups, GHashTable *seen, const char *line, const char *house)
{
    g_auto(GStrv) halves = g_strsplit(line, " - ", 2);
    g_auto(GStrv) left = NULL, right = NULL;
    g_autofree char *point = NULL;

    if (halves[0] == NULL || halves[1] == NULL || !g_str_has_prefix(halves[1], "cgroup"))
        return;
    left = g_strsplit(halves[0], " ", -1);
    right = g_strsplit(halves[1], " ", 3);
    if (g_strv_length(left) < 6 || g_strv_length(right) < 3 || is_read_only(left[5]) ||
        is_read_only(right[2]))
        return;
    /* a hierarchy that is mounted twice has one device number */
    if (!g_hash_table_add(seen, g_strdup(left[2])))
        return;
    point = g_strcompress(left[4]); /* \040 and the like */
    g_ptr_array_add(groups,
                    g_strdup_printf("%s %s/%s/supervisors",
                                    g_str_equal(right[0], "cgroup2") ? "v2" : "v1", point, house));
}

GPtrArray *
groups_parse(const char *mountinfo, const char *house)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(mountinfo, "\n", -1);

    for (char **line = lines; *line != NULL; line++)
        add_line(groups, seen, *line, house);
    return groups;
}
