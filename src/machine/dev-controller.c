/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <controller>: those that the machine type does not bring by itself. */
#include "machine/command.h"

/* What a model is called by QEMU; NULL: part of the machine type, or nothing at all. */
static const char *
controller_driver(MachineControllerModel model)
{
    switch (model) {
    case CONTROLLER_MODEL_LSILOGIC:
        return "lsi53c895a";
    case CONTROLLER_MODEL_LSISAS1068:
        return "mptsas1068";
    case CONTROLLER_MODEL_LSISAS1078:
        return "megasas";
    case CONTROLLER_MODEL_AM53C974:
        return "am53c974";
    case CONTROLLER_MODEL_DC390:
        return "dc390";
    case CONTROLLER_MODEL_PIIX3_UHCI:
        return "piix3-usb-uhci";
    case CONTROLLER_MODEL_PIIX4_UHCI:
        return "piix4-usb-uhci";
    case CONTROLLER_MODEL_EHCI:
        return "usb-ehci";
    case CONTROLLER_MODEL_ICH9_EHCI1:
        return "ich9-usb-ehci1";
    case CONTROLLER_MODEL_ICH9_UHCI1:
        return "ich9-usb-uhci1";
    case CONTROLLER_MODEL_ICH9_UHCI2:
        return "ich9-usb-uhci2";
    case CONTROLLER_MODEL_ICH9_UHCI3:
        return "ich9-usb-uhci3";
    case CONTROLLER_MODEL_VT82C686B_UHCI:
        return "vt82c686b-usb-uhci";
    case CONTROLLER_MODEL_PCI_OHCI:
        return "pci-ohci";
    case CONTROLLER_MODEL_NEC_XHCI:
        return "nec-usb-xhci";
    case CONTROLLER_MODEL_QEMU_XHCI:
        return "qemu-xhci";
    case CONTROLLER_MODEL_PCI_BRIDGE:
        return "pci-bridge";
    case CONTROLLER_MODEL_DMI_TO_PCI_BRIDGE:
        return "i82801b11-bridge";
    case CONTROLLER_MODEL_PCIE_TO_PCI_BRIDGE:
        return "pcie-pci-bridge";
    case CONTROLLER_MODEL_PCIE_ROOT_PORT:
        return "pcie-root-port";
    case CONTROLLER_MODEL_PCIE_SWITCH_UPSTREAM_PORT:
        return "x3130-upstream";
    case CONTROLLER_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT:
        return "xio3130-downstream";
    case CONTROLLER_MODEL_PCI_EXPANDER_BUS:
        return "pxb";
    case CONTROLLER_MODEL_PCIE_EXPANDER_BUS:
        return "pxb-pcie";
    case CONTROLLER_MODEL_ABSENT:
    case CONTROLLER_MODEL_AUTO:
    case CONTROLLER_MODEL_PIIX3_IDE:
    case CONTROLLER_MODEL_PIIX4_IDE:
    case CONTROLLER_MODEL_ICH6_IDE:
    case CONTROLLER_MODEL_VIRTIO_SCSI:
    case CONTROLLER_MODEL_VIRTIO:
    case CONTROLLER_MODEL_VIRTIO_TRANSITIONAL:
    case CONTROLLER_MODEL_VIRTIO_NON_TRANSITIONAL:
    case CONTROLLER_MODEL_NONE:
    case CONTROLLER_MODEL_PCI_ROOT:
    case CONTROLLER_MODEL_PCIE_ROOT:
    case CONTROLLER_MODEL_LAST:
        break;
    }
    return NULL;
}

static VirtioModel
controller_generation(MachineControllerModel model)
{
    if (model == CONTROLLER_MODEL_VIRTIO_TRANSITIONAL)
        return VIRTIO_MODEL_TRANSITIONAL;
    if (model == CONTROLLER_MODEL_VIRTIO_NON_TRANSITIONAL)
        return VIRTIO_MODEL_NON_TRANSITIONAL;
    return VIRTIO_MODEL_VIRTIO;
}

static gboolean
controller_take(Command *command, const MachineController *controller, Option *option,
                GError **error)
{
    g_autoptr(Option) owned = option;
    const char *driver = g_ptr_array_index((GPtrArray *)option_pairs(option), 1);

    if (!command_has_device(command, driver))
        return command_refuse(command->in, controller->info.line, error,
                              "<controller>: this QEMU has no device '%s'", driver);
    if (!option_device(command, option, &controller->info, error))
        return FALSE;
    command_take(command, "-device", g_steal_pointer(&owned));
    return TRUE;
}

