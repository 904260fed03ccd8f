/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/mountinfo.h"

#include <stdlib.h>
#include <string.h>

/* Octal escapes (a blank is \040), undone in place. */
static void
unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from; to++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
            from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* ID PARENT DEV ROOT POINT OPTIONS [OPTIONAL]... - TYPE SOURCE SUPER */
bool
mountinfo_parse(char *line, MountinfoLine *ret)
{
    char *right = strstr(line, " - "), *left = line;

    if (!right)
        return false;
    *right = '\0';
    right += strlen(" - ");
    for (int i = 0; i < 3; i++)
        (void)strsep(&left, " ");
    ret->root = strsep(&left, " ");
    ret->point = strsep(&left, " ");
    ret->options = strsep(&left, " ");
    ret->type = strsep(&right, " ");
    (void)strsep(&right, " ");
    ret->super = right;
    if (!ret->point || !ret->options || !ret->super)
        return false;
    unescape(ret->root);
    unescape(ret->point);
    return true;
}

static bool
is_writable(const char *options)
{
    return strcmp(options, "ro") != 0 && strncmp(options, "ro,", 3) != 0;
}

static bool
is_controller(const char *word)
{
    static const char *const known[] = {"cpuset",   "cpu",     "cpuacct", "blkio", "memory",
                                        "devices",  "freezer", "net_cls", "pids",  "perf_event",
                                        "net_prio", "hugetlb", "rdma",    "misc"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(word, known[i]) == 0)
            return true;
    return false;
}

/* The controllers among the options @super of a v1 hierarchy; "name=NAME" when it has none. */
static void
find_controllers(char *super, char *ret, size_t size)
{
    const char *name = NULL;
    char *word;
    size_t used = 0;

    ret[0] = '\0';
    while ((word = strsep(&super, ","))) {
        size_t length = strlen(word);

        if (strncmp(word, "name=", 5) == 0 && length < size) {
            name = word;
        } else if (is_controller(word) && used + length + 1 < size) {
            if (used > 0)
                ret[used++] = ',';
            memcpy(ret + used, word, length + 1);
            used += length;
        }
    }
    if (used == 0 && name)
        memcpy(ret, name, strlen(name) + 1);
}

static bool
take_hierarchy(MountinfoLine *line, MountinfoHierarchy *list, int n)
{
    MountinfoHierarchy *at = &list[n];

    if (strcmp(line->type, "cgroup2") == 0)
        at->version = 2;
    else if (strcmp(line->type, "cgroup") == 0)
        at->version = 1;
    else
        return false;
    if (!is_writable(line->options) || !is_writable(line->super))
        return false;
    at->controllers[0] = '\0';
    if (at->version == 1)
        find_controllers(line->super, at->controllers, sizeof at->controllers);
    if (at->version == 1 && at->controllers[0] == '\0')
        return false;
    for (int i = 0; i < n; i++)
        if (list[i].version == at->version && strcmp(list[i].controllers, at->controllers) == 0)
            return false;
    at->root = line->root;
    at->point = line->point;
    return true;
}

int
mountinfo_hierarchies(char *text, MountinfoHierarchy ret[MOUNTINFO_HIERARCHIES_MAX])
{
    MountinfoLine line;
    char *at;
    int n = 0;

    while (n < MOUNTINFO_HIERARCHIES_MAX && (at = strsep(&text, "\n")))
        if (mountinfo_parse(at, &line) && take_hierarchy(&line, ret, n))
            n++;
    return n;
}
