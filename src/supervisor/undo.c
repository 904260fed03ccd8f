/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/undo.h"

#include <stdlib.h>

#define UNDO_STEP 16

int
undo_reserve(Undo *undo)
{
    void *bigger;

    if (undo->n < undo->n_allocated)
        return 0;
    bigger =
        realloc(undo->entries, sizeof *undo->entries * (size_t)(undo->n_allocated + UNDO_STEP));
    if (!bigger)
        return -1;
    undo->entries = bigger;
    undo->n_allocated += UNDO_STEP;
    return 0;
}

void
undo_add(Undo *undo, UndoFunc func, int arg)
{
    undo->entries[undo->n].func = func;
    undo->entries[undo->n].arg = arg;
    undo->n++;
}

void
undo_run(Undo *undo, struct Guest *guest)
{
    while (undo->n > 0) {
        undo->n--;
        undo->entries[undo->n].func(guest, undo->entries[undo->n].arg);
    }
}

void
undo_clear(Undo *undo)
{
    free(undo->entries);
    *undo = (Undo){0};
}
