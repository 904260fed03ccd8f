/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/stop.h - end an object, whatever its supervisor does.
 *
 * Used by: container (destroy), vnet (net-destroy).
 */
#pragma once

#include <glib.h>

#include "core/store.h"

/**
 * stop_object:
 * @error: LODGE_ERROR_STATE when it is not running; LODGE_ERROR_TIMEOUT when the kernel does not end
 *   what was killed
 *
 * Asks the supervisor. One that does not answer is killed, with init, and its end is carried out in its
 * place. Takes the object's lock for the latter only. When it returns, the object can be started
 * again.
 */
gboolean stop_object(Store *store, const char *name, GError **error);
