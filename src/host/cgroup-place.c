/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/cgroup-place.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"

#define FILE_MAX (64 << 10) /* of /proc/PID/cgroup: 32 hierarchies with a path each */

/* The path in the line "ID:CONTROLLERS:PATH" of @controllers ("" for v2), of *@ret_length bytes; NULL */
static const char *
find_path(const char *text, const char *controllers, size_t *ret_length)
{
    size_t length = strlen(controllers);

    for (const char *line = text; *line;) {
        const char *names = strchr(line, ':'), *end = strchrnul(line, '\n');

        if (names && names < end && (size_t)(end - names) > length + 1 &&
            strncmp(names + 1, controllers, length) == 0 && names[length + 1] == ':') {
            *ret_length = (size_t)(end - names) - length - 2;
            return names + length + 2;
        }
        line = *end ? end + 1 : end;
    }
    return NULL;
}

bool
cgroup_place_of(const MountinfoHierarchy *hierarchy, const char *text, char *ret, size_t size)
{
    size_t length = 0, root = strlen(hierarchy->root);
    const char *path = find_path(text, hierarchy->controllers, &length);

    if (strcmp(hierarchy->root, "/") == 0)
        root = 0; /* every path begins with a slash of its own */
    /* "/..": outside of our cgroup namespace, where names are not told */
    if (!path || strncmp(path, "/..", 3) == 0 || strncmp(hierarchy->root, "/..", 3) == 0 ||
        length < root || strncmp(path, hierarchy->root, root) != 0)
        return false;
    path += root;
    length -= root;
    if (length > 0 && *path != '/')
        return false;
    if (length == 1)
        length = 0;
    return io_format(ret, size, "%s%.*s", hierarchy->point, (int)length, path) >= 0;
}

static bool
is_ours(const char *dir)
{
    return faccessat(AT_FDCWD, dir, W_OK, AT_EACCESS) == 0;
}

bool
cgroup_base(const MountinfoHierarchy *hierarchy, const char *file, char *ret, size_t size)
{
    char *text = NULL, own[PATH_MAX];
    bool ok;

    if (is_ours(hierarchy->point))
        return io_format(ret, size, "%s", hierarchy->point) >= 0;
    ok = io_slurp(AT_FDCWD, file, FILE_MAX, &text) >= 0 &&
         cgroup_place_of(hierarchy, text, own, sizeof own) && is_ours(own) &&
         io_format(ret, size, "%s", own) >= 0;
    free(text);
    return ok;
}
