/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/progress.h - a long call on a guest, with its progress shown, and ^C to give it up. */
#pragma once

#include <glib.h>

#include "cli/cli.h"

/**
 * progress_run:
 * @title: "Save": shown as "Save: [ 42 %]" on standard error when @verbose
 * @call: runs in a thread of its own; 0 or -1 as the library's calls
 *
 * SIGINT and SIGTERM abort the guest's job; @call then fails.
 *
 * Returns: whether @call succeeded; its error is the last error of this thread
 */
gboolean progress_run(Cli *cli, virDomainPtr dom, const char *title, gboolean verbose,
                      int (*call)(virDomainPtr dom, void *data), void *data);
