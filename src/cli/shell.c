/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/shell.h"

#include <errno.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/parse.h"
#include "cli/run.h"

#define HISTORY_LINES 500

typedef struct {
    Cli *cli;
    EditLine *line;
    History *history;
    HistEvent event;
    char *history_path; /* or NULL: nowhere to keep it */
    const char *prompt;
} Shell;

static char *
prompt_of(EditLine *line)
{
    Shell *shell = NULL;

    el_get(line, EL_CLIENTDATA, &shell);
    return (char *)shell->prompt;
}

/* The words before the cursor, the last one (may be "") in the making. */
static GPtrArray *
words_before(EditLine *line)
{
    const LineInfo *info = el_line(line);
    g_autofree char *text = g_strndup(info->buffer, (gsize)(info->cursor - info->buffer));
    g_autoptr(GPtrArray) commands = NULL;
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    gsize length = strlen(text);
    gboolean is_new = !length || strchr(" \t;", text[length - 1]);

    parse_split(text, &commands, NULL);
    if (commands->len && !(length && text[length - 1] == ';')) {
        const GPtrArray *last = g_ptr_array_index(commands, commands->len - 1);

        for (guint i = 0; i + 1 < last->len; i++) /* without the NULL */
            g_ptr_array_add(words, g_strdup(g_ptr_array_index(last, i)));
    }
    if (is_new)
        g_ptr_array_add(words, g_strdup(""));
    g_ptr_array_add(words, NULL);
    return words;
}

/* How much all of them begin with. */
static char *
common_start(const GPtrArray *found)
{
    char *common = g_strdup(((const Candidate *)g_ptr_array_index(found, 0))->word);

    for (guint i = 1; i < found->len; i++) {
        const char *word = ((const Candidate *)g_ptr_array_index(found, i))->word;
        gsize n = 0;

        while (common[n] && common[n] == word[n])
            n++;
        common[n] = '\0';
    }
    return common;
}

static void
print_candidates(const GPtrArray *found)
{
    enum {
        WIDTH = 78
    };
    gsize widest = 0, at = 0;

    for (guint i = 0; i < found->len; i++)
        widest = MAX(widest, strlen(((const Candidate *)g_ptr_array_index(found, i))->word) + 2);
    printf("\n");
    for (guint i = 0; i < found->len; i++) {
        if (at && at + widest > WIDTH) {
            printf("\n");
            at = 0;
        }
        printf("%-*s", (int)widest, ((const Candidate *)g_ptr_array_index(found, i))->word);
        at += widest;
    }
    printf("\n");
    fflush(stdout);
}

static unsigned char
on_tab(EditLine *line, int key)
{
    Shell *shell = NULL;
    g_autoptr(GPtrArray) words = words_before(line);
    g_autoptr(GPtrArray) found = NULL;
    g_autofree char *common = NULL;
    const char *typed = g_ptr_array_index(words, words->len - 2);

    el_get(line, EL_CLIENTDATA, &shell);
    found = complete_words(shell->cli, (const char *const *)words->pdata, NULL);
    if (!found->len)
        return CC_REFRESH_BEEP;
    common = common_start(found);
    if (strlen(common) > strlen(typed) && el_insertstr(line, common + strlen(typed)) == -1)
        return CC_ERROR;
    if (found->len == 1) {
        (void)el_insertstr(line, " "); /* a full line is no harm */
        return CC_REFRESH;
    }
    if (strlen(common) > strlen(typed))
        return CC_REFRESH;
    print_candidates(found);
    return CC_REDISPLAY;
}

static void
open_history(Shell *shell)
{
    const CliEnviron *values = &shell->cli->environ;
    g_autofree char *dir = NULL;

    history(shell->history, &shell->event, H_SETSIZE, HISTORY_LINES);
    history(shell->history, &shell->event, H_SETUNIQUE, 1);
    if (values->state_home && *values->state_home == '/')
        dir = g_build_filename(values->state_home, "lodge", NULL);
    else if (values->home)
        dir = g_build_filename(values->home, ".local", "state", "lodge", NULL);
    if (!dir || g_mkdir_with_parents(dir, 0700) < 0)
        return;
    shell->history_path = g_build_filename(dir, "history", NULL);
    history(shell->history, &shell->event, H_LOAD, shell->history_path);
}

/* Adds a line and keeps it at once: the shell may be killed. A line with a secret in it is not kept at all. */
static void
remember(Shell *shell, const char *text)
{
    if (strstr(text, "--secret"))
        return;
    history(shell->history, &shell->event, H_ENTER, text);
    if (shell->history_path)
        history(shell->history, &shell->event, H_SAVE, shell->history_path);
}

/* One line as typed, run. Returns whether it was well. */
static gboolean
take_line(Shell *shell, char *text, gboolean before)
{
    g_strchomp(text);
    if (!*g_strchug(text))
        return before;
    remember(shell, text);
    return run_text(shell->cli, text);
}

static void
do_nothing(int number)
{
}

/* One line; NULL at the end. ^C only throws away what is typed: it may end a command, never the shell. */
static const char *
read_line(Shell *shell)
{
    struct sigaction ours = {.sa_handler = do_nothing}, before;
    const char *text;
    int n, saved_errno;

    sigaction(SIGINT, &ours, &before);
    for (;;) {
        errno = 0;
        n = 0;
        text = el_gets(shell->line, &n);
        saved_errno = errno;
        if (text || n >= 0 || saved_errno != EINTR)
            break;
        el_reset(shell->line);
        printf("^C\n");
        fflush(stdout);
    }
    sigaction(SIGINT, &before, NULL);
    return text && n > 0 ? text : NULL;
}

gboolean
shell_interactive(Cli *cli)
{
    Shell shell = {.cli = cli, .prompt = cli->read_only ? "lodge > " : "lodge # "};
    gboolean ok = TRUE;
    const char *text;

    shell.line = el_init("lodge", stdin, stdout, stderr);
    shell.history = history_init();
    if (!shell.line || !shell.history) {
        cli_error("cannot set up the line editor; give commands on the command line instead");
        return FALSE;
    }
    el_set(shell.line, EL_CLIENTDATA, &shell);
    el_set(shell.line, EL_PROMPT, prompt_of);
    el_set(shell.line, EL_SIGNAL, 1);
    el_set(shell.line, EL_EDITOR, "emacs");
    el_set(shell.line, EL_HIST, history, shell.history);
    el_set(shell.line, EL_ADDFN, "lodge-complete", "complete the word", on_tab);
    el_set(shell.line, EL_BIND, "^I", "lodge-complete", NULL);
    el_set(shell.line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    open_history(&shell);
    cli_say(cli, "Welcome to lodge, the house for guests.\n\n"
                 "Type:  'help' for help with commands\n"
                 "       'quit' to quit\n\n");
    while (!cli->leave && (text = read_line(&shell))) {
        g_autofree char *copy = g_strdup(text);

        ok = take_line(&shell, copy, ok);
        fflush(stdout);
    }
    if (!cli->leave)
        cli_say(cli, "\n");
    history_end(shell.history);
    el_end(shell.line);
    g_free(shell.history_path);
    return ok;
}

gboolean
shell_batch(Cli *cli)
{
    g_autofree char *text = cli_read_file("-");
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
    gboolean ok = text != NULL;

    for (char **line = lines; line && *line && !cli->leave; line++)
        if (*g_strstrip(*line))
            ok = run_text(cli, *line);
    return ok;
}
