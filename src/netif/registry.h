/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/registry.h - the list of backends, and which one a tree belongs to. */
#pragma once

#include "netif/backend.h"

/* All of them, NULL-terminated, in the order of listings. */
const NetifBackend *const *netif_backends(void);

/* By name; NULL with LODGE_ERROR_ARGUMENT that lists the names. */
const NetifBackend *netif_backend_find(const char *name, GError **error);

/**
 * netif_backend_detect:
 * Returns: the backend in charge of the tree; when none is, the only one that is installed; NULL with
 *   LODGE_ERROR_STATE when several are in charge (the message names them and why), LODGE_ERROR_NOT_FOUND
 *   when none is there at all
 */
const NetifBackend *netif_backend_detect(NetifFiles *files, GError **error);
