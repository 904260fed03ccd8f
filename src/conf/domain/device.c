/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/device-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/units.h"

#define ALIAS_MAX 128 /* QEMU takes ids of any length; libvirt's clients show them in a column */

static const char *const domain_address_type_names[] = {
    [DOMAIN_ADDRESS_PCI] = "pci",
    [DOMAIN_ADDRESS_DRIVE] = "drive",
    [DOMAIN_ADDRESS_VIRTIO_SERIAL] = "virtio-serial",
    [DOMAIN_ADDRESS_USB] = "usb",
    [DOMAIN_ADDRESS_ISA] = "isa",
    [DOMAIN_ADDRESS_VIRTIO_MMIO] = "virtio-mmio",
};
ENUM_IMPL(domain_address_type, DomainAddressType)

/* Decimal, or hexadecimal with 0x. */
static gboolean
parse_number(XmlTree *tree, XmlNode *node, const char *name, guint max, guint *ret_value,
             GError **error)
{
    const char *text = xml_attr(node, name);
    guint64 value = 0;
    char *end;

    if (text == NULL)
        return TRUE;
    if (g_str_has_prefix(text, "0x") || g_str_has_prefix(text, "0X")) {
        value = g_ascii_strtoull(text + 2, &end, 16);
        if (!g_ascii_isxdigit(text[2]) || *end != '\0' || value > max)
            return xml_error(tree, node, error,
                             "attribute '%s' is '%.*s'; give a number from 0x0 to 0x%x", name,
                             XML_QUOTE_MAX, text, max);
    } else if (!xml_attr_uint(tree, node, name, 0, max, &value, error)) {
        return FALSE;
    }
    *ret_value = (guint)value;
    return TRUE;
}

static gboolean
parse_pci(XmlTree *tree, XmlNode *node, DomainAddress *address, GError **error)
{
    guint domain = 0, bus = 0, slot = 0, function = 0;
    int multifunction = DOMAIN_SWITCH_ABSENT;
    static const char *const onoff[] = {NULL, "on", "off"};

    if (!parse_number(tree, node, "domain", 0xffff, &domain, error) ||
        !parse_number(tree, node, "bus", 0xff, &bus, error) ||
        !parse_number(tree, node, "slot", 0x1f, &slot, error) ||
        !parse_number(tree, node, "function", 7, &function, error) ||
        !xml_attr_word(tree, node, "multifunction", onoff, 3, &multifunction, error))
        return FALSE;
    if (domain != 0)
        return xml_unsupported(tree, node, error,
                               "attribute 'domain' is 0x%04x: a machine has the domain 0x0000 "
                               "only; use that, or remove the address",
                               domain);
    address->pci.bus = (guint8)bus;
    address->pci.slot = (guint8)slot;
    address->pci.function = (guint8)function;
    address->pci.multifunction = (DomainSwitch)multifunction;
    /* libvirt, too, takes 0000:00:00.0 for no address: the host bridge is there */
    address->pci.pending = bus == 0 && slot == 0 && function == 0;
    return TRUE;
}

static gboolean
parse_usb_port(XmlTree *tree, XmlNode *node, DomainAddress *address, GError **error)
{
    const char *port = xml_attr(node, "port");
    g_auto(GStrv) words = NULL;
    guint n = 0;

    if (port == NULL)
        return TRUE;
    words = g_strsplit(port, ".", DOMAIN_USB_DEPTH + 1);
    for (char **word = words; *word != NULL; word++) {
        guint64 value;

        if (n == DOMAIN_USB_DEPTH || !units_parse_uint(*word, 1, 255, &value, NULL))
            return xml_error(tree, node, error,
                             "attribute 'port' is '%.*s'; write it like '2' or '1.4', at most %d "
                             "numbers",
                             XML_QUOTE_MAX, port, DOMAIN_USB_DEPTH);
        address->usb.port[n++] = (guint)value;
    }
    return n > 0 ? TRUE : xml_error(tree, node, error, "leaves the attribute 'port' empty");
}

