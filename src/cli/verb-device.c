/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/device-xml.h"
#include "cli/verbs.h"
#include "cli/view.h"

/* --config, --live, --current and --persistent to flags; FALSE with the error said. */
static gboolean
device_flags(const Args *args, virDomainPtr dom, guint *ret_flags)
{
    if (!args_affect(args, ret_flags))
        return FALSE;
    if (!args_flag(args, "persistent"))
        return TRUE;
    if (args_flag(args, "current")) {
        cli_error("Options --persistent and --current are mutually exclusive");
        return FALSE;
    }
    *ret_flags |= VIR_DOMAIN_AFFECT_CONFIG;
    if (virDomainIsActive(dom) == 1)
        *ret_flags |= VIR_DOMAIN_AFFECT_LIVE;
    return TRUE;
}

typedef int (*DeviceCall)(virDomainPtr dom, const char *xml, unsigned int flags);

/* One device from a file, for attach, detach and update. */
static gboolean
device_from_file(Cli *cli, const Args *args, guint more_flags, DeviceCall call, const char *verb,
                 const char *done)
{
    const char *path = args_text(args, "file");
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autofree char *xml = NULL;
    guint flags;

    if (!dom || !device_flags(args, dom, &flags) || !(xml = cli_read_file(path)))
        return FALSE;
    lodge_connect_set_xml_source(cli->conn, strcmp(path, "-") == 0 ? "(stdin)" : path);
    if (call(dom, xml, flags | more_flags) < 0) {
        cli_error("Failed to %s device from %s", verb, path);
        return FALSE;
    }
    cli_warnings(cli);
    cli_say(cli, "Device %s successfully\n", done);
    return TRUE;
}

static gboolean
run_attach_device(Cli *cli, const Args *args)
{
    return device_from_file(cli, args, 0, virDomainAttachDeviceFlags, "attach", "attached");
}

static gboolean
run_detach_device(Cli *cli, const Args *args)
{
    return device_from_file(cli, args, 0, virDomainDetachDeviceFlags, "detach", "detached");
}

static gboolean
run_update_device(Cli *cli, const Args *args)
{
    guint flags = args_flag(args, "force") ? VIR_DOMAIN_DEVICE_MODIFY_FORCE : 0;

    return device_from_file(cli, args, flags, virDomainUpdateDeviceFlags, "update", "updated");
}

static gboolean
run_detach_alias(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    guint flags;

    if (!dom || !args_affect(args, &flags))
        return FALSE;
    if (virDomainDetachDeviceAlias(dom, args_text(args, "alias"), flags) < 0) {
        cli_error("Failed to detach device with alias %s", args_text(args, "alias"));
        return FALSE;
    }
    cli_say(cli, "Device detach request sent successfully\n");
    return TRUE;
}

/* Prints @xml, or gives it to @call. */
static gboolean
device_apply(Cli *cli, const Args *args, virDomainPtr dom, const char *xml, guint more_flags,
             DeviceCall call, const char *failed, const char *done)
{
    guint flags;

    if (!device_flags(args, dom, &flags))
        return FALSE;
    if (args_flag(args, "print-xml")) {
        cli_print("%s", xml);
        return TRUE;
    }
    if (call(dom, xml, flags | more_flags) < 0) {
        cli_error("%s", failed);
        return FALSE;
    }
    cli_warnings(cli);
    cli_say(cli, "%s successfully\n", done);
    return TRUE;
}

/* --- disks ------------------------------------------------------------------------------------------- */

static gboolean
run_attach_disk(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    g_autofree char *xml = NULL;
    DiskWords words = {
        .source = args_text(args, "source"),
        .target = args_text(args, "target"),
        .bus = args_text(args, "targetbus"),
        .driver = args_text(args, "driver"),
        .subdriver = args_text(args, "subdriver"),
        .cache = args_text(args, "cache"),
        .io = args_text(args, "io"),
        .type = args_text(args, "type"),
        .mode = args_text(args, "mode"),
        .source_type = args_text(args, "sourcetype"),
        .serial = args_text(args, "serial"),
        .wwn = args_text(args, "wwn"),
        .alias = args_text(args, "alias"),
        .address = args_text(args, "address"),
    };

    if (!(dom = cli_domain(cli, args_text(args, "domain"))) || !(xml = device_xml_disk(&words)))
        return FALSE;
    return device_apply(cli, args, dom, xml, 0, virDomainAttachDeviceFlags, "Failed to attach disk",
                        "Disk attached");
}

