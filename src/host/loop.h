/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/loop.h - a file as a block device that goes away by itself when its last user does.
 *
 * Used by: supervisor.
 */
#pragma once

#include <stdbool.h>

#include "host/err.h"

/**
 * loop_attach:
 * @file: image, on the host
 * @ret_number: N of /dev/loopN
 *
 * Returns: the open device; it is let go of (autoclear) when this descriptor and all mounts are gone
 */
int loop_attach(const char *file, bool read_only, int *ret_number, Err *err);
