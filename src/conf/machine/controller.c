/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/controller.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_controller_type_names[] = {
    [MACHINE_CONTROLLER_IDE] = "ide",
    [MACHINE_CONTROLLER_FDC] = "fdc",
    [MACHINE_CONTROLLER_SCSI] = "scsi",
    [MACHINE_CONTROLLER_SATA] = "sata",
    [MACHINE_CONTROLLER_VIRTIO_SERIAL] = "virtio-serial",
    [MACHINE_CONTROLLER_USB] = "usb",
    [MACHINE_CONTROLLER_PCI] = "pci",
};
ENUM_IMPL(machine_controller_type, MachineControllerType)

static const char *const machine_controller_model_names[] = {
    [CONTROLLER_MODEL_PIIX3_IDE] = "piix3",
    [CONTROLLER_MODEL_PIIX4_IDE] = "piix4",
    [CONTROLLER_MODEL_ICH6_IDE] = "ich6",
    [CONTROLLER_MODEL_AUTO] = "auto",
    [CONTROLLER_MODEL_LSILOGIC] = "lsilogic",
    [CONTROLLER_MODEL_LSISAS1068] = "lsisas1068",
    [CONTROLLER_MODEL_LSISAS1078] = "lsisas1078",
    [CONTROLLER_MODEL_VIRTIO_SCSI] = "virtio-scsi",
    [CONTROLLER_MODEL_AM53C974] = "am53c974",
    [CONTROLLER_MODEL_DC390] = "dc390",
    [CONTROLLER_MODEL_VIRTIO] = "virtio",
    [CONTROLLER_MODEL_VIRTIO_TRANSITIONAL] = "virtio-transitional",
    [CONTROLLER_MODEL_VIRTIO_NON_TRANSITIONAL] = "virtio-non-transitional",
    [CONTROLLER_MODEL_PIIX3_UHCI] = "piix3-uhci",
    [CONTROLLER_MODEL_PIIX4_UHCI] = "piix4-uhci",
    [CONTROLLER_MODEL_EHCI] = "ehci",
    [CONTROLLER_MODEL_ICH9_EHCI1] = "ich9-ehci1",
    [CONTROLLER_MODEL_ICH9_UHCI1] = "ich9-uhci1",
    [CONTROLLER_MODEL_ICH9_UHCI2] = "ich9-uhci2",
    [CONTROLLER_MODEL_ICH9_UHCI3] = "ich9-uhci3",
    [CONTROLLER_MODEL_VT82C686B_UHCI] = "vt82c686b-uhci",
    [CONTROLLER_MODEL_PCI_OHCI] = "pci-ohci",
    [CONTROLLER_MODEL_NEC_XHCI] = "nec-xhci",
    [CONTROLLER_MODEL_QEMU_XHCI] = "qemu-xhci",
    [CONTROLLER_MODEL_NONE] = "none",
    [CONTROLLER_MODEL_PCI_ROOT] = "pci-root",
    [CONTROLLER_MODEL_PCIE_ROOT] = "pcie-root",
    [CONTROLLER_MODEL_PCI_BRIDGE] = "pci-bridge",
    [CONTROLLER_MODEL_DMI_TO_PCI_BRIDGE] = "dmi-to-pci-bridge",
    [CONTROLLER_MODEL_PCIE_TO_PCI_BRIDGE] = "pcie-to-pci-bridge",
    [CONTROLLER_MODEL_PCIE_ROOT_PORT] = "pcie-root-port",
    [CONTROLLER_MODEL_PCIE_SWITCH_UPSTREAM_PORT] = "pcie-switch-upstream-port",
    [CONTROLLER_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT] = "pcie-switch-downstream-port",
    [CONTROLLER_MODEL_PCI_EXPANDER_BUS] = "pci-expander-bus",
    [CONTROLLER_MODEL_PCIE_EXPANDER_BUS] = "pcie-expander-bus",
};
ENUM_IMPL(machine_controller_model, MachineControllerModel)

/* Which models a type has: from..to of the list, and the three of virtio. */
static const struct {
    MachineControllerModel from, to;
    gboolean virtio, needed;
} models_of[] = {
    [MACHINE_CONTROLLER_IDE] = {CONTROLLER_MODEL_PIIX3_IDE, CONTROLLER_MODEL_ICH6_IDE, FALSE,
                                FALSE},
    [MACHINE_CONTROLLER_FDC] = {CONTROLLER_MODEL_ABSENT, CONTROLLER_MODEL_ABSENT, FALSE, FALSE},
    [MACHINE_CONTROLLER_SCSI] = {CONTROLLER_MODEL_AUTO, CONTROLLER_MODEL_DC390, TRUE, FALSE},
    [MACHINE_CONTROLLER_SATA] = {CONTROLLER_MODEL_ABSENT, CONTROLLER_MODEL_ABSENT, FALSE, FALSE},
    [MACHINE_CONTROLLER_VIRTIO_SERIAL] = {CONTROLLER_MODEL_ABSENT, CONTROLLER_MODEL_ABSENT, TRUE,
                                          FALSE},
    [MACHINE_CONTROLLER_USB] = {CONTROLLER_MODEL_PIIX3_UHCI, CONTROLLER_MODEL_NONE, FALSE, FALSE},
    [MACHINE_CONTROLLER_PCI] = {CONTROLLER_MODEL_PCI_ROOT, CONTROLLER_MODEL_PCIE_EXPANDER_BUS,
                                FALSE, TRUE},
};