static gboolean
parse_numbers(XmlTree *tree, XmlNode *node, DomainAddress *address, GError **error)
{
    switch (address->type) {
    case DOMAIN_ADDRESS_PCI:
        return parse_pci(tree, node, address, error);
    case DOMAIN_ADDRESS_DRIVE:
        return parse_number(tree, node, "controller", 255, &address->drive.controller, error) &&
               parse_number(tree, node, "bus", 255, &address->drive.bus, error) &&
               parse_number(tree, node, "target", 255, &address->drive.target, error) &&
               parse_number(tree, node, "unit", 16383, &address->drive.unit, error);
    case DOMAIN_ADDRESS_VIRTIO_SERIAL:
        return parse_number(tree, node, "controller", 255, &address->serial.controller, error) &&
               parse_number(tree, node, "bus", 0, &address->serial.bus, error) &&
               parse_number(tree, node, "port", 511, &address->serial.port, error);
    case DOMAIN_ADDRESS_USB:
        return parse_number(tree, node, "bus", 255, &address->usb.bus, error) &&
               parse_usb_port(tree, node, address, error);
    case DOMAIN_ADDRESS_ISA:
        return parse_number(tree, node, "iobase", 0xffff, &address->isa.iobase, error) &&
               parse_number(tree, node, "irq", 15, &address->isa.irq, error);
    case DOMAIN_ADDRESS_VIRTIO_MMIO:
    case DOMAIN_ADDRESS_NONE:
    case DOMAIN_ADDRESS_LAST:
        break;
    }
    return TRUE;
}

