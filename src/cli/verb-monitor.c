/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/facts.h"
#include "cli/names.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/view.h"

/* --- list ------------------------------------------------------------------------------------- */

static const struct {
    const char *option;
    guint flag;
} list_filters[] = {
    {"with-snapshot", VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT},
    {"without-snapshot", VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT},
    {"with-checkpoint", VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT},
    {"without-checkpoint", VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT},
    {"state-running", VIR_CONNECT_LIST_DOMAINS_RUNNING},
    {"state-paused", VIR_CONNECT_LIST_DOMAINS_PAUSED},
    {"state-shutoff", VIR_CONNECT_LIST_DOMAINS_SHUTOFF},
    {"state-other", VIR_CONNECT_LIST_DOMAINS_OTHER},
    {"persistent", VIR_CONNECT_LIST_DOMAINS_PERSISTENT},
    {"transient", VIR_CONNECT_LIST_DOMAINS_TRANSIENT},
    {"autostart", VIR_CONNECT_LIST_DOMAINS_AUTOSTART},
    {"no-autostart", VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART},
    {"with-managed-save", VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE},
    {"without-managed-save", VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE},
};

enum {
    COL_ID,
    COL_NAME,
    COL_STATE,
    COL_TITLE,
    COL_TYPE,
    COL_UUID,
    COL_PERSISTENT,
    COL_AUTOSTART,
    N_COLS
};

typedef struct {
    virDomainPtr *doms;
    int n;
} Domains;

static void
domains_clear(Domains *domains)
{
    for (int i = 0; i < domains->n; i++)
        virDomainFree(domains->doms[i]);
    free(domains->doms);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Domains, domains_clear)

static guint
list_flags(const Args *args)
{
    guint flags = VIR_CONNECT_LIST_DOMAINS_ACTIVE;

    if (args_flag(args, "inactive"))
        flags = VIR_CONNECT_LIST_DOMAINS_INACTIVE;
    if (args_flag(args, "all"))
        flags = VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_INACTIVE;
    for (guint i = 0; i < G_N_ELEMENTS(list_filters); i++)
        if (args_flag(args, list_filters[i].option))
            flags |= list_filters[i].flag;
    return flags;
}

/* Running ones by id, then the others by name. */
static int
compare_domains(const void *a, const void *b)
{
    virDomainPtr one = *(virDomainPtr const *)a, other = *(virDomainPtr const *)b;
    unsigned int id_one = virDomainGetID(one), id_other = virDomainGetID(other);

    if (id_one != id_other)
        return id_one < id_other ? -1 : 1; /* -1, "not running", is the largest */
    if (id_one != (unsigned int)-1)
        return 0;
    return g_ascii_strcasecmp(virDomainGetName(one), virDomainGetName(other));
}

static char *
id_text(virDomainPtr dom)
{
    unsigned int id = virDomainGetID(dom);

    return id == (unsigned int)-1 ? g_strdup("-") : g_strdup_printf("%u", id);
}

static char *
title_of(Cli *cli, virDomainPtr dom)
{
    char *found = virDomainGetMetadata(dom, VIR_DOMAIN_METADATA_TITLE, NULL, 0);
    char *title = g_strdup(found ? found : "");

    free(found);
    cli_forget_error(cli); /* no title is no error */
    return title;
}

/* FALSE: it is gone since the list was made. */
static gboolean
add_domain(Cli *cli, Table *table, virDomainPtr dom, const Args *args, gboolean as_json)
{
    g_autofree char *id = id_text(dom);
    g_autofree char *title = args_flag(args, "title") || as_json ? title_of(cli, dom) : NULL;
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    int state = VIR_DOMAIN_SHUTOFF, reason, autostart = 0;

    /* What is not active is shut off; asking would cost three files each, and there may be thousands. */
    if (virDomainGetID(dom) != (unsigned int)-1 && virDomainGetState(dom, &state, &reason, 0) < 0) {
        cli_forget_error(cli);
        return FALSE;
    }
    table_cell(table, id);
    table_cell(table, virDomainGetName(dom));
    table_cell(table, state == VIR_DOMAIN_SHUTOFF && args_flag(args, "managed-save") &&
                              virDomainHasManagedSaveImage(dom, 0) == 1
                          ? "saved"
                          : names_state(state));
    table_cell(table, title ? title : "");
    table_cell(table, lodge_domain_driver(dom));
    if (as_json) { /* what costs a look at more files, or goes into no column */
        if (virDomainGetUUIDString(dom, uuid) < 0 || virDomainGetAutostart(dom, &autostart) < 0)
            cli_forget_error(cli);
    }
    table_cell(table, uuid);
    table_cell(table, as_json && virDomainIsPersistent(dom) == 1 ? "yes" : "no");
    table_cell(table, autostart ? "yes" : "no");
    return TRUE;
}

