/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/disk.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_disk_device_names[] = {
    [MACHINE_DISK_DISK] = "disk",
    [MACHINE_DISK_CDROM] = "cdrom",
    [MACHINE_DISK_FLOPPY] = "floppy",
};
ENUM_IMPL(machine_disk_device, MachineDiskDevice)

static const char *const machine_disk_bus_names[] = {
    [MACHINE_BUS_VIRTIO] = "virtio", [MACHINE_BUS_SATA] = "sata", [MACHINE_BUS_SCSI] = "scsi",
    [MACHINE_BUS_IDE] = "ide",       [MACHINE_BUS_USB] = "usb",   [MACHINE_BUS_FDC] = "fdc",
};
ENUM_IMPL(machine_disk_bus, MachineDiskBus)

static const char *const machine_disk_cache_names[] = {
    [MACHINE_CACHE_NONE] = "none",           [MACHINE_CACHE_WRITETHROUGH] = "writethrough",
    [MACHINE_CACHE_WRITEBACK] = "writeback", [MACHINE_CACHE_DIRECTSYNC] = "directsync",
    [MACHINE_CACHE_UNSAFE] = "unsafe",
};
ENUM_IMPL(machine_disk_cache, MachineDiskCache)

static const char *const machine_disk_on_error_names[] = {
    [MACHINE_ONERROR_STOP] = "stop",
    [MACHINE_ONERROR_REPORT] = "report",
    [MACHINE_ONERROR_IGNORE] = "ignore",
    [MACHINE_ONERROR_ENOSPACE] = "enospace",
};
ENUM_IMPL(machine_disk_on_error, MachineDiskOnError)

static const char *const machine_disk_io_names[] = {
    [MACHINE_IO_NATIVE] = "native",
    [MACHINE_IO_THREADS] = "threads",
    [MACHINE_IO_URING] = "io_uring",
};
ENUM_IMPL(machine_disk_io, MachineDiskIo)

static const char *const machine_disk_discard_names[] = {
    [MACHINE_DISCARD_UNMAP] = "unmap",
    [MACHINE_DISCARD_IGNORE] = "ignore",
};
ENUM_IMPL(machine_disk_discard, MachineDiskDiscard)

static const char *const machine_disk_zeroes_names[] = {
    [MACHINE_ZEROES_OFF] = "off",
    [MACHINE_ZEROES_ON] = "on",
    [MACHINE_ZEROES_UNMAP] = "unmap",
};
ENUM_IMPL(machine_disk_zeroes, MachineDiskZeroes)

static const XmlField element_fields[] = {
    XML_WORD(NULL, "device", MachineDisk, device, machine_disk_device_names),
    XML_WORD(NULL, "model", MachineDisk, model, virtio_model_names),
};

static const XmlField driver_fields[] = {
    XML_WORD("driver", "cache", MachineDisk, cache, machine_disk_cache_names),
    XML_WORD("driver", "error_policy", MachineDisk, error_policy, machine_disk_on_error_names),
    XML_WORD("driver", "rerror_policy", MachineDisk, rerror_policy, machine_disk_on_error_names),
    XML_WORD("driver", "io", MachineDisk, io, machine_disk_io_names),
    XML_FIELD(ONOFF, "driver", "ioeventfd", MachineDisk, ioeventfd),
    XML_FIELD(ONOFF, "driver", "event_idx", MachineDisk, event_idx),
    XML_FIELD(ONOFF, "driver", "copy_on_read", MachineDisk, copy_on_read),
    XML_WORD("driver", "discard", MachineDisk, discard, machine_disk_discard_names),
    XML_WORD("driver", "detect_zeroes", MachineDisk, detect_zeroes, machine_disk_zeroes_names),
    XML_UINT("driver", "queues", MachineDisk, queues, 1, 1024),
    XML_UINT("driver", "queue_size", MachineDisk, queue_size, 2, 32768),
    VIRTIO_DRIVER_FIELDS("driver", MachineDisk),
};

/* <target> is partly read by hand. */
static const XmlField target_fields[] = {
    XML_FIELD(ONOFF, "target", "removable", MachineDisk, removable),
    XML_UINT("target", "rotation_rate", MachineDisk, rotation_rate, 1, 65534),
};

