/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/help.h - help texts, made from the tables of verbs. */
#pragma once

#include <glib.h>

#include "cli/verb.h"

void help_usage(const char *program); /* lodge --help */
void help_groups(void);               /* lodge help */
void help_group(const char *keyword_or_title, gboolean *ret_found);
void help_verb(const Verb *verb);

/* "start <domain> [--console]"; (transfer full) */
char *help_synopsis(const Verb *verb);
/* "[--domain] <string>" as it stands before an option's help; (transfer full) */
char *help_option(const Opt *opt);

/* All of the tables as one JSON object, for docs/man and tools/check-docs.py. */
void help_dump(void);

/* The options before the command; ends with a NULL. Pairs: "-c, --connect <string>", help. */
extern const char *const help_globals[];
