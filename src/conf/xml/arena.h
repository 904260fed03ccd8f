/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/arena.h - memory that is taken piece by piece and ended as a whole. */
#pragma once

#include <glib.h>

typedef struct {
    struct ArenaBlock *blocks; /* newest first; NULL at the start */
} Arena;

/* @size bytes, all 0, aligned for any struct of pointers and integers. */
void *arena_zeroed(Arena *arena, gsize size);

/* A copy of @length bytes with a NUL behind them; a static "" when @length is 0. */
const char *arena_text(Arena *arena, const char *text, gsize length);

/* Frees everything that was taken; the arena can be used again. */
void arena_clear(Arena *arena);
