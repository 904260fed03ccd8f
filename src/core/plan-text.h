/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/plan-text.h - write the lines of a plan.
 *
 * Used by: container/plan*, vnet/plan. Format: supervisor/plan.h.
 */
#pragma once

#include <glib.h>

/* The first line, which names the format's version. */
void plan_begin(GString *plan);

/* One line: the operation and its arguments, escaped. Ends with NULL. */
void plan_add(GString *plan, const char *op, ...) G_GNUC_NULL_TERMINATED;
void plan_addv(GString *plan, const char *const *argv);
