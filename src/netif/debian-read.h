/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-read.h - what the stanzas of one name say, as an interface. */
#pragma once

#include "conf/netif/interface.h"
#include "netif/debian-model.h"

/**
 * debian_read:
 * @name: has stanzas, or is the port of a bridge, or slave of a bond that has
 * @nested: TRUE: as it stands inside another interface: no start, addresses, MTU
 * @notes: (nullable): of it and its ports
 *
 * Marks every option of the stanzas (of ports and slaves, too) with the group that it was read as; what stays
 * DEBIAN_UNMODELLED is what the XML does not say.
 */
InterfaceDef *debian_read(Debian *debian, const char *name, gboolean nested, NetifNotes *notes);

/* What kind of device the stanzas of @name (and the name itself) make it. */
InterfaceType debian_type(const Debian *debian, const char *name);

InterfaceStart debian_start(const Debian *debian, const char *name);
