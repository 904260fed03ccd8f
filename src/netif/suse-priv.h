/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/suse-priv.h - SUSE's keys of an ifcfg file, and its route files: what suse.c, reader and writer share. */
#pragma once

#include "netif/ifcfg-priv.h"

#define SUSE_DIR "/etc/sysconfig/network/"

void suse_read(IfcfgModel *model, IfcfgFile *file, NetifDevice *device, NetifNotes *notes);
GArray *suse_wants(const NetifDevice *device, const IfcfgFile *file);
void suse_losses(const NetifDevice *device, NetifNotes *notes);

/* suse-route.c: the default routes of a device in routes and ifroute-NAME; other routes are noted. */
void suse_route_read(const IfcfgModel *model, InterfaceDef *def, NetifNotes *notes);

/* Routes that name no device. */
void suse_route_notes(const IfcfgModel *model, NetifNotes *notes);

/* @after NULL: the device goes, and ifroute-NAME with it. */
void suse_route_write(IfcfgModel *model, const InterfaceDef *before, const InterfaceDef *after,
                      NetifNotes *notes);
