/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/complete.h"

#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/verbs.h"
#include "cli/view.h"

typedef struct {
    Cli *cli;
    const char *typed;
    GPtrArray *found;
    gboolean files;
} Completion;

static void
candidate_free(Candidate *candidate)
{
    g_free(candidate->word);
    g_free(candidate);
}

static void
offer_anyway(Completion *completion, const char *word, const char *help)
{
    Candidate *candidate = g_new0(Candidate, 1);

    candidate->word = g_strdup(word);
    candidate->help = help;
    g_ptr_array_add(completion->found, candidate);
}

static void
offer(Completion *completion, const char *word, const char *help)
{
    if (word && g_str_has_prefix(word, completion->typed))
        offer_anyway(completion, word, help);
}

static void
offer_domains(Completion *completion, guint flags)
{
    virDomainPtr *doms = NULL;
    int n = cli_connect(completion->cli)
                ? virConnectListAllDomains(completion->cli->conn, &doms, flags)
                : -1;

    for (int i = 0; i < n; i++) {
        offer(completion, virDomainGetName(doms[i]), NULL);
        virDomainFree(doms[i]);
    }
    free(doms);
}

static void
offer_networks(Completion *completion, guint flags)
{
    virNetworkPtr *nets = NULL;
    int n = cli_connect(completion->cli)
                ? virConnectListAllNetworks(completion->cli->conn, &nets, flags)
                : -1;

    for (int i = 0; i < n; i++) {
        offer(completion, virNetworkGetName(nets[i]), NULL);
        virNetworkFree(nets[i]);
    }
    free(nets);
}

static void
offer_interfaces(Completion *completion, const char *domain)
{
    virDomainPtr dom = domain && cli_connect(completion->cli)
                           ? virDomainLookupByName(completion->cli->conn, domain)
                           : NULL;
    g_autoptr(View) view = dom ? view_domain(dom, 0) : NULL;
    const ViewNode *node = view ? view_child(view_find(view, "devices"), "interface") : NULL;

    for (; node; node = view_next(node))
        offer(completion, view_attr(view_child(node, "target"), "dev"), NULL);
    cli_domain_free(dom);
}

static void
offer_verbs(Completion *completion, gboolean with_groups)
{
    for (const VerbGroup *group = verbs_groups(); group->title; group++) {
        if (with_groups && (group == verbs_groups() || group[-1].keyword != group->keyword))
            offer(completion, group->keyword, group->title);
        for (const Verb *verb = group->verbs; verb->name; verb++)
            if (!(verb->flags & VERB_HIDDEN))
                offer(completion, verb->name, verb->summary);
    }
}

/* Those of this host; a bash that splits words at colons is only to be given what follows the last one. */
static void
offer_uris(Completion *completion, const char *typed)
{
    static const char *const uris[] = {"lodge:///", "lxc:///", "qemu:///system", "qemu:///session",
                                       NULL};
    gboolean is_split = strcmp(completion->typed, typed) != 0;
    gsize before = strlen(typed);

    if (is_split && strcmp(completion->typed, ":") != 0)
        before -= strlen(completion->typed);
    for (const char *const *uri = uris; *uri; uri++)
        if (is_split && g_str_has_prefix(*uri, typed))
            offer_anyway(completion, *uri + before, NULL);
        else if (!is_split)
            offer(completion, *uri, NULL);
}

/* One of several words with commas between: what stands before the last comma is kept. */
static void
offer_after_comma(Completion *completion, const char *word)
{
    const char *comma = strrchr(completion->typed, ',');
    g_autofree char *whole = g_strdup_printf(
        "%.*s%s", comma ? (int)(comma + 1 - completion->typed) : 0, completion->typed, word);

    offer(completion, whole, NULL);
}

/* "--connect" and the like, before the command. */
static void
offer_globals(Completion *completion)
{
    for (const char *const *global = help_globals; *global; global += 2) {
        const char *name = strstr(*global, "--");
        g_autofree char *word = name ? g_strndup(name, strcspn(name, " [")) : NULL;

        offer(completion, word, global[1]);
    }
}

