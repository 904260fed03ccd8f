/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/fd.h - descriptors owned by scope.
 *
 * Used by: every room that links GLib.
 */
#pragma once

#include <glib.h>

typedef int Fd;

void fd_close(Fd fd); /* keeps errno; nothing for a negative fd */
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(Fd, fd_close, -1)

static inline Fd
fd_steal(Fd *fd)
{
    Fd taken = *fd;

    *fd = -1;
    return taken;
}
