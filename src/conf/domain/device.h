/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/domain/device.h - what every device of a guest may carry: alias, address, boot order.
 *
 * Each device struct has a DomainDeviceInfo as its first member, so that a pointer to the device is
 * one to its info.
 */
#pragma once

#include <glib.h>

#include "util/enum.h"

/* An attribute that says on or off (yes or no), or is not there. */
typedef enum {
    DOMAIN_SWITCH_ABSENT,
    DOMAIN_SWITCH_ON,
    DOMAIN_SWITCH_OFF,
    DOMAIN_SWITCH_LAST
} DomainSwitch;

typedef enum {
    DOMAIN_ADDRESS_NONE,          /* nobody has chosen yet */
    DOMAIN_ADDRESS_PCI,           /* with pci.pending: PCI is wanted, the place is not chosen */
    DOMAIN_ADDRESS_DRIVE,         /* ide, sata, scsi, fdc */
    DOMAIN_ADDRESS_VIRTIO_SERIAL, /* channels and virtio consoles */
    DOMAIN_ADDRESS_USB,
    DOMAIN_ADDRESS_ISA,
    DOMAIN_ADDRESS_VIRTIO_MMIO,
    DOMAIN_ADDRESS_LAST
} DomainAddressType;
ENUM_DECL(domain_address_type, DomainAddressType);

#define DOMAIN_USB_DEPTH 4 /* hubs between the controller and a device, and the port itself */

typedef struct {
    DomainAddressType type;
    union {
        struct {
            guint16 domain;
            guint8 bus, slot, function;
            DomainSwitch multifunction;
            gboolean pending; /* the document says type='pci' and no more */
        } pci;
        struct {
            guint controller, bus, target, unit;
        } drive;
        struct {
            guint controller, bus, port;
        } serial;
        struct {
            guint bus;
            guint port[DOMAIN_USB_DEPTH]; /* "1.2" is {1, 2}; 0 ends */
        } usb;
        struct {
            guint iobase, irq; /* 0: not given */
        } isa;
    };
} DomainAddress;

typedef struct {
    char *alias; /* "virtio-disk0": live only, made at start; "ua-...": the user's, kept */
    DomainAddress address;             /* kept once it is chosen */
    guint boot_order;                  /* <boot order=>; 0: not there */
    DomainSwitch rom_bar, rom_enabled; /* <rom bar= enabled=> */
    guint acpi_index;                  /* <acpi index=>; 0: not there */
    int line;
} DomainDeviceInfo;