static void
list_table(Cli *cli, const Args *args, const Domains *domains)
{
    gboolean as_json = args_flag(args, "json"), with_title = args_flag(args, "title");
    const Column columns[N_COLS] = {
        [COL_ID] = {"Id", "id", COLUMN_NUMBER},
        [COL_NAME] = {"Name", "name", COLUMN_NAME},
        [COL_STATE] = {"State", "state", COLUMN_NAME},
        [COL_TITLE] = {with_title ? "Title" : NULL, "title", COLUMN_TEXT},
        [COL_TYPE] = {!as_json && cli_is_all_drivers(cli) ? "Type" : NULL, "type", COLUMN_NAME},
        [COL_UUID] = {NULL, "uuid", COLUMN_TEXT},
        [COL_PERSISTENT] = {NULL, "persistent", COLUMN_BOOL},
        [COL_AUTOSTART] = {NULL, "autostart", COLUMN_BOOL},
    };
    g_autoptr(Table) table = table_new(columns, N_COLS);

    for (int i = 0; i < domains->n; i++)
        add_domain(cli, table, domains->doms[i], args, as_json);
    table_print(table, cli, as_json);
}

static void
list_plain(const Args *args, const Domains *domains)
{
    for (int i = 0; i < domains->n; i++) {
        g_autofree char *id = id_text(domains->doms[i]);
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        const char *between = "";

        if (args_flag(args, "uuid")) {
            virDomainGetUUIDString(domains->doms[i], uuid);
            cli_print("%s", uuid);
            between = " ";
        }
        if (args_flag(args, "id")) {
            cli_print("%s%s", between, id);
            between = " ";
        }
        if (args_flag(args, "name"))
            cli_print("%s%s", between, virDomainGetName(domains->doms[i]));
        cli_print("\n");
    }
}

static gboolean
run_list(Cli *cli, const Args *args)
{
    static const char *const plain[] = {"uuid", "name", "id"};
    g_auto(Domains) domains = {NULL, 0};
    gboolean is_plain = FALSE;
    int n;

    for (guint i = 0; i < G_N_ELEMENTS(plain); i++) {
        if (!args_exclusive(args, "table", plain[i]) || !args_exclusive(args, "json", plain[i]))
            return FALSE;
        is_plain = is_plain || args_flag(args, plain[i]);
    }
    if (!cli_connect(cli))
        return FALSE;
    n = virConnectListAllDomains(cli->conn, &domains.doms, list_flags(args));
    if (n < 0) {
        cli_error("Failed to list domains");
        return FALSE;
    }
    domains.n = n;
    if (n > 1)
        qsort(domains.doms, (gsize)n, sizeof *domains.doms, compare_domains);
    if (is_plain)
        list_plain(args, &domains);
    else
        list_table(cli, args, &domains);
    return TRUE;
}

/* --- one guest -------------------------------------------------------------------------------- */

/* Which network it is in: what a reader of the XML easily misses. */
static const char *
network_of(Cli *cli, virDomainPtr dom, gboolean *ret_shares_host)
{
    g_autoptr(View) view = view_domain(dom, 0);
    const ViewNode *devices = view ? view_find(view, "devices") : NULL;
    const ViewNode *hostdev = view_child(devices, "hostdev");

    *ret_shares_host = FALSE;
    if (!view) {
        cli_forget_error(cli);
        return NULL;
    }
    while (hostdev && g_strcmp0(view_attr(hostdev, "type"), "net") != 0)
        hostdev = view_next(hostdev);
    if (view_child(devices, "interface") || hostdev)
        return "its own";
    if (view_child(view_find(view, "features"), "privnet"))
        return "its own, with no interface";
    if (g_strcmp0(view_attr(view_root(view), "type"), "lxc") != 0)
        return "none";
    *ret_shares_host = TRUE;
    return "shared with the host";
}

