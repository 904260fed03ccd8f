/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/domain/device-priv.h - read and print what every device of a machine may carry.
 *
 * Used by: conf/domain/net.c, conf/machine.
 */
#pragma once

#include "conf/domain/device.h"
#include "conf/domain/domain.h"
#include "conf/xml/tree.h"

typedef enum {
    DEVICE_MAY_BOOT = 1 << 0, /* <boot order=> */
    DEVICE_MAY_ROM = 1 << 1,  /* <rom bar= enabled=> */
    DEVICE_MAY_ACPI = 1 << 2  /* <acpi index=> */
} DeviceMay;

/* Bits of the address types that a device can have. */
#define DEVICE_AT(TYPE) (1u << DOMAIN_ADDRESS_##TYPE)

/**
 * device_info_parse:
 * @may: DeviceMay
 * @at: DEVICE_AT() bits
 *
 * Reads <alias> (the user's; others when the document is live), <address>, <boot>, <rom>, <acpi>.
 */
gboolean device_info_parse(XmlTree *tree, XmlNode *node, guint may, guint at,
                           DomainDeviceInfo *info, GError **error);

/* The lines at the end of a device element, @indent columns in. */
void device_info_format(const DomainDeviceInfo *info, DomainFormatFlags flags, guint indent,
                        GString *out);

void device_info_copy(DomainDeviceInfo *to); /* of a shallow copy */
void device_info_clear(DomainDeviceInfo *info);
