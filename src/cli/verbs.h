/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/verbs.h - all groups of commands, and finding one by name. */
#pragma once

#include <glib.h>

#include "cli/verb.h"

/* Ends with a NULL title. */
const VerbGroup *verbs_groups(void);

const Verb *verbs_find(const char *name); /* NULL when there is none */

/* What @name may have been meant for: "'start'" or "'start' or 'stat'"; NULL when nothing is near. */
char *verbs_near(const char *name);

/* The tables, one a verb-*.c file; each ends with a NULL name. */
extern const Verb verbs_lifecycle[];
extern const Verb verbs_console[];
extern const Verb verbs_xml[];
extern const Verb verbs_tune[];
extern const Verb verbs_monitor[];
extern const Verb verbs_stats[];
extern const Verb verbs_save[];
extern const Verb verbs_device[];
extern const Verb verbs_disk[];
extern const Verb verbs_display[];
extern const Verb verbs_machine[];
extern const Verb verbs_qemu[];
extern const Verb verbs_event[];
extern const Verb verbs_host[];
extern const Verb verbs_keys[];
extern const Verb verbs_network[];
extern const Verb verbs_network_info[];
extern const Verb verbs_shell[];
