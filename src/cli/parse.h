/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/parse.h - words to commands: quoting, options, `;` between commands.
 *
 * A command comes as the words of the command line, or as text ("list --all; uri", a line of the
 * shell). Text: blanks separate, ' and " quote, \ escapes, `;` and line ends separate commands, `#`
 * at the start of a word begins a comment. Then, in both: --name VALUE, --name=VALUE, --flag; a word
 * that is no option goes to the next option in the table that takes a value; after `--` nothing is
 * an option.
 */
#pragma once

#include <glib.h>

#include "cli/args.h"
#include "cli/verb.h"

typedef struct {
    const Verb *verb;
    Args *args;
} Command;

void command_free(Command *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Command, command_free)

/**
 * parse_text:
 * @ret_commands: (out) (transfer full) (element-type Command): may be empty
 *
 * Returns: FALSE, with the error said; then no command is to run
 */
gboolean parse_text(const char *text, GPtrArray **ret_commands);

/* The same for words that the caller's shell has split: one command. */
gboolean parse_words(const char *const *words, GPtrArray **ret_commands);

/**
 * parse_split:
 * @ret_words: (out) (transfer full) (element-type GPtrArray): the words of each command
 * @ret_open: (out) (optional): the quote that is still open at the end, '\\', or 0
 *
 * Only splits; for completion, `echo` and the above. Returns: FALSE when a quote is left open
 */
gboolean parse_split(const char *text, GPtrArray **ret_words, char *ret_open);
