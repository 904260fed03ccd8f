/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_hyperv_names[] = {
    [MACHINE_HYPERV_RELAXED] = "relaxed",
    [MACHINE_HYPERV_VAPIC] = "vapic",
    [MACHINE_HYPERV_SPINLOCKS] = "spinlocks",
    [MACHINE_HYPERV_VPINDEX] = "vpindex",
    [MACHINE_HYPERV_RUNTIME] = "runtime",
    [MACHINE_HYPERV_SYNIC] = "synic",
    [MACHINE_HYPERV_STIMER] = "stimer",
    [MACHINE_HYPERV_RESET] = "reset",
    [MACHINE_HYPERV_VENDOR_ID] = "vendor_id",
    [MACHINE_HYPERV_FREQUENCIES] = "frequencies",
    [MACHINE_HYPERV_REENLIGHTENMENT] = "reenlightenment",
    [MACHINE_HYPERV_TLBFLUSH] = "tlbflush",
    [MACHINE_HYPERV_IPI] = "ipi",
    [MACHINE_HYPERV_EVMCS] = "evmcs",
    [MACHINE_HYPERV_AVIC] = "avic",
};
ENUM_IMPL(machine_hyperv, MachineHyperv)

static gboolean
parse_value(XmlTree *tree, XmlNode *node, int which, MachineFeatures *features, GError **error)
{
    const char *vendor;
    guint64 retries = 0;
    XmlNode *direct;

    if (which == MACHINE_HYPERV_SPINLOCKS) {
        if (xml_attr_need(tree, node, "retries", error) == NULL ||
            !xml_attr_uint(tree, node, "retries", 4095, G_MAXUINT32, &retries, error))
            return FALSE;
        features->hyperv_spinlocks = (guint)retries;
    } else if (which == MACHINE_HYPERV_VENDOR_ID) {
        vendor = xml_attr_need(tree, node, "value", error);
        if (vendor == NULL)
            return FALSE;
        if (strlen(vendor) > 12 ||
            vendor[strspn(vendor, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_. ")] != '\0')
            return xml_error(tree, node, error,
                             "value '%.*s' is not possible; use up to 12 letters and digits",
                             XML_QUOTE_MAX, vendor);
        features->hyperv_vendor_id = g_strdup(vendor);
    } else if (which == MACHINE_HYPERV_STIMER) {
        gboolean on = FALSE;

        direct = xml_child(node, "direct");
        if (direct == NULL)
            return TRUE;
        if (xml_attr_need(tree, direct, "state", error) == NULL ||
            !xml_attr_bool(tree, direct, "state", "off", "on", &on, error))
            return FALSE;
        features->hyperv_stimer_direct = on ? DOMAIN_SWITCH_ON : DOMAIN_SWITCH_OFF;
    }
    return TRUE;
}

gboolean
machine_hyperv_parse(XmlTree *tree, XmlNode *node, MachineFeatures *features, GError **error)
{
    XmlNode *hyperv = xml_child(node, "hyperv");

    if (hyperv == NULL)
        return TRUE;
    features->has_hyperv = TRUE;
    if (!xml_attr_bool(tree, hyperv, "mode", "custom", "passthrough", &features->hyperv_passthrough,
                       error))
        return FALSE;
    for (int i = 0; i < MACHINE_HYPERV_LAST; i++) {
        XmlNode *child = xml_child(hyperv, machine_hyperv_names[i]);
        gboolean on = FALSE;

        if (child == NULL)
            continue;
        if (features->hyperv_passthrough)
            return xml_error(tree, child, error,
                             "has no place in mode='passthrough', which takes all that the host "
                             "has; use mode='custom' or remove it");
        if (xml_attr_need(tree, child, "state", error) == NULL ||
            !xml_attr_bool(tree, child, "state", "off", "on", &on, error))
            return FALSE;
        features->hyperv[i] = on ? DOMAIN_SWITCH_ON : DOMAIN_SWITCH_OFF;
        if (on && !parse_value(tree, child, i, features, error))
            return FALSE;
    }
    return TRUE;
}

static void
format_one(const MachineFeatures *features, int which, GString *out)
{
    gboolean on = features->hyperv[which] == DOMAIN_SWITCH_ON;
    gsize body;

    xml_write_indent(out, 6);
    g_string_append_printf(out, "<%s state='%s'", machine_hyperv_names[which], on ? "on" : "off");
    if (on && which == MACHINE_HYPERV_SPINLOCKS)
        xml_write_attr_uint(out, "retries", features->hyperv_spinlocks);
    if (on && which == MACHINE_HYPERV_VENDOR_ID)
        xml_write_attr(out, "value", features->hyperv_vendor_id);
    body = out->len;
    if (on && which == MACHINE_HYPERV_STIMER &&
        features->hyperv_stimer_direct != DOMAIN_SWITCH_ABSENT)
        xml_write_line(out, 8, "<direct state='%s'/>",
                       features->hyperv_stimer_direct == DOMAIN_SWITCH_ON ? "on" : "off");
    xml_write_close(out, 6, machine_hyperv_names[which], body);
}

void
machine_hyperv_format(const MachineFeatures *features, GString *out)
{
    gsize body;

    if (!features->has_hyperv)
        return;
    xml_write_indent(out, 4);
    g_string_append_printf(out, "<hyperv mode='%s'",
                           features->hyperv_passthrough ? "passthrough" : "custom");
    body = out->len;
    for (int i = 0; i < MACHINE_HYPERV_LAST; i++)
        if (features->hyperv[i] != DOMAIN_SWITCH_ABSENT)
            format_one(features, i, out);
    xml_write_close(out, 4, "hyperv", body);
}
