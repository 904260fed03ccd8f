/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/chardev.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const chardev_target_names[] = {
    [CHARDEV_TARGET_ISA_SERIAL] = "isa-serial", [CHARDEV_TARGET_USB_SERIAL] = "usb-serial",
    [CHARDEV_TARGET_PCI_SERIAL] = "pci-serial", [CHARDEV_TARGET_SYSTEM_SERIAL] = "system-serial",
    [CHARDEV_TARGET_SERIAL] = "serial",         [CHARDEV_TARGET_VIRTIO] = "virtio",
    [CHARDEV_TARGET_GUESTFWD] = "guestfwd",
};
ENUM_IMPL(chardev_target, ChardevTarget)

static const char *const chardev_model_names[] = {
    [CHARDEV_MODEL_ISA_SERIAL] = "isa-serial", [CHARDEV_MODEL_USB_SERIAL] = "usb-serial",
    [CHARDEV_MODEL_PCI_SERIAL] = "pci-serial", [CHARDEV_MODEL_PL011] = "pl011",
    [CHARDEV_MODEL_16550A] = "16550a",
};
ENUM_IMPL(chardev_model, ChardevModel)

static const XmlField port_fields[] = {
    XML_INT("target", "port", MachineChardev, port, 0, 255),
};

/* The target's type must be one from @first to @last, or VIRTIO, where @virtio. */
static gboolean
parse_target_type(XmlTree *tree, XmlNode *node, MachineChardev *chardev, ChardevTarget first,
                  ChardevTarget last, gboolean virtio, GError **error)
{
    static const char *const others[] = {
        "spapr-vio-serial", "sclp-serial", "sclpconsole", "sclplmconsole", "xen", "uml", "lxc",
        "openvz",           "sclp",        "sclplm",      "isa-debug"};
    const char *words[CHARDEV_TARGET_LAST] = {NULL};
    XmlNode *target = xml_child(node, "target");
    const char *type = target != NULL ? xml_attr(target, "type") : NULL;

    if (type == NULL)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(type, others[i]) == 0)
            return xml_unsupported(tree, target, error,
                                   "type '%s' is not supported: lodge's machines have no such "
                                   "device; leave it out",
                                   type);
    for (int i = (int)first; i <= (int)last; i++)
        words[i] = chardev_target_names[i];
    if (virtio)
        words[CHARDEV_TARGET_VIRTIO] = chardev_target_names[CHARDEV_TARGET_VIRTIO];
    return xml_attr_word(tree, target, "type", words, CHARDEV_TARGET_LAST, (int *)&chardev->target,
                         error);
}

static gboolean
parse_model(XmlTree *tree, XmlNode *node, MachineChardev *chardev, GError **error)
{
    static const ChardevTarget targets[] = {
        [CHARDEV_MODEL_ISA_SERIAL] = CHARDEV_TARGET_ISA_SERIAL,
        [CHARDEV_MODEL_USB_SERIAL] = CHARDEV_TARGET_USB_SERIAL,
        [CHARDEV_MODEL_PCI_SERIAL] = CHARDEV_TARGET_PCI_SERIAL,
        [CHARDEV_MODEL_PL011] = CHARDEV_TARGET_SYSTEM_SERIAL,
        [CHARDEV_MODEL_16550A] = CHARDEV_TARGET_SYSTEM_SERIAL,
    };
    XmlNode *target = xml_child(node, "target");
    XmlNode *model = target != NULL ? xml_child(target, "model") : NULL;

    if (model == NULL)
        return TRUE;
    if (xml_attr_need(tree, model, "name", error) == NULL ||
        !xml_attr_word(tree, model, "name", chardev_model_names, CHARDEV_MODEL_LAST,
                       (int *)&chardev->model, error))
        return FALSE;
    if (chardev->target == CHARDEV_TARGET_ABSENT)
        chardev->target = targets[chardev->model];
    if (chardev->target != targets[chardev->model])
        return xml_error(
            tree, model, error, "name '%s' does not go with target type '%s'; leave <model> out",
            chardev_model_to_string(chardev->model), chardev_target_to_string(chardev->target));
    return TRUE;
}

/* Spice's own channels are no devices by themselves. */
static gboolean
check_type(XmlTree *tree, XmlNode *node, const MachineChardev *chardev, GError **error)
{
    if (chardev->source.type == CHARDEV_SPICEVMC)
        return xml_error(tree, node, error,
                         "type 'spicevmc' is for <channel> and <redirdev>; use type='pty'");
    return TRUE;
}

