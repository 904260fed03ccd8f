/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"
#include "cli/facts.h"
#include "cli/verbs.h"

static gboolean
run_uri(Cli *cli, const Args *args)
{
    char *uri = cli_connect(cli) ? virConnectGetURI(cli->conn) : NULL;

    if (!uri) {
        if (cli->conn)
            cli_error("failed to get URI");
        return FALSE;
    }
    cli_print("%s\n", uri);
    free(uri);
    return TRUE;
}

static gboolean
run_hostname(Cli *cli, const Args *args)
{
    char *name = cli_connect(cli) ? virConnectGetHostname(cli->conn) : NULL;

    if (!name) {
        if (cli->conn)
            cli_error("failed to get hostname");
        return FALSE;
    }
    cli_print("%s\n", name);
    free(name);
    return TRUE;
}

static gboolean
run_capabilities(Cli *cli, const Args *args)
{
    char *xml = cli_connect(cli) ? virConnectGetCapabilities(cli->conn) : NULL;

    if (!xml) {
        if (cli->conn)
            cli_error("failed to get capabilities");
        return FALSE;
    }
    cli_print("%s%s", xml, g_str_has_suffix(xml, "\n") ? "" : "\n");
    free(xml);
    return TRUE;
}

static char *
version_text(gulong number)
{
    return g_strdup_printf("%lu.%lu.%lu", number / 1000000, number / 1000 % 1000, number % 1000);
}

static void
version_line(Facts *facts, const char *title, const char *key, const char *of, gulong number)
{
    g_autofree char *version = version_text(number);
    g_autofree char *text = g_strdup_printf("%s %s", of, version);

    facts_text(facts, title, NULL, text);
    facts_text(facts, NULL, key, version);
}

static gboolean
run_version(Cli *cli, const Args *args)
{
    unsigned long library, api, hypervisor;
    const char *type;
    Facts facts;

    if (!cli_connect(cli))
        return FALSE;
    type = virConnectGetType(cli->conn);
    if (!type || virGetVersion(&library, type, &api) < 0) {
        cli_error("failed to get the library version");
        return FALSE;
    }
    facts = facts_start(cli, "%s %s\n", args_flag(args, "json"));
    facts_text(&facts, NULL, "driver", type);
    version_line(&facts, "Compiled against library:", "compiled_api", "libvirt",
                 LIBVIR_VERSION_NUMBER);
    version_line(&facts, "Using library:", "library_api", "libvirt", library);
    version_line(&facts, "Using API:", "driver_api", type, api);
    if (virConnectGetVersion(cli->conn, &hypervisor) < 0)
        cli_forget_error(cli); /* of all drivers together there is none */
    else if (hypervisor)
        version_line(&facts, "Running hypervisor:", "hypervisor", type, hypervisor);
    facts_text(&facts, "Running lodge:", "lodge", lodge_version());
    if (args_flag(args, "daemon"))
        facts_text(&facts, "Running against daemon:", "daemon", facts.json ? NULL : "none");
    facts_end(&facts);
    return TRUE;
}

static gboolean
run_nodeinfo(Cli *cli, const Args *args)
{
    virNodeInfo info;
    Facts facts;

    if (!cli_connect(cli))
        return FALSE;
    if (virNodeGetInfo(cli->conn, &info) < 0) {
        cli_error("failed to get node information");
        return FALSE;
    }
    facts = facts_start(cli, "%-20s %s\n", args_flag(args, "json"));
    facts_text(&facts, "CPU model:", "cpu_model", info.model);
    facts_number(&facts, "CPU(s):", "cpus", info.cpus, "");
    if (info.mhz)
        facts_number(&facts, "CPU frequency:", "cpu_mhz", info.mhz, " MHz");
    facts_number(&facts, "CPU socket(s):", "cpu_sockets", info.sockets, "");
    facts_number(&facts, "Core(s) per socket:", "cores_per_socket", info.cores, "");
    facts_number(&facts, "Thread(s) per core:", "threads_per_core", info.threads, "");
    facts_number(&facts, "NUMA cell(s):", "numa_cells", info.nodes, "");
    facts_number(&facts, "Memory size:", "memory_kib", (gint64)info.memory, " KiB");
    facts_end(&facts);
    return TRUE;
}

typedef struct {
    guint64 user, system, idle, iowait;
} CpuTimes;

static gboolean
read_cpu(Cli *cli, int cpu, CpuTimes *ret_times)
{
    enum {
        FIELDS_MAX = 16
    };
    virNodeCPUStats stats[FIELDS_MAX];
    int n = 0;

    memset(ret_times, 0, sizeof *ret_times);
    if (virNodeGetCPUStats(cli->conn, cpu, NULL, &n, 0) < 0)
        return FALSE;
    n = MIN(n, FIELDS_MAX);
    if (virNodeGetCPUStats(cli->conn, cpu, stats, &n, 0) < 0)
        return FALSE;
    for (int i = 0; i < n; i++) {
        if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_USER) == 0)
            ret_times->user = stats[i].value;
        else if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_KERNEL) == 0)
            ret_times->system = stats[i].value;
        else if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_IDLE) == 0)
            ret_times->idle = stats[i].value;
        else if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_IOWAIT) == 0)
            ret_times->iowait = stats[i].value;
    }
    return TRUE;
}