static gboolean
run_detach_disk(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autofree char *xml = NULL;
    guint flags;

    if (!dom || !device_flags(args, dom, &flags))
        return FALSE;
    xml = device_xml_find_disk(dom, flags == VIR_DOMAIN_AFFECT_CONFIG, args_text(args, "target"),
                               NULL);
    return xml && device_apply(cli, args, dom, xml, 0, virDomainDetachDeviceFlags,
                               "Failed to detach disk", "Disk detached");
}

static gboolean
run_change_media(Cli *cli, const Args *args)
{
    const char *path = args_text(args, "path"), *source = args_text(args, "source");
    gboolean eject = args_flag(args, "eject"), insert = args_flag(args, "insert");
    gboolean update = args_flag(args, "update") || (!eject && !insert);
    const char *action = eject ? "eject" : insert ? "insert" : "update";
    g_autoptr(CliDomain) dom = NULL;
    g_autofree char *xml = NULL;
    g_autofree char *failed = NULL;
    g_autofree char *done = NULL;
    MediumWords words = {.source = source, .is_block = args_flag(args, "block")};
    guint flags;

    if (!args_exclusive(args, "eject", "insert") || !args_exclusive(args, "eject", "update") ||
        !args_exclusive(args, "insert", "update") || !args_affect(args, &flags) ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if ((eject && source) || (insert && !source)) {
        cli_error(eject ? "--eject takes no --source"
                        : "No disk source specified for inserting; give --source");
        return FALSE;
    }
    words.must_be_empty = insert;
    words.must_be_full = eject || (update && !source);
    xml = device_xml_find_disk(dom, flags == VIR_DOMAIN_AFFECT_CONFIG, path, &words);
    failed = g_strdup_printf("Failed to complete action %s on media", action);
    done = g_strdup_printf("%s media", eject ? "Ejected" : insert ? "Inserted" : "Updated");
    if (!xml)
        return FALSE;
    if (args_flag(args, "print-xml")) {
        cli_print("%s", xml);
        return TRUE;
    }
    if (virDomainUpdateDeviceFlags(
            dom, xml, flags | (args_flag(args, "force") ? VIR_DOMAIN_DEVICE_MODIFY_FORCE : 0)) <
        0) {
        cli_error("%s", failed);
        return FALSE;
    }
    cli_say(cli, "Successfully %s media.\n", eject ? "ejected" : insert ? "inserted" : "updated");
    return TRUE;
}

/* --- interfaces ---------------------------------------------------------------------------------------- */

static gboolean
run_attach_interface(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    g_autofree char *xml = NULL;
    InterfaceWords words = {
        .type = args_text(args, "type"),
        .source = args_text(args, "source"),
        .target = args_text(args, "target"),
        .mac = args_text(args, "mac"),
        .model = args_text(args, "model"),
        .alias = args_text(args, "alias"),
        .mode = args_text(args, "source-mode"),
    };

    if (!(dom = cli_domain(cli, args_text(args, "domain"))) ||
        !(xml = device_xml_interface(&words)))
        return FALSE;
    return device_apply(cli, args, dom, xml, 0, virDomainAttachDeviceFlags,
                        "Failed to attach interface", "Interface attached");
}

static gboolean
run_detach_interface(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autofree char *xml = NULL;
    guint flags;

    if (!dom || !device_flags(args, dom, &flags))
        return FALSE;
    xml = device_xml_find_interface(dom, flags == VIR_DOMAIN_AFFECT_CONFIG, args_text(args, "type"),
                                    args_text(args, "mac"), NULL);
    return xml && device_apply(cli, args, dom, xml, 0, virDomainDetachDeviceFlags,
                               "Failed to detach interface", "Interface detached");
}

static gboolean
run_domif_setlink(Cli *cli, const Args *args)
{
    const char *state = args_text(args, "state"), *iface = args_text(args, "interface");
    gboolean config = args_flag(args, "config");
    g_autoptr(CliDomain) dom = NULL;
    g_autofree char *xml = NULL;

    if (strcmp(state, "up") != 0 && strcmp(state, "down") != 0) {
        cli_error("invalid link state '%s'; it is up or down", state);
        return FALSE;
    }
    if (!(dom = cli_domain(cli, args_text(args, "domain"))) ||
        !(xml = device_xml_find_interface(dom, config, NULL, iface, state)))
        return FALSE;
    if (args_flag(args, "print-xml")) {
        cli_print("%s", xml);
        return TRUE;
    }
    if (virDomainUpdateDeviceFlags(
            dom, xml, config ? VIR_DOMAIN_AFFECT_CONFIG : VIR_DOMAIN_AFFECT_CURRENT) < 0) {
        cli_error("Failed to update interface link state");
        return FALSE;
    }
    cli_say(cli, "Device updated successfully\n");
    return TRUE;
}

static gboolean
run_domif_getlink(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autoptr(View) view =
        dom ? view_domain(dom, args_flag(args, "config") ? VIR_DOMAIN_XML_INACTIVE : 0) : NULL;
    const char *wanted = args_text(args, "interface"), *state;
    const ViewNode *node = view ? view_child(view_find(view, "devices"), "interface") : NULL;

    if (!view)
        return FALSE;
    for (; node; node = view_next(node)) {
        if (!device_xml_is_interface(node, wanted))
            continue;
        state = view_attr(view_child(node, "link"), "state");
        cli_print("%s %s\n", wanted, state ? state : "up");
        return TRUE;
    }
    cli_error("Interface '%s' not found.", wanted);
    return FALSE;
}

#define OPT_DEVICE_FILE                                                                            \
    {                                                                                              \
        "file", OPT_TEXT, OPT_REQUIRED, COMPLETE_FILE,                                             \
            "file with one device's XML; - is standard input"                                      \
    }
#define OPT_PERSISTENT                                                                             \
    {                                                                                              \
        "persistent", OPT_FLAG, 0, COMPLETE_NOTHING, "the stored configuration too"                \
    }
#define OPT_PRINT                                                                                  \
    {                                                                                              \
        "print-xml", OPT_FLAG, 0, COMPLETE_NOTHING, "print the device's XML and do nothing"        \
    }
#define OPT_WORD(name, help)                                                                       \
    {                                                                                              \
        name, OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, help                                        \
    }

static const char *const link_words[] = {"up", "down", NULL};
static const Opt opts_file[] = {OPT_DOMAIN(COMPLETE_DOMAIN), OPT_DEVICE_FILE, OPT_PERSISTENT,
                                OPT_AFFECT, OPT_END};
static const Opt opts_update[] = {OPT_DOMAIN(COMPLETE_DOMAIN),
                                  OPT_DEVICE_FILE,
                                  OPT_PERSISTENT,
                                  OPT_AFFECT,
                                  {"force", OPT_FLAG, 0, COMPLETE_NOTHING,
                                   "take a medium out of a tray that the guest has locked"},
                                  OPT_END};
static const Opt opts_alias[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"alias", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "of the device, as dumpxml shows it"},
    OPT_AFFECT,
    OPT_END};