static const XmlField tail_fields[] = {
    XML_FIELD(PRESENT, "readonly", NULL, MachineDisk, readonly),
    XML_FIELD(PRESENT, "shareable", NULL, MachineDisk, shareable),
    XML_FIELD(STRING, "serial", NULL, MachineDisk, serial),
    XML_FIELD(STRING, "wwn", NULL, MachineDisk, wwn),
    XML_FIELD(STRING, "vendor", NULL, MachineDisk, vendor),
    XML_FIELD(STRING, "product", NULL, MachineDisk, product),
};

int
machine_disk_target_index(const char *target)
{
    gsize begin = g_str_has_prefix(target, "xvd") || g_str_has_prefix(target, "ubd") ? 3 : 2;
    int index = 0;

    if (strlen(target) <= begin)
        return -1;
    for (const char *at = target + begin; *at != '\0'; at++) {
        if (*at < 'a' || *at > 'z' || index > 16384)
            return -1;
        index = index * 26 + (*at - 'a') + 1;
    }
    return index - 1;
}

static gboolean
guess_bus(XmlTree *tree, XmlNode *target, MachineDisk *disk, GError **error)
{
    static const struct {
        const char *prefix;
        MachineDiskBus bus;
    } guesses[] = {{"vd", MACHINE_BUS_VIRTIO},
                   {"sd", MACHINE_BUS_SCSI},
                   {"hd", MACHINE_BUS_IDE},
                   {"ub", MACHINE_BUS_USB},
                   {"fd", MACHINE_BUS_FDC}};

    if (disk->device == MACHINE_DISK_FLOPPY) {
        disk->bus = MACHINE_BUS_FDC;
        return TRUE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(guesses); i++)
        if (g_str_has_prefix(disk->target, guesses[i].prefix)) {
            disk->bus = guesses[i].bus;
            return TRUE;
        }
    return xml_error(tree, target, error,
                     "dev '%.*s' tells no bus; add bus='virtio' (or sata, scsi, usb, ide)",
                     XML_QUOTE_MAX, disk->target);
}

static gboolean
parse_target(XmlTree *tree, XmlNode *node, MachineDisk *disk, GError **error)
{
    static const char *const trays[] = {"closed", "open"};
    XmlNode *target = xml_child(node, "target");
    const char *dev, *bus;
    int index = 0;

    if (target == NULL)
        return xml_error(tree, node, error, "lacks <target dev='vda' bus='virtio'/>");
    dev = xml_attr_need(tree, target, "dev", error);
    if (dev == NULL)
        return FALSE;
    if (strlen(dev) > 15 || machine_disk_target_index(dev) < 0 ||
        dev[strspn(dev, G_CSET_a_2_z)] != '\0')
        return xml_error(tree, target, error,
                         "dev '%.*s' is no name of a disk; use one like vda, sda or hda",
                         XML_QUOTE_MAX, dev);
    disk->target = g_strdup(dev);
    bus = xml_attr(target, "bus");
    if (bus != NULL &&
        (strcmp(bus, "xen") == 0 || strcmp(bus, "sd") == 0 || strcmp(bus, "uml") == 0))
        return xml_unsupported(tree, target, error,
                               "bus '%s' is not supported; use virtio, sata, scsi, ide or usb",
                               bus);
    if (bus == NULL && !guess_bus(tree, target, disk, error))
        return FALSE;
    if (!xml_attr_word(tree, target, "bus", machine_disk_bus_names, MACHINE_BUS_LAST,
                       (int *)&disk->bus, error) ||
        !xml_attr_word(tree, target, "tray", trays, 2, &index, error))
        return FALSE;
    disk->tray_open = index;
    if (disk->tray_open && disk->device == MACHINE_DISK_DISK)
        return xml_error(tree, target, error,
                         "attribute 'tray' is for device='cdrom' and 'floppy'; remove it");
    return xml_fields_parse(tree, node, XML_FIELDS(target_fields), disk, error);
}

static gboolean
parse_driver(XmlTree *tree, XmlNode *node, MachineDisk *disk, GError **error)
{
    XmlNode *driver = xml_child(node, "driver");

    if (driver == NULL)
        return TRUE;
    if (!xml_attr_only(tree, driver, "name", "qemu", error))
        return FALSE;
    return xml_fields_parse(tree, node, XML_FIELDS(driver_fields), disk, error);
}

