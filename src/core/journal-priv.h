/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/journal-priv.h - what journal.c and journal-follow.c share. */
#pragma once

#include "core/journal.h"

/* (transfer full); NULL when @line is no entry */
JournalEntry *journal_entry_parse(const char *line);
