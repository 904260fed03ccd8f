/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/transaction.h - begin, commit, roll back: the configuration files as they were, byte for byte.
 *
 * Theory of operation: begin copies every file of the given scopes, with mode, owner, times and extended
 * attributes, into a new directory of the state directory and gives it its name, STATE/transaction, by one
 * rename: there is a whole snapshot or none. Commit takes the name away by one rename. Rollback puts
 * each file that differs back (the copy is linked into place where that is possible, so that a full disk is no
 * obstacle), removes files of the scopes that were not there, and commits; killed anywhere it can be run again.
 * Directories that begin found missing are removed if they are empty.
 * One lock, STATE/lock, is held through each call. An open transaction outlives the boot on purpose:
 * a unit rolls it back.
 */
#pragma once

#include "netif/files.h"

/**
 * netif_transaction_begin:
 * @state_dir: on the host; made when missing
 * @scopes: (element-type utf8): of the backend (backend.h): paths and patterns
 * @error: LODGE_ERROR_STATE when one is open
 */
gboolean netif_transaction_begin(NetifFiles *files, const char *state_dir, const GPtrArray *scopes,
                                 GError **error);

/* Keeps the files as they are now. LODGE_ERROR_STATE when none is open. */
gboolean netif_transaction_commit(const char *state_dir, GError **error);

/**
 * netif_transaction_rollback:
 * @files: of the root that the transaction was begun with (LODGE_ERROR_STATE when it is another)
 * @ret_changed: (out) (optional) (transfer full) (element-type utf8): paths that were put back or removed
 *
 * What @files holds in memory is forgotten.
 */
gboolean netif_transaction_rollback(NetifFiles *files, const char *state_dir,
                                    GPtrArray **ret_changed, GError **error);

gboolean netif_transaction_is_open(const char *state_dir);
