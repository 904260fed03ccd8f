/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/run.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/parse.h"
#include "cli/terminal.h"
#include "util/units.h"

static gboolean
run_one(Cli *cli, const Command *command)
{
    gint64 start_us = g_get_monotonic_time();
    gboolean ok;

    cli->no_blank = FALSE;
    cli->exit_status = -1;
    cli_forget_error(cli);
    cli_debug(cli, 1, "command '%s'", command->verb->name);
    ok = command->verb->run(cli, command->args);
    if (!ok && cli->failure)
        cli_error("%s", cli->failure);
    if (cli->timing && !cli->leave)
        cli_say(cli, "\n(Time: %.3f ms)\n\n", (double)(g_get_monotonic_time() - start_us) / 1000.0);
    else if (!cli->no_blank)
        cli_say(cli, "\n");
    return ok;
}

static gboolean
run_commands(Cli *cli, GPtrArray *commands)
{
    gboolean in_shell = cli->more_follows, ok = TRUE;

    for (guint i = 0; i < commands->len && !cli->leave; i++) {
        cli->more_follows = in_shell || i + 1 < commands->len;
        ok = run_one(cli, g_ptr_array_index(commands, i));
    }
    cli->more_follows = in_shell;
    return ok;
}

gboolean
run_text(Cli *cli, const char *text)
{
    g_autoptr(GPtrArray) commands = NULL;

    return parse_text(text, &commands) && run_commands(cli, commands);
}

gboolean
run_words(Cli *cli, const char *const *words)
{
    g_autoptr(GPtrArray) commands = NULL;

    return parse_words(words, &commands) && run_commands(cli, commands);
}

static void
print_version(gboolean is_long)
{
    if (!is_long) {
        cli_print("%s\n", lodge_version());
        return;
    }
    cli_print("lodge %s, with the API of libvirt %d.%d.%d\n"
              "Drivers: LXC Network\n"
              "Licence: LGPL-2.1-or-later\n",
              lodge_version(), LIBVIR_VERSION_NUMBER / 1000000, LIBVIR_VERSION_NUMBER / 1000 % 1000,
              LIBVIR_VERSION_NUMBER % 1000);
}

/* 0 is what "no keepalive" is called; there is nothing else without a remote connection. */
static gboolean
check_keepalive(int letter, const char *text)
{
    gint64 number;

    if (!units_parse_int(text, 0, G_MAXINT32, &number, NULL)) {
        cli_error("option -%c requires a numeric argument", letter);
        return FALSE;
    }
    if (number)
        cli_error("option -%c: keepalive needs a remote connection; lodge's drivers run in this "
                  "process",
                  letter);
    return number == 0;
}

static gboolean
set_escape(Cli *cli, const char *text)
{
    int escape = terminal_escape_parse(text);

    if (escape < 0) {
        cli_error("Invalid string '%s' for escape sequence; write one character, or ^X", text);
        return FALSE;
    }
    cli->escape = escape;
    return TRUE;
}

static gboolean
set_debug(Cli *cli, const char *text)
{
    gint64 level;

    if (!units_parse_int(text, 0, 4, &level, NULL)) {
        cli_error("option -d takes a numeric argument from 0 to 4");
        return FALSE;
    }
    cli->debug = (int)level;
    return TRUE;
}

typedef enum {
    RUN_COMMAND, /* go on with the words from @ret_first on */
    RUN_DONE,    /* a version or help was printed */
    RUN_BAD,     /* said */
} RunStart;

static RunStart
take_options(Cli *cli, int argc, char **argv, int *ret_first)
{
    static const struct option options[] = {{"connect", required_argument, NULL, 'c'},
                                            {"debug", required_argument, NULL, 'd'},
                                            {"escape", required_argument, NULL, 'e'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"keepalive-interval", required_argument, NULL, 'k'},
                                            {"keepalive-count", required_argument, NULL, 'K'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"readonly", no_argument, NULL, 'r'},
                                            {"timing", no_argument, NULL, 't'},
                                            {"version", optional_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    gboolean ok = TRUE;
    int letter;

    opterr = 0;
    while (ok && (letter = getopt_long(argc, argv, "+:c:d:e:hk:K:qrtv::V", options, NULL)) != -1) {
        switch (letter) {
        case 'c':
            g_free(cli->uri);
            cli->uri = g_strdup(optarg);
            break;
        case 'd':
            ok = set_debug(cli, optarg);
            break;
        case 'e':
            ok = set_escape(cli, optarg);
            break;
        case 'h':
            help_usage("lodge");
            return RUN_DONE;
        case 'k':
        case 'K':
            ok = check_keepalive(letter, optarg);
            break;
        case 'q':
            cli->quiet = TRUE;
            break;
        case 'r':
            cli->read_only = TRUE;
            break;
        case 't':
            cli->timing = TRUE;
            break;
        case 'v':
        case 'V':
            print_version(letter == 'V' || g_strcmp0(optarg, "long") == 0);
            return RUN_DONE;
        case ':':
            cli_error("option '%s' requires an argument", argv[optind - 1]);
            return RUN_BAD;
        default:
            cli_error("unsupported option '%s'. See --help.", argv[optind - 1]);
            return RUN_BAD;
        }
    }
    *ret_first = optind;
    return ok ? RUN_COMMAND : RUN_BAD;
}

gboolean
run_begin(Cli *cli, const CliEnviron *environ, int argc, char **argv, int *ret_first,
          int *ret_status)
{
    RunStart start;

    *ret_first = argc;
    cli_init(cli, environ);
    start = take_options(cli, argc, argv, ret_first);
    if (start == RUN_COMMAND)
        return TRUE;
    *ret_status = run_end(cli, start == RUN_DONE);
    return FALSE;
}

int
run_end(Cli *cli, gboolean ok)
{
    int status = cli->exit_status >= 0 ? cli->exit_status : ok ? 0 : 1;

    cli_clear(cli);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "error: cannot write to standard output: %s\n", g_strerror(errno));
        return status ? status : 1;
    }
    return status;
}
