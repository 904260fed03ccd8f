/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/addresses.h - where each device sits on its bus; chosen once, at define time.
 *
 * Theory of operation. Guests name disks and interfaces by their place, so a place once given stays:
 * it is written into the stored XML. Given addresses are entered first, in document order, and two
 * devices at one place are an error that names both lines. Then everything else gets the first free
 * place: on q35 a pcie-root-port of its own for what may be unplugged (ports are added as needed, some
 * spare), the root bus for what is conventional PCI; on pc the next slot of pci.0; unit numbers for
 * drives, ports for USB and virtio-serial. Controllers that are needed and absent are added.
 *
 * Used by: complete.c (define, attach). Pure.
 */
#pragma once

#include "conf/domain/domain.h"

/**
 * addresses_assign:
 * @def: a machine with all its devices; gains controllers and addresses
 * @source: name of the XML for messages
 * @error: LODGE_ERROR_CONFIG for conflicts and places that do not exist, "FILE:LINE: ..."
 *
 * Calling it again changes nothing. On failure @def is to be thrown away.
 */
gboolean addresses_assign(DomainDef *def, const char *source, GError **error);
