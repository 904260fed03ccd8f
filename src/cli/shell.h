/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/shell.h - the interactive shell: a prompt, history, completion; or commands from a file. */
#pragma once

#include <glib.h>

#include "cli/cli.h"

/* Both return whether the last command was well. */
gboolean shell_interactive(Cli *cli);
gboolean shell_batch(Cli *cli);