static gboolean
add_scsi(Command *command, const MachineController *controller, GError **error)
{
    const char *driver = controller_driver(controller->model);
    g_autofree char *virtio = NULL;
    Option *option;

    if (driver != NULL)
        return controller_take(command, controller, option_new(driver), error);
    virtio = virtio_device_name("virtio-scsi", controller_generation(controller->model));
    option = option_new(virtio);
    option_given(option, "num_queues", controller->queues);
    option_given(option, "cmd_per_lun", controller->cmd_per_lun);
    option_given(option, "max_sectors", controller->max_sectors);
    option_switch(option, "ioeventfd", controller->ioeventfd);
    option_virtio(option, &controller->virtio);
    return controller_take(command, controller, option, error);
}

static gboolean
add_virtio_serial(Command *command, const MachineController *controller, GError **error)
{
    g_autofree char *driver =
        virtio_device_name("virtio-serial", controller_generation(controller->model));
    Option *option = option_new(driver);

    if (controller->ports >= 0)
        option_uint(option, "max_ports", (guint64)controller->ports);
    if (controller->vectors >= 0)
        option_uint(option, "vectors", (guint64)controller->vectors);
    option_virtio(option, &controller->virtio);
    return controller_take(command, controller, option, error);
}

static gboolean
add_usb(Command *command, const MachineController *controller, GError **error)
{
    MachineControllerModel model = controller->model;
    const char *driver = controller_driver(model);
    Option *option;

    if (driver == NULL)
        return TRUE; /* none */
    option = option_new(driver);
    if (controller->ports > 0 &&
        (model == CONTROLLER_MODEL_QEMU_XHCI || model == CONTROLLER_MODEL_NEC_XHCI)) {
        option_uint(option, "p2", (guint64)controller->ports);
        option_uint(option, "p3", (guint64)controller->ports);
    }
    if (controller->master_startport >= 0) {
        const char *master = command_controller(command, MACHINE_CONTROLLER_USB, controller->index);
        g_autofree char *bus = g_strconcat(master != NULL ? master : "usb", ".0", NULL);

        option_string(option, "masterbus", bus);
        option_uint(option, "firstport", (guint64)controller->master_startport);
    }
    return controller_take(command, controller, option, error);
}

static gboolean
add_pci(Command *command, const MachineController *controller, GError **error)
{
    const char *driver = controller_driver(controller->model);
    Option *option;

    if (driver == NULL) {
        if (controller->pcihole64_kib >= 0) {
            g_autofree char *text = g_strdup_printf(
                "%s.pci-hole64-size=%" G_GINT64_FORMAT "K",
                domain_machine_is_q35(command->in->def) ? "q35-pcihost" : "i440FX-pcihost",
                controller->pcihole64_kib);

            command_text(command, "-global", text);
        }
        return TRUE;
    }
    option = option_new(driver);
    if (controller->chassis_nr >= 0)
        option_uint(option, "chassis_nr", (guint64)controller->chassis_nr);
    if (controller->port >= 0)
        option_hex(option, "port", (guint64)controller->port);
    if (controller->chassis >= 0)
        option_uint(option, "chassis", (guint64)controller->chassis);
    if (controller->bus_nr >= 0)
        option_uint(option, "bus_nr", (guint64)controller->bus_nr);
    option_switch(option, "hotplug", controller->hotplug);
    return controller_take(command, controller, option, error);
}

gboolean
dev_controller(Command *command, gconstpointer device, GError **error)
{
    const MachineController *controller = device;
    gboolean is_q35 = domain_machine_is_q35(command->in->def);
    gboolean is_i440fx = domain_machine_is_i440fx(command->in->def);

    switch (controller->type) {
    case MACHINE_CONTROLLER_IDE:
        if (controller->index > 0 || !is_i440fx)
            return command_refuse(command->in, controller->info.line, error,
                                  "<controller>: this machine type has %s IDE controller",
                                  is_i440fx ? "only one" : "no");
        return TRUE;
    case MACHINE_CONTROLLER_FDC:
        if (is_q35)
            command_take(command, "-device", option_new("isa-fdc"));
        return TRUE;
    case MACHINE_CONTROLLER_SATA:
        if (is_q35 && controller->index == 0)
            return TRUE;
        return controller_take(command, controller, option_new("ich9-ahci"), error);
    case MACHINE_CONTROLLER_SCSI:
        return add_scsi(command, controller, error);
    case MACHINE_CONTROLLER_VIRTIO_SERIAL:
        return add_virtio_serial(command, controller, error);
    case MACHINE_CONTROLLER_USB:
        return add_usb(command, controller, error);
    case MACHINE_CONTROLLER_PCI:
        return add_pci(command, controller, error);
    case MACHINE_CONTROLLER_LAST:
        break;
    }
    g_return_val_if_reached(FALSE);
}
