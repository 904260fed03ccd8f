/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cli/attach.h"
#include "cli/verbs.h"
#include "util/enum.h"
#include "util/units.h"

#define OPT_FILE                                                                                   \
    {                                                                                              \
        "file", OPT_TEXT, OPT_REQUIRED, COMPLETE_FILE,                                             \
            "file with the guest's XML; - is standard input"                                       \
    }
#define OPT_VALIDATE                                                                               \
    {                                                                                              \
        "validate", OPT_FLAG, 0, COMPLETE_NOTHING,                                                 \
            "refuse XML with an element lodge does not know"                                       \
    }
#define OPT_COMPAT                                                                                 \
    {                                                                                              \
        "compat", OPT_TEXT, OPT_BY_NAME, COMPLETE_WORDS,                                           \
            "'libvirt': confine as loosely as libvirt does; stored in the XML", compat_words       \
    }
#define OPT_DRY_RUN                                                                                \
    {                                                                                              \
        "dry-run", OPT_FLAG, 0, COMPLETE_NOTHING, "print the plan of the start and do nothing"     \
    }

#define OPT_HOW                                                                                    \
    {"console", OPT_FLAG, 0, COMPLETE_NOTHING, "attach to its console"},                           \
        {"paused", OPT_FLAG, 0, COMPLETE_NOTHING, "hold it before its init runs; resume lets go"}, \
        {"autodestroy", OPT_FLAG, 0, COMPLETE_NOTHING,                                             \
         "destroy it when this command or shell ends"},                                            \
    {                                                                                              \
        "pass-fds", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING,                                       \
            "descriptors N,M,... for init, which has them as 3,4,..."                              \
    }

static const char *const compat_words[] = {"libvirt", NULL};

/* Puts the word into the XML, where it is stored; NULL with the error said. Takes @xml. */
static char *
with_compat(char *xml, const char *compat)
{
    const char *end = g_strrstr(xml, "</domain");
    const char *problem = NULL;
    GString *out;

    if (!compat)
        return xml;
    if (strcmp(compat, "libvirt") != 0)
        problem = "the only one that there is, is 'libvirt'";
    else if (!end)
        problem = "the file holds no whole <domain> element";
    else if (strstr(xml, "urn:lodge:domain:1") && strstr(xml, "confine"))
        problem = "the XML says itself how to confine; write compat='libvirt' into <lodge:confine>";
    if (problem) {
        cli_error("cannot take --compat %s: %s", compat, problem);
        g_free(xml);
        return NULL;
    }
    out = g_string_new_len(xml, end - xml);
    /* on the line of the end tag, so that lines in messages stay those of the file */
    g_string_append(out, "<confine xmlns='urn:lodge:domain:1' compat='libvirt'/>");
    g_string_append(out, end);
    g_free(xml);
    return g_string_free(out, FALSE);
}

/* Reads --file and makes the connection know its name; NULL with the error said. */
static char *
read_xml(Cli *cli, const Args *args)
{
    const char *path = args_text(args, "file");
    char *xml;

    if (!cli_connect(cli) || !(xml = cli_read_file(path)))
        return NULL;
    lodge_connect_set_xml_source(cli->conn, strcmp(path, "-") == 0 ? "(stdin)" : path);
    return with_compat(xml, args_text(args, "compat"));
}

static gboolean
print_plan(Cli *cli, const char *xml, virDomainPtr dom)
{
    char *plan = lodge_domain_plan(cli->conn, xml, dom);

    cli_warnings(cli);
    if (!plan)
        return FALSE;
    cli_print("%s", plan);
    free(plan);
    cli->no_blank = TRUE;
    return TRUE;
}

static gboolean
run_define(Cli *cli, const Args *args)
{
    g_autofree char *xml = read_xml(cli, args);
    g_autoptr(CliDomain) dom = NULL;

    if (!xml)
        return FALSE;
    if (args_flag(args, "dry-run"))
        return print_plan(cli, xml, NULL);
    dom = virDomainDefineXMLFlags(cli->conn, xml,
                                  args_flag(args, "validate") ? VIR_DOMAIN_DEFINE_VALIDATE : 0);
    cli_warnings(cli);
    if (!dom) {
        cli_error("Failed to define domain from %s", args_text(args, "file"));
        return FALSE;
    }
    cli_say(cli, "Domain '%s' defined from %s\n", virDomainGetName(dom), args_text(args, "file"));
    return TRUE;
}

static guint
start_flags(const Args *args)
{
    return (args_flag(args, "paused") ? VIR_DOMAIN_START_PAUSED : 0u) |
           (args_flag(args, "autodestroy") ? VIR_DOMAIN_START_AUTODESTROY : 0u);
}

