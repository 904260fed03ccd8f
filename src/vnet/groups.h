/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vnet/groups.h - the control groups that a network's keeper moves into, away from its caller's.
 *
 * Used by: vnet/start.
 */
#pragma once

#include <glib.h>

/**
 * groups_parse:
 * @mountinfo: text of /proc/self/mountinfo; decoded in place
 * @house: paths_cgroup_name()
 *
 * Returns: (transfer full) (element-type utf8): "v1 DIR" or "v2 DIR" for each hierarchy with a group of
 *   ours to write
 */
GPtrArray *groups_parse(char *mountinfo, const char *house);
