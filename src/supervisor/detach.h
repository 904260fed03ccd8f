/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/detach.h - leave the launcher: its process tree, session, control groups and descriptors.
 *
 * Forks once; the parent ends at once, so that the caller has no child to reap. The groups are those of the
 * plan's supervisor-group operations; a hierarchy where the caller is in the root group already is left as
 * it is. On v2 the fork itself lands in the group (CLONE_INTO_CGROUP).
 */
#pragma once

#include "supervisor/guest.h"

/* Returns 0 in the process that goes on. */
int detach(Guest *guest, Err *err);

/* Waits until the process that did not go on has ended: it makes groups ahead. */
void detach_settle(Guest *guest);
/* The same; and what it made goes, unless it was taken over meanwhile. */
void detach_undo(Guest *guest);

/* Descriptors 0-2 become /dev/null; done late when init is to inherit the launcher's. */
int detach_stdio(Err *err);

/* Lets go of what the plan's `files` handed to init. */
void detach_files(const Guest *guest);
