/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/pty.h - pseudo terminals: in the host's devpts and in the guest's.
 *
 * Used by: supervisor.
 */
#pragma once

#include <stddef.h>

#include "host/err.h"

/**
 * pty_open:
 * @ptmx: "/dev/ptmx", or the ptmx of another devpts instance, relative to @dir_fd
 * @ret_number: (out) (nullable): N of pts/N
 * @ret_slave_fd: (out) (nullable): the other end, not anybody's controlling terminal
 *
 * Returns: the master, non-blocking
 */
int pty_open(int dir_fd, const char *ptmx, int *ret_number, int *ret_slave_fd, Err *err);

/* No echo, no translation, no signals: a pty that only carries bytes. -1 with errno. */
int pty_make_raw(int fd);