static void
print_security(Cli *cli, Facts *facts, virDomainPtr dom, gboolean is_active)
{
    virSecurityModel model;
    g_autofree virSecurityLabel *label = NULL;

    memset(&model, 0, sizeof model);
    if (virNodeGetSecurityModel(virDomainGetConnect(dom), &model) < 0) {
        cli_forget_error(cli);
        return;
    }
    if (!model.model[0])
        return;
    facts_text(facts, "Security model:", "security_model", model.model);
    facts_text(facts, "Security DOI:", "security_doi", model.doi);
    label = g_new0(virSecurityLabel, 1);
    if (!is_active || virDomainGetSecurityLabel(dom, label) < 0)
        cli_forget_error(cli);
    else if (label->label[0] && !facts->json)
        cli_print("%-15s %s (%s)\n", "Security label:", label->label,
                  label->enforcing ? "enforcing" : "permissive");
    else if (label->label[0])
        facts_text(facts, NULL, "security_label", label->label);
}

static void
print_info(Facts *facts, const virDomainInfo *info)
{
    facts_text(facts, "State:", "state", names_state(info->state));
    facts_number(facts, "CPU(s):", "vcpus", info->nrVirtCpu, "");
    if (facts->json) {
        facts_number(facts, NULL, "cpu_time_ns", (gint64)info->cpuTime, "");
    } else if (info->cpuTime) {
        g_autofree char *text = g_strdup_printf("%.1fs", (double)info->cpuTime / 1e9);

        facts_text(facts, "CPU time:", NULL, text);
    }
    if (!facts->json && info->maxMem >= ULONG_MAX >> 1)
        facts_text(facts, "Max memory:", NULL, "no limit");
    else
        facts_number(facts, "Max memory:", "max_memory_kib", (gint64)info->maxMem, " KiB");
    facts_number(facts, "Used memory:", "used_memory_kib", (gint64)info->memory, " KiB");
}

static gboolean
run_dominfo(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    gboolean is_active, shares_host;
    int autostart, persistent;
    const char *network;
    virDomainInfo info;
    char *os_type;
    Facts facts;

    if (!dom || virDomainGetInfo(dom, &info) < 0 || virDomainGetUUIDString(dom, uuid) < 0)
        return FALSE;
    is_active = virDomainGetID(dom) != (unsigned int)-1;
    facts = facts_start(cli, "%-15s %s\n", args_flag(args, "json"));
    if (is_active)
        facts_number(&facts, "Id:", "id", virDomainGetID(dom), "");
    else
        facts_text(&facts, "Id:", "id", facts.json ? NULL : "-");
    facts_text(&facts, "Name:", "name", virDomainGetName(dom));
    facts_text(&facts, "UUID:", "uuid", uuid);
    os_type = virDomainGetOSType(dom);
    if (os_type)
        facts_text(&facts, "OS Type:", "os_type", os_type);
    free(os_type);
    facts_text(&facts, NULL, "type", lodge_domain_driver(dom));
    print_info(&facts, &info);
    persistent = virDomainIsPersistent(dom);
    facts_bool(&facts, "Persistent:", "persistent", persistent == 1, "yes", "no");
    if (virDomainGetAutostart(dom, &autostart) >= 0)
        facts_bool(&facts, "Autostart:", "autostart", autostart, "enable", "disable");
    facts_bool(&facts, "Managed save:", "managed_save", virDomainHasManagedSaveImage(dom, 0) == 1,
               "yes", "no");
    print_security(cli, &facts, dom, is_active);
    network = network_of(cli, dom, &shares_host);
    if (network)
        facts_text(&facts, "Network:", NULL, network);
    facts_bool(&facts, NULL, "shares_host_network", shares_host, "", "");
    facts_end(&facts);
    cli_forget_error(cli);
    return TRUE;
}

