/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/distance.h - how many typing errors are between two words. */
#pragma once

#include <glib.h>

#define DISTANCE_WORD_MAX 40
#define DISTANCE_FAR      G_MAXINT

/* Letters to insert, remove, replace or swap with their neighbour; DISTANCE_FAR where a word is longer
 * than DISTANCE_WORD_MAX bytes. */
int distance_edit(const char *one, const char *other);

/* Whether @word may be @name mistyped: one error in a short word, two in others. */
gboolean distance_is_near(const char *word, const char *name);
