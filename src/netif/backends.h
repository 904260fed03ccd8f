/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/backends.h - the tables of all backends, for registry.c and tests. */
#pragma once

#include "netif/backend.h"

extern const NetifBackend backend_debian;
extern const NetifBackend backend_networkd;
extern const NetifBackend backend_keyfile;
extern const NetifBackend backend_netplan; /* with libyaml only */
extern const NetifBackend backend_redhat;
extern const NetifBackend backend_suse;
