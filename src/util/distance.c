/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/distance.h"

#include <string.h>

int
distance_edit(const char *one, const char *other)
{
    int rows[3][DISTANCE_WORD_MAX + 1]; /* the row before the last, the last, this one, in turns */
    gsize n_one = strlen(one), n_other = strlen(other);

    if (n_one > DISTANCE_WORD_MAX || n_other > DISTANCE_WORD_MAX)
        return DISTANCE_FAR;
    for (gsize j = 0; j <= n_other; j++)
        rows[0][j] = (int)j;
    for (gsize i = 1; i <= n_one; i++) {
        int *row = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];

        row[0] = (int)i;
        for (gsize j = 1; j <= n_other; j++) {
            int best = up[j - 1] + (one[i - 1] != other[j - 1]);

            best = MIN(best, MIN(up[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                best = MIN(best, upper[j - 2] + 1);
            row[j] = best;
        }
    }
    return rows[n_one % 3][n_other];
}

gboolean
distance_is_near(const char *word, const char *name)
{
    return distance_edit(word, name) <= (strlen(word) < 4 ? 1 : 2);
}
