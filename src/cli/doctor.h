/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/doctor.h - look at this host: what guests need, what is there, what to do about the rest.
 *
 * Reads /proc, /sys and PATH; starts nothing and changes nothing.
 */
#pragma once

#include <glib.h>

#include "cli/cli.h"

/* Returns: FALSE when something is missing that no guest can do without */
gboolean doctor_run(Cli *cli, gboolean as_json);
