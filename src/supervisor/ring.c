/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/ring.h"

#include <sys/mman.h>

int
ring_open(Ring *ring, size_t size)
{
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (data == MAP_FAILED)
        return -1;
    *ring = (Ring){.data = data, .size = size};
    return 0;
}

void
ring_close(Ring *ring)
{
    if (ring->data)
        (void)munmap(ring->data, ring->size);
    *ring = (Ring){0};
}

uint64_t
ring_oldest(const Ring *ring)
{
    return ring->head > ring->size ? ring->head - ring->size : 0;
}

static int
split(const Ring *ring, uint64_t from, size_t size, struct iovec ret_parts[2])
{
    size_t at = (size_t)(from & (ring->size - 1)), first = ring->size - at;

    if (size == 0)
        return 0;
    if (first > size)
        first = size;
    ret_parts[0] = (struct iovec){ring->data + at, first};
    ret_parts[1] = (struct iovec){ring->data, size - first};
    return size > first ? 2 : 1;
}

int
ring_space(const Ring *ring, uint64_t keep, struct iovec ret_parts[2])
{
    return split(ring, ring->head, ring->size - (size_t)(ring->head - keep), ret_parts);
}

void
ring_advance(Ring *ring, size_t size)
{
    ring->head += size;
}

int
ring_data(const Ring *ring, uint64_t from, struct iovec ret_parts[2])
{
    return split(ring, from, (size_t)(ring->head - from), ret_parts);
}
