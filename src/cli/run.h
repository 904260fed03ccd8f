/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/run.h - run commands one after the other; the options of the program itself. */
#pragma once

#include <glib.h>

#include "cli/cli.h"

/* Runs @commands (of parse.h); FALSE when the last one failed, or the text is wrong. */
gboolean run_text(Cli *cli, const char *text);
gboolean run_words(Cli *cli, const char *const *words);

/**
 * run_begin:
 * Takes the options that stand before the command into @cli, which is made here.
 * @ret_first: index of the first word of the command
 * @ret_status: the exit status, when there is nothing to run
 *
 * Returns: FALSE when that was all: a version or help was printed, or the options are wrong (said)
 */
gboolean run_begin(Cli *cli, const CliEnviron *environ, int argc, char **argv, int *ret_first,
                   int *ret_status);

/* Ends the run: flushes, says when that fails. Returns: the exit status */
int run_end(Cli *cli, gboolean ok);
