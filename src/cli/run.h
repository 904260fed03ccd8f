/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/run.h - run commands one after the other; the options of the program itself. */
#pragma once

#include <glib.h>

#include "cli/cli.h"

/* Runs @commands (of parse.h); FALSE when the last one failed, or the text is wrong. */
gboolean run_text(Cli *cli, const char *text);
gboolean run_words(Cli *cli, const char *const *words);

typedef enum {
    RUN_COMMAND, /* go on with the words from @ret_first on */
    RUN_DONE,    /* a version or help was printed */
    RUN_BAD,     /* said */
} RunStart;

/**
 * run_options:
 * Takes the options that stand before the command into @cli.
 * @ret_first: index of the first word of the command
 */
RunStart run_options(Cli *cli, int argc, char **argv, int *ret_first);

/* Ends the run: flushes, says when that fails. Returns: the exit status */
int run_end(Cli *cli, gboolean ok);
