/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/groups.h"

#include <limits.h>

#include "host/cgroup-place.h"

GPtrArray *
groups_parse(char *mountinfo, const char *house)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(g_free);
    MountinfoHierarchy found[MOUNTINFO_HIERARCHIES_MAX];
    int n = mountinfo_hierarchies(mountinfo, found);

    for (int i = 0; i < n; i++) {
        char base[PATH_MAX];

        if (cgroup_base(&found[i], "/proc/self/cgroup", base, sizeof base))
            g_ptr_array_add(
                groups, g_strdup_printf("v%d %s/%s/supervisors", found[i].version, base, house));
    }
    return groups;
}
