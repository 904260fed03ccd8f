/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/event-show.h - an entry of the journal as a call of the function that its event id has.
 *
 * Used by: event.c.
 */
#pragma once

#include "api/public.h"
#include "core/journal.h"

#define EVENT_ID_MONITOR (-2) /* QEMU's own events: no virDomainEventID */

/* Whether entries of @kind are shown to those who asked for @event_id. */
gboolean event_id_wants(int event_id, JournalKind kind);

/* @callback: cast to what @event_id says. */
void event_show(virConnectPtr conn, virDomainPtr domain, int event_id, const JournalEntry *entry,
                virConnectDomainEventGenericCallback callback, void *opaque);
