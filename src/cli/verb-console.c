/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <unistd.h>

#include "cli/agent-exec.h"
#include "cli/attach.h"
#include "cli/verbs.h"
#include "cli/view.h"

static gboolean
run_console(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    guint flags = (args_flag(args, "force") ? VIR_DOMAIN_CONSOLE_FORCE : 0u) |
                  (args_flag(args, "safe") ? VIR_DOMAIN_CONSOLE_SAFE : 0u) |
                  (args_flag(args, "readonly") ? LODGE_CONSOLE_READONLY : 0u);

    if (!args_exclusive(args, "force", "safe") || !args_exclusive(args, "force", "readonly") ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (virDomainGetID(dom) == (unsigned int)-1) {
        cli_error("The domain is not running");
        return FALSE;
    }
    return attach_console(cli, dom, args_text(args, "devname"), flags);
}

static gboolean
run_ttyconsole(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autoptr(View) view = dom ? view_domain(dom, 0) : NULL;
    const ViewNode *console = view ? view_child(view_find(view, "devices"), "console") : NULL;

    if (!view)
        return FALSE;
    if (!console || !view_attr(console, "tty")) {
        cli_error("domain '%s' %s", virDomainGetName(dom),
                  virDomainGetID(dom) == (unsigned int)-1 ? "is not running: it has no terminal now"
                                                          : "has no console");
        return FALSE;
    }
    cli_print("%s\n", view_attr(console, "tty"));
    return TRUE;
}

static gboolean
exec_in_machine(Cli *cli, const Args *args, virDomainPtr dom)
{
    static const char *const lacking[] = {"user", "dir"};

    for (guint i = 0; i < G_N_ELEMENTS(lacking); i++)
        if (args_text(args, lacking[i])) {
            cli_error("the guest agent of a machine knows no --%s; run a shell that does it, as in "
                      "exec %s -- sh -c 'cd /tmp && ls'",
                      lacking[i], virDomainGetName(dom));
            return FALSE;
        }
    if (args_flag(args, "tty")) {
        cli_error("the guest agent of a machine gives no terminal; use 'console'");
        return FALSE;
    }
    return agent_exec(cli, dom, args_all(args, "command"), args_all(args, "env"));
}

static gboolean
run_exec(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    g_autoptr(GPtrArray) options = g_ptr_array_new();

    if (!args_exclusive(args, "tty", "no-tty") ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (g_strcmp0(lodge_domain_driver(dom), "qemu") == 0)
        return exec_in_machine(cli, args, dom);
    if (args_flag(args, "tty") ||
        (!args_flag(args, "no-tty") && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        g_ptr_array_add(options, (gpointer) "--tty");
    if (args_text(args, "user")) {
        g_ptr_array_add(options, (gpointer) "--user");
        g_ptr_array_add(options, (gpointer)args_text(args, "user"));
    }
    if (args_text(args, "dir")) {
        g_ptr_array_add(options, (gpointer) "--dir");
        g_ptr_array_add(options, (gpointer)args_text(args, "dir"));
    }
    for (const char *const *env = args_all(args, "env"); *env; env++) {
        g_ptr_array_add(options, (gpointer) "--env");
        g_ptr_array_add(options, (gpointer)*env);
    }
    g_ptr_array_add(options, NULL);
    return attach_exec(cli, dom, args_all(args, "command"), (const char *const *)options->pdata);
}

static gboolean
run_enter(Cli *cli, const Args *args)
{
    const char *options[3] = {NULL};
    guint n = 0;
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    if (!dom)
        return FALSE;
    if (isatty(STDIN_FILENO))
        options[n++] = "--tty";
    if (args_flag(args, "noseclabel"))
        options[n++] = "--noseclabel";
    return attach_exec(cli, dom, args_all(args, "cmd"), options);
}

static const Opt opts_console[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"devname", OPT_TEXT, 0, COMPLETE_NOTHING, "which console, as its alias in the live XML"},
    {"force", OPT_FLAG, 0, COMPLETE_NOTHING, "take it over from who has it"},
    {"safe", OPT_FLAG, 0, COMPLETE_NOTHING, "fail when somebody has it"},
    {"readonly", OPT_FLAG, 0, COMPLETE_NOTHING, "only watch; any number may"},
    OPT_END};
static const Opt opts_ttyconsole[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPT_END};
static const Opt opts_exec[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"tty", OPT_FLAG, 0, COMPLETE_NOTHING, "give it a terminal, also where input is none"},
    {"no-tty", OPT_FLAG, 0, COMPLETE_NOTHING, "give it none, also where input is a terminal"},
    {"user", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "run it as this user of the guest"},
    {"dir", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "run it in this directory of the guest"},
    {"env", OPT_TEXT, OPT_BY_NAME | OPT_REPEAT, COMPLETE_NOTHING,
     "NAME=VALUE for its environment; may be repeated"},
    {"command", OPT_REST, OPT_REQUIRED | OPT_STOPS, COMPLETE_NOTHING,
     "program of the guest and its arguments"},
    OPT_END};
static const Opt opts_enter[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"noseclabel", OPT_FLAG, 0, COMPLETE_NOTHING, "keep this process's security label"},
    {"cmd", OPT_REST, OPT_REQUIRED | OPT_STOPS, COMPLETE_NOTHING,
     "program of the guest and its arguments"},
    OPT_END};

const Verb verbs_console[] = {
    {"console", "connect to the console of a guest",
     "Shows the latest output first. The escape character (see -e) leaves it. Without a terminal, "
     "input "
     "and output are passed through as they are, until the guest ends.",
     opts_console, run_console},
    {"ttyconsole", "name the host's terminal device of a guest's console", NULL, opts_ttyconsole,
     run_ttyconsole},
    {"exec", "run a command in a guest",
     "In a container confined like its init; in a machine by the guest agent. Ends with the "
     "command's exit status.",
     opts_exec, run_exec},
    {"lxc-enter-namespace", "run a command in a container, as virsh spells it", NULL, opts_enter,
     run_enter},
    {NULL},
};