/* "5,7" to descriptors of ours; FALSE with the error said. */
static gboolean
parse_fds(const char *text, int **ret_fds, guint *ret_n)
{
    g_auto(GStrv) words = g_strsplit(text ? text : "", ",", -1);
    guint n = g_strv_length(words);

    *ret_fds = g_new0(int, n + 1);
    for (guint i = 0; i < n; i++) {
        gint64 number;

        if (!units_parse_int(words[i], 0, G_MAXINT, &number, NULL)) {
            cli_error("Unable to parse FD number '%s'; --pass-fds takes numbers, as in 3,4",
                      words[i]);
            return FALSE;
        }
        if (fcntl((int)number, F_GETFD) < 0) {
            cli_error("cannot pass descriptor %d: it is not open; open it for lodge, as in "
                      "'lodge ... --pass-fds 3 3<file'",
                      (int)number);
            return FALSE;
        }
        (*ret_fds)[i] = (int)number;
    }
    *ret_n = n;
    return TRUE;
}

static gboolean
run_create(Cli *cli, const Args *args)
{
    guint flags = start_flags(args) | (args_flag(args, "validate") ? VIR_DOMAIN_START_VALIDATE : 0);
    g_autofree char *xml = NULL;
    g_autofree int *fds = NULL;
    g_autoptr(CliDomain) dom = NULL;
    guint n_fds = 0;

    if (!args_exclusive(args, "wait", "paused") ||
        (args_text(args, "pass-fds") && !args_exclusive(args, "wait", "pass-fds")) ||
        !parse_fds(args_text(args, "pass-fds"), &fds, &n_fds) || !(xml = read_xml(cli, args)))
        return FALSE;
    if (args_flag(args, "dry-run"))
        return print_plan(cli, xml, NULL);
    if (args_flag(args, "wait"))
        return attach_create(cli, xml, flags, args_text(args, "file"));
    dom = virDomainCreateXMLWithFiles(cli->conn, xml, n_fds, fds, flags);
    cli_warnings(cli);
    if (!dom) {
        cli_error("Failed to create domain from %s", args_text(args, "file"));
        return FALSE;
    }
    cli_say(cli, "Domain '%s' created from %s\n", virDomainGetName(dom), args_text(args, "file"));
    return !args_flag(args, "console") || attach_console(cli, dom, NULL, 0);
}

