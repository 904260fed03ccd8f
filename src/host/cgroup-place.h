/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/cgroup-place.h - where a process is in the mounted hierarchies, and below which group lodge makes its own.
 *
 * Used by: container/facts, vnet/groups, supervisor/detach.
 * libc only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/mountinfo.h"

/**
 * cgroup_place_of:
 * @hierarchy: of mountinfo_hierarchies()
 * @text: the whole of /proc/PID/cgroup
 * @ret: (out): of @size bytes: the directory of that process's group
 *
 * Returns: false when the text does not name the hierarchy, or what is mounted does not contain the group
 */
bool cgroup_place_of(const MountinfoHierarchy *hierarchy, const char *text, char *ret, size_t size);

/**
 * cgroup_base:
 * @file: "/proc/self/cgroup"; read only when it is needed
 * @ret: (out): of @size bytes: BASE, below which "lodge" is made
 *
 * The group that is mounted, where it is ours to write: the root of the hierarchy on a host, so that no
 * guest ends with the session or service that started it; in a container, what that was given. Where we may
 * not write there, the caller's own group, which may be delegated to it.
 *
 * Returns: false when neither may be written: the hierarchy is as good as not there
 */
bool cgroup_base(const MountinfoHierarchy *hierarchy, const char *file, char *ret, size_t size);