static void
offer_values(Completion *completion, const Opt *opt, const char *domain)
{
    switch (opt->complete) {
    case COMPLETE_FILE:
        completion->files = TRUE;
        break;
    case COMPLETE_DOMAIN:
        offer_domains(completion, 0);
        break;
    case COMPLETE_DOMAIN_ACTIVE:
        offer_domains(completion, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
        break;
    case COMPLETE_DOMAIN_INACTIVE:
        offer_domains(completion, VIR_CONNECT_LIST_DOMAINS_INACTIVE);
        break;
    case COMPLETE_NETWORK:
        offer_networks(completion, 0);
        break;
    case COMPLETE_NETWORK_ACTIVE:
        offer_networks(completion, VIR_CONNECT_LIST_NETWORKS_ACTIVE);
        break;
    case COMPLETE_NETWORK_INACTIVE:
        offer_networks(completion, VIR_CONNECT_LIST_NETWORKS_INACTIVE);
        break;
    case COMPLETE_INTERFACE:
        offer_interfaces(completion, domain);
        break;
    case COMPLETE_COMMAND:
        offer_verbs(completion, TRUE);
        break;
    case COMPLETE_URI:
        offer_uris(completion, completion->typed);
        break;
    case COMPLETE_WORDS:
        for (const char *const *word = opt->words; *word; word++)
            if (opt->flags & OPT_COMMAS)
                offer_after_comma(completion, *word);
            else
                offer(completion, *word, NULL);
        break;
    case COMPLETE_NOTHING:
    case COMPLETE_LAST:
        break;
    }
    cli_forget_error(completion->cli);
}

/* Skips the options before the command, taking -c; returns the command's words, or NULL where one of those
 * options waits for its value. */
static const char *const *
skip_globals(Completion *completion, const char *const *words)
{
    static const char *const with_value[] = {
        "-d", "--debug", "-e", "--escape", "-k", "-K", "--keepalive-interval", "--keepalive-count",
        NULL};

    for (; words[0] && words[1]; words++) {
        if (strcmp(words[0], "-c") == 0 || strcmp(words[0], "--connect") == 0) {
            g_autoptr(GString) uri = g_string_new(words[1]);

            /* bash splits "lxc:///" into "lxc", ":", "///" */
            for (words++;
                 words[1] && (strcmp(words[1], ":") == 0 || g_str_has_suffix(uri->str, ":"));
                 words++)
                g_string_append(uri, words[1]);
            g_free(completion->cli->uri);
            completion->cli->uri = g_strdup(uri->str);
            if (!words[1]) { /* the URI itself is being typed */
                offer_uris(completion, uri->str);
                return NULL;
            }
        } else if (g_strv_contains(with_value, words[0])) {
            words++;
            if (!words[1])
                return NULL;
        } else if (words[0][0] != '-') {
            break;
        }
    }
    return words;
}

static const Opt *
find_opt(const Verb *verb, const char *word)
{
    for (const Opt *opt = verb->opts; opt && opt->name; opt++)
        if (g_str_has_prefix(word, "--") && strcmp(opt->name, word + 2) == 0)
            return opt;
    return NULL;
}

static const Opt *
next_positional(const Verb *verb, const gboolean *seen)
{
    for (const Opt *opt = verb->opts; opt && opt->name; opt++)
        if (opt->kind == OPT_REST ||
            (opt->kind != OPT_FLAG && !(opt->flags & OPT_BY_NAME) && !seen[opt - verb->opts]))
            return opt;
    return NULL;
}

/* @words: behind the command; the last one is being typed. */
static void
complete_options(Completion *completion, const Verb *verb, const char *const *words)
{
    guint n_opts = 0;
    g_autofree gboolean *seen = NULL;
    const Opt *pending = NULL; /* its value comes next */
    const char *domain = NULL;

    while (verb->opts && verb->opts[n_opts].name)
        n_opts++;
    seen = g_new0(gboolean, n_opts + 1);
    for (; words[0] && words[1]; words++) {
        const Opt *opt = pending ? pending : find_opt(verb, *words);

        if (!pending && strcmp(*words, "=") == 0)
            continue;
        if (!pending && !opt)
            opt = next_positional(verb, seen);
        else if (!pending && opt->kind != OPT_FLAG)
            pending = opt;
        else
            pending = NULL;
        if (!opt)
            return;
        if (opt->kind == OPT_REST && (opt->flags & OPT_STOPS))
            return;
        seen[opt - verb->opts] = TRUE;
        if (!pending && strcmp(opt->name, "domain") == 0)
            domain = *words;
    }
    if (!*words)
        return;
    if (!pending && g_str_has_prefix(*words, "-")) {
        for (guint i = 0; i < n_opts; i++) {
            g_autofree char *word = g_strconcat("--", verb->opts[i].name, NULL);

            if (!seen[i] && !(verb->opts[i].flags & OPT_STOPS))
                offer(completion, word, verb->opts[i].help);
        }
        return;
    }
    pending = pending ? pending : next_positional(verb, seen);
    if (pending)
        offer_values(completion, pending, domain);
}

GPtrArray *
complete_words(Cli *cli, const char *const *words, gboolean *ret_files)
{
    Completion completion = {
        .cli = cli, .found = g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free)};
    const Verb *verb;
    guint n = g_strv_length((char **)words);

    completion.typed = n ? words[n - 1] : "";
    words = skip_globals(&completion, words);
    if (!words) {
        /* offered already, or nothing to offer */
    } else if (!words[0] || !words[1]) {
        if (g_str_has_prefix(completion.typed, "-"))
            offer_globals(&completion);
        else
            offer_verbs(&completion, FALSE);
    } else {
        verb = verbs_find(words[0]);
        if (verb)
            complete_options(&completion, verb, words + 1);
    }
    if (ret_files)
        *ret_files = completion.files;
    return completion.found;
}