/* Shares of the second between two readings. */
static gboolean
print_percent(Cli *cli, int cpu)
{
    CpuTimes a, b;
    double total;

    if (!read_cpu(cli, cpu, &a))
        return FALSE;
    g_usleep(G_USEC_PER_SEC);
    if (!read_cpu(cli, cpu, &b))
        return FALSE;
    total = (double)((b.user - a.user) + (b.system - a.system) + (b.idle - a.idle) +
                     (b.iowait - a.iowait));
    total = total > 0 ? total : 1;
    const struct {
        const char *title;
        double share;
    } lines[] = {
        {"usage:", (double)((b.user - a.user) + (b.system - a.system)) / total},
        {"user:", (double)(b.user - a.user) / total},
        {"system:", (double)(b.system - a.system) / total},
        {"idle:", (double)(b.idle - a.idle) / total},
        {"iowait:", (double)(b.iowait - a.iowait) / total},
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        cli_print("%-15s %5.1f%%\n", lines[i].title, lines[i].share * 100);
    return TRUE;
}

static gboolean
run_nodecpustats(Cli *cli, const Args *args)
{
    gint64 cpu = VIR_NODE_CPU_STATS_ALL_CPUS;
    CpuTimes times;
    Facts facts;

    if (args_number(args, "cpu", 0, G_MAXINT32, &cpu) == ARG_BAD ||
        !args_exclusive(args, "json", "percent") || !cli_connect(cli))
        return FALSE;
    if (args_flag(args, "percent") ? print_percent(cli, (int)cpu)
                                   : read_cpu(cli, (int)cpu, &times)) {
        if (args_flag(args, "percent"))
            return TRUE;
        facts = facts_start(cli, "%-15s %20s\n", args_flag(args, "json"));
        facts_number(&facts, "user:", "user_ns", (gint64)times.user, "");
        facts_number(&facts, "system:", "system_ns", (gint64)times.system, "");
        facts_number(&facts, "idle:", "idle_ns", (gint64)times.idle, "");
        facts_number(&facts, "iowait:", "iowait_ns", (gint64)times.iowait, "");
        facts_end(&facts);
        return TRUE;
    }
    cli_error("Unable to get node cpu stats");
    return FALSE;
}

static gboolean
run_nodememstats(Cli *cli, const Args *args)
{
    enum {
        FIELDS_MAX = 16
    };
    virNodeMemoryStats stats[FIELDS_MAX];
    gint64 cell = VIR_NODE_MEMORY_STATS_ALL_CELLS;
    Facts facts;
    int n = 0;

    if (args_number(args, "cell", 0, G_MAXINT32, &cell) == ARG_BAD || !cli_connect(cli))
        return FALSE;
    if (virNodeGetMemoryStats(cli->conn, (int)cell, NULL, &n, 0) < 0 ||
        virNodeGetMemoryStats(cli->conn, (int)cell, stats, (n = MIN(n, FIELDS_MAX), &n), 0) < 0) {
        cli_error("Unable to get memory stats");
        return FALSE;
    }
    facts = facts_start(cli, "%s: %s\n", args_flag(args, "json"));
    for (int i = 0; i < n; i++) {
        g_autofree char *key = g_strconcat(stats[i].field, "_kib", NULL);

        if (facts.json)
            facts_number(&facts, NULL, key, (gint64)stats[i].value, "");
        else
            cli_print("%-7s: %20llu KiB\n", stats[i].field, stats[i].value);
    }
    facts_end(&facts);
    return TRUE;
}

static gboolean
run_doctor(Cli *cli, const Args *args)
{
    return doctor_run(cli, args_flag(args, "json"));
}

static const Opt opts_json[] = {OPT_JSON, OPT_END};
static const Opt opts_version[] = {{"daemon", OPT_FLAG, 0, COMPLETE_NOTHING,
                                    "and of the daemon that answers (none: no daemon is needed)"},
                                   OPT_JSON,
                                   OPT_END};
static const Opt opts_nodecpustats[] = {
    {"cpu", OPT_NUMBER, 0, COMPLETE_NOTHING, "only this CPU"},
    {"percent", OPT_FLAG, 0, COMPLETE_NOTHING, "shares of the next second"},
    OPT_JSON,
    OPT_END};
static const Opt opts_nodememstats[] = {
    {"cell", OPT_NUMBER, 0, COMPLETE_NOTHING, "only this NUMA cell"}, OPT_JSON, OPT_END};

const Verb verbs_host[] = {
    {"capabilities", "print what this host can run, as XML", NULL, NULL, run_capabilities},
    {"doctor", "say what this host has for guests, and what to do about what it lacks",
     "Changes nothing. Ends with 1 when something is missing that guests cannot do without.",
     opts_json, run_doctor},
    {"hostname", "print the name of this host", NULL, NULL, run_hostname},
    {"nodecpustats", "show the CPU time of this host (ns)", NULL, opts_nodecpustats,
     run_nodecpustats},
    {"nodeinfo", "show the CPUs and the memory of this host", NULL, opts_json, run_nodeinfo},
    {"nodememstats", "show the memory use of this host", NULL, opts_nodememstats, run_nodememstats},
    {"uri", "print the URI of the connection", NULL, NULL, run_uri},
    {"version", "print the versions of everything that takes part", NULL, opts_version,
     run_version},
    {NULL},
};
