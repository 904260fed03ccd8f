/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/lock.h - locks that die with their holder.
 *
 * Theory of operation: open file description locks (fcntl F_OFD_*). The kernel drops one when the
 * last descriptor of that open is closed, so a killed holder leaves no stale lock and no pid is
 * trusted. The holder writes "PID COMMAND\n" into the file for the loser's message only. A lock file
 * may be removed while somebody waits for it: after a lock was got, the name is looked up again and a
 * lock on a removed file does not count. A waiter is woken by inotify when the holder closes; should that
 * event be lost (it comes before the kernel drops the lock of a killed holder), it looks again
 * every LOCK_RETRY_MS.
 *
 * Beware: a child made by fork shares the lock until it closes the descriptor. All are CLOEXEC, and util/spawn
 * lets nothing through, so only a bare fork() can keep one.
 */
#pragma once

#include <glib.h>

/**
 * lock_take:
 * @dir_fd: directory; borrowed
 * @name: the lock file in it; made 0600 when absent
 * @timeout_ms: how long to wait; 0 tries once
 * @what: for the message: "guest 'web'" gives "cannot lock guest 'web': held by 42 (lodge start)"
 * @error: LODGE_ERROR_BUSY when the deadline passed
 *
 * Returns: a descriptor that holds the lock until lock_release() or the end of the process; or -1
 */
int lock_take(int dir_fd, const char *name, int timeout_ms, const char *what, GError **error);

/**
 * lock_create:
 * Makes a new file @name in @dir_fd and locks it, with no holder's text: a sign of life that is
 * handed to another program. Returns: the descriptor; or -1
 */
int lock_create(int dir_fd, const char *name, GError **error);

/* Waits until nobody holds @name (takes nothing). FALSE when somebody still does after @timeout_ms. */
gboolean lock_wait_free(int dir_fd, const char *name, int timeout_ms);

/* Lets go. @remove: unlink the file as well, while still holding it. */
void lock_release(int dir_fd, const char *name, int fd, gboolean remove);

/* Whether somebody holds the write lock on @name in @dir_fd; an absent file is held by nobody. Takes nothing. */
gboolean lock_is_held(int dir_fd, const char *name);
