/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/ring.h - the last bytes of a stream, addressed by their place in the whole stream.
 *
 * Positions are 64-bit counts of bytes since the beginning and never wrap. Memory is touched only as far
 * as the stream got, so a quiet console costs nothing.
 *
 * Used by: supervisor/console.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

typedef struct {
    unsigned char *data;
    size_t size;   /* a power of two */
    uint64_t head; /* position of the next byte */
} Ring;

/**
 * ring_open:
 * @size: a power of two, at least one page
 * Returns: 0, or -1 with errno
 */
int ring_open(Ring *ring, size_t size);
void ring_close(Ring *ring);

/* Position of the oldest byte that is still there. */
uint64_t ring_oldest(const Ring *ring);

/**
 * ring_space:
 * @keep: position from which on nothing may be overwritten; at least ring_oldest()
 * @ret_parts: (out) (array length=2): where the next bytes go
 * Returns: number of parts that are not empty, 0 to 2
 */
int ring_space(const Ring *ring, uint64_t keep, struct iovec ret_parts[2]);

/* @size bytes were put where ring_space() said. */
void ring_advance(Ring *ring, size_t size);

/**
 * ring_data:
 * @from: a position between ring_oldest() and head
 * @ret_parts: (out) (array length=2): the bytes from there on
 * Returns: number of parts that are not empty, 0 to 2
 */
int ring_data(const Ring *ring, uint64_t from, struct iovec ret_parts[2]);
