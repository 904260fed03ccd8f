/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/editor.h"
#include "cli/verbs.h"
#include "cli/view.h"
#include "cli/xml-part.h"

/* Reads --file and makes the connection know its name; NULL with the error said. */
static char *
read_xml(Cli *cli, const Args *args)
{
    const char *path = args_text(args, "file");
    char *xml = cli_connect(cli) ? cli_read_file(path) : NULL;

    if (xml)
        lodge_connect_set_xml_source(cli->conn, strcmp(path, "-") == 0 ? "(stdin)" : path);
    return xml;
}

static gboolean
run_net_define(Cli *cli, const Args *args)
{
    g_autofree char *xml = read_xml(cli, args);
    g_autoptr(CliNetwork) net = NULL;

    if (!xml)
        return FALSE;
    net = virNetworkDefineXMLFlags(cli->conn, xml,
                                   args_flag(args, "validate") ? VIR_NETWORK_DEFINE_VALIDATE : 0);
    cli_warnings(cli);
    if (!net) {
        cli_error("Failed to define network from %s", args_text(args, "file"));
        return FALSE;
    }
    cli_say(cli, "Network %s defined from %s\n", virNetworkGetName(net), args_text(args, "file"));
    return TRUE;
}

static gboolean
run_net_create(Cli *cli, const Args *args)
{
    g_autofree char *xml = read_xml(cli, args);
    g_autoptr(CliNetwork) net = NULL;

    if (!xml)
        return FALSE;
    net = virNetworkCreateXMLFlags(cli->conn, xml,
                                   args_flag(args, "validate") ? VIR_NETWORK_CREATE_VALIDATE : 0);
    cli_warnings(cli);
    if (!net) {
        cli_error("Failed to create network from %s", args_text(args, "file"));
        return FALSE;
    }
    cli_say(cli, "Network %s created from %s\n", virNetworkGetName(net), args_text(args, "file"));
    return TRUE;
}

static gboolean
run_net_start(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));

    if (!net)
        return FALSE;
    if (virNetworkCreate(net) < 0) {
        cli_error("Failed to start network %s", virNetworkGetName(net));
        return FALSE;
    }
    cli_warnings(cli);
    cli_say(cli, "Network %s started\n", virNetworkGetName(net));
    return TRUE;
}

static gboolean
run_net_destroy(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));

    if (!net)
        return FALSE;
    if (virNetworkDestroy(net) < 0) {
        cli_error("Failed to destroy network %s", virNetworkGetName(net));
        return FALSE;
    }
    cli_say(cli, "Network %s destroyed\n", virNetworkGetName(net));
    return TRUE;
}

static gboolean
run_net_undefine(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));

    if (!net)
        return FALSE;
    if (virNetworkUndefine(net) < 0) {
        cli_error("Failed to undefine network %s", virNetworkGetName(net));
        return FALSE;
    }
    cli_say(cli, "Network %s has been undefined\n", virNetworkGetName(net));
    return TRUE;
}

static gboolean
run_net_autostart(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));
    gboolean off = args_flag(args, "disable");

    if (!net)
        return FALSE;
    if (virNetworkSetAutostart(net, !off) < 0) {
        cli_error("failed to %smark network %s as autostarted", off ? "un" : "",
                  virNetworkGetName(net));
        return FALSE;
    }
    cli_say(cli, "Network %s %smarked as autostarted\n", virNetworkGetName(net), off ? "un" : "");
    return TRUE;
}

static gboolean
run_net_dumpxml(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));
    char *xml =
        net ? virNetworkGetXMLDesc(net, args_flag(args, "inactive") ? VIR_NETWORK_XML_INACTIVE : 0)
            : NULL;
    gboolean ok;

    if (!xml)
        return FALSE;
    ok = xml_part_print(args, xml);
    free(xml);
    return ok;
}

typedef struct {
    Cli *cli;
    virNetworkPtr net;
    const char *before;
} Edit;

