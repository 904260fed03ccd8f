/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/facts.h"
#include "cli/names.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/view.h"
#include "util/json.h"

static gboolean
run_domiflist(Cli *cli, const Args *args)
{
    static const Column columns[] = {{"Interface", "interface", COLUMN_TEXT},
                                     {"Type", "type", COLUMN_NAME},
                                     {"Source", "source", COLUMN_TEXT},
                                     {"Model", "model", COLUMN_TEXT},
                                     {"MAC", "mac", COLUMN_TEXT}};
    static const char *const source_names[] = {"bridge", "network", "dev", "name", NULL};
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autoptr(Table) table = NULL;
    g_autoptr(View) view = NULL;
    const ViewNode *node;

    if (!dom ||
        !(view = view_domain(dom, args_flag(args, "inactive") ? VIR_DOMAIN_XML_INACTIVE : 0)))
        return FALSE;
    table = table_new(columns, G_N_ELEMENTS(columns));
    node = view_child(view_find(view, "devices"), "interface");
    for (; node; node = view_next(node)) {
        const ViewNode *source_node = view_child(node, "source");
        const char *type = view_attr(node, "type");
        /* the attribute named as the type is the source; else whatever there is */
        const char *source = type ? view_attr(source_node, type) : NULL;

        for (guint i = 0; !source && source_names[i]; i++)
            source = view_attr(source_node, source_names[i]);
        table_cell(table, view_attr(view_child(node, "target"), "dev"));
        table_cell(table, type);
        table_cell(table, source);
        table_cell(table, view_attr(view_child(node, "model"), "type"));
        table_cell(table, view_attr(view_child(node, "mac"), "address"));
    }
    table_print(table, cli, args_flag(args, "json"));
    return TRUE;
}

static void
print_addresses(const virDomainInterface *iface, gboolean full)
{
    if (!iface->naddrs)
        cli_print(" %-10s %-17s    %-12s %s\n", iface->name, iface->hwaddr ? iface->hwaddr : "N/A",
                  "N/A", "N/A");
    for (unsigned int i = 0; i < iface->naddrs; i++) {
        const virDomainIPAddress *ip = &iface->addrs[i];
        gboolean with_name = full || i == 0;

        cli_print(" %-10s %-17s    %-12s %s/%u\n", with_name ? iface->name : "-",
                  with_name ? (iface->hwaddr ? iface->hwaddr : "") : "-",
                  ip->type == VIR_IP_ADDR_TYPE_IPV6 ? "ipv6" : "ipv4", ip->addr, ip->prefix);
    }
}

