/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/facts.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/view.h"

static const char *
disk_source(const ViewNode *node)
{
    const ViewNode *source = view_child(node, "source");
    const char *file = view_attr(source, "file");

    return file ? file : view_attr(source, "dev");
}

static gboolean
run_domblklist(Cli *cli, const Args *args)
{
    static const Column columns[] = {{"Type", "type", COLUMN_NAME},
                                     {"Device", "device", COLUMN_NAME},
                                     {"Target", "target", COLUMN_NAME},
                                     {"Source", "source", COLUMN_TEXT}};
    gboolean as_json = args_flag(args, "json"), details = args_flag(args, "details") || as_json;
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autoptr(View) view =
        dom ? view_domain(dom, args_flag(args, "inactive") ? VIR_DOMAIN_XML_INACTIVE : 0) : NULL;
    g_autoptr(Table) table = NULL;
    const ViewNode *node;

    if (!view)
        return FALSE;
    table = details ? table_new(columns, 4) : table_new(columns + 2, 2);
    for (node = view_child(view_find(view, "devices"), "disk"); node; node = view_next(node)) {
        const char *device = view_attr(node, "device");

        if (details) {
            table_cell(table, view_attr(node, "type"));
            table_cell(table, device ? device : "disk");
        }
        table_cell(table, view_attr(view_child(node, "target"), "dev"));
        table_cell(table, disk_source(node));
    }
    table_print(table, cli, as_json);
    return TRUE;
}

/* libvirt's fields, what virsh calls them, and what --human says. */
static const struct {
    const char *field, *name, *words;
} counters[] = {
    {VIR_DOMAIN_BLOCK_STATS_READ_REQ, "rd_req", "number of read operations:"},
    {VIR_DOMAIN_BLOCK_STATS_READ_BYTES, "rd_bytes", "number of bytes read:"},
    {VIR_DOMAIN_BLOCK_STATS_WRITE_REQ, "wr_req", "number of write operations:"},
    {VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES, "wr_bytes", "number of bytes written:"},
    {VIR_DOMAIN_BLOCK_STATS_ERRS, "errs", "error count:"},
    {VIR_DOMAIN_BLOCK_STATS_FLUSH_REQ, "flush_operations", "number of flush operations:"},
    {VIR_DOMAIN_BLOCK_STATS_READ_TOTAL_TIMES, "rd_total_times", "total duration of reads (ns):"},
    {VIR_DOMAIN_BLOCK_STATS_WRITE_TOTAL_TIMES, "wr_total_times", "total duration of writes (ns):"},
    {VIR_DOMAIN_BLOCK_STATS_FLUSH_TOTAL_TIMES, "flush_total_times",
     "total duration of flushes (ns):"},
};

static void
print_counters(Cli *cli, const Args *args, const char *device, virTypedParameterPtr params, int n)
{
    gboolean human = args_flag(args, "human");
    Facts facts = facts_start(cli, "", args_flag(args, "json"));

    if (human && !facts.json)
        cli_print("Device: %s\n", device);
    for (guint i = 0; i < G_N_ELEMENTS(counters); i++) {
        long long value;

        if (virTypedParamsGetLLong(params, n, counters[i].field, &value) <= 0)
            continue;
        if (facts.json)
            facts_number(&facts, NULL, counters[i].name, value, "");
        else if (human)
            cli_print(" %-31s %lld\n", counters[i].words, value);
        else
            cli_print("%s %s %lld\n", device, counters[i].name, value);
    }
    facts_end(&facts);
}

static gboolean
run_domblkstat(Cli *cli, const Args *args)
{
    const char *device = args_text(args, "device") ? args_text(args, "device") : "";
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    virTypedParameterPtr params = NULL;
    int n = 0;
    gboolean ok = FALSE;

    if (!dom)
        return FALSE;
    if (virDomainBlockStatsFlags(dom, device, NULL, &n, 0) >= 0) {
        params = g_new0(virTypedParameter, n);
        ok = virDomainBlockStatsFlags(dom, device, params, &n, 0) >= 0;
    }
    if (ok)
        print_counters(cli, args, device, params, n);
    else
        cli_error("Failed to get block stats for domain '%s' device '%s'", virDomainGetName(dom),
                  device);
    virTypedParamsFree(params, ok ? n : 0);
    return ok;
}

/* "1.000 GiB" or bytes. (transfer full) */
static char *
size_text(unsigned long long bytes, gboolean human)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)bytes;
    guint unit = 0;

    if (!human)
        return g_strdup_printf("%llu", bytes);
    for (; value >= 1024 && unit + 1 < G_N_ELEMENTS(units); unit++)
        value /= 1024;
    return g_strdup_printf("%.3f %s", value, units[unit]);
}

static void
size_cell(Table *table, unsigned long long bytes, gboolean human)
{
    g_autofree char *text = size_text(bytes, human);

    table_cell(table, text);
}

