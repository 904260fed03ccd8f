/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/device-xml.h - the XML of one device, from words of the command line or out of a guest's.
 *
 * All return (transfer full) text that ends with a line feed, or NULL with the error said.
 */
#pragma once

#include "cli/cli.h"
#include "cli/view.h"

/* Options of attach-disk; all but source and target may be NULL. */
typedef struct {
    const char *source, *target, *bus, *driver, *subdriver, *cache, *io, *type, *mode, *source_type,
        *serial, *wwn, *alias, *address;
} DiskWords;
char *device_xml_disk(const DiskWords *words);

/* Options of attach-interface; all but type and source may be NULL. */
typedef struct {
    const char *type, *source, *target, *mac, *model, *alias, *mode;
} InterfaceWords;
char *device_xml_interface(const InterfaceWords *words);

typedef struct {
    const char *source; /* the new medium; NULL: none */
    gboolean is_block, must_be_empty, must_be_full;
} MediumWords;

/**
 * device_xml_find_disk:
 * @inactive: look in the stored configuration
 * @name: target or source
 * @medium: (nullable): what to put in; NULL: the disk as it is
 */
char *device_xml_find_disk(virDomainPtr dom, gboolean inactive, const char *name,
                           const MediumWords *medium);

/**
 * device_xml_find_interface:
 * @type: (nullable): "network"
 * @name: (nullable): MAC or name of the host's end; NULL: the only one
 * @link: (nullable): "up" or "down", to put in
 */
char *device_xml_find_interface(virDomainPtr dom, gboolean inactive, const char *type,
                                const char *name, const char *link);

/* Whether @node, an <interface>, has that MAC or host's end. */
gboolean device_xml_is_interface(const ViewNode *node, const char *name);
