/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/facts.h"
#include "cli/table.h"
#include "cli/verbs.h"

typedef struct {
    virNetworkPtr *nets;
    int n;
} Networks;

static void
networks_clear(Networks *networks)
{
    for (int i = 0; i < networks->n; i++)
        virNetworkFree(networks->nets[i]);
    free(networks->nets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Networks, networks_clear)

static int
compare_networks(const void *a, const void *b)
{
    return g_ascii_strcasecmp(virNetworkGetName(*(virNetworkPtr const *)a),
                              virNetworkGetName(*(virNetworkPtr const *)b));
}

static guint
list_flags(const Args *args)
{
    static const struct {
        const char *option;
        guint flag;
    } filters[] = {{"persistent", VIR_CONNECT_LIST_NETWORKS_PERSISTENT},
                   {"transient", VIR_CONNECT_LIST_NETWORKS_TRANSIENT},
                   {"autostart", VIR_CONNECT_LIST_NETWORKS_AUTOSTART},
                   {"no-autostart", VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART}};
    guint flags = VIR_CONNECT_LIST_NETWORKS_ACTIVE;

    if (args_flag(args, "inactive"))
        flags = VIR_CONNECT_LIST_NETWORKS_INACTIVE;
    if (args_flag(args, "all"))
        flags = VIR_CONNECT_LIST_NETWORKS_ACTIVE | VIR_CONNECT_LIST_NETWORKS_INACTIVE;
    for (guint i = 0; i < G_N_ELEMENTS(filters); i++)
        if (args_flag(args, filters[i].option))
            flags |= filters[i].flag;
    return flags;
}

static void
list_table(Cli *cli, const Networks *networks, gboolean as_json)
{
    static const Column columns[] = {{"Name", "name", COLUMN_NAME},
                                     {"State", "state", COLUMN_NAME},
                                     {"Autostart", "autostart", COLUMN_BOOL},
                                     {"Persistent", "persistent", COLUMN_BOOL},
                                     {NULL, "uuid", COLUMN_TEXT},
                                     {NULL, "bridge", COLUMN_TEXT}};
    g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

    for (int i = 0; i < networks->n; i++) {
        virNetworkPtr net = networks->nets[i];
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        char *bridge = as_json ? virNetworkGetBridgeName(net) : NULL;
        int autostart = 0;

        table_cell(table, virNetworkGetName(net));
        table_cell(table, virNetworkIsActive(net) == 1 ? "active" : "inactive");
        table_cell(table, virNetworkGetAutostart(net, &autostart) < 0 ? "no autostart"
                          : autostart                                 ? "yes"
                                                                      : "no");
        table_cell(table, virNetworkIsPersistent(net) == 1 ? "yes" : "no");
        if (as_json)
            virNetworkGetUUIDString(net, uuid);
        table_cell(table, uuid);
        table_cell(table, bridge);
        free(bridge);
    }
    cli_forget_error(cli); /* of those that went while we looked */
    table_print(table, cli, as_json);
}

static gboolean
run_net_list(Cli *cli, const Args *args)
{
    g_auto(Networks) networks = {NULL, 0};
    int n;

    if (!args_exclusive(args, "uuid", "name") || !args_exclusive(args, "table", "uuid") ||
        !args_exclusive(args, "table", "name") || !args_exclusive(args, "json", "uuid") ||
        !args_exclusive(args, "json", "name") || !cli_connect(cli))
        return FALSE;
    n = virConnectListAllNetworks(cli->conn, &networks.nets, list_flags(args));
    if (n < 0) {
        cli_error("Failed to list networks");
        return FALSE;
    }
    networks.n = n;
    if (n > 1)
        qsort(networks.nets, (gsize)n, sizeof *networks.nets, compare_networks);
    if (!args_flag(args, "uuid") && !args_flag(args, "name")) {
        list_table(cli, &networks, args_flag(args, "json"));
        return TRUE;
    }
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";

        virNetworkGetUUIDString(networks.nets[i], uuid);
        cli_print("%s\n", args_flag(args, "uuid") ? uuid : virNetworkGetName(networks.nets[i]));
    }
    return TRUE;
}

static gboolean
run_net_info(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    int autostart;
    char *bridge;
    Facts facts;

    if (!net)
        return FALSE;
    facts = facts_start(cli, "%-15s %s\n", args_flag(args, "json"));
    facts_text(&facts, "Name:", "name", virNetworkGetName(net));
    if (virNetworkGetUUIDString(net, uuid) >= 0)
        facts_text(&facts, "UUID:", "uuid", uuid);
    facts_bool(&facts, "Active:", "active", virNetworkIsActive(net) == 1, "yes", "no");
    facts_bool(&facts, "Persistent:", "persistent", virNetworkIsPersistent(net) == 1, "yes", "no");
    if (virNetworkGetAutostart(net, &autostart) < 0)
        facts_text(&facts, "Autostart:", "autostart", facts.json ? NULL : "no autostart");
    else
        facts_bool(&facts, "Autostart:", "autostart", autostart, "yes", "no");
    bridge = virNetworkGetBridgeName(net);
    if (bridge)
        facts_text(&facts, "Bridge:", "bridge", bridge);
    free(bridge);
    facts_end(&facts);
    cli_forget_error(cli);
    return TRUE;
}

