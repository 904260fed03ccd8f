/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/cleanup.h - what to do about an object whose supervisor was killed.
 *
 * `alive` is free and the status does not say "ended": run `lodge-supervisor clean LIVE`, record
 * stopped/crashed, keep the status as the last state of a persistent object and remove the live
 * directory of a transient one. When its plan says `on crash restart`, it is launched again.
 */
#pragma once

#include <glib.h>

#include "core/lock.h"
#include "core/store.h"

/* Whether there is something for cleanup_object() to do; takes no lock. */
gboolean cleanup_is_needed(const Store *store, const char *name);

/**
 * cleanup_object:
 * @lock: the object's lock, held by the caller
 * @ret_crashed: (out) (optional): TRUE when a crash was recorded
 *
 * Nothing to do is success.
 */
gboolean cleanup_object(Store *store, const ObjectLock *lock, const char *name,
                        gboolean *ret_crashed, GError **error);

/* As cleanup_object(), where that failed and the user gives the rest up: a plan of another release counts as
 * far as it is understood. Nothing is started again. */
gboolean cleanup_known(Store *store, const ObjectLock *lock, const char *name, GError **error);

/**
 * cleanup_all:
 * @messages: (nullable) (element-type utf8): gets a line for each object that could not be cleaned
 *
 * Objects that somebody works on are left to him. Also removes index links that lead nowhere.
 * Returns: how many crashes were recorded
 */
int cleanup_all(Store *store, GPtrArray *messages);
