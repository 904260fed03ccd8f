/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/config.h - one tree's interface configuration through whichever backend: list, read, define, undefine.
 *
 * Used by: the interface driver. Adds to a backend what is the same for all: looking at the result of an edit
 * before anybody sees it, so that a loss that the backend did not report is reported all the same.
 */
#pragma once

#include "netif/backend.h"

typedef struct NetifConfig NetifConfig;

/* @files: borrowed. The backend's files are read. */
NetifConfig *netif_config_open(NetifFiles *files, const NetifBackend *backend, GError **error);
void netif_config_close(NetifConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetifConfig, netif_config_close)

const NetifBackend *netif_config_backend(const NetifConfig *config);

/* As the backend's calls of the same name; see backend.h. */
GPtrArray *netif_config_list(NetifConfig *config);
void netif_config_notes(NetifConfig *config, NetifNotes *notes);
GPtrArray *netif_config_scopes(NetifConfig *config);
char **netif_config_command(NetifConfig *config, const char *name, gboolean up, GError **error);
InterfaceDef *netif_config_read(NetifConfig *config, const char *name, NetifNotes *notes,
                                GError **error);

/**
 * netif_config_define:
 * Edits the files in memory (netif_files_write() brings them to the disk) and reads them again.
 *
 * @notes: the backend's, and a LOST note for each thing that does not read back
 * Returns: FALSE with the files as they were
 */
gboolean netif_config_define(NetifConfig *config, const InterfaceDef *def, NetifStyle style,
                             NetifNotes *notes, GError **error);
gboolean netif_config_undefine(NetifConfig *config, const char *name, NetifNotes *notes,
                               GError **error);