static gboolean
parse_serial(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineChardev *chardev = device;

    chardev->port = -1;
    return chardev_source_parse(tree, node, &chardev->source, error) &&
           check_type(tree, node, chardev, error) &&
           parse_target_type(tree, node, chardev, CHARDEV_TARGET_ISA_SERIAL,
                             CHARDEV_TARGET_SYSTEM_SERIAL, FALSE, error) &&
           parse_model(tree, node, chardev, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(port_fields), chardev, error) &&
           device_info_parse(tree, node, 0, DEVICE_AT(ISA) | DEVICE_AT(USB) | DEVICE_AT(PCI),
                             &chardev->info, error);
}

static gboolean
parse_parallel(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineChardev *chardev = device;

    chardev->port = -1;
    return chardev_source_parse(tree, node, &chardev->source, error) &&
           check_type(tree, node, chardev, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(port_fields), chardev, error) &&
           device_info_parse(tree, node, 0, DEVICE_AT(ISA), &chardev->info, error);
}

static gboolean
parse_console(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineChardev *chardev = device;
    guint at = DEVICE_AT(VIRTIO_SERIAL) | DEVICE_AT(ISA) | DEVICE_AT(USB) | DEVICE_AT(PCI);

    chardev->port = -1;
    if (!chardev_source_parse(tree, node, &chardev->source, error) ||
        !check_type(tree, node, chardev, error) ||
        !parse_target_type(tree, node, chardev, CHARDEV_TARGET_SERIAL, CHARDEV_TARGET_VIRTIO, FALSE,
                           error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(port_fields), chardev, error))
        return FALSE;
    if (chardev->target == CHARDEV_TARGET_VIRTIO)
        at = DEVICE_AT(VIRTIO_SERIAL);
    else if (chardev->target == CHARDEV_TARGET_SERIAL)
        at &= ~DEVICE_AT(VIRTIO_SERIAL);
    if (!device_info_parse(tree, node, 0, at, &chardev->info, error))
        return FALSE;
    if (chardev->info.address.type == DOMAIN_ADDRESS_VIRTIO_SERIAL)
        chardev->target = CHARDEV_TARGET_VIRTIO;
    return TRUE;
}