static gboolean
check_words(XmlTree *tree, XmlNode *node, const MachineDisk *disk, GError **error)
{
    if (disk->rerror_policy == MACHINE_ONERROR_ENOSPACE)
        return xml_error(tree, xml_child(node, "driver"), error,
                         "attribute 'rerror_policy' cannot be 'enospace': reading needs no space; "
                         "use stop, report or ignore");
    if (disk->serial != NULL &&
        disk->serial[strspn(disk->serial, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_. +")])
        return xml_error(tree, xml_child(node, "serial"), error,
                         "'%.*s' holds a character that no serial number has; use letters, "
                         "digits, '-', '_', '.', '+' and blanks",
                         XML_QUOTE_MAX, disk->serial);
    if (disk->wwn != NULL &&
        (strlen(disk->wwn) != 16 || strspn(disk->wwn, "0123456789abcdefABCDEF") != 16))
        return xml_error(tree, xml_child(node, "wwn"), error,
                         "'%.*s' is no world wide name; it has 16 hex digits", XML_QUOTE_MAX,
                         disk->wwn);
    if (disk->vendor != NULL && strlen(disk->vendor) > 8)
        return xml_error(tree, xml_child(node, "vendor"), error,
                         "is longer than the 8 characters that SCSI has for it");
    if (disk->product != NULL && strlen(disk->product) > 16)
        return xml_error(tree, xml_child(node, "product"), error,
                         "is longer than the 16 characters that SCSI has for it");
    return TRUE;
}

/* What QEMU would refuse, or ignore without a word. */
static gboolean
check(XmlTree *tree, XmlNode *node, const MachineDisk *disk, GError **error)
{
    const char *device = machine_disk_device_to_string(disk->device);
    gboolean virtio = disk->bus == MACHINE_BUS_VIRTIO;

    if ((disk->device == MACHINE_DISK_FLOPPY) != (disk->bus == MACHINE_BUS_FDC))
        return xml_error(tree, node, error,
                         "device '%s' does not go with bus '%s'; a floppy is on bus 'fdc', and "
                         "nothing else is",
                         device, machine_disk_bus_to_string(disk->bus));
    if (disk->device == MACHINE_DISK_CDROM && virtio)
        return xml_error(tree, node, error,
                         "device 'cdrom' cannot be on bus 'virtio'; use sata, scsi, ide or usb");
    if (disk->device == MACHINE_DISK_DISK && disk->source == NULL)
        return xml_error(tree, node, error,
                         "lacks <source file='...'/>; only a cdrom or floppy drive can be empty");
    if (!virtio &&
        (disk->ioeventfd || disk->event_idx || disk->queue_size || disk->queues ||
         disk->virtio.iommu || disk->virtio.ats || disk->virtio.packed || disk->virtio.page_per_vq))
        return xml_error(tree, xml_child(node, "driver"), error,
                         "has attributes of virtio (ioeventfd, event_idx, queues, queue_size, "
                         "iommu, ats, packed, page_per_vq), but the bus is '%s'; remove them",
                         machine_disk_bus_to_string(disk->bus));
    if (!virtio && disk->model != VIRTIO_MODEL_ABSENT)
        return xml_error(tree, node, error, "attribute 'model' is for bus='virtio'; remove it");
    if (disk->removable != DOMAIN_SWITCH_ABSENT && disk->bus != MACHINE_BUS_USB)
        return xml_error(tree, xml_child(node, "target"), error,
                         "attribute 'removable' is for bus='usb'; remove it");
    if (disk->rotation_rate != 0 &&
        (virtio || disk->bus == MACHINE_BUS_USB || disk->device != MACHINE_DISK_DISK))
        return xml_error(tree, xml_child(node, "target"), error,
                         "attribute 'rotation_rate' is for hard disks on scsi, sata and ide; "
                         "remove it");
    if (disk->wwn != NULL &&
        (virtio || disk->bus == MACHINE_BUS_USB || disk->bus == MACHINE_BUS_FDC))
        return xml_error(tree, xml_child(node, "wwn"), error,
                         "is for scsi, sata and ide; remove it");
    if ((disk->vendor != NULL || disk->product != NULL) && disk->bus != MACHINE_BUS_SCSI)
        return xml_error(tree, node, error, "has <vendor> or <product>, which only scsi knows");
    if (disk->io == MACHINE_IO_NATIVE && disk->cache != MACHINE_CACHE_NONE &&
        disk->cache != MACHINE_CACHE_DIRECTSYNC)
        return xml_error(tree, xml_child(node, "driver"), error,
                         "io='native' needs cache='none' or cache='directsync'; add it, or use "
                         "io='threads'");
    if (disk->copy_on_read == DOMAIN_SWITCH_ON && disk->readonly)
        return xml_error(tree, xml_child(node, "driver"), error,
                         "copy_on_read='on' writes to the disk, which is <readonly/>; remove one");
    return check_words(tree, node, disk, error);
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineDisk *disk = device;
    guint at = DEVICE_AT(DRIVE);

    disk->backing = machine_disk_backing_new();
    if (g_strcmp0(xml_attr(node, "device"), "lun") == 0)
        return xml_unsupported(tree, node, error,
                               "device 'lun' is not supported: it passes the guest's SCSI commands "
                               "to the host's device; use device='disk'");
    if (!xml_fields_parse(tree, node, XML_FIELDS(element_fields), disk, error) ||
        !parse_driver(tree, node, disk, error) ||
        !machine_disk_source_parse(tree, node, disk, error) ||
        !parse_target(tree, node, disk, error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(tail_fields), disk, error))
        return FALSE;
    if (disk->device == MACHINE_DISK_CDROM)
        disk->readonly = TRUE;
    if (disk->bus == MACHINE_BUS_VIRTIO)
        at = AT_VIRTIO;
    else if (disk->bus == MACHINE_BUS_USB)
        at = DEVICE_AT(USB);
    return check(tree, node, disk, error) &&
           device_info_parse(tree, node, DEVICE_MAY_BOOT | DEVICE_MAY_ACPI, at, &disk->info, error);
}

static void
format_target(const MachineDisk *disk, GString *out)
{
    xml_write_indent(out, 6);
    g_string_append_printf(out, "<target dev='%s' bus='%s'", disk->target,
                           machine_disk_bus_to_string(disk->bus));
    if (disk->tray_open)
        g_string_append(out, " tray='open'");
    xml_fields_format_open(out, XML_FIELDS(target_fields), disk);
    g_string_append(out, "/>\n");
}

static void
format_driver(const MachineDisk *disk, GString *out)
{
    xml_write_indent(out, 6);
    g_string_append_printf(out, "<driver name='qemu' type='%s'",
                           machine_disk_format_to_string(disk->format));
    xml_fields_format_open(out, XML_FIELDS(driver_fields), disk);
    g_string_append(out, "/>\n");
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineDisk *disk = device;

    xml_write_indent(out, 4);
    g_string_append_printf(out, "<disk type='%s'", disk->is_block ? "block" : "file");
    xml_fields_format_attrs(out, XML_FIELDS(element_fields), disk);
    g_string_append(out, ">\n");
    format_driver(disk, out);
    machine_disk_source_format(disk, flags, out);
    format_target(disk, out);
    xml_fields_format_children(out, 6, XML_FIELDS(tail_fields), disk);
    device_info_format(&disk->info, flags, 6, out);
    xml_write_line(out, 4, "</disk>");
}

static void
copy(gpointer to)
{
    MachineDisk *disk = to;

    device_info_copy(&disk->info);
    disk->source = g_strdup(disk->source);
    disk->target = g_strdup(disk->target);
    disk->backing = machine_disk_backing_copy(disk->backing);
    xml_fields_copy(XML_FIELDS(tail_fields), disk);
}

static void
clear(gpointer device)
{
    MachineDisk *disk = device;

    device_info_clear(&disk->info);
    g_free(disk->source);
    g_free(disk->target);
    g_clear_pointer(&disk->backing, g_ptr_array_unref);
    xml_fields_clear(XML_FIELDS(tail_fields), disk);
}

const MachineDeviceOps machine_disk_ops = {"disk", sizeof(MachineDisk), parse, format, copy, clear};
