/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/attach.h - put the user in touch with a guest: its console, a run in the foreground, a command in it. */
#pragma once

#include <glib.h>

#include "cli/cli.h"

/**
 * attach_console:
 * @devname: (nullable): which console; NULL: the first
 * @flags: VIR_DOMAIN_CONSOLE_* and LODGE_CONSOLE_READONLY
 *
 * Says "Connected to domain", relays until the escape character or the guest's end.
 */
gboolean attach_console(Cli *cli, virDomainPtr dom, const char *devname, guint flags);

/**
 * attach_create:
 * Starts a guest from @xml and stays until it ends; the run's exit status becomes init's (128+N when a
 * signal ended it). Init gets those of descriptors 0-2 that are no terminal; for the others its console is relayed. A
 * signal that ends us ends the guest, too; the escape character leaves it running.
 */
gboolean attach_create(Cli *cli, const char *xml, guint flags, const char *source);

/**
 * attach_exec:
 * @argv: (array zero-terminated): program of the guest and arguments
 * @options: (array zero-terminated): as lodge_domain_enter_argv() takes them
 *
 * Replaces this process, unless other commands follow: then it waits. The run's exit status is the program's.
 */
gboolean attach_exec(Cli *cli, virDomainPtr dom, const char *const *argv,
                     const char *const *options);
