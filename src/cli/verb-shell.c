/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/help.h"
#include "cli/verbs.h"

static gboolean
run_help(Cli *cli, const Args *args)
{
    const char *word = args_text(args, "command");
    const Verb *verb = word ? verbs_find(word) : NULL;
    gboolean found = TRUE;

    if (!word) {
        cli_print("Grouped commands:\n\n");
        help_groups();
        cli->no_blank = TRUE;
    } else if (verb) {
        help_verb(verb);
    } else {
        help_group(word, &found);
        if (!found)
            cli_error("command or command group '%s' doesn't exist", word);
    }
    return found;
}

static gboolean
run_connect(Cli *cli, const Args *args)
{
    const char *name = args_text(args, "name");

    cli_disconnect(cli);
    g_free(cli->uri);
    cli->uri = g_strdup(name);
    cli->read_only = args_flag(args, "readonly");
    return cli_connect(cli) != NULL;
}

static gboolean
run_cd(Cli *cli, const Args *args)
{
    const char *dir = args_text(args, "dir");

    if (!dir)
        dir = cli->environ.home ? cli->environ.home : "/";
    if (chdir(dir) == 0)
        return TRUE;
    cli_error("cannot change to directory '%s': %s", dir, g_strerror(errno));
    return FALSE;
}

static gboolean
run_pwd(Cli *cli, const Args *args)
{
    g_autofree char *dir = g_get_current_dir();

    cli_print("%s\n", dir);
    return TRUE;
}

static gboolean
run_echo(Cli *cli, const Args *args)
{
    const char *const *words = args_all(args, "string");

    if (!args_exclusive(args, "shell", "xml"))
        return FALSE;
    for (gsize i = 0; words[i]; i++) {
        g_autofree char *quoted = args_flag(args, "shell") ? g_shell_quote(words[i])
                                  : args_flag(args, "xml") ? g_markup_escape_text(words[i], -1)
                                                           : g_strdup(words[i]);

        cli_print("%s%s", i ? " " : "", quoted);
    }
    cli_print("\n");
    cli->no_blank = TRUE;
    return TRUE;
}

static gboolean
run_quit(Cli *cli, const Args *args)
{
    cli->leave = TRUE;
    cli->no_blank = TRUE;
    return TRUE;
}

static gboolean
run_complete(Cli *cli, const Args *args)
{
    const char *shell = args_text(args, "shell");

    cli->no_blank = TRUE;
    if (strcmp(shell, "words") == 0) {
        complete_print(cli, args_all(args, "word"), args_flag(args, "describe"));
        return TRUE;
    }
    if (complete_script(shell))
        return TRUE;
    cli_error("no completion for shell '%s'; there is one for bash, zsh and fish", shell);
    return FALSE;
}

static gboolean
run_dump_verbs(Cli *cli, const Args *args)
{
    cli->no_blank = TRUE;
    help_dump();
    return TRUE;
}

static const char *const shell_words[] = {"bash", "zsh", "fish", NULL};

static const Opt opts_help[] = {
    {"command", OPT_TEXT, 0, COMPLETE_COMMAND, "a command, or the keyword of a group"}, OPT_END};
static const Opt opts_connect[] = {{"name", OPT_TEXT, 0, COMPLETE_URI, "URI; none: the default"},
                                   {"readonly", OPT_FLAG, 0, COMPLETE_NOTHING, "read-only"},
                                   OPT_END};
static const Opt opts_cd[] = {{"dir", OPT_TEXT, 0, COMPLETE_FILE, "where to; none: home"}, OPT_END};
static const Opt opts_echo[] = {{"shell", OPT_FLAG, 0, COMPLETE_NOTHING, "quoted for a shell"},
                                {"xml", OPT_FLAG, 0, COMPLETE_NOTHING, "escaped for XML"},
                                {"string", OPT_REST, 0, COMPLETE_NOTHING, "words to print"},
                                OPT_END};
static const Opt opts_complete[] = {
    {"shell", OPT_TEXT, OPT_REQUIRED, COMPLETE_WORDS, "bash, zsh or fish", shell_words},
    {"describe", OPT_FLAG, 0, COMPLETE_NOTHING, "of 'words': with a tab and the help behind each"},
    {"word", OPT_REST, OPT_STOPS, COMPLETE_NOTHING,
     "of 'words', which the scripts call: the words typed so far, the last one to be completed"},
    OPT_END};

const Verb verbs_shell[] = {
    {"cd", "change the current directory", NULL, opts_cd, run_cd},
    {
        "complete",
        "print the completion script of a shell",
        "For example: lodge complete bash > /etc/bash_completion.d/lodge",
        opts_complete,
        run_complete,
    },
    {"connect", "connect to another URI", NULL, opts_connect, run_connect},
    {"dump-verbs", "print the tables of commands as JSON", NULL, NULL, run_dump_verbs, VERB_HIDDEN},
    {"echo", "print words", NULL, opts_echo, run_echo},
    {"exit", "leave the interactive shell", NULL, NULL, run_quit},
    {"help", "list the commands, or explain one", NULL, opts_help, run_help},
    {"pwd", "print the current directory", NULL, NULL, run_pwd},
    {"quit", "leave the interactive shell", NULL, NULL, run_quit},
    {NULL},
};