static const XmlField element_fields[] = {
    XML_NEEDED_WORD(NULL, "type", MachineController, type, machine_controller_type_names),
    XML_INT(NULL, "index", MachineController, index, 0, 255),
    XML_WORD(NULL, "model", MachineController, model, machine_controller_model_names),
    XML_INT(NULL, "ports", MachineController, ports, 1, 511),
    XML_INT(NULL, "vectors", MachineController, vectors, 0, 511),
};

static const XmlField driver_fields[] = {
    XML_UINT("driver", "queues", MachineController, queues, 1, 1024),
    XML_UINT("driver", "cmd_per_lun", MachineController, cmd_per_lun, 1, 65535),
    XML_UINT("driver", "max_sectors", MachineController, max_sectors, 1, 65535),
    XML_FIELD(ONOFF, "driver", "ioeventfd", MachineController, ioeventfd),
    VIRTIO_DRIVER_FIELDS("driver", MachineController),
    XML_INT("master", "startport", MachineController, master_startport, 0, 14),
};

static const XmlField pci_fields[] = {
    XML_FIELD(STRING, "model", "name", MachineController, pci_model),
    XML_INT("target", "chassisNr", MachineController, chassis_nr, 1, 255),
    XML_INT("target", "chassis", MachineController, chassis, 0, 255),
};

static const XmlField pci_tail_fields[] = {
    XML_INT("target", "busNr", MachineController, bus_nr, 1, 254),
    XML_FIELD(ONOFF, "target", "hotplug", MachineController, hotplug),
};

static gboolean
check_model(XmlTree *tree, XmlNode *node, const MachineController *controller, GError **error)
{
    MachineControllerModel model = controller->model;
    const char *type = machine_controller_type_to_string(controller->type);
    g_autoptr(GString) list = g_string_new(NULL);
    gboolean virtio =
        model >= CONTROLLER_MODEL_VIRTIO && model <= CONTROLLER_MODEL_VIRTIO_NON_TRANSITIONAL;

    if (model == CONTROLLER_MODEL_ABSENT)
        return !models_of[controller->type].needed ||
               xml_error(tree, node, error,
                         "type 'pci' lacks the attribute 'model'; add model='pcie-root-port'");
    if ((virtio && models_of[controller->type].virtio) ||
        (models_of[controller->type].from != CONTROLLER_MODEL_ABSENT &&
         model >= models_of[controller->type].from && model <= models_of[controller->type].to))
        return TRUE;
    for (int i = (int)models_of[controller->type].from;
         i > 0 && i <= (int)models_of[controller->type].to; i++)
        g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "",
                               machine_controller_model_names[i]);
    if (list->len == 0)
        return xml_error(tree, node, error, "model '%s' is not one of type '%s'; %s",
                         machine_controller_model_to_string(model), type,
                         models_of[controller->type].virtio ? "use virtio, or leave it out"
                                                            : "remove the attribute");
    return xml_error(tree, node, error, "model '%s' is not one of type '%s'; use %s",
                     machine_controller_model_to_string(model), type, list->str);
}

/* "0x10" or 16 */
static gboolean
parse_port(XmlTree *tree, XmlNode *node, MachineController *controller, GError **error)
{
    XmlNode *target = xml_child(node, "target");
    const char *port = target != NULL ? xml_attr(target, "port") : NULL;
    char *end;
    guint64 value;

    if (port == NULL)
        return TRUE;
    value = g_ascii_strtoull(port, &end, g_str_has_prefix(port, "0x") ? 16 : 10);
    if (!g_ascii_isdigit(*port) || *end != '\0' || value > 255)
        return xml_error(tree, target, error,
                         "attribute 'port' is '%.*s'; give a number from 0 to 0xff", XML_QUOTE_MAX,
                         port);
    controller->port = (int)value;
    return TRUE;
}

