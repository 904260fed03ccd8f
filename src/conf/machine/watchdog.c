/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/watchdog.h"

#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_watchdog_model_names[] = {
    [MACHINE_WATCHDOG_I6300ESB] = "i6300esb",
    [MACHINE_WATCHDOG_IB700] = "ib700",
};
ENUM_IMPL(machine_watchdog_model, MachineWatchdogModel)

static const char *const machine_watchdog_action_names[] = {
    [MACHINE_WATCHDOG_RESET] = "reset",       [MACHINE_WATCHDOG_SHUTDOWN] = "shutdown",
    [MACHINE_WATCHDOG_POWEROFF] = "poweroff", [MACHINE_WATCHDOG_PAUSE] = "pause",
    [MACHINE_WATCHDOG_NONE] = "none",         [MACHINE_WATCHDOG_INJECT_NMI] = "inject-nmi",
};
ENUM_IMPL(machine_watchdog_action, MachineWatchdogAction)

static const char *const machine_panic_model_names[] = {
    [MACHINE_PANIC_ISA] = "isa",
    [MACHINE_PANIC_HYPERV] = "hyperv",
};
ENUM_IMPL(machine_panic_model, MachinePanicModel)

static const XmlField watchdog_fields[] = {
    XML_NEEDED_WORD(NULL, "model", MachineWatchdog, model, machine_watchdog_model_names),
    XML_WORD(NULL, "action", MachineWatchdog, action, machine_watchdog_action_names),
};

static const XmlField panic_fields[] = {
    XML_WORD(NULL, "model", MachinePanic, model, machine_panic_model_names),
};

static gboolean
parse_watchdog(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineWatchdog *watchdog = device;
    const char *model = xml_attr(node, "model");

    if (g_strcmp0(model, "diag288") == 0 || g_strcmp0(model, "itco") == 0)
        return xml_unsupported(tree, node, error, "model '%s' is not supported; use i6300esb",
                               model);
    if (g_strcmp0(xml_attr(node, "action"), "dump") == 0)
        return xml_unsupported(tree, node, error,
                               "action 'dump' is not supported yet; use pause and look at the "
                               "guest");
    return xml_fields_parse(tree, node, XML_FIELDS(watchdog_fields), watchdog, error) &&
           device_info_parse(tree, node, DEVICE_MAY_ACPI,
                             watchdog->model == MACHINE_WATCHDOG_I6300ESB ? DEVICE_AT(PCI)
                                                                          : DEVICE_AT(ISA),
                             &watchdog->info, error);
}

static void
format_watchdog(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
                GString *out)
{
    const MachineWatchdog *watchdog = device;
    gsize body;

    xml_write_indent(out, 4);
    g_string_append(out, "<watchdog");
    xml_fields_format_attrs(out, XML_FIELDS(watchdog_fields), watchdog);
    body = out->len;
    device_info_format(&watchdog->info, flags, 6, out);
    xml_write_close(out, 4, "watchdog", body);
}

static gboolean
parse_panic(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachinePanic *panic = device;
    const char *model = xml_attr(node, "model");

    if (g_strcmp0(model, "pseries") == 0 || g_strcmp0(model, "s390") == 0 ||
        g_strcmp0(model, "pvpanic") == 0)
        return xml_unsupported(tree, node, error, "model '%s' is not supported; use isa or hyperv",
                               model);
    return xml_fields_parse(tree, node, XML_FIELDS(panic_fields), panic, error) &&
           device_info_parse(tree, node, 0,
                             panic->model == MACHINE_PANIC_HYPERV ? 0 : DEVICE_AT(ISA),
                             &panic->info, error);
}

static void
format_panic(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
             GString *out)
{
    const MachinePanic *panic = device;
    gsize body;

    xml_write_indent(out, 4);
    g_string_append(out, "<panic");
    xml_fields_format_attrs(out, XML_FIELDS(panic_fields), panic);
    body = out->len;
    device_info_format(&panic->info, flags, 6, out);
    xml_write_close(out, 4, "panic", body);
}

/* Both structs are an info and numbers. */
static void
copy(gpointer to)
{
    device_info_copy(to);
}

static void
clear(gpointer device)
{
    device_info_clear(device);
}

const MachineDeviceOps machine_watchdog_ops = {
    "watchdog", sizeof(MachineWatchdog), parse_watchdog, format_watchdog, copy, clear};
const MachineDeviceOps machine_panic_ops = {
    "panic", sizeof(MachinePanic), parse_panic, format_panic, copy, clear};
