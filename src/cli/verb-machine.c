/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/facts.h"
#include "cli/table.h"
#include "cli/verbs.h"

/* --- buttons ------------------------------------------------------------------------------------------- */

static gboolean
run_reset(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    if (!dom)
        return FALSE;
    if (virDomainReset(dom, 0) < 0) {
        cli_error("Failed to reset domain '%s'", virDomainGetName(dom));
        return FALSE;
    }
    cli_say(cli, "Domain '%s' was reset\n", virDomainGetName(dom));
    return TRUE;
}

static gboolean
run_inject_nmi(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    return dom && virDomainInjectNMI(dom, 0) >= 0;
}

static const char *const sleep_words[] = {"mem", "disk", "hybrid", NULL};

static gboolean
run_pm_suspend(Cli *cli, const Args *args)
{
    const char *word = args_text(args, "target");
    g_autoptr(CliDomain) dom = NULL;
    unsigned int target = 0;

    while (sleep_words[target] && strcmp(sleep_words[target], word) != 0)
        target++;
    if (!sleep_words[target]) {
        cli_error("Invalid target '%s'; it is mem, disk or hybrid", word);
        return FALSE;
    }
    if (!(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (virDomainPMSuspendForDuration(dom, target, 0, 0) < 0) {
        cli_error("Domain '%s' could not be suspended", virDomainGetName(dom));
        return FALSE;
    }
    cli_say(cli, "Domain '%s' successfully suspended\n", virDomainGetName(dom));
    return TRUE;
}

static gboolean
run_pm_wakeup(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    if (!dom)
        return FALSE;
    if (virDomainPMWakeup(dom, 0) < 0) {
        cli_error("Domain '%s' could not be woken up", virDomainGetName(dom));
        return FALSE;
    }
    cli_say(cli, "Domain '%s' successfully woken up\n", virDomainGetName(dom));
    return TRUE;
}

/* --- processors -------------------------------------------------------------------------------------------- */

static gboolean
run_setvcpus(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    gint64 count;
    guint flags;

    if (!args_affect(args, &flags) ||
        args_number(args, "count", 1, G_MAXUINT16, &count) != ARG_OK ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    flags |= (args_flag(args, "maximum") ? VIR_DOMAIN_VCPU_MAXIMUM : 0u) |
             (args_flag(args, "guest") ? VIR_DOMAIN_VCPU_GUEST : 0u) |
             (args_flag(args, "hotpluggable") ? VIR_DOMAIN_VCPU_HOTPLUGGABLE : 0u);
    return virDomainSetVcpusFlags(dom, (unsigned int)count, flags) >= 0;
}

static gboolean
print_vcpus_json(Cli *cli, const virVcpuInfo *info, int n)
{
    static const Column columns[] = {{NULL, "vcpu", COLUMN_NUMBER},
                                     {NULL, "cpu", COLUMN_NUMBER},
                                     {NULL, "state", COLUMN_NAME},
                                     {NULL, "time_ns", COLUMN_NUMBER}};
    static const char *const states[VIR_VCPU_LAST] = {"offline", "running", "blocked"};
    g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

    for (int i = 0; i < n; i++) {
        table_cell_number(table, info[i].number);
        if (info[i].cpu >= 0)
            table_cell_number(table, info[i].cpu);
        else
            table_cell(table, "-");
        table_cell(table, states[CLAMP(info[i].state, 0, VIR_VCPU_LAST - 1)]);
        table_cell_number(table, (gint64)info[i].cpuTime);
    }
    table_print(table, cli, TRUE);
    return TRUE;
}

static gboolean
run_vcpuinfo(Cli *cli, const Args *args)
{
    static const char *const states[VIR_VCPU_LAST] = {"offline", "running", "blocked"};
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autofree virVcpuInfo *info = NULL;
    g_autofree unsigned char *maps = NULL;
    virNodeInfo node;
    int max = dom ? virDomainGetVcpusFlags(dom, 0) : -1, n, length;

    if (max < 1 || virNodeGetInfo(cli->conn, &node) < 0)
        return FALSE;
    length = (int)VIR_CPU_MAPLEN(node.cpus);
    info = g_new0(virVcpuInfo, max);
    maps = g_malloc0((gsize)max * (gsize)length);
    n = virDomainGetVcpus(dom, info, max, maps, length);
    if (n < 0)
        return FALSE;
    if (args_flag(args, "json"))
        return print_vcpus_json(cli, info, n);
    for (int i = 0; i < n; i++) {
        cli_print("%-15s %u\n", "VCPU:", info[i].number);
        if (info[i].cpu >= 0)
            cli_print("%-15s %d\n", "CPU:", info[i].cpu);
        else
            cli_print("%-15s %s\n", "CPU:", "N/A");
        cli_print("%-15s %s\n", "State:", states[CLAMP(info[i].state, 0, VIR_VCPU_LAST - 1)]);
        cli_print("%-15s %.1fs\n", "CPU time:", (double)info[i].cpuTime / 1e9);
        cli_print("%-15s ", "CPU Affinity:");
        if (args_flag(args, "pretty"))
            cli_print("0-%u (out of %u)", node.cpus - 1, node.cpus);
        for (unsigned cpu = 0; !args_flag(args, "pretty") && cpu < node.cpus; cpu++)
            cli_print("%c", VIR_CPU_USABLE(maps, length, i, cpu) ? 'y' : '-');
        cli_print(i + 1 < n ? "\n\n" : "\n");
    }
    return TRUE;
}

/* --- what the guest says --------------------------------------------------------------------------------- */

static gboolean
run_domfsinfo(Cli *cli, const Args *args)
{
    static const Column columns[] = {{"Mountpoint", "mountpoint", COLUMN_NAME},
                                     {"Name", "name", COLUMN_NAME},
                                     {"Type", "type", COLUMN_NAME},
                                     {"Target", "target", COLUMN_TEXT}};
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autoptr(Table) table = NULL;
    virDomainFSInfoPtr *info = NULL;
    int n = dom ? virDomainGetFSInfo(dom, &info, 0) : -1;

    if (n < 0) {
        if (dom)
            cli_error("Unable to get filesystem information");
        return FALSE;
    }
    table = table_new(columns, G_N_ELEMENTS(columns));
    for (int i = 0; i < n; i++) {
        g_autofree char *targets =
            info[i]->devAlias ? g_strjoinv(",", info[i]->devAlias) : g_strdup("");

        table_cell(table, info[i]->mountpoint);
        table_cell(table, info[i]->name);
        table_cell(table, info[i]->fstype);
        table_cell(table, *targets ? targets : NULL);
        virDomainFSInfoFree(info[i]);
    }
    free(info);
    table_print(table, cli, args_flag(args, "json"));
    return TRUE;
}

static gboolean
run_guestinfo(Cli *cli, const Args *args)
{
    static const struct {
        const char *option;
        guint type;
    } options[] = {
        {"user", VIR_DOMAIN_GUEST_INFO_USERS},
        {"os", VIR_DOMAIN_GUEST_INFO_OS},
        {"timezone", VIR_DOMAIN_GUEST_INFO_TIMEZONE},
        {"hostname", VIR_DOMAIN_GUEST_INFO_HOSTNAME},
        {"filesystem", VIR_DOMAIN_GUEST_INFO_FILESYSTEM},
    };
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    virTypedParameterPtr params = NULL;
    guint types = 0;
    Facts facts;
    int n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        types |= args_flag(args, options[i].option) ? options[i].type : 0;
    if (!dom || virDomainGetGuestInfo(dom, types, &params, &n, 0) < 0)
        return FALSE;
    facts = facts_start(cli, "%-20s: %s\n", args_flag(args, "json"));
    for (int i = 0; i < n; i++)
        facts_param(&facts, &params[i]);
    facts_end(&facts);
    virTypedParamsFree(params, n);
    return TRUE;
}

static gboolean
run_domhostname(Cli *cli, const Args *args)
{
    const char *source = args_text(args, "source");
    g_autoptr(CliDomain) dom = NULL;
    unsigned int flags = 0;
    char *name;

    if (source && strcmp(source, "agent") == 0)
        flags = VIR_DOMAIN_GET_HOSTNAME_AGENT;
    else if (source && strcmp(source, "lease") == 0)
        flags = VIR_DOMAIN_GET_HOSTNAME_LEASE;
    else if (source) {
        cli_error("Unknown data source '%s'; it is agent or lease", source);
        return FALSE;
    }
    if (!(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    name = virDomainGetHostname(dom, flags);
    if (!name) {
        cli_error("failed to get hostname");
        return FALSE;
    }
    cli_print("%s\n", name);
    free(name);
    return TRUE;
}

/* --- what can be made -------------------------------------------------------------------------------------- */

static gboolean
print_text(char *text, const char *failure)
{
    if (!text) {
        cli_error("%s", failure);
        return FALSE;
    }
    cli_print("%s", text);
    free(text);
    return TRUE;
}

static gboolean
run_domcapabilities(Cli *cli, const Args *args)
{
    return cli_connect(cli) &&
           print_text(virConnectGetDomainCapabilities(
                          cli->conn, args_text(args, "emulatorbin"), args_text(args, "arch"),
                          args_text(args, "machine"), args_text(args, "virttype"), 0),
                      "failed to get emulator capabilities");
}

static gboolean
run_xml_to_native(Cli *cli, const Args *args)
{
    const char *path = args_text(args, "xml");
    g_autoptr(CliDomain) dom = NULL;
    g_autofree char *xml = NULL;

    if (!path == !args_text(args, "domain")) {
        cli_error(path ? "Options --domain and --xml are mutually exclusive"
                       : "need either domain or domain XML; give --domain or --xml");
        return FALSE;
    }
    if (!cli_connect(cli) || (!path && !(dom = cli_domain(cli, args_text(args, "domain")))))
        return FALSE;
    xml = path ? cli_read_file(path)
               : virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
    if (!xml)
        return FALSE;
    if (path)
        lodge_connect_set_xml_source(cli->conn, path);
    return print_text(virConnectDomainXMLToNative(cli->conn, args_text(args, "format"), xml, 0),
                      "failed to convert the domain");
}

static const Opt opts_active[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPT_END};
static const Opt opts_pm_suspend[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"target", OPT_TEXT, OPT_REQUIRED, COMPLETE_WORDS, "mem, disk or hybrid", sleep_words},
    OPT_END};
static const Opt opts_setvcpus[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"count", OPT_NUMBER, OPT_REQUIRED, COMPLETE_NOTHING, "how many"},
    {"maximum", OPT_FLAG, 0, COMPLETE_NOTHING, "the most that it may have"},
    OPT_AFFECT,
    {"guest", OPT_FLAG, 0, COMPLETE_NOTHING, "through the guest agent; not supported"},
    {"hotpluggable", OPT_FLAG, 0, COMPLETE_NOTHING, "that can be unplugged; not supported"},
    OPT_END};
static const Opt opts_vcpuinfo[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"pretty", OPT_FLAG, 0, COMPLETE_NOTHING, "processors of the host as ranges"},
    OPT_JSON,
    OPT_END};
static const Opt opts_fsinfo[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPT_JSON, OPT_END};
static const Opt opts_guestinfo[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"user", OPT_FLAG, 0, COMPLETE_NOTHING, "who is logged in"},
    {"os", OPT_FLAG, 0, COMPLETE_NOTHING, "its system"},
    {"timezone", OPT_FLAG, 0, COMPLETE_NOTHING, "its time zone"},
    {"hostname", OPT_FLAG, 0, COMPLETE_NOTHING, "its name"},
    {"filesystem", OPT_FLAG, 0, COMPLETE_NOTHING, "its file systems"},
    OPT_JSON,
    OPT_END};
static const Opt opts_hostname[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"source", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "whom to ask: agent"},
    OPT_END};