static gboolean
run_start(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    g_autofree int *fds = NULL;
    guint n_fds = 0;

    if (!parse_fds(args_text(args, "pass-fds"), &fds, &n_fds) ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (args_flag(args, "dry-run"))
        return print_plan(cli, NULL, dom);
    if (virDomainGetID(dom) != (unsigned int)-1) {
        cli_error("Domain is already active");
        return FALSE;
    }
    if (virDomainCreateWithFiles(
            dom, n_fds, fds,
            start_flags(args) |
                (args_flag(args, "force-boot") ? VIR_DOMAIN_START_FORCE_BOOT : 0u)) < 0) {
        cli_error("Failed to start domain '%s'", virDomainGetName(dom));
        return FALSE;
    }
    cli_warnings(cli);
    cli_say(cli, "Domain '%s' started\n", virDomainGetName(dom));
    return !args_flag(args, "console") || attach_console(cli, dom, NULL, 0);
}

/* --mode "initctl,signal" to flags; FALSE with the error said. */
static gboolean
parse_mode(const char *text, guint *ret_flags)
{
    static const struct {
        const char *word;
        guint flag;
    } modes[] = {{"acpi", VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN},
                 {"agent", VIR_DOMAIN_SHUTDOWN_GUEST_AGENT},
                 {"initctl", VIR_DOMAIN_SHUTDOWN_INITCTL},
                 {"signal", VIR_DOMAIN_SHUTDOWN_SIGNAL},
                 {"paravirt", VIR_DOMAIN_SHUTDOWN_PARAVIRT}};
    g_auto(GStrv) words = g_strsplit(text ? text : "", ",", -1);

    *ret_flags = 0;
    for (char **word = words; *word; word++) {
        guint i = 0;

        while (i < G_N_ELEMENTS(modes) && strcmp(modes[i].word, *word) != 0)
            i++;
        if (i == G_N_ELEMENTS(modes)) {
            cli_error("Unknown mode %s value, expecting 'acpi', 'agent', 'initctl', 'signal', or "
                      "'paravirt'",
                      *word);
            return FALSE;
        }
        *ret_flags |= modes[i].flag;
    }
    return TRUE;
}

/* "Domain 'web' DONE", or why it could not be; @result is of the call. */
static gboolean
tell(Cli *cli, virDomainPtr dom, int result, const char *verb, const char *done)
{
    if (result < 0) {
        cli_error("Failed to %s domain '%s'", verb, virDomainGetName(dom));
        return FALSE;
    }
    cli_warnings(cli);
    cli_say(cli, "Domain '%s' %s\n", virDomainGetName(dom), done);
    return TRUE;
}

static gboolean
run_shutdown(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    guint flags;

    if (!parse_mode(args_text(args, "mode"), &flags) ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    return tell(cli, dom, virDomainShutdownFlags(dom, flags), "shutdown", "is being shutdown");
}

static gboolean
run_reboot(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    guint flags;

    if (!parse_mode(args_text(args, "mode"), &flags) ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    /* the two sets of flags have the same values */
    return tell(cli, dom, virDomainReboot(dom, flags), "reboot", "is being rebooted");
}

static gboolean
run_destroy(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    guint flags = (args_flag(args, "graceful") ? VIR_DOMAIN_DESTROY_GRACEFUL : 0) |
                  (args_flag(args, "remove-logs") ? VIR_DOMAIN_DESTROY_REMOVE_LOGS : 0);

    return dom && tell(cli, dom, virDomainDestroyFlags(dom, flags), "destroy", "destroyed");
}

static gboolean
run_undefine(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    guint flags =
        (args_flag(args, "managed-save") ? VIR_DOMAIN_UNDEFINE_MANAGED_SAVE : 0u) |
        (args_flag(args, "snapshots-metadata") ? VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA : 0u) |
        (args_flag(args, "checkpoints-metadata") ? VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA : 0u) |
        (args_flag(args, "nvram") ? VIR_DOMAIN_UNDEFINE_NVRAM : 0u) |
        (args_flag(args, "keep-nvram") ? VIR_DOMAIN_UNDEFINE_KEEP_NVRAM : 0u);

    return dom && args_exclusive(args, "nvram", "keep-nvram") &&
           tell(cli, dom, virDomainUndefineFlags(dom, flags), "undefine", "has been undefined");
}

static gboolean
run_suspend(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    return dom && tell(cli, dom, virDomainSuspend(dom), "suspend", "suspended");
}

static gboolean
run_resume(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    return dom && tell(cli, dom, virDomainResume(dom), "resume", "resumed");
}

static gboolean
run_autostart(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    gboolean off = args_flag(args, "disable");

    if (!dom)
        return FALSE;
    if (virDomainSetAutostart(dom, !off) < 0) {
        cli_error("Failed to %smark domain '%s' as autostarted", off ? "un" : "",
                  virDomainGetName(dom));
        return FALSE;
    }
    cli_say(cli, "Domain '%s' %smarked as autostarted\n", virDomainGetName(dom), off ? "un" : "");
    return TRUE;
}

static void
report_line(const char *line, void *opaque)
{
    cli_error("%s", line);
}

static gboolean
run_autostart_all(Cli *cli, const Args *args)
{
    int failed;

    if (!cli_connect(cli))
        return FALSE;
    failed = lodge_connect_autostart(cli->conn, report_line, NULL);
    if (failed < 0)
        cli_error("Failed to start what is marked autostart");
    return failed == 0;
}

static const char *const signal_words[] = {
    "nop",  "hup",  "int",  "quit", "ill",    "trap",   "abrt",  "bus",  "fpe",  "kill", "usr1",
    "segv", "usr2", "pipe", "alrm", "term",   "stkflt", "chld",  "cont", "stop", "tstp", "ttin",
    "ttou", "urg",  "xcpu", "xfsz", "vtalrm", "prof",   "winch", "poll", "pwr",  "sys",  NULL};

/* "9", "kill", "SIGKILL", "rt3" to the number; -1 when it is none. */
static int
signal_number(const char *word)
{
    const char *bare = g_ascii_strncasecmp(word, "sig", 3) == 0 ? word + 3 : word;
    char *end = NULL;
    gint64 number = -1;

    if (g_ascii_isdigit(*bare)) {
        number = g_ascii_strtoll(bare, &end, 10);
    } else if (g_ascii_strncasecmp(bare, "rt", 2) == 0 && g_ascii_isdigit(bare[2])) {
        number = g_ascii_strtoll(bare + 2, &end, 10) + VIR_DOMAIN_PROCESS_SIGNAL_RT0;
    } else {
        for (int i = 0; signal_words[i]; i++)
            if (g_ascii_strcasecmp(signal_words[i], bare) == 0)
                return i;
        return -1;
    }
    return *end || number < 0 || number >= VIR_DOMAIN_PROCESS_SIGNAL_LAST ? -1 : (int)number;
}

static gboolean
run_send_process_signal(Cli *cli, const Args *args)
{
    int number = signal_number(args_text(args, "signame"));
    g_autoptr(CliDomain) dom = NULL;
    gint64 pid;

    if (args_number(args, "pid", G_MININT64, G_MAXINT64, &pid) != ARG_OK)
        return FALSE;
    if (number < 0) {
        cli_error("malformed signal name: %s", args_text(args, "signame"));
        return FALSE;
    }
    dom = cli_domain(cli, args_text(args, "domain"));
    return dom && virDomainSendProcessSignal(dom, pid, (unsigned int)number, 0) >= 0;
}

static const char *const mode_words[] = {"initctl", "signal", "acpi", "agent", "paravirt", NULL};

static const Opt opts_define[] = {OPT_FILE, OPT_VALIDATE, OPT_COMPAT, OPT_DRY_RUN, OPT_END};
static const Opt opts_create[] = {
    OPT_FILE,
    OPT_HOW,
    {"wait", OPT_FLAG, 0, COMPLETE_NOTHING,
     "stay until it ends, with init's exit status; init gets what is no terminal of standard "
     "input, output and error"},
    OPT_VALIDATE,
    OPT_COMPAT,
    OPT_DRY_RUN,
    OPT_END};
static const Opt opts_start[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_INACTIVE),
    OPT_HOW,
    {"force-boot", OPT_FLAG, 0, COMPLETE_NOTHING, "boot anew, and forget a managed save"},
    OPT_DRY_RUN,
    OPT_END};
static const Opt opts_shutdown[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"mode", OPT_TEXT, OPT_BY_NAME | OPT_COMMAS, COMPLETE_WORDS,
     "how to ask: initctl, signal (containers), acpi, agent (machines); several with commas",
     mode_words},
    OPT_END};
static const Opt opts_destroy[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"graceful", OPT_FLAG, 0, COMPLETE_NOTHING,
     "never by force: fail where it does not end when asked"},
    {"remove-logs", OPT_FLAG, 0, COMPLETE_NOTHING, "remove the logs of its consoles too"},
    OPT_END};
