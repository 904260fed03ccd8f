/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/lock.h - the lock that an operation on an object holds.
 *
 * Order: object lock, then store lock, then the journal's. Readers take none of them.
 */
#pragma once

#include "core/store.h"

typedef struct ObjectLock ObjectLock;

/**
 * object_lock_take:
 * @timeout_ms: CORE_LOCK_MS, or 0 to try only
 * @error: LODGE_ERROR_BUSY, "cannot lock domain 'web': held by 42 (lodge start web); try again"
 *
 * Returns: (transfer full): held until object_lock_free() or the end of the process
 */
ObjectLock *object_lock_take(Store *store, const char *name, int timeout_ms, GError **error);
void object_lock_free(ObjectLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ObjectLock, object_lock_free)
