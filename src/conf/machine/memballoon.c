/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/memballoon.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const XmlField element_fields[] = {
    XML_WORD(NULL, "model", MachineMemballoon, model, virtio_model_names),
    XML_FIELD(ONOFF, NULL, "autodeflate", MachineMemballoon, autodeflate),
    XML_FIELD(ONOFF, NULL, "freePageReporting", MachineMemballoon, free_page_reporting),
};

static const XmlField stats_fields[] = {
    XML_UINT("stats", "period", MachineMemballoon, stats_period_s, 0, 86400),
};

static const XmlField driver_fields[] = {
    VIRTIO_DRIVER_FIELDS("driver", MachineMemballoon),
};

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineMemballoon *balloon = device;
    const char *model = xml_attr_need(tree, node, "model", error);

    if (model == NULL)
        return FALSE;
    if (strcmp(model, "xen") == 0)
        return xml_unsupported(tree, node, error, "model 'xen' is not supported; use virtio");
    if (strcmp(model, "none") == 0) {
        balloon->is_none = TRUE;
        balloon->info.line = node->line;
        return TRUE;
    }
    return xml_fields_parse(tree, node, XML_FIELDS(element_fields), balloon, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(stats_fields), balloon, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(driver_fields), balloon, error) &&
           device_info_parse(tree, node, DEVICE_MAY_ACPI, AT_VIRTIO, &balloon->info, error);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineMemballoon *balloon = device;
    gsize body;

    if (balloon->is_none) {
        xml_write_line(out, 4, "<memballoon model='none'/>");
        return;
    }
    xml_write_indent(out, 4);
    g_string_append(out, "<memballoon");
    xml_fields_format_attrs(out, XML_FIELDS(element_fields), balloon);
    body = out->len;
    xml_fields_format_children(out, 6, XML_FIELDS(stats_fields), balloon);
    device_info_format(&balloon->info, flags, 6, out);
    xml_fields_format_children(out, 6, XML_FIELDS(driver_fields), balloon);
    xml_write_close(out, 4, "memballoon", body);
}

static void
copy(gpointer to)
{
    device_info_copy(&((MachineMemballoon *)to)->info);
}

static void
clear(gpointer device)
{
    device_info_clear(&((MachineMemballoon *)device)->info);
}

const MachineDeviceOps machine_memballoon_ops = {
    "memballoon", sizeof(MachineMemballoon), parse, format, copy, clear};