static gboolean
parse_address(XmlTree *tree, XmlNode *node, guint at, DomainAddress *address, GError **error)
{
    static const char *const others[] = {"ccid", "spapr-vio",  "ccw", "s390",
                                         "dimm", "unassigned", "mdev"};
    const char *type = xml_attr_need(tree, node, "type", error);
    int index = DOMAIN_ADDRESS_NONE;

    if (type == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(type, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "type '%s' is not supported: lodge's machines have no such "
                                   "bus; remove the address",
                                   type);
    if (!xml_attr_word(tree, node, "type", domain_address_type_names, DOMAIN_ADDRESS_LAST, &index,
                       error))
        return FALSE;
    if ((at & 1u << index) == 0)
        return xml_error(tree, node, error,
                         "type '%s' is not possible for <%s> of this kind; remove the address",
                         type, node->parent->name);
    address->type = (DomainAddressType)index;
    return parse_numbers(tree, node, address, error);
}

static gboolean
parse_alias(XmlTree *tree, XmlNode *node, DomainDeviceInfo *info, GError **error)
{
    const char *name = xml_attr(node, "name");
    gboolean of_user = name != NULL && g_str_has_prefix(name, "ua-");

    if (name == NULL || (!of_user && !xml_is_live(tree)))
        return TRUE;
    if (strlen(name) > ALIAS_MAX ||
        name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.")] != '\0')
        return xml_error(tree, node, error,
                         "name '%.*s' cannot be used; take letters, digits, '-', '_' and '.', "
                         "%d at most",
                         XML_QUOTE_MAX, name, ALIAS_MAX);
    info->alias = g_strdup(name);
    return TRUE;
}

static gboolean
parse_rom(XmlTree *tree, XmlNode *node, DomainDeviceInfo *info, GError **error)
{
    static const char *const onoff[] = {NULL, "on", "off"}, *const yesno[] = {NULL, "yes", "no"};
    int bar = DOMAIN_SWITCH_ABSENT, enabled = DOMAIN_SWITCH_ABSENT;

    if (xml_attr(node, "file") != NULL)
        return xml_unsupported(tree, node, error,
                               "attribute 'file' is not supported yet: the device has QEMU's own "
                               "ROM; remove it, or switch it off with bar='off'");
    if (!xml_attr_word(tree, node, "bar", onoff, 3, &bar, error) ||
        !xml_attr_word(tree, node, "enabled", yesno, 3, &enabled, error))
        return FALSE;
    info->rom_bar = (DomainSwitch)bar;
    info->rom_enabled = (DomainSwitch)enabled;
    return TRUE;
}

gboolean
device_info_parse(XmlTree *tree, XmlNode *node, guint may, guint at, DomainDeviceInfo *info,
                  GError **error)
{
    XmlNode *alias = xml_child(node, "alias"), *address = xml_child(node, "address");
    XmlNode *boot = (may & DEVICE_MAY_BOOT) ? xml_child(node, "boot") : NULL;
    XmlNode *rom = (may & DEVICE_MAY_ROM) ? xml_child(node, "rom") : NULL;
    XmlNode *acpi = (may & DEVICE_MAY_ACPI) ? xml_child(node, "acpi") : NULL;
    guint64 order = 0, index = 0;

    info->line = node->line;
    if (alias != NULL && !parse_alias(tree, alias, info, error))
        return FALSE;
    if (boot != NULL && (xml_attr_need(tree, boot, "order", error) == NULL ||
                         !xml_attr_uint(tree, boot, "order", 1, 10000, &order, error)))
        return FALSE;
    if (rom != NULL && !parse_rom(tree, rom, info, error))
        return FALSE;
    if (acpi != NULL && !xml_attr_uint(tree, acpi, "index", 1, 16383, &index, error))
        return FALSE;
    info->boot_order = (guint)order;
    info->acpi_index = (guint)index;
    return address == NULL || parse_address(tree, address, at, &info->address, error);
}

static void
format_usb(const DomainAddress *address, GString *out)
{
    g_string_append_printf(out, " bus='%u'", address->usb.bus);
    if (address->usb.port[0] == 0)
        return;
    g_string_append_printf(out, " port='%u", address->usb.port[0]);
    for (guint i = 1; i < DOMAIN_USB_DEPTH && address->usb.port[i] != 0; i++)
        g_string_append_printf(out, ".%u", address->usb.port[i]);
    g_string_append_c(out, '\'');
}

static void
format_numbers(const DomainAddress *address, GString *out)
{
    switch (address->type) {
    case DOMAIN_ADDRESS_PCI:
        if (address->pci.pending)
            break;
        g_string_append_printf(out, " domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'",
                               address->pci.domain, address->pci.bus, address->pci.slot,
                               address->pci.function);
        if (address->pci.multifunction != DOMAIN_SWITCH_ABSENT)
            g_string_append_printf(out, " multifunction='%s'",
                                   address->pci.multifunction == DOMAIN_SWITCH_ON ? "on" : "off");
        break;
    case DOMAIN_ADDRESS_DRIVE:
        g_string_append_printf(out, " controller='%u' bus='%u' target='%u' unit='%u'",
                               address->drive.controller, address->drive.bus, address->drive.target,
                               address->drive.unit);
        break;
    case DOMAIN_ADDRESS_VIRTIO_SERIAL:
        g_string_append_printf(out, " controller='%u' bus='%u' port='%u'",
                               address->serial.controller, address->serial.bus,
                               address->serial.port);
        break;
    case DOMAIN_ADDRESS_USB:
        format_usb(address, out);
        break;
    case DOMAIN_ADDRESS_ISA:
        if (address->isa.iobase != 0)
            g_string_append_printf(out, " iobase='0x%x'", address->isa.iobase);
        if (address->isa.irq != 0)
            g_string_append_printf(out, " irq='0x%x'", address->isa.irq);
        break;
    case DOMAIN_ADDRESS_VIRTIO_MMIO:
    case DOMAIN_ADDRESS_NONE:
    case DOMAIN_ADDRESS_LAST:
        break;
    }
}

void
device_info_format(const DomainDeviceInfo *info, DomainFormatFlags flags, guint indent,
                   GString *out)
{
    if (info->boot_order != 0)
        xml_write_line(out, indent, "<boot order='%u'/>", info->boot_order);
    if (info->alias != NULL &&
        ((flags & DOMAIN_FORMAT_INACTIVE) == 0 || g_str_has_prefix(info->alias, "ua-")))
        xml_write_element(out, indent, "alias", "name", info->alias, NULL);
    if (info->rom_bar != DOMAIN_SWITCH_ABSENT || info->rom_enabled != DOMAIN_SWITCH_ABSENT) {
        static const char *const onoff[] = {NULL, "on", "off"}, *const yesno[] = {NULL, "yes",
                                                                                  "no"};

        xml_write_element(out, indent, "rom", "enabled", yesno[info->rom_enabled], "bar",
                          onoff[info->rom_bar], NULL);
    }
    if (info->acpi_index != 0)
        xml_write_line(out, indent, "<acpi index='%u'/>", info->acpi_index);
    if (info->address.type == DOMAIN_ADDRESS_NONE)
        return;
    xml_write_indent(out, indent);
    g_string_append_printf(out, "<address type='%s'",
                           domain_address_type_to_string(info->address.type));
    format_numbers(&info->address, out);
    g_string_append(out, "/>\n");
}

void
device_info_copy(DomainDeviceInfo *to)
{
    to->alias = g_strdup(to->alias);
}

void
device_info_clear(DomainDeviceInfo *info)
{
    g_clear_pointer(&info->alias, g_free);
}