static gboolean
parse_name(XmlTree *tree, XmlNode *target, const char *attr, char **ret_name, GError **error)
{
    const char *name = xml_attr(target, attr);

    if (name == NULL || *name == '\0')
        return TRUE;
    if (strlen(name) > 255 ||
        name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.:")] != '\0')
        return xml_error(tree, target, error,
                         "%s '%.*s' cannot be used; write it like org.qemu.guest_agent.0", attr,
                         XML_QUOTE_MAX, name);
    *ret_name = g_strdup(name);
    return TRUE;
}

static gboolean
parse_channel(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineChardev *chardev = device;
    XmlNode *target = xml_child(node, "target");

    chardev->port = -1;
    if (target == NULL)
        return xml_error(tree, node, error,
                         "lacks <target type='virtio' name='org.qemu.guest_agent.0'/>");
    if (xml_attr_need(tree, target, "type", error) == NULL ||
        !chardev_source_parse(tree, node, &chardev->source, error) ||
        !parse_target_type(tree, node, chardev, CHARDEV_TARGET_GUESTFWD, CHARDEV_TARGET_GUESTFWD,
                           TRUE, error))
        return FALSE;
    if (chardev->target == CHARDEV_TARGET_GUESTFWD) {
        if (xml_attr_need(tree, target, "address", error) == NULL ||
            xml_attr_need(tree, target, "port", error) == NULL ||
            !parse_name(tree, target, "address", &chardev->forward_address, error) ||
            !parse_name(tree, target, "port", &chardev->forward_port, error))
            return FALSE;
    } else {
        if (!parse_name(tree, target, "name", &chardev->name, error))
            return FALSE;
        if (chardev->name == NULL && chardev->source.type == CHARDEV_SPICEVMC)
            chardev->name = g_strdup("com.redhat.spice.0");
        if (xml_is_live(tree)) {
            if (!parse_name(tree, target, "state", &chardev->state, error))
                return FALSE;
        } else {
            (void)xml_attr(target, "state");
        }
    }
    return device_info_parse(tree, node, 0, DEVICE_AT(VIRTIO_SERIAL), &chardev->info, error);
}

static gsize
open_element(const char *name, const ChardevSource *source, DomainFormatFlags flags, GString *out)
{
    gsize body;

    xml_write_indent(out, 4);
    g_string_append_printf(out, "<%s type='%s'", name, chardev_type_to_string(source->type));
    if (source->type == CHARDEV_PTY && (flags & DOMAIN_FORMAT_INACTIVE) == 0 &&
        strcmp(name, "console") == 0)
        xml_write_attr(out, "tty", source->path);
    body = out->len;
    chardev_source_format(source, flags, out);
    return body;
}

static void
format_target(const MachineChardev *chardev, gboolean has_port, GString *out)
{
    gsize body, begin = out->len;

    xml_write_indent(out, 6);
    g_string_append(out, "<target");
    xml_write_attr(out, "type", chardev_target_to_string(chardev->target));
    if (has_port && chardev->port >= 0)
        xml_write_attr_uint(out, "port", (guint64)chardev->port);
    body = out->len;
    if (chardev->model != CHARDEV_MODEL_ABSENT)
        xml_write_line(out, 8, "<model name='%s'/>", chardev_model_to_string(chardev->model));
    if (g_str_has_suffix(out->str, "<target"))
        g_string_truncate(out, begin);
    else
        xml_write_close(out, 6, "target", body);
}

static void
format_port(const char *name, const MachineChardev *chardev, DomainFormatFlags flags, GString *out)
{
    gsize body = open_element(name, &chardev->source, flags, out);

    format_target(chardev, TRUE, out);
    device_info_format(&chardev->info, flags, 6, out);
    xml_write_close(out, 4, name, body);
}

static void
format_serial(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
              GString *out)
{
    format_port("serial", device, flags, out);
}

static void
format_parallel(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
                GString *out)
{
    format_port("parallel", device, flags, out);
}

static void
format_console(gconstpointer device, const DomainDef *def, DomainFormatFlags flags, GString *out)
{
    const MachineChardev *chardev = device, *serial = NULL;
    gsize body;

    if (chardev->is_face && def != NULL && machine_devices(def, MACHINE_DEVICE_SERIAL)->len > 0)
        serial = g_ptr_array_index(machine_devices(def, MACHINE_DEVICE_SERIAL), 0);
    if (serial == NULL) {
        format_port("console", chardev, flags, out);
        return;
    }
    body = open_element("console", &serial->source, flags, out);
    format_target(chardev, TRUE, out);
    if ((flags & DOMAIN_FORMAT_INACTIVE) == 0 && serial->info.alias != NULL)
        xml_write_element(out, 6, "alias", "name", serial->info.alias, NULL);
    xml_write_close(out, 4, "console", body);
}

static void
format_channel(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
               GString *out)
{
    const MachineChardev *chardev = device;
    gsize body = open_element("channel", &chardev->source, flags, out);

    xml_write_element(out, 6, "target", "type", chardev_target_to_string(chardev->target), "name",
                      chardev->name, "address", chardev->forward_address, "port",
                      chardev->forward_port, "state",
                      (flags & DOMAIN_FORMAT_INACTIVE) ? NULL : chardev->state, NULL);
    device_info_format(&chardev->info, flags, 6, out);
    xml_write_close(out, 4, "channel", body);
}

static void
copy(gpointer to)
{
    MachineChardev *chardev = to;

    device_info_copy(&chardev->info);
    chardev_source_copy(&chardev->source);
    chardev->name = g_strdup(chardev->name);
    chardev->state = g_strdup(chardev->state);
    chardev->forward_address = g_strdup(chardev->forward_address);
    chardev->forward_port = g_strdup(chardev->forward_port);
}

static void
clear(gpointer device)
{
    MachineChardev *chardev = device;

    device_info_clear(&chardev->info);
    chardev_source_clear(&chardev->source);
    g_free(chardev->name);
    g_free(chardev->state);
    g_free(chardev->forward_address);
    g_free(chardev->forward_port);
}

const MachineDeviceOps machine_serial_ops = {
    "serial", sizeof(MachineChardev), parse_serial, format_serial, copy, clear};
const MachineDeviceOps machine_parallel_ops = {
    "parallel", sizeof(MachineChardev), parse_parallel, format_parallel, copy, clear};
const MachineDeviceOps machine_console_ops = {
    "console", sizeof(MachineChardev), parse_console, format_console, copy, clear};
const MachineDeviceOps machine_channel_ops = {
    "channel", sizeof(MachineChardev), parse_channel, format_channel, copy, clear};