static const Opt opts_active[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPT_END};
static const Opt opts_undefine[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"managed-save", OPT_FLAG, 0, COMPLETE_NOTHING, "remove a managed save too"},
    {"snapshots-metadata", OPT_FLAG, 0, COMPLETE_NOTHING, "for virsh's sake: there are none"},
    {"checkpoints-metadata", OPT_FLAG, 0, COMPLETE_NOTHING, "for virsh's sake: there are none"},
    {"nvram", OPT_FLAG, 0, COMPLETE_NOTHING, "remove the variables of its firmware too"},
    {"keep-nvram", OPT_FLAG, 0, COMPLETE_NOTHING, "keep the variables of its firmware"},
    OPT_END};
static const Opt opts_autostart[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"disable", OPT_FLAG, 0, COMPLETE_NOTHING, "do not start it at boot any more"},
    OPT_END};
static const Opt opts_signal[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"pid", OPT_NUMBER, OPT_REQUIRED, COMPLETE_NOTHING, "process, as the guest counts"},
    {"signame", OPT_TEXT, OPT_REQUIRED, COMPLETE_WORDS, "signal: a number or a name", signal_words},
    OPT_END};

const Verb verbs_lifecycle[] = {
    {"define", "store a guest from an XML file, or change a stored one",
     "Stores the guest; it does not start.", opts_define, run_define},
    {"create", "start a guest that is not stored, from an XML file",
     "The guest is gone when it ends.", opts_create, run_create},
    {"start", "start a stored guest", NULL, opts_start, run_start},
    {"shutdown", "ask a guest to end", "The guest decides when; destroy does not ask.",
     opts_shutdown, run_shutdown},
    {"reboot", "ask a guest to end and start again",
     "The guest keeps its id. Its plan is the one of its last start.", opts_shutdown, run_reboot},
    {"destroy", "end a guest at once", "All of its processes are killed; what is stored stays.",
     opts_destroy, run_destroy},
    {"undefine", "forget a stored guest", "One that runs goes on until it ends.", opts_undefine,
     run_undefine},
    {"suspend", "freeze all processes of a guest", NULL, opts_active, run_suspend},
    {"resume", "let a suspended guest go on", NULL, opts_active, run_resume},
    {"autostart", "start a guest when the host boots", NULL, opts_autostart, run_autostart},
    {"autostart-all", "start every guest and network marked autostart",
     "What the boot unit lodge-autostart.service runs. Those that run already are left alone.",
     NULL, run_autostart_all},
    {"send-process-signal", "send a signal to a process of a guest", NULL, opts_signal,
     run_send_process_signal},
    {NULL},
};
