/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/nft.h - packet filter tables and rules, through the nft program.
 *
 * A table of ours is loaded whole in one transaction on nft's standard input. In a chain that
 * belongs to somebody else (Docker's DOCKER-USER) single rules are inserted, found again by their comment.
 *
 * Used by: supervisor (plan operations nft and nft-rule), vnet.
 * Knows nothing of: networks. libc only.
 */
#pragma once

#include "host/err.h"

typedef struct {
    const char *program; /* absolute path of nft */
    const char *family;  /* "ip", "ip6", "inet" */
    const char *table;
    const char *chain; /* NULL where only the table matters */
} NftPlace;

/**
 * nft_load:
 * @program: absolute path of nft
 * @fd: a file of nft commands, read from its start; borrowed
 *
 * Returns: 0 when the kernel took all of it; -1: nothing was changed
 */
int nft_load(const char *program, int fd, Err *err);

/* Deletes the table; fine when there is none. */
int nft_delete_table(const NftPlace *place, Err *err);

/**
 * nft_rule_insert:
 * @place: an existing chain
 * @comment: how nft_rules_remove() finds the rule again; at most 100 bytes of [A-Za-z0-9_:.-]
 * @words: (array zero-terminated): the rule
 *
 * The rule becomes the first of its chain.
 */
int nft_rule_insert(const NftPlace *place, const char *comment, const char *const *words, Err *err);

/* Deletes every rule of the chain that carries @comment; fine when there is none, or no chain. */
int nft_rules_remove(const NftPlace *place, const char *comment, Err *err);