static void
print_addresses_json(Json *json, const virDomainInterface *iface)
{
    json_object(json, NULL);
    json_string(json, "interface", iface->name);
    json_string(json, "mac", iface->hwaddr);
    json_array(json, "addresses");
    for (unsigned int i = 0; i < iface->naddrs; i++) {
        json_object(json, NULL);
        json_string(json, "family",
                    iface->addrs[i].type == VIR_IP_ADDR_TYPE_IPV6 ? "ipv6" : "ipv4");
        json_string(json, "address", iface->addrs[i].addr);
        json_uint(json, "prefix", iface->addrs[i].prefix);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static const char *const address_sources[] = {"lease", "agent", "arp", NULL};

static int
address_source(const char *word)
{
    for (int i = 0; address_sources[i]; i++)
        if (strcmp(address_sources[i], word) == 0)
            return i;
    cli_error("Unknown data source '%s'; expecting 'lease', 'agent' or 'arp'", word);
    return -1;
}

static gboolean
run_domifaddr(Cli *cli, const Args *args)
{
    const char *only = args_text(args, "interface"), *word = args_text(args, "source");
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean as_json = args_flag(args, "json");
    int source = word ? address_source(word) : 0, n;
    g_autoptr(CliDomain) dom = NULL;
    virDomainInterfacePtr *ifaces = NULL;
    Json json = json_start(out);

    if (source < 0 || !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    n = virDomainInterfaceAddresses(dom, &ifaces, (unsigned int)source, 0);
    if (n < 0) {
        cli_error("Failed to query for interfaces addresses");
        return FALSE;
    }
    json_array(&json, NULL);
    if (!as_json)
        cli_say(cli,
                " %-10s %-20s %-8s     %s\n"
                "-------------------------------------------------"
                "------------------------------\n",
                "Name", "MAC address", "Protocol", "Address");
    for (int i = 0; i < n; i++) {
        gboolean wanted = !only || strcmp(ifaces[i]->name, only) == 0;

        if (wanted && as_json)
            print_addresses_json(&json, ifaces[i]);
        else if (wanted)
            print_addresses(ifaces[i], args_flag(args, "full"));
        virDomainInterfaceFree(ifaces[i]);
    }
    free(ifaces);
    json_end(&json);
    if (as_json) {
        cli_print("%s\n", out->str);
        cli->no_blank = TRUE;
    }
    return TRUE;
}

static gboolean
run_domifstat(Cli *cli, const Args *args)
{
    const char *device = args_text(args, "interface");
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    virDomainInterfaceStatsStruct stats;
    Facts facts;

    if (!dom)
        return FALSE;
    if (virDomainInterfaceStats(dom, device, &stats, sizeof stats) < 0) {
        cli_error("Failed to get interface stats %s %s", virDomainGetName(dom), device);
        return FALSE;
    }
    facts = facts_start(cli, "%s %s\n", args_flag(args, "json"));
    const struct {
        const char *name;
        long long value;
    } lines[] = {{"rx_bytes", stats.rx_bytes}, {"rx_packets", stats.rx_packets},
                 {"rx_errs", stats.rx_errs},   {"rx_drop", stats.rx_drop},
                 {"tx_bytes", stats.tx_bytes}, {"tx_packets", stats.tx_packets},
                 {"tx_errs", stats.tx_errs},   {"tx_drop", stats.tx_drop}};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *title = g_strconcat(device, " ", lines[i].name, NULL);

        if (lines[i].value >= 0)
            facts_number(&facts, title, lines[i].name, lines[i].value, "");
    }
    facts_end(&facts);
    return TRUE;
}

/* --- domstats --------------------------------------------------------------------------------- */

static const struct {
    const char *option;
    guint flag;
} stat_groups[] = {{"state", VIR_DOMAIN_STATS_STATE},
                   {"cpu-total", VIR_DOMAIN_STATS_CPU_TOTAL},
                   {"balloon", VIR_DOMAIN_STATS_BALLOON},
                   {"vcpu", VIR_DOMAIN_STATS_VCPU},
                   {"interface", VIR_DOMAIN_STATS_INTERFACE},
                   {"block", VIR_DOMAIN_STATS_BLOCK},
                   {"perf", VIR_DOMAIN_STATS_PERF},
                   {"iothread", VIR_DOMAIN_STATS_IOTHREAD},
                   {"memory", VIR_DOMAIN_STATS_MEMORY},
                   {"dirtyrate", VIR_DOMAIN_STATS_DIRTYRATE},
                   {"vm", VIR_DOMAIN_STATS_VM}},
  stat_filters[] = {{"list-active", VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE},
                    {"list-inactive", VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE},
                    {"list-persistent", VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT},
                    {"list-transient", VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT},
                    {"list-running", VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING},
                    {"list-paused", VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED},
                    {"list-shutoff", VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF},
                    {"list-other", VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER},
                    {"backing", VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING},
                    {"nowait", VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT},
                    {"enforce", VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS}};

static void
print_record(Cli *cli, const virDomainStatsRecord *record, gboolean as_json, const char *after)
{
    Facts facts = facts_start(cli, "  %s=%s\n", as_json);

    if (as_json)
        facts_text(&facts, NULL, "name", virDomainGetName(record->dom));
    else
        cli_print("Domain: '%s'\n", virDomainGetName(record->dom));
    for (int i = 0; i < record->nparams; i++)
        facts_param(&facts, &record->params[i]);
    if (!as_json)
        cli_print("\n");
    facts_end_with(&facts, after);
}

/* The guests named, or NULL-ended nothing for all; FALSE with the error said. */
static gboolean
named_domains(Cli *cli, const char *const *names, GPtrArray *doms)
{
    for (; *names; names++) {
        virDomainPtr dom = cli_domain(cli, *names);

        if (!dom)
            return FALSE;
        g_ptr_array_add(doms, dom);
    }
    g_ptr_array_add(doms, NULL);
    return TRUE;
}

static gboolean
run_domstats(Cli *cli, const Args *args)
{
    g_autoptr(GPtrArray) doms = g_ptr_array_new_with_free_func((GDestroyNotify)cli_domain_free);
    const char *const *names = args_all(args, "domain");
    virDomainStatsRecordPtr *records = NULL;
    gboolean as_json = args_flag(args, "json");
    guint groups = 0, flags = 0;
    int n;

    for (guint i = 0; i < G_N_ELEMENTS(stat_groups); i++)
        groups |= args_flag(args, stat_groups[i].option) ? stat_groups[i].flag : 0;
    for (guint i = 0; i < G_N_ELEMENTS(stat_filters); i++)
        flags |= args_flag(args, stat_filters[i].option) ? stat_filters[i].flag : 0;
    if (!cli_connect(cli) || !named_domains(cli, names, doms))
        return FALSE;
    n = *names ? virDomainListGetStats((virDomainPtr *)doms->pdata, groups, &records, flags)
               : virConnectGetAllDomainStats(cli->conn, groups, &records, flags);
    if (n < 0)
        return FALSE;
    if (as_json)
        cli_print(n > 0 ? "[" : "[]\n");
    for (int i = 0; i < n; i++)
        print_record(cli, records[i], as_json, i + 1 < n ? ",\n" : "]\n");
    cli->no_blank = TRUE;
    virDomainStatsRecordListFree(records);
    return TRUE;
}

/* --- cpu and memory --------------------------------------------------------------------------- */

static void
print_cpu(Facts *facts, const char *title, const char *prefix, const virTypedParameter *params,
          int n)
{
    if (!facts->json)
        cli_print("%s:\n", title);
    for (int i = 0; i < n; i++) {
        g_autofree char *key = g_strdup_printf("%s.%s", prefix, params[i].field);

        if (params[i].type != VIR_TYPED_PARAM_ULLONG)
            continue;
        if (facts->json)
            facts_number(facts, NULL, key, (gint64)params[i].value.ul, "");
        else
            cli_print("\t%-12s %9llu.%09llu seconds\n", params[i].field,
                      params[i].value.ul / 1000000000, params[i].value.ul % 1000000000);
    }
}

/* @start -1: the totals. FALSE where the library fails; said with it. */
static gboolean
print_cpus(Facts *facts, virDomainPtr dom, int start, unsigned int n_cpus)
{
    int n = virDomainGetCPUStats(dom, NULL, 0, start, 1, 0);
    virTypedParameterPtr params;
    int got;

    if (n <= 0)
        return n == 0;
    params = calloc((gsize)n * n_cpus, sizeof *params);
    got = params ? virDomainGetCPUStats(dom, params, (unsigned int)n, start, n_cpus, 0) : -1;
    for (unsigned int cpu = 0; got >= 0 && cpu < n_cpus; cpu++) {
        g_autofree char *title =
            start < 0 ? g_strdup("Total") : g_strdup_printf("CPU%u", (unsigned int)start + cpu);
        g_autofree char *prefix = g_ascii_strdown(title, -1);

        print_cpu(facts, title, prefix, params + (gsize)n * cpu, got);
    }
    virTypedParamsFree(params, got < 0 ? 0 : (int)n_cpus * n);
    return got >= 0;
}

static gboolean
run_cpu_stats(Cli *cli, const Args *args)
{
    enum {
        CPUS_AT_ONCE = 128
    }; /* as many as the call takes */
    gboolean all =
        !args_flag(args, "total") && !args_text(args, "start") && !args_text(args, "count");
    g_autoptr(CliDomain) dom = NULL;
    gint64 start = 0, count = -1, there;
    gboolean ok = TRUE;
    Facts facts;

    if (args_number(args, "start", 0, G_MAXINT32, &start) == ARG_BAD ||
        args_number(args, "count", 1, G_MAXINT32, &count) == ARG_BAD ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    there = args_flag(args, "total") ? 0 : virDomainGetCPUStats(dom, NULL, 0, 0, 0, 0);
    if (there < 0 && all) {
        cli_forget_error(cli); /* control groups v2 count no processors, only the total */
        there = 0;
    }
    if (!all && !args_flag(args, "total") && there >= 0 && start >= there) {
        cli_error("Start CPU %" G_GINT64_FORMAT " is out of range (min: 0, max: %" G_GINT64_FORMAT
                  ")",
                  start, there - 1);
        return FALSE;
    }
    facts = facts_start(cli, "", args_flag(args, "json"));
    count = count < 0 ? there - start : MIN(count, there - start);
    if (there < 0)
        ok = FALSE;
    if (ok && (all || !args_flag(args, "total")))
        for (; ok && count > 0; start += CPUS_AT_ONCE, count -= CPUS_AT_ONCE)
            ok = print_cpus(&facts, dom, (int)start, (unsigned int)MIN(count, CPUS_AT_ONCE));
    if (ok && (all || args_flag(args, "total")))
        ok = print_cpus(&facts, dom, -1, 1);
    if (ok) {
        facts_end(&facts);
        return TRUE;
    }
    facts_drop(&facts);
    cli_error("Failed to retrieve CPU statistics for domain '%s'", virDomainGetName(dom));
    return FALSE;
}

static gboolean
run_dommemstat(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    virDomainMemoryStatStruct stats[VIR_DOMAIN_MEMORY_STAT_NR];
    ArgResult has_period;
    gint64 period;
    guint flags;
    Facts facts;
    int n;

    if (!dom || !args_affect(args, &flags))
        return FALSE;
    has_period = args_number(args, "period", 0, G_MAXINT32, &period);
    if (has_period == ARG_BAD)
        return FALSE;
    if (has_period == ARG_OK) {
        if (virDomainSetMemoryStatsPeriod(dom, (int)period, flags) >= 0)
            return TRUE;
        cli_error("Unable to change balloon collection period.");
        return FALSE;
    }
    n = virDomainMemoryStats(dom, stats, VIR_DOMAIN_MEMORY_STAT_NR, 0);
    if (n < 0) {
        cli_error("Failed to get memory statistics for domain '%s'", virDomainGetName(dom));
        return FALSE;
    }
    facts = facts_start(cli, "%s %s\n", args_flag(args, "json"));
    for (int i = 0; i < n; i++) {
        const char *name = names_memory_stat(stats[i].tag);

        if (name)
            facts_number(&facts, name, name, (gint64)stats[i].val, "");
    }
    facts_end(&facts);
    return TRUE;
}

static const Opt opts_domiflist[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"inactive", OPT_FLAG, 0, COMPLETE_NOTHING, "as stored, also while the guest runs"},
    OPT_JSON,
    OPT_END};
static const Opt opts_domifaddr[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"interface", OPT_TEXT, 0, COMPLETE_INTERFACE, "only this interface"},
    {"full", OPT_FLAG, 0, COMPLETE_NOTHING, "name and MAC on every line"},
    {"source", OPT_TEXT, OPT_BY_NAME, COMPLETE_WORDS,
     "lease: the network's DHCP server (the default); agent: the guest; arp: the host's neighbours",
     address_sources},
    OPT_JSON,
    OPT_END};
static const Opt opts_domifstat[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"interface", OPT_TEXT, OPT_REQUIRED, COMPLETE_INTERFACE, "name on the host, or MAC"},
    OPT_JSON,
    OPT_END};
