/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/guest-log.h - where the output of a guest's consoles is logged, and its removal.
 *
 * Used by: container/plan.c, guest-lifecycle.c (destroy --remove-logs). The supervisor writes and rotates them.
 */
#pragma once

#include <glib.h>

#include "core/driver.h"
#include "core/store.h"

/* The log of the first console; the supervisor makes the names of the others from it. @folder: of the
 * kind of guests. (transfer full) */
char *guest_log_path(const Paths *paths, const char *folder, const char *name);

/* Removes the logs of all consoles of @name, old ones too, but none that is another guest's. */
gboolean guest_log_remove(const DriverCtx *ctx, Store *store, const char *name, GError **error);
