/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/mountinfo.h - read the lines of /proc/self/mountinfo.
 *
 * Used by: host/mount, host/cgroup-place, container/facts, vnet/groups, supervisor/detach.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MOUNTINFO_HIERARCHIES_MAX 32 /* the kernel has 14 controllers; named ones are few */

typedef struct {
    char *root;    /* what of the file system is mounted; unescaped */
    char *point;   /* where it is mounted; unescaped */
    char *options; /* of this mount: "rw,nosuid" */
    char *type;    /* of the file system */
    char *super;   /* options of the file system: "rw,cpu,cpuacct" */
} MountinfoLine;

typedef struct {
    int version;              /* 1 or 2 */
    char controllers[128];    /* v1: "cpu,cpuacct" or "name=systemd"; v2: "", they stand in its
                              cgroup.controllers */
    const char *root, *point; /* point into the text */
} MountinfoHierarchy;

/* Splits @line (without its end) in place; false when it is none, the line is spoilt then. */
bool mountinfo_parse(char *line, MountinfoLine *ret);

/**
 * mountinfo_hierarchies:
 * @text: the whole file; decoded in place
 *
 * Finds the control group hierarchies that are mounted writable, the first mount of each, in order.
 *
 * Returns: how many are in @ret
 */
int mountinfo_hierarchies(char *text, MountinfoHierarchy ret[MOUNTINFO_HIERARCHIES_MAX]);
