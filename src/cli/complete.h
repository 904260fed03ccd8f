/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/complete.h - what may come next on a command line.
 *
 * One engine for bash, zsh, fish (their scripts call `lodge complete words`) and the interactive
 * shell. Names of guests and networks come from the connection; where there is none, there are none.
 */
#pragma once

#include <glib.h>

#include "cli/cli.h"

typedef struct {
    char *word;
    const char *help; /* or NULL; static */
} Candidate;

/**
 * complete_words:
 * @words: (array zero-terminated): typed so far, without the program; the last one (may be "") is to be
 *   completed
 * @ret_files: (out) (optional): TRUE when a file name is wanted here
 *
 * Returns: (transfer full) (element-type Candidate): those that begin with the last word
 */
GPtrArray *complete_words(Cli *cli, const char *const *words, gboolean *ret_files);

#define COMPLETE_EXIT_FILES 2 /* for the scripts: the file names are the shell's to complete */

/* Prints them, one a line; the exit status says whether a file name is wanted. */
void complete_print(Cli *cli, const char *const *words, gboolean describe);

/* Prints the script for "bash", "zsh" or "fish"; FALSE for another. */
gboolean complete_script(const char *shell);