static gboolean
run_domstate(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    int state, reason;

    if (!dom || virDomainGetState(dom, &state, &reason, 0) < 0)
        return FALSE;
    if (args_flag(args, "reason"))
        cli_print("%s (%s)\n", names_state(state), names_reason(state, reason));
    else
        cli_print("%s\n", names_state(state));
    return TRUE;
}

static gboolean
run_domid(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autofree char *id = dom ? id_text(dom) : NULL;

    if (!dom)
        return FALSE;
    cli_print("%s\n", id);
    return TRUE;
}

static gboolean
run_domname(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    if (!dom)
        return FALSE;
    cli_print("%s\n", virDomainGetName(dom));
    return TRUE;
}

static gboolean
run_domuuid(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    char uuid[VIR_UUID_STRING_BUFLEN];

    if (!dom || virDomainGetUUIDString(dom, uuid) < 0)
        return FALSE;
    cli_print("%s\n", uuid);
    return TRUE;
}

static const Opt opts_list[] = {
    {"inactive", OPT_FLAG, 0, COMPLETE_NOTHING, "guests that do not run, instead of those that do"},
    {"all", OPT_FLAG, 0, COMPLETE_NOTHING, "both"},
    {"transient", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that are not stored"},
    {"persistent", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that are stored"},
    {"with-snapshot", OPT_FLAG, 0, COMPLETE_NOTHING, "only those with a snapshot"},
    {"without-snapshot", OPT_FLAG, 0, COMPLETE_NOTHING, "only those without"},
    {"with-checkpoint", OPT_FLAG, 0, COMPLETE_NOTHING, "only those with a checkpoint"},
    {"without-checkpoint", OPT_FLAG, 0, COMPLETE_NOTHING, "only those without"},
    {"state-running", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that run"},
    {"state-paused", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that are suspended"},
    {"state-shutoff", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that are shut off (with --all)"},
    {"state-other", OPT_FLAG, 0, COMPLETE_NOTHING, "only those in another state"},
    {"autostart", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that start at boot"},
    {"no-autostart", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that do not"},
    {"with-managed-save", OPT_FLAG, 0, COMPLETE_NOTHING, "only those with a managed save"},
    {"without-managed-save", OPT_FLAG, 0, COMPLETE_NOTHING, "only those without"},
    {"uuid", OPT_FLAG, 0, COMPLETE_NOTHING, "only uuids, one a line"},
    {"name", OPT_FLAG, 0, COMPLETE_NOTHING, "only names, one a line"},
    {"id", OPT_FLAG, 0, COMPLETE_NOTHING, "only ids, one a line"},
    {"table", OPT_FLAG, 0, COMPLETE_NOTHING, "a table (the default)"},
    {"managed-save", OPT_FLAG, 0, COMPLETE_NOTHING, "show 'saved' for guests with a managed save"},
    {"title", OPT_FLAG, 0, COMPLETE_NOTHING, "with the titles"},
    OPT_JSON,
    OPT_END};
static const Opt opts_domain[] = {OPT_DOMAIN(COMPLETE_DOMAIN), OPT_END};
static const Opt opts_dominfo[] = {OPT_DOMAIN(COMPLETE_DOMAIN), OPT_JSON, OPT_END};
static const Opt opts_domstate[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"reason", OPT_FLAG, 0, COMPLETE_NOTHING, "and why it is in that state"},
    OPT_END};

const Verb verbs_monitor[] = {
    {"list", "list guests",
     "Those that run, if nothing else is said. With lodge:/// a column says which driver each is "
     "of. "
     "No guest has snapshots or checkpoints yet.",
     opts_list, run_list},
    {"dominfo", "show what is known of a guest", NULL, opts_dominfo, run_dominfo},
    {"domstate", "show the state of a guest", NULL, opts_domstate, run_domstate},
    {"domid", "name or uuid to id", NULL, opts_domain, run_domid},
    {"domname", "id or uuid to name", NULL, opts_domain, run_domname},
    {"domuuid", "name or id to uuid", NULL, opts_domain, run_domuuid},
    {NULL},
};
