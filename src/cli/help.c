/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/help.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/verbs.h"
#include "util/json.h"

const char *const help_globals[] = {
    "-c, --connect <uri>",
    "what to connect to; lodge:/// (every guest of this host) when nothing else is set",
    "-d, --debug <number>",
    "debug messages on standard error, from 0 (all) to 4 (none)",
    "-e, --escape <char>",
    "what leaves a console: one character or ^X; ^] when not given",
    "-h, --help",
    "this text",
    "-k, --keepalive-interval <number>",
    "0 is taken; anything else needs a remote connection",
    "-K, --keepalive-count <number>",
    "0 is taken; anything else needs a remote connection",
    "-q, --quiet",
    "no titles, no messages of success, no empty lines",
    "-r, --readonly",
    "connect read-only",
    "-t, --timing",
    "say how long each command took",
    "-v, --version[=short|long]",
    "print the version",
    "-V",
    "the long version",
    NULL,
};

void
help_usage(const char *program)
{
    cli_print("\n%s [options]... [<command_string>]\n"
              "%s [options]... <command> [args...]\n\n"
              "  options:\n",
              program, program);
    for (const char *const *p = help_globals; *p; p += 2)
        cli_print("    %-34s %s\n", p[0], p[1]);
    cli_print("\nWithout a command: an interactive shell.\n\n  commands:\n\n");
    help_groups();
    cli_print("  (specify help <group> for details about the commands in the group)\n"
              "\n  (specify help <command> for details about the command)\n\n");
}

static void
print_verbs(const VerbGroup *group)
{
    for (const Verb *verb = group->verbs; verb->name; verb++)
        if (!(verb->flags & VERB_HIDDEN))
            cli_print("    %-30s %s\n", verb->name, verb->summary);
}

static gboolean
continues(const VerbGroup *group)
{
    return group != verbs_groups() && strcmp(group[-1].keyword, group->keyword) == 0;
}

void
help_groups(void)
{
    for (const VerbGroup *group = verbs_groups(); group->title; group++) {
        if (!continues(group))
            cli_print(" %s (help keyword '%s'):\n", group->title, group->keyword);
        print_verbs(group);
        if (!group[1].title || !continues(group + 1))
            cli_print("\n");
    }
}

void
help_group(const char *keyword_or_title, gboolean *ret_found)
{
    *ret_found = FALSE;
    for (const VerbGroup *group = verbs_groups(); group->title; group++) {
        if (strcmp(group->keyword, keyword_or_title) != 0 &&
            g_ascii_strcasecmp(group->title, keyword_or_title) != 0)
            continue;
        if (!*ret_found)
            cli_print(" %s (help keyword '%s'):\n", group->title, group->keyword);
        print_verbs(group);
        *ret_found = TRUE;
    }
}

static const char *
value_word(const Opt *opt)
{
    return opt->kind == OPT_NUMBER ? "number" : "string";
}

static void
append_synopsis(GString *out, const Opt *opt)
{
    gboolean required = opt->flags & OPT_REQUIRED;
    const char *more = opt->flags & OPT_REPEAT ? "..." : "";

    switch (opt->kind) {
    case OPT_FLAG:
        g_string_append_printf(out, " [--%s]", opt->name);
        return;
    case OPT_NUMBER:
    case OPT_TEXT:
        if (required && !(opt->flags & OPT_BY_NAME))
            g_string_append_printf(out, " <%s>", opt->name);
        else if (required)
            g_string_append_printf(out, " --%s <%s>", opt->name, value_word(opt));
        else
            g_string_append_printf(out, " [--%s <%s>]%s", opt->name, value_word(opt), more);
        return;
    case OPT_REST:
        g_string_append_printf(out,
                               required                 ? " <%s>..."
                               : opt->flags & OPT_STOPS ? " [-- <%s>...]"
                                                        : " [[--%s] <string>]...",
                               opt->name);
        return;
    case OPT_LAST:
        return;
    }
}

char *
help_synopsis(const Verb *verb)
{
    GString *out = g_string_new(verb->name);

    for (const Opt *opt = verb->opts; opt && opt->name; opt++)
        append_synopsis(out, opt);
    return g_string_free(out, FALSE);
}

char *
help_option(const Opt *opt)
{
    switch (opt->kind) {
    case OPT_FLAG:
        return g_strdup_printf("--%s", opt->name);
    case OPT_NUMBER:
    case OPT_TEXT:
        if (opt->flags & OPT_REQUIRED && !(opt->flags & OPT_BY_NAME))
            return g_strdup_printf("[--%s] <%s>", opt->name, value_word(opt));
        return g_strdup_printf("--%s <%s>", opt->name, value_word(opt));
    case OPT_REST:
        return opt->flags & OPT_STOPS ? g_strdup_printf("<%s>", opt->name)
                                      : g_strdup_printf("[--%s] <string>", opt->name);
    case OPT_LAST:
        break;
    }
    return g_strdup("");
}

void
help_verb(const Verb *verb)
{
    g_autofree char *synopsis = help_synopsis(verb);

    cli_print("  NAME\n    %s - %s\n\n  SYNOPSIS\n    %s\n", verb->name, verb->summary, synopsis);
    if (verb->about)
        cli_print("\n  DESCRIPTION\n    %s\n", verb->about);
    if (verb->opts && verb->opts->name) {
        cli_print("\n  OPTIONS\n");
        for (const Opt *opt = verb->opts; opt->name; opt++) {
            g_autofree char *text = help_option(opt);

            cli_print("    %-15s  %s\n", text, opt->help);
        }
    }
}

static void
dump_verb(Json *json, const Verb *verb)
{
    g_autofree char *synopsis = help_synopsis(verb);

    json_object(json, NULL);
    json_string(json, "name", verb->name);
    json_string(json, "summary", verb->summary);
    json_string(json, "about", verb->about);
    json_string(json, "synopsis", synopsis);
    json_array(json, "options");
    for (const Opt *opt = verb->opts; opt && opt->name; opt++) {
        g_autofree char *text = help_option(opt);

        json_object(json, NULL);
        json_string(json, "name", opt->name);
        json_string(json, "text", text);
        json_string(json, "help", opt->help);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

void
help_dump(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    json_object(&json, NULL);
    json_array(&json, "globals");
    for (const char *const *p = help_globals; *p; p += 2) {
        json_object(&json, NULL);
        json_string(&json, "text", p[0]);
        json_string(&json, "help", p[1]);
        json_end(&json);
    }
    json_end(&json);
    json_array(&json, "groups");
    for (const VerbGroup *group = verbs_groups(); group->title; group++) {
        json_object(&json, NULL);
        json_string(&json, "title", group->title);
        json_string(&json, "keyword", group->keyword);
        json_array(&json, "verbs");
        for (const Verb *verb = group->verbs; verb->name; verb++)
            if (!(verb->flags & VERB_HIDDEN))
                dump_verb(&json, verb);
        json_end(&json);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    cli_print("%s\n", out->str);
}
