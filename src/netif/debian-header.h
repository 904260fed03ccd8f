/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-header.h - the first line of an iface stanza: families, methods, inheritance. */
#pragma once

#include "netif/debian-model.h"

/* Fills name, family, method and base of @stanza from its line, with the base's options; faults are noted. */
void debian_header_read(Debian *debian, DebianStanza *stanza);

/* What ifupdown 0.8 itself does with an option of this method. */
gboolean debian_method_takes_mtu(const char *family, const char *method);
gboolean debian_method_takes_mac(const char *family, const char *method);
