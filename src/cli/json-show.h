/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/json-show.h - JSON that came from elsewhere, as the user wants to see it. */
#pragma once

#include <glib.h>

/**
 * json_show:
 * @text: JSON
 * @member: (nullable): only that member of the object
 * @pretty: one value a line, two blanks a level; else on one line
 *
 * Returns: (transfer full): without a line feed at the end; @text itself when it is no JSON, or
 *   has no such member
 */
char *json_show(const char *text, const char *member, gboolean pretty);
