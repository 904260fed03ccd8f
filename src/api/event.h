/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/event.h - events of guests and networks: from the journal to the callbacks of a connection.
 *
 * Theory of operation: the first registration opens the journal at its end and watches its descriptor
 * in the registered event loop; the last deregistration closes both. Each journal entry becomes a
 * short-lived handle that is shown to every matching callback, without a lock. A callback that is
 * deregistered meanwhile is marked and dropped after the round. Closing the connection drops all.
 */
#pragma once

#include "api/object.h"

void event_hub_free(EventHub *hub); /* the callbacks' opaques are ended; NULL is fine */
