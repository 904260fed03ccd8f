/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/parse.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "cli/verbs.h"

void
command_free(Command *command)
{
    if (!command)
        return;
    args_free(command->args);
    g_free(command);
}

/* Reads one word at *@at into @word; returns 0, or the quote that nobody closed. */
static char
read_word(const char **at, GString *word)
{
    const char *p = *at;
    char quote = 0;

    for (; *p && (quote || !strchr(" \t\r\n;", *p)); p++) {
        if (*p == '\\' && quote != '\'') {
            if (!p[1]) {
                *at = p + 1;
                return '\\';
            }
            g_string_append_c(word, *++p);
        } else if (quote ? *p == quote : (*p == '\'' || *p == '"')) {
            quote = quote ? 0 : *p;
        } else {
            g_string_append_c(word, *p);
        }
    }
    *at = p;
    return quote;
}

static GPtrArray *
new_words(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static void
end_command(GPtrArray *commands, GPtrArray **words)
{
    if ((*words)->len) {
        g_ptr_array_add((*words), NULL);
        g_ptr_array_add(commands, *words);
        *words = new_words();
    }
}

gboolean
parse_split(const char *text, GPtrArray **ret_words, char *ret_open)
{
    GPtrArray *commands = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    GPtrArray *words = new_words();
    char open = 0;

    while (*text && !open) {
        if (*text == '#') {
            text += strcspn(text, "\n");
        } else if (*text == ';' || *text == '\n') {
            end_command(commands, &words);
            text++;
        } else if (strchr(" \t\r", *text)) {
            text++;
        } else {
            GString *word = g_string_new(NULL);

            open = read_word(&text, word);
            g_ptr_array_add(words, g_string_free(word, FALSE));
        }
    }
    end_command(commands, &words);
    g_ptr_array_unref(words);
    *ret_words = commands;
    if (ret_open)
        *ret_open = open;
    return open == 0;
}

/* The first option after @from that takes a value by position and has none yet; -1: none. */
static int
next_positional(const Verb *verb, const Args *args)
{
    for (guint i = 0; verb->opts && verb->opts[i].name; i++) {
        const Opt *opt = &verb->opts[i];

        if (opt->kind == OPT_REST)
            return (int)i;
        if (opt->kind != OPT_FLAG && !(opt->flags & OPT_BY_NAME) && !args_has(args, i))
            return (int)i;
    }
    return -1;
}

static int
find_option(const Verb *verb, const char *name, gsize length)
{
    for (guint i = 0; verb->opts && verb->opts[i].name; i++)
        if (strlen(verb->opts[i].name) == length && strncmp(verb->opts[i].name, name, length) == 0)
            return (int)i;
    return -1;
}

/* @word is "--name" or "--name=value"; takes @next as the value where it needs one. */
static gboolean
take_option(const Verb *verb, Args *args, const char *word, const char *next, gboolean *ret_used)
{
    const char *equals = strchr(word, '=');
    gsize length = equals ? (gsize)(equals - word) - 2 : strlen(word) - 2;
    int index = find_option(verb, word + 2, length);
    const Opt *opt = index < 0 ? NULL : &verb->opts[index];
    const char *value = equals ? equals + 1 : next;

    *ret_used = FALSE;
    if (!opt) {
        cli_error("command '%s' doesn't support option --%.*s", verb->name, (int)length, word + 2);
        return FALSE;
    }
    if (args_has(args, (guint)index) && opt->kind != OPT_REST && !(opt->flags & OPT_REPEAT)) {
        cli_error("option --%s already seen", opt->name);
        return FALSE;
    }
    if (opt->kind == OPT_FLAG) {
        if (equals) {
            cli_error("invalid '=' after option --%s", opt->name);
            return FALSE;
        }
        args_put(args, (guint)index, NULL);
        return TRUE;
    }
    if (!value) {
        cli_error("expected syntax: --%s <%s>", opt->name,
                  opt->kind == OPT_NUMBER ? "number" : "string");
        return FALSE;
    }
    args_put(args, (guint)index, value);
    *ret_used = !equals;
    return TRUE;
}

static gboolean
check_required(const Verb *verb, const Args *args)
{
    for (guint i = 0; verb->opts && verb->opts[i].name; i++) {
        const Opt *opt = &verb->opts[i];

        if (!(opt->flags & OPT_REQUIRED) || args_has(args, i))
            continue;
        if (opt->flags & OPT_BY_NAME)
            cli_error("command '%s' requires --%s option", verb->name, opt->name);
        else
            cli_error("command '%s' requires <%s> option", verb->name, opt->name);
        return FALSE;
    }
    return TRUE;
}

static gboolean
parse_options(const Verb *verb, const char *const *words, Args *args, gboolean *ret_help)
{
    gboolean data_only = FALSE, used;

    *ret_help = FALSE;
    for (; *words; words++) {
        const char *word = *words;
        int index;

        if (!data_only && strcmp(word, "--help") == 0) {
            *ret_help = TRUE;
            return TRUE;
        }
        if (!data_only && strcmp(word, "--") == 0) {
            data_only = TRUE;
            continue;
        }
        if (!data_only && word[0] == '-' && word[1] == '-' && g_ascii_isalnum(word[2])) {
            if (!take_option(verb, args, word, words[1], &used))
                return FALSE;
            words += used ? 1 : 0;
            continue;
        }
        index = next_positional(verb, args);
        if (index < 0) {
            cli_error("unexpected data '%s'", word);
            return FALSE;
        }
        args_put(args, (guint)index, word);
        if (verb->opts[index].flags & OPT_STOPS)
            data_only = TRUE;
    }
    return check_required(verb, args);
}

static gboolean
say_unknown(const char *name)
{
    g_autofree char *near = verbs_near(name);

    if (near)
        cli_error("unknown command: '%s'; did you mean %s?", name, near);
    else
        cli_error("unknown command: '%s'; 'lodge help' lists the commands", name);
    return FALSE;
}

/* `CMD --help` is `help CMD`. */
static Command *
command_new(const Verb *verb, Args *args, gboolean is_help)
{
    Command *command = g_new0(Command, 1);

    command->verb = verb;
    command->args = args;
    if (is_help) {
        args_free(args);
        command->verb = verbs_find("help");
        command->args = args_new(command->verb->opts);
        args_put(command->args, 0, verb->name);
    }
    return command;
}

static gboolean
parse_command(const char *const *words, GPtrArray *commands)
{
    const Verb *verb = verbs_find(words[0]);
    g_autoptr(Args) args = NULL;
    gboolean is_help;

    if (!verb)
        return say_unknown(words[0]);
    args = args_new(verb->opts);
    if (!parse_options(verb, words + 1, args, &is_help))
        return FALSE;
    g_ptr_array_add(commands, command_new(verb, g_steal_pointer(&args), is_help));
    return TRUE;
}

gboolean
parse_words(const char *const *words, GPtrArray **ret_commands)
{
    g_autoptr(GPtrArray) commands = g_ptr_array_new_with_free_func((GDestroyNotify)command_free);

    if (*words && !parse_command(words, commands))
        return FALSE;
    *ret_commands = g_steal_pointer(&commands);
    return TRUE;
}

gboolean
parse_text(const char *text, GPtrArray **ret_commands)
{
    g_autoptr(GPtrArray) commands = g_ptr_array_new_with_free_func((GDestroyNotify)command_free);
    g_autoptr(GPtrArray) split = NULL;
    char open;

    if (!parse_split(text, &split, &open)) {
        if (open == '\\')
            cli_error("dangling \\");
        else
            cli_error("missing %c at the end of the command", open);
        return FALSE;
    }
    for (guint i = 0; i < split->len; i++) {
        const GPtrArray *words = g_ptr_array_index(split, i);

        if (!parse_command((const char *const *)words->pdata, commands))
            return FALSE;
    }
    *ret_commands = g_steal_pointer(&commands);
    return TRUE;
}