static const Opt opts_attach_disk[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"source", OPT_TEXT, OPT_REQUIRED, COMPLETE_FILE, "image or block device"},
    {"target", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "what the guest calls it: vdb, sda"},
    OPT_WORD("targetbus", "virtio, scsi, sata, ide, usb; by the target's name when not given"),
    OPT_WORD("driver", "qemu"),
    OPT_WORD("subdriver", "the image's format: raw, qcow2"),
    OPT_WORD("cache", "none, writethrough, writeback, directsync, unsafe"),
    OPT_WORD("io", "threads, native, io_uring"),
    OPT_WORD("type", "disk, cdrom, floppy"),
    OPT_WORD("mode", "readonly or shareable"),
    OPT_WORD("sourcetype", "file or block; by the source when not given"),
    OPT_WORD("serial", "serial number that the guest sees"),
    OPT_WORD("wwn", "world wide name that the guest sees"),
    OPT_WORD("alias", "alias of your own, beginning with ua-"),
    OPT_WORD("address", "place: pci:DOMAIN.BUS.SLOT.FUNCTION or CONTROLLER.BUS.UNIT"),
    OPT_PRINT,
    OPT_PERSISTENT,
    OPT_AFFECT,
    OPT_END};
static const Opt opts_detach_disk[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"target", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "target or source of the disk"},
    OPT_PERSISTENT,
    OPT_AFFECT,
    OPT_PRINT,
    OPT_END};