static gboolean
apply_edit(const char *text, gboolean relaxed, void *opaque)
{
    const Edit *edit = opaque;
    const char *name = virNetworkGetName(edit->net);
    g_autoptr(View) view = view_new(text);
    const char *found = view ? view_text(view_find(view, "name")) : NULL;
    g_autoptr(CliNetwork) net = NULL;
    char *now;
    gboolean is_same;

    if (found && strcmp(found, name) != 0) {
        cli_error("edit cannot rename network '%s'; keep its <name>, or define the new one and "
                  "undefine the old one",
                  name);
        return FALSE;
    }
    now = virNetworkGetXMLDesc(edit->net, VIR_NETWORK_XML_INACTIVE);
    is_same = now && strcmp(now, edit->before) == 0;
    free(now);
    if (!is_same) {
        cli_error("the XML of network '%s' was changed by somebody else meanwhile", name);
        return FALSE;
    }
    lodge_connect_set_xml_source(edit->cli->conn, "(edited)");
    net =
        virNetworkDefineXMLFlags(edit->cli->conn, text, relaxed ? 0 : VIR_NETWORK_DEFINE_VALIDATE);
    cli_warnings(edit->cli);
    return net != NULL;
}

static gboolean
run_net_edit(Cli *cli, const Args *args)
{
    g_autoptr(CliNetwork) net = cli_network(cli, args_text(args, "network"));
    char *xml = net ? virNetworkGetXMLDesc(net, VIR_NETWORK_XML_INACTIVE) : NULL;
    Edit edit = {cli, net, xml};
    EditResult result;

    if (!xml)
        return FALSE;
    result = editor_apply(cli, xml, apply_edit, &edit);
    free(xml);
    if (result == EDIT_FAILED)
        return FALSE;
    cli_say(cli,
            result == EDIT_CHANGED ? "Network %s XML configuration edited.\n"
                                   : "Network %s XML configuration not changed.\n",
            virNetworkGetName(net));
    return TRUE;
}

#define OPT_VALIDATE                                                                               \
    {                                                                                              \
        "validate", OPT_FLAG, 0, COMPLETE_NOTHING,                                                 \
            "refuse XML with an element lodge does not know"                                       \
    }

static const Opt opts_file[] = {{"file", OPT_TEXT, OPT_REQUIRED, COMPLETE_FILE,
                                 "file with the network's XML; - is standard input"},
                                OPT_VALIDATE,
                                OPT_END};
static const Opt opts_start[] = {OPT_NETWORK(COMPLETE_NETWORK_INACTIVE), OPT_END};
static const Opt opts_active[] = {OPT_NETWORK(COMPLETE_NETWORK_ACTIVE), OPT_END};
static const Opt opts_network[] = {OPT_NETWORK(COMPLETE_NETWORK), OPT_END};
static const Opt opts_autostart[] = {
    OPT_NETWORK(COMPLETE_NETWORK),
    {"disable", OPT_FLAG, 0, COMPLETE_NOTHING, "do not start it at boot any more"},
    OPT_END};
static const Opt opts_dumpxml[] = {
    OPT_NETWORK(COMPLETE_NETWORK),
    {"inactive", OPT_FLAG, 0, COMPLETE_NOTHING, "the stored XML, also while the network runs"},
    OPT_XML_PART,
    OPT_END};

const Verb verbs_network[] = {
    {"net-autostart", "start a network when the host boots", NULL, opts_autostart,
     run_net_autostart},
    {"net-create", "start a network that is not stored, from an XML file", NULL, opts_file,
     run_net_create},
    {"net-define", "store a network from an XML file, or change a stored one", NULL, opts_file,
     run_net_define},
    {"net-destroy", "stop a network", "What is stored stays. Guests on it lose their connection.",
     opts_active, run_net_destroy},
    {"net-dumpxml", "print the XML of a network", NULL, opts_dumpxml, run_net_dumpxml},
    {"net-edit", "change the stored XML of a network in an editor",
     "A running network sees the change at its next start.", opts_network, run_net_edit},
    {"net-start", "start a stored network", NULL, opts_start, run_net_start},
    {"net-undefine", "forget a stored network", NULL, opts_network, run_net_undefine},
    {NULL},
};