static const Opt opts_domstats[] = {
    {"state", OPT_FLAG, 0, COMPLETE_NOTHING, "state and reason"},
    {"cpu-total", OPT_FLAG, 0, COMPLETE_NOTHING, "CPU time"},
    {"balloon", OPT_FLAG, 0, COMPLETE_NOTHING, "memory"},
    {"vcpu", OPT_FLAG, 0, COMPLETE_NOTHING, "virtual CPUs"},
    {"interface", OPT_FLAG, 0, COMPLETE_NOTHING, "network interfaces"},
    {"block", OPT_FLAG, 0, COMPLETE_NOTHING, "block devices"},
    {"perf", OPT_FLAG, 0, COMPLETE_NOTHING, "performance counters (containers have none)"},
    {"iothread", OPT_FLAG, 0, COMPLETE_NOTHING, "I/O threads (containers have none)"},
    {"memory", OPT_FLAG, 0, COMPLETE_NOTHING, "memory bandwidth (containers have none)"},
    {"dirtyrate", OPT_FLAG, 0, COMPLETE_NOTHING, "rate of changed memory (containers have none)"},
    {"vm", OPT_FLAG, 0, COMPLETE_NOTHING, "numbers of the hypervisor (containers have none)"},
    {"list-active", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests that run"},
    {"list-inactive", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests that do not"},
    {"list-persistent", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests that are stored"},
    {"list-transient", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests that are not"},
    {"list-running", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests in this state"},
    {"list-paused", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests in this state"},
    {"list-shutoff", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests in this state"},
    {"list-other", OPT_FLAG, 0, COMPLETE_NOTHING, "only guests in another state"},
    {"raw", OPT_FLAG, 0, COMPLETE_NOTHING, "numbers as they are, as always: for scripts of virsh"},
    {"enforce", OPT_FLAG, 0, COMPLETE_NOTHING, "fail where a group is not known"},
    {"backing", OPT_FLAG, 0, COMPLETE_NOTHING, "with --block: also of what lies behind an image"},
    {"nowait", OPT_FLAG, 0, COMPLETE_NOTHING, "leave out what would have to wait"},
    OPT_JSON,
    {"domain", OPT_REST, 0, COMPLETE_DOMAIN, "names, ids or uuids of guests; none: all"},
    OPT_END};
static const Opt opts_cpu_stats[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
                                     {"total", OPT_FLAG, 0, COMPLETE_NOTHING, "only the sum"},
                                     {"start", OPT_NUMBER, 0, COMPLETE_NOTHING, "first CPU"},
                                     {"count", OPT_NUMBER, 0, COMPLETE_NOTHING, "how many CPUs"},
                                     OPT_JSON,
                                     OPT_END};
static const Opt opts_dommemstat[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"period", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING,
     "how often a machine's guest tells, in seconds; 0: not any more"},
    OPT_AFFECT,
    OPT_JSON,
    OPT_END};

const Verb verbs_stats[] = {
    {"domiflist", "list a guest's network interfaces", NULL, opts_domiflist, run_domiflist},
    {"domifaddr", "list the addresses of a guest's interfaces", NULL, opts_domifaddr,
     run_domifaddr},
    {"domifstat", "show what went through a guest's interface", NULL, opts_domifstat,
     run_domifstat},
    {"domstats", "show statistics of one, several or all guests",
     "All groups that the driver knows, if none is named.", opts_domstats, run_domstats},
    {"cpu-stats", "show the CPU time of a guest, each CPU and in all", NULL, opts_cpu_stats,
     run_cpu_stats},
    {"dommemstat", "show the memory use of a guest (KiB)", NULL, opts_dommemstat, run_dommemstat},
    {NULL},
};
