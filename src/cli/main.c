/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge: the command. Theory of operation: options, then one command, or one text with several, or
 * nothing: then the interactive shell, a program of its own so that this one links no line editor.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/environ.h"
#include "cli/helper.h"
#include "cli/run.h"

static int
exec_shell(char **argv)
{
    g_autofree char *program = helper_path("lodge-shell");

    execv(program, argv);
    cli_error("cannot run the interactive shell '%s': %s; give a command instead ('lodge help' "
              "lists them)",
              program, g_strerror(errno));
    return 1;
}

int
main(int argc, char **argv)
{
    CliEnviron environ_values = environ_read();
    gboolean ok = FALSE;
    int first, status;
    Cli cli;

    if (!run_begin(&cli, &environ_values, argc, argv, &first, &status))
        return status;
    if (first == argc)
        return exec_shell(argv);
    if (first + 1 == argc)
        ok = run_text(&cli, argv[first]);
    else
        ok = run_words(&cli, (const char *const *)argv + first);
    return run_end(&cli, ok);
}
