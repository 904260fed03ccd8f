/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge-shell: the interactive shell of lodge. Takes the options of `lodge`; `lodge` without a
 * command becomes it. Without a terminal it reads commands from standard input, one a line.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/environ.h"
#include "cli/run.h"
#include "cli/shell.h"

int
main(int argc, char **argv)
{
    CliEnviron environ_values = environ_read();
    gboolean ok = TRUE;
    int first, status;
    Cli cli;

    if (!run_begin(&cli, &environ_values, argc, argv, &first, &status))
        return status;
    cli.more_follows = TRUE;
    cli.events = TRUE;
    if (!cli_connect(&cli)) {
        if (virGetLastErrorCode() != VIR_ERR_OK)
            cli_error("%s", virGetLastErrorMessage());
        return run_end(&cli, FALSE);
    }
    ok = isatty(STDIN_FILENO) ? shell_interactive(&cli) : shell_batch(&cli);
    return run_end(&cli, ok);
}
