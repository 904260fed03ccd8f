/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/capset.h - capability names, and giving capabilities up for good.
 *
 * Sets are bit masks: bit n is capability n. Raw prctl and capset, because the supervisor links libc
 * only.
 *
 * Used by: supervisor (payload), host/seccomp-gen (names), container (plan).
 * Knows nothing of: users. Whoever becomes another user does so between the two calls below.
 */
#pragma once

#include <stdint.h>

#include "host/err.h"

#define CAPSET_LAST 40 /* highest number that has a name here: checkpoint_restore */
#define CAPSET_ALL  UINT64_MAX

/**
 * capset_number:
 * @name: "net_admin"; "cap_net_admin" and upper case are taken too
 * Returns: the kernel's number, -1 when unknown
 */
int capset_number(const char *name);

/* The name without "cap_", static; NULL when @number has none. */
const char *capset_name(int number);

/**
 * capset_parse:
 * @list: "chown,kill", "all" or "none" (also ""), as in plans
 * @ret_set: written on success only
 * @err: "config" with the name that nobody knows
 * Returns: 0 or -1
 */
int capset_parse(const char *list, uint64_t *ret_set, Err *err);

/**
 * capset_bound:
 * @keep: every other capability that this kernel has leaves the bounding set, and with it every
 *   program that is exec'd from here on. The ambient set is emptied.
 * @err: "denied" without setpcap
 *
 * The effective set stays, so that users, groups and mounts can still be changed. One prctl(2) a
 * capability.
 * Returns: 0 or -1
 */
int capset_bound(uint64_t keep, Err *err);

/**
 * capset_apply:
 * @keep: permitted and effective become what the process has of it; inheritable becomes empty, because
 *   with it a file's inheritable bits would give capabilities to users other than root
 * @err: why the kernel refused
 * Returns: 0 or -1
 */
int capset_apply(uint64_t keep, Err *err);
