/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/agent-exec.h - run a command in a machine, through its guest agent. */
#pragma once

#include "cli/cli.h"

/**
 * agent_exec:
 * @argv: (array zero-terminated): program of the guest and arguments
 * @env: (array zero-terminated): NAME=VALUE
 *
 * Gives it our standard input when that is no terminal, waits for its end, prints what it wrote, and makes its exit
 * status the run's (128+N when a signal ended it). It has no terminal. A signal that ends us does not
 * end it: the agent knows no way to.
 */
gboolean agent_exec(Cli *cli, virDomainPtr dom, const char *const *argv, const char *const *env);