static const Opt opts_capabilities[] = {
    {"virttype", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "kvm or qemu"},
    {"emulatorbin", OPT_TEXT, OPT_BY_NAME, COMPLETE_FILE, "path of the emulator"},
    {"arch", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "x86_64, aarch64"},
    {"machine", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "q35, pc, virt"},
    OPT_END};
static const Opt opts_native[] = {
    {"format", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "qemu-argv"},
    {"domain", OPT_TEXT, OPT_BY_NAME, COMPLETE_DOMAIN, "of this machine"},
    {"xml", OPT_TEXT, 0, COMPLETE_FILE, "of the XML in this file; - is standard input"},
    OPT_END};

const Verb verbs_machine[] = {
    {"reset", "press the reset button of a machine", NULL, opts_active, run_reset},
    {"inject-nmi", "send a machine a non-maskable interrupt", NULL, opts_active, run_inject_nmi},
    {"dompmsuspend", "put a machine to sleep", "The guest agent does it.", opts_pm_suspend,
     run_pm_suspend},
    {"dompmwakeup", "wake a machine that sleeps", NULL, opts_active, run_pm_wakeup},
    {"setvcpus", "set how many virtual CPUs a machine has", "From the next start on (--config).",
     opts_setvcpus, run_setvcpus},
    {"vcpuinfo", "show the virtual CPUs of a machine", NULL, opts_vcpuinfo, run_vcpuinfo},
    {"domfsinfo", "list what a machine has mounted", "The guest agent says.", opts_fsinfo,
     run_domfsinfo},
    {"guestinfo", "show what a machine says of itself", "The guest agent says.", opts_guestinfo,
     run_guestinfo},
    {"domhostname", "print the host name of a machine", "The guest agent says.", opts_hostname,
     run_domhostname},
    {"domcapabilities", "show what a machine may have", NULL, opts_capabilities,
     run_domcapabilities},
    {"domxml-to-native", "print the command line that XML comes to", NULL, opts_native,
     run_xml_to_native},
    {NULL},
};
