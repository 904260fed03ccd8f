/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/controller.h - <controller>: the buses that devices sit on. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef enum {
    MACHINE_CONTROLLER_IDE,
    MACHINE_CONTROLLER_FDC,
    MACHINE_CONTROLLER_SCSI,
    MACHINE_CONTROLLER_SATA,
    MACHINE_CONTROLLER_VIRTIO_SERIAL,
    MACHINE_CONTROLLER_USB,
    MACHINE_CONTROLLER_PCI,
    MACHINE_CONTROLLER_LAST
} MachineControllerType;
ENUM_DECL(machine_controller_type, MachineControllerType);

/* Of all types in one list; which type may have which is checked when it is read. */
typedef enum {
    CONTROLLER_MODEL_ABSENT,
    /* ide */
    CONTROLLER_MODEL_PIIX3_IDE,
    CONTROLLER_MODEL_PIIX4_IDE,
    CONTROLLER_MODEL_ICH6_IDE,
    /* scsi */
    CONTROLLER_MODEL_AUTO,
    CONTROLLER_MODEL_LSILOGIC,
    CONTROLLER_MODEL_LSISAS1068,
    CONTROLLER_MODEL_LSISAS1078,
    CONTROLLER_MODEL_VIRTIO_SCSI,
    CONTROLLER_MODEL_AM53C974,
    CONTROLLER_MODEL_DC390,
    /* virtio-scsi and virtio-serial */
    CONTROLLER_MODEL_VIRTIO,
    CONTROLLER_MODEL_VIRTIO_TRANSITIONAL,
    CONTROLLER_MODEL_VIRTIO_NON_TRANSITIONAL,
    /* usb */
    CONTROLLER_MODEL_PIIX3_UHCI,
    CONTROLLER_MODEL_PIIX4_UHCI,
    CONTROLLER_MODEL_EHCI,
    CONTROLLER_MODEL_ICH9_EHCI1,
    CONTROLLER_MODEL_ICH9_UHCI1,
    CONTROLLER_MODEL_ICH9_UHCI2,
    CONTROLLER_MODEL_ICH9_UHCI3,
    CONTROLLER_MODEL_VT82C686B_UHCI,
    CONTROLLER_MODEL_PCI_OHCI,
    CONTROLLER_MODEL_NEC_XHCI,
    CONTROLLER_MODEL_QEMU_XHCI,
    CONTROLLER_MODEL_NONE, /* the machine has no USB */
    /* pci */
    CONTROLLER_MODEL_PCI_ROOT,
    CONTROLLER_MODEL_PCIE_ROOT,
    CONTROLLER_MODEL_PCI_BRIDGE,
    CONTROLLER_MODEL_DMI_TO_PCI_BRIDGE,
    CONTROLLER_MODEL_PCIE_TO_PCI_BRIDGE,
    CONTROLLER_MODEL_PCIE_ROOT_PORT,
    CONTROLLER_MODEL_PCIE_SWITCH_UPSTREAM_PORT,
    CONTROLLER_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT,
    CONTROLLER_MODEL_PCI_EXPANDER_BUS,
    CONTROLLER_MODEL_PCIE_EXPANDER_BUS,
    CONTROLLER_MODEL_LAST
} MachineControllerModel;
ENUM_DECL(machine_controller_model, MachineControllerModel);

typedef struct {
    DomainDeviceInfo info;
    MachineControllerType type;
    MachineControllerModel model;
    int index;                              /* -1 between parse and domain_machine_complete() */
    int ports;                              /* usb (xhci), virtio-serial; -1: not there */
    int vectors;                            /* virtio-serial; -1: not there */
    guint queues, cmd_per_lun, max_sectors; /* virtio-scsi driver; 0: not there */
    DomainSwitch ioeventfd;
    MachineVirtio virtio;
    /* usb companions */
    int master_startport; /* -1: not a companion */
    /* pci: -1 where not there */
    char *pci_model; /* <model name=>: "pcie-root-port", "pxb" ...; NULL */
    int chassis_nr, chassis, port, bus_nr;
    DomainSwitch hotplug;
    gint64 pcihole64_kib; /* -1: not there */
} MachineController;