static const Opt opts_media[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"path", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "target or source of the drive"},
    {"source", OPT_TEXT, 0, COMPLETE_FILE, "the medium's image"},
    {"eject", OPT_FLAG, 0, COMPLETE_NOTHING, "take the medium out"},
    {"insert", OPT_FLAG, 0, COMPLETE_NOTHING, "put one into an empty drive"},
    {"update", OPT_FLAG, 0, COMPLETE_NOTHING, "put another one in; the default"},
    OPT_AFFECT,
    {"force", OPT_FLAG, 0, COMPLETE_NOTHING, "also when the guest has locked the drive"},
    OPT_PRINT,
    {"block", OPT_FLAG, 0, COMPLETE_NOTHING, "the source is a block device"},
    OPT_END};
static const Opt opts_attach_interface[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"type", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "network, bridge, direct or user"},
    {"source", OPT_TEXT, OPT_REQUIRED, COMPLETE_NETWORK, "network, bridge or device of the host"},
    OPT_WORD("target", "name of the host's end"),
    OPT_WORD("mac", "address of the guest's end"),
    OPT_WORD("model", "virtio, e1000e, ..."),
    OPT_WORD("alias", "alias of your own, beginning with ua-"),
    OPT_WORD("source-mode", "of type direct: vepa, bridge, private, passthrough"),
    OPT_PERSISTENT,
    OPT_AFFECT,
    OPT_PRINT,
    OPT_END};
static const Opt opts_detach_interface[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"type", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "network, bridge, direct or user"},
    OPT_WORD("mac", "its address, where there are several"),
    OPT_PERSISTENT,
    OPT_AFFECT,
    OPT_PRINT,
    OPT_END};
static const Opt opts_setlink[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"interface", OPT_TEXT, OPT_REQUIRED, COMPLETE_INTERFACE, "name or MAC of the interface"},
    {"state", OPT_TEXT, OPT_REQUIRED, COMPLETE_WORDS, "up or down", link_words},
    {"config", OPT_FLAG, 0, COMPLETE_NOTHING, "in the stored configuration"},
    OPT_PRINT,
    OPT_END};
static const Opt opts_getlink[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"interface", OPT_TEXT, OPT_REQUIRED, COMPLETE_INTERFACE, "name or MAC of the interface"},
    {"config", OPT_FLAG, 0, COMPLETE_NOTHING, "in the stored configuration"},
    OPT_END};

const Verb verbs_device[] = {
    {"attach-device", "plug a device into a machine",
     "A running machine has it at once (--live), its configuration from the next start on "
     "(--config).",
     opts_file, run_attach_device},
    {"detach-device", "take a device out of a machine",
     "Waits until the guest has let go of it, at most 10 seconds.", opts_file, run_detach_device},
    {"detach-device-alias", "take the device with an alias out of a machine", NULL, opts_alias,
     run_detach_alias},
    {"update-device", "change a device of a machine",
     "Of a running machine: the medium of a drive, the link of an interface.", opts_update,
     run_update_device},
    {"attach-disk", "plug a disk into a machine", NULL, opts_attach_disk, run_attach_disk},
    {"detach-disk", "take a disk out of a machine", NULL, opts_detach_disk, run_detach_disk},
    {"attach-interface", "plug a network interface into a machine", NULL, opts_attach_interface,
     run_attach_interface},
    {"detach-interface", "take a network interface out of a machine", NULL, opts_detach_interface,
     run_detach_interface},
    {"change-media", "change the medium in a drive", NULL, opts_media, run_change_media},
    {"domif-setlink", "plug or pull the cable of an interface", NULL, opts_setlink,
     run_domif_setlink},
    {"domif-getlink", "tell whether the cable of an interface is plugged", NULL, opts_getlink,
     run_domif_getlink},
    {NULL},
};
