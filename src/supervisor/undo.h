/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/undo.h - what has been done and how to take it back, last first.
 *
 * An entry is recorded before the thing is done when doing it half is possible, else right after it.
 * Every undo function is harmless when there is nothing to undo: `clean` runs the same list, built from
 * the plan alone.
 */
#pragma once

struct Guest;

/* @arg: the number that undo_add() was given: mostly an index of a plan step */
typedef void (*UndoFunc)(struct Guest *guest, int arg);

typedef struct {
    struct {
        UndoFunc func;
        int arg;
    } * entries;
    int n, n_allocated;
} Undo;

/* Room for one more is made sure of by undo_reserve(), so that undo_add() cannot fail. */
int undo_reserve(Undo *undo);
void undo_add(Undo *undo, UndoFunc func, int arg);
/* Runs all entries, last first, and empties the list. */
void undo_run(Undo *undo, struct Guest *guest);
void undo_clear(Undo *undo);
