/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/arena.h"

#include <string.h>

#define BLOCK_BYTES 8000

typedef struct ArenaBlock {
    struct ArenaBlock *next;
    gsize used, size;
    _Alignas(8) char bytes[];
} ArenaBlock;

static void *
take(Arena *arena, gsize size)
{
    ArenaBlock *block = arena->blocks;

    size = (size + 7) & ~(gsize)7;
    if (block == NULL || block->size - block->used < size) {
        gsize room = MAX(size, BLOCK_BYTES);

        block = g_malloc(sizeof *block + room);
        *block = (ArenaBlock){.next = arena->blocks, .size = room};
        arena->blocks = block;
    }
    block->used += size;
    return block->bytes + block->used - size;
}

void *
arena_zeroed(Arena *arena, gsize size)
{
    return memset(take(arena, size), 0, size);
}

const char *
arena_text(Arena *arena, const char *text, gsize length)
{
    char *copy;

    if (length == 0)
        return "";
    copy = take(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void
arena_clear(Arena *arena)
{
    for (ArenaBlock *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        g_free(block);
    }
    arena->blocks = NULL;
}