static gboolean
parse_pci(XmlTree *tree, XmlNode *node, MachineController *controller, GError **error)
{
    XmlNode *hole = xml_child(node, "pcihole64");
    guint64 kib = 0;

    if (!xml_fields_parse(tree, node, XML_FIELDS(pci_fields), controller, error) ||
        !parse_port(tree, node, controller, error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(pci_tail_fields), controller, error))
        return FALSE;
    if (hole == NULL)
        return TRUE;
    if (controller->model != CONTROLLER_MODEL_PCI_ROOT &&
        controller->model != CONTROLLER_MODEL_PCIE_ROOT)
        return xml_error(tree, hole, error, "is for the models pci-root and pcie-root; remove it");
    if (!xml_text_kib(tree, hole, G_MAXINT64 / 1024, &kib, error))
        return FALSE;
    controller->pcihole64_kib = (gint64)kib;
    return TRUE;
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    static const char *const others[] = {"ccid", "xenbus", "isa"};
    MachineController *controller = device;
    const char *type = xml_attr_need(tree, node, "type", error);

    if (type == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(type, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "type '%s' is not supported: no device of lodge's machines "
                                   "sits on it; remove it",
                                   type);
    xml_fields_init(XML_FIELDS(element_fields), controller);
    xml_fields_init(XML_FIELDS(driver_fields), controller);
    xml_fields_init(XML_FIELDS(pci_fields), controller);
    xml_fields_init(XML_FIELDS(pci_tail_fields), controller);
    controller->port = -1;
    controller->pcihole64_kib = -1;
    if (!xml_fields_parse(tree, node, XML_FIELDS(element_fields), controller, error) ||
        !check_model(tree, node, controller, error))
        return FALSE;
    if (controller->type == MACHINE_CONTROLLER_PCI && !parse_pci(tree, node, controller, error))
        return FALSE;
    if (controller->ports >= 0 && controller->type != MACHINE_CONTROLLER_USB &&
        controller->type != MACHINE_CONTROLLER_VIRTIO_SERIAL)
        return xml_error(tree, node, error,
                         "attribute 'ports' is for type='usb' and 'virtio-serial'; remove it");
    if (controller->vectors >= 0 && controller->type != MACHINE_CONTROLLER_VIRTIO_SERIAL)
        return xml_error(tree, node, error,
                         "attribute 'vectors' is for type='virtio-serial'; remove it");
    if (!xml_fields_parse(tree, node, XML_FIELDS(driver_fields), controller, error))
        return FALSE;
    if ((controller->queues || controller->cmd_per_lun || controller->max_sectors ||
         controller->ioeventfd) &&
        controller->type != MACHINE_CONTROLLER_SCSI)
        return xml_error(tree, xml_child(node, "driver"), error,
                         "has queues, cmd_per_lun, max_sectors or ioeventfd, which are for "
                         "virtio-scsi; remove them");
    return device_info_parse(tree, node, 0, AT_VIRTIO | DEVICE_AT(USB), &controller->info, error);
}

static void
format_pci(const MachineController *controller, GString *out)
{
    if (controller->pci_model != NULL)
        xml_write_element(out, 6, "model", "name", controller->pci_model, NULL);
    if (controller->chassis_nr >= 0 || controller->chassis >= 0 || controller->port >= 0 ||
        controller->bus_nr >= 0 || controller->hotplug != DOMAIN_SWITCH_ABSENT) {
        xml_write_indent(out, 6);
        g_string_append(out, "<target");
        xml_fields_format_open(out, pci_fields + 1, G_N_ELEMENTS(pci_fields) - 1, controller);
        if (controller->port >= 0)
            g_string_append_printf(out, " port='0x%x'", (guint)controller->port);
        xml_fields_format_open(out, XML_FIELDS(pci_tail_fields), controller);
        g_string_append(out, "/>\n");
    }
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineController *controller = device;
    gsize body;

    xml_write_indent(out, 4);
    g_string_append(out, "<controller");
    xml_fields_format_attrs(out, XML_FIELDS(element_fields), controller);
    body = out->len;
    if (controller->type == MACHINE_CONTROLLER_PCI)
        format_pci(controller, out);
    xml_fields_format_children(out, 6, XML_FIELDS(driver_fields), controller);
    if (controller->pcihole64_kib >= 0)
        xml_write_kib(out, 6, "pcihole64", (guint64)controller->pcihole64_kib);
    device_info_format(&controller->info, flags, 6, out);
    xml_write_close(out, 4, "controller", body);
}

static void
copy(gpointer to)
{
    MachineController *controller = to;

    device_info_copy(&controller->info);
    xml_fields_copy(XML_FIELDS(pci_fields), controller);
}

static void
clear(gpointer device)
{
    MachineController *controller = device;

    device_info_clear(&controller->info);
    xml_fields_clear(XML_FIELDS(pci_fields), controller);
}

const MachineDeviceOps machine_controller_ops = {
    "controller", sizeof(MachineController), parse, format, copy, clear};
