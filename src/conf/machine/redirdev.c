/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/redirdev.h"

#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineRedirdev *redirdev = device;

    return xml_attr_only(tree, node, "bus", "usb", error) &&
           chardev_source_parse(tree, node, &redirdev->source, error) &&
           device_info_parse(tree, node, DEVICE_MAY_BOOT, DEVICE_AT(USB), &redirdev->info, error);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineRedirdev *redirdev = device;
    gsize body;

    xml_write_indent(out, 4);
    g_string_append_printf(out, "<redirdev bus='usb' type='%s'",
                           chardev_type_to_string(redirdev->source.type));
    body = out->len;
    chardev_source_format(&redirdev->source, flags, out);
    device_info_format(&redirdev->info, flags, 6, out);
    xml_write_close(out, 4, "redirdev", body);
}

static void
copy(gpointer to)
{
    MachineRedirdev *redirdev = to;

    device_info_copy(&redirdev->info);
    chardev_source_copy(&redirdev->source);
}

static void
clear(gpointer device)
{
    MachineRedirdev *redirdev = device;

    device_info_clear(&redirdev->info);
    chardev_source_clear(&redirdev->source);
}

const MachineDeviceOps machine_redirdev_ops = {
    "redirdev", sizeof(MachineRedirdev), parse, format, copy, clear};
