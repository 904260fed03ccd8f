/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/input.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_input_type_names[] = {
    [MACHINE_INPUT_MOUSE] = "mouse",
    [MACHINE_INPUT_TABLET] = "tablet",
    [MACHINE_INPUT_KEYBOARD] = "keyboard",
};
ENUM_IMPL(machine_input_type, MachineInputType)

static const char *const machine_input_bus_names[] = {
    [MACHINE_INPUT_BUS_PS2] = "ps2",
    [MACHINE_INPUT_BUS_USB] = "usb",
    [MACHINE_INPUT_BUS_VIRTIO] = "virtio",
};
ENUM_IMPL(machine_input_bus, MachineInputBus)

static const XmlField element_fields[] = {
    XML_NEEDED_WORD(NULL, "type", MachineInput, type, machine_input_type_names),
    XML_WORD(NULL, "bus", MachineInput, bus, machine_input_bus_names),
};

static const XmlField driver_fields[] = {
    VIRTIO_DRIVER_FIELDS("driver", MachineInput),
};

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineInput *input = device;
    const char *type = xml_attr(node, "type"), *bus = xml_attr(node, "bus");
    const char *model = xml_attr(node, "model");
    guint at = 0;

    if (g_strcmp0(type, "passthrough") == 0 || g_strcmp0(type, "evdev") == 0)
        return xml_unsupported(tree, node, error,
                               "type '%s' is not supported: devices of the host come in a later "
                               "lodge; use mouse, tablet or keyboard",
                               type);
    if (g_strcmp0(bus, "xen") == 0 || g_strcmp0(bus, "parallels") == 0 ||
        g_strcmp0(bus, "none") == 0)
        return xml_unsupported(tree, node, error,
                               "bus '%s' is not supported; use ps2, usb or "
                               "virtio",
                               bus);
    if (!xml_fields_parse(tree, node, XML_FIELDS(element_fields), input, error))
        return FALSE;
    if (model != NULL && strcmp(model, "virtio") != 0)
        return xml_unsupported(tree, node, error,
                               "attribute 'model' is '%s': QEMU has one generation of these; "
                               "remove it",
                               model);
    if (model != NULL && input->bus != MACHINE_INPUT_BUS_VIRTIO)
        return xml_error(tree, node, error, "attribute 'model' is for bus='virtio'; remove it");
    if (input->type == MACHINE_INPUT_TABLET && input->bus == MACHINE_INPUT_BUS_PS2)
        return xml_error(tree, node, error,
                         "type 'tablet' is not possible on bus 'ps2'; use usb or virtio");
    if (input->bus == MACHINE_INPUT_BUS_USB)
        at = DEVICE_AT(USB);
    else if (input->bus == MACHINE_INPUT_BUS_VIRTIO)
        at = AT_VIRTIO;
    else if (input->bus == MACHINE_INPUT_BUS_ABSENT)
        at = DEVICE_AT(USB);
    return (input->bus != MACHINE_INPUT_BUS_VIRTIO ||
            xml_fields_parse(tree, node, XML_FIELDS(driver_fields), input, error)) &&
           device_info_parse(tree, node, DEVICE_MAY_ACPI, at, &input->info, error);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineInput *input = device;
    gsize body;

    xml_write_indent(out, 4);
    g_string_append(out, "<input");
    xml_fields_format_attrs(out, XML_FIELDS(element_fields), input);
    body = out->len;
    xml_fields_format_children(out, 6, XML_FIELDS(driver_fields), input);
    device_info_format(&input->info, flags, 6, out);
    xml_write_close(out, 4, "input", body);
}

static void
copy(gpointer to)
{
    device_info_copy(&((MachineInput *)to)->info);
}

static void
clear(gpointer device)
{
    device_info_clear(&((MachineInput *)device)->info);
}

const MachineDeviceOps machine_input_ops = {"input", sizeof(MachineInput), parse, format, copy,
                                            clear};