static gboolean
run_net_name(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));

    if (!net)
        return FALSE;
    cli_print("%s\n", virNetworkGetName(net));
    return TRUE;
}

static gboolean
run_net_uuid(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));
    char uuid[VIR_UUID_STRING_BUFLEN];

    if (!net)
        return FALSE;
    if (virNetworkGetUUIDString(net, uuid) < 0) {
        cli_error("failed to get network UUID");
        return FALSE;
    }
    cli_print("%s\n", uuid);
    return TRUE;
}

static void
add_lease(Table *table, const virNetworkDHCPLease *lease)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(lease->expirytime);
    g_autofree char *time = when ? g_date_time_format(when, "%Y-%m-%d %H:%M:%S") : NULL;
    g_autofree char *address = g_strdup_printf("%s/%u", lease->ipaddr, lease->prefix);

    table_cell(table, time);
    table_cell(table, lease->mac ? lease->mac : "");
    table_cell(table, lease->type == VIR_IP_ADDR_TYPE_IPV6 ? "ipv6" : "ipv4");
    table_cell(table, address);
    table_cell(table, lease->hostname);
    table_cell(table, lease->clientid);
    table_cell(table, lease->iface);
    table_cell_number(table, lease->expirytime);
}

static gboolean
run_net_dhcp_leases(Cli *cli, const Args *args)
{
    static const Column columns[] = {
        {"Expiry Time", NULL, COLUMN_TEXT},    {"MAC address", "mac", COLUMN_TEXT},
        {"Protocol", "family", COLUMN_NAME},   {"IP address", "address", COLUMN_NAME},
        {"Hostname", "hostname", COLUMN_TEXT}, {"Client ID or DUID", "client_id", COLUMN_TEXT},
        {NULL, "interface", COLUMN_TEXT},      {NULL, "expires", COLUMN_NUMBER}};
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));
    g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));
    virNetworkDHCPLeasePtr *leases = NULL;
    int n;

    if (!net)
        return FALSE;
    n = virNetworkGetDHCPLeases(net, args_text(args, "mac"), &leases, 0);
    if (n < 0) {
        cli_error("Failed to get leases info for %s", virNetworkGetName(net));
        return FALSE;
    }
    for (int i = 0; i < n; i++) {
        add_lease(table, leases[i]);
        virNetworkDHCPLeaseFree(leases[i]);
    }
    free(leases);
    table_print(table, cli, args_flag(args, "json"));
    return TRUE;
}

static const Opt opts_list[] = {
    {"inactive", OPT_FLAG, 0, COMPLETE_NOTHING,
     "networks that are stopped, instead of those that run"},
    {"all", OPT_FLAG, 0, COMPLETE_NOTHING, "both"},
    {"persistent", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that are stored"},
    {"transient", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that are not"},
    {"autostart", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that start at boot"},
    {"no-autostart", OPT_FLAG, 0, COMPLETE_NOTHING, "only those that do not"},
    {"uuid", OPT_FLAG, 0, COMPLETE_NOTHING, "only uuids, one a line"},
    {"name", OPT_FLAG, 0, COMPLETE_NOTHING, "only names, one a line"},
    {"table", OPT_FLAG, 0, COMPLETE_NOTHING, "a table (the default)"},
    OPT_JSON,
    OPT_END};
static const Opt opts_network[] = {OPT_NETWORK(COMPLETE_NETWORK), OPT_END};
static const Opt opts_info[] = {OPT_NETWORK(COMPLETE_NETWORK), OPT_JSON, OPT_END};
static const Opt opts_leases[] = {
    OPT_NETWORK(COMPLETE_NETWORK_ACTIVE),
    {"mac", OPT_TEXT, 0, COMPLETE_NOTHING, "only of this hardware address"},
    OPT_JSON,
    OPT_END};

const Verb verbs_network_info[] = {
    {"net-dhcp-leases", "list the addresses that a network gave out", NULL, opts_leases,
     run_net_dhcp_leases},
    {"net-info", "show what is known of a network", NULL, opts_info, run_net_info},
    {"net-list", "list networks", "Those that run, if nothing else is said.", opts_list,
     run_net_list},
    {"net-name", "uuid to name", NULL, opts_network, run_net_name},
    {"net-uuid", "name to uuid", NULL, opts_network, run_net_uuid},
    {NULL},
};