void
complete_print(Cli *cli, const char *const *words, gboolean describe)
{
    gboolean files;
    g_autoptr(GPtrArray) found = complete_words(cli, words, &files);

    for (guint i = 0; i < found->len; i++) {
        const Candidate *candidate = g_ptr_array_index(found, i);

        if (describe && candidate->help)
            cli_print("%s\t%s\n", candidate->word, candidate->help);
        else
            cli_print("%s\n", candidate->word);
    }
    if (files)
        cli->exit_status = COMPLETE_EXIT_FILES;
}

gboolean
complete_script(const char *shell)
{
    static const struct {
        const char *shell, *text;
    } scripts[] = {
        {"bash", "# bash completion of lodge; made by `lodge complete bash`\n"
                 "_lodge()\n"
                 "{\n"
                 "    local IFS=$'\\n'\n"
                 "    COMPREPLY=($(lodge complete words -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
                 "2>/dev/null))\n"
                 "    if [ $? = 2 ]; then compopt -o default; fi\n"
                 "}\n"
                 "complete -F _lodge lodge\n"},
        {"zsh", "#compdef lodge\n"
                "# zsh completion of lodge; made by `lodge complete zsh`\n"
                "_lodge()\n"
                "{\n"
                "    local text\n"
                "    local -a found\n"
                "    text=\"$(lodge complete words --describe -- \"${(@)words[2,CURRENT]}\" "
                "2>/dev/null)\"\n"
                "    if (( $? == 2 )); then _files; return; fi\n"
                "    found=(${(f)text})\n"
                "    found=(${${found//:/\\\\:}/$'\\t'/:})\n"
                "    _describe lodge found\n"
                "}\n"
                "if [ \"$funcstack[1]\" = _lodge ]; then _lodge \"$@\"; else compdef _lodge lodge; "
                "fi\n"},
        {"fish", "# fish completion of lodge; made by `lodge complete fish`\n"
                 "function __lodge_complete\n"
                 "    lodge complete words --describe -- (commandline -opc)[2..-1] "
                 "(commandline -ct) 2>/dev/null\n"
                 "    if test $status = 2\n"
                 "        __fish_complete_path (commandline -ct)\n"
                 "    end\n"
                 "end\n"
                 "complete -c lodge -f -a '(__lodge_complete)'\n"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(scripts); i++)
        if (strcmp(scripts[i].shell, shell) == 0) {
            cli_print("%s", scripts[i].text);
            return TRUE;
        }
    return FALSE;
}
