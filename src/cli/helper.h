/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/helper.h - programs of ours that do what only heavy libraries can: found and run.
 *
 * They lie beside `lodge` in a build tree, else in LIBEXECDIR/lodge.
 */
#pragma once

#include <glib.h>

/* (transfer full): the path; it may not be there, when lodge was built without its library */
char *helper_path(const char *program);

/**
 * helper_run:
 * @argv: (array zero-terminated): argv[0] is the program's name
 * @input: what it reads
 *
 * Returns: (transfer full): what it wrote; NULL with the error said: its own words, or that this lodge
 *   was built without it
 */
char *helper_run(const char *const *argv, const char *input);

/* Runs it until it ends, with our standard output and error; TRUE when it ended with 0. What is typed at us
 * (^C) reaches it too: it is asked to end in order. */
gboolean helper_feed(const char *const *argv, const char *input);
