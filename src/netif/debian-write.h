/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-write.h - define and undefine an interface in ifupdown's files, touching nothing else. */
#pragma once

#include "netif/backend.h"
#include "netif/debian-model.h"

/* As write() and remove() of backend.h. */
gboolean debian_write(Debian *debian, const InterfaceDef *def, NetifStyle style, NetifNotes *notes,
                      GError **error);
gboolean debian_remove(Debian *debian, const char *name, NetifNotes *notes, GError **error);

/* debian-start.c: makes @name start so, by as few changes to auto and allow-hotplug lines as possible;
 * @stanza: in front of which a new line goes */
struct DebianEdit;
void debian_start_set(Debian *debian, struct DebianEdit *edit, const char *name,
                      InterfaceStart start, const DebianStanza *stanza);

/* Takes @name out of all auto and allow- lines. */
void debian_start_drop(Debian *debian, struct DebianEdit *edit, const char *name);

/* "auto NAME\n", "allow-hotplug NAME\n" or "". (transfer full) */
char *debian_start_line(const char *name, InterfaceStart start);

/* debian-guard.c: whether an edit of @name would change what others read, or cannot be seen through:
 * mappings, patterns, stanzas that inherit from it, stanzas in several files, lo. */
gboolean debian_guard(const Debian *debian, const char *name, GError **error);
gboolean debian_is_guarded(const Debian *debian, const char *name);