static gboolean
all_sizes(Cli *cli, const Args *args, virDomainPtr dom)
{
    static const Column columns[] = {{"Target", "target", COLUMN_NAME},
                                     {"Capacity", "capacity", COLUMN_NUMBER},
                                     {"Allocation", "allocation", COLUMN_NUMBER},
                                     {"Physical", "physical", COLUMN_NUMBER}};
    gboolean as_json = args_flag(args, "json"), human = args_flag(args, "human") && !as_json;
    g_autoptr(View) view = view_domain(dom, 0);
    g_autoptr(Table) table = NULL;
    const ViewNode *node;

    if (!view)
        return FALSE;
    table = table_new(columns, G_N_ELEMENTS(columns));
    for (node = view_child(view_find(view, "devices"), "disk"); node; node = view_next(node)) {
        const char *target = view_attr(view_child(node, "target"), "dev");
        virDomainBlockInfo info;

        table_cell(table, target);
        if (!disk_source(node) || virDomainGetBlockInfo(dom, target, &info, 0) < 0) {
            cli_forget_error(cli); /* an empty drive, or an image that is away */
            for (int i = 0; i < 3; i++)
                table_cell(table, "-");
            continue;
        }
        size_cell(table, info.capacity, human);
        size_cell(table, info.allocation, human);
        size_cell(table, info.physical, human);
    }
    table_print(table, cli, as_json);
    return TRUE;
}

static void
size_fact(Facts *facts, const char *title, const char *key, unsigned long long bytes,
          gboolean human)
{
    g_autofree char *text = size_text(bytes, human);

    if (facts->json)
        facts_number(facts, NULL, key, (gint64)bytes, "");
    else
        facts_text(facts, title, NULL, text);
}

static gboolean
run_domblkinfo(Cli *cli, const Args *args)
{
    const char *device = args_text(args, "device");
    gboolean human = args_flag(args, "human");
    g_autoptr(CliDomain) dom = NULL;
    virDomainBlockInfo info;
    Facts facts;

    if (!device && !args_flag(args, "all")) {
        cli_error("command 'domblkinfo' requires <device> or --all");
        return FALSE;
    }
    if (!(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (args_flag(args, "all"))
        return all_sizes(cli, args, dom);
    if (virDomainGetBlockInfo(dom, device, &info, 0) < 0)
        return FALSE;
    facts = facts_start(cli, "%-15s %s\n", args_flag(args, "json"));
    size_fact(&facts, "Capacity:", "capacity", info.capacity, human);
    size_fact(&facts, "Allocation:", "allocation", info.allocation, human);
    size_fact(&facts, "Physical:", "physical", info.physical, human);
    facts_end(&facts);
    return TRUE;
}

static gboolean
run_domblkerror(Cli *cli, const Args *args)
{
    static const char *const words[VIR_DOMAIN_DISK_ERROR_LAST] = {"no error", "unspecified error",
                                                                  "no space"};
    static const Column columns[] = {{NULL, "device", COLUMN_NAME}, {NULL, "error", COLUMN_NAME}};
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autofree virDomainDiskErrorPtr errors = NULL;
    g_autoptr(Table) table = NULL;
    int max = dom ? virDomainGetDiskErrors(dom, NULL, 0, 0) : -1, n;

    if (max < 0)
        return FALSE;
    errors = g_new0(virDomainDiskError, max + 1);
    n = virDomainGetDiskErrors(dom, errors, (unsigned int)max, 0);
    if (n < 0)
        return FALSE;
    table = table_new(columns, G_N_ELEMENTS(columns));
    for (int i = 0; i < n; i++) {
        const char *word = words[CLAMP(errors[i].error, 0, VIR_DOMAIN_DISK_ERROR_LAST - 1)];

        if (args_flag(args, "json")) {
            table_cell(table, errors[i].disk);
            table_cell(table, word);
        } else {
            cli_print("%s: %s\n", errors[i].disk, word);
        }
        free(errors[i].disk);
    }
    if (args_flag(args, "json"))
        table_print(table, cli, TRUE);
    else if (n == 0)
        cli_print("No errors found\n");
    return TRUE;
}

static const Opt opts_list[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"inactive", OPT_FLAG, 0, COMPLETE_NOTHING, "as stored, also while the machine runs"},
    {"details", OPT_FLAG, 0, COMPLETE_NOTHING, "type and device too"},
    OPT_JSON,
    OPT_END};
static const Opt opts_stat[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"device", OPT_TEXT, 0, COMPLETE_NOTHING, "target or source; all disks together if not given"},
    {"human", OPT_FLAG, 0, COMPLETE_NOTHING, "in words"},
    OPT_JSON,
    OPT_END};
static const Opt opts_info[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"device", OPT_TEXT, 0, COMPLETE_NOTHING, "target or source of the disk"},
    {"human", OPT_FLAG, 0, COMPLETE_NOTHING, "with units"},
    {"all", OPT_FLAG, 0, COMPLETE_NOTHING, "every disk, as a table"},
    OPT_JSON,
    OPT_END};
static const Opt opts_error[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPT_JSON, OPT_END};

const Verb verbs_disk[] = {
    {"domblklist", "list a machine's disks", NULL, opts_list, run_domblklist},
    {"domblkstat", "show reads and writes of a machine's disk", NULL, opts_stat, run_domblkstat},
    {"domblkinfo", "show the sizes of a machine's disk",
     "What the guest sees, what is in use, and what the image takes.", opts_info, run_domblkinfo},
    {"domblkerror", "show disks on which reading or writing has failed", NULL, opts_error,
     run_domblkerror},
    {NULL},
};
