/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/redhat-priv.h - Red Hat's keys of an ifcfg file: what redhat.c, reader and writer share. */
#pragma once

#include "netif/ifcfg-priv.h"

void redhat_read(IfcfgModel *model, IfcfgFile *file, NetifDevice *device, NetifNotes *notes);
GArray *redhat_wants(const NetifDevice *device, const IfcfgFile *file);
