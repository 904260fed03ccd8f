/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/mac.h - make, read and write Ethernet addresses. */
#pragma once

#include <glib.h>

#define MAC_SIZE      6
#define MAC_TEXT_SIZE 18 /* with the NUL */

void mac_random(guint8 *ret_mac); /* 52:54:00:x:x:x */

/* Six groups of one or two hex digits with ':' between them, nothing else. */
gboolean mac_parse(const char *text, guint8 *ret_mac);
const char *mac_format(const guint8 *mac, char *ret_text); /* MAC_TEXT_SIZE; returns it */
gboolean mac_is_multicast(const guint8 *mac);
