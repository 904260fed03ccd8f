/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <disk>: every layer of the image is a node of its own on a descriptor; then the device.
 *
 * Nodes are named after the target: "vda-0-file" is the file of the top layer, "vda-0" its format,
 * "vda-1" what is below. QEMU is told each layer's format and backing, so that it probes nothing. */
#include <string.h>

#include "machine/chain.h"
#include "machine/command.h"
#include "util/json.h"

/* The layers of a disk, found when the facts were gathered; NULL for an empty drive. */
static const GPtrArray *
disk_chain(const Command *command, const MachineDisk *disk)
{
    const GPtrArray *disks = machine_devices(command->in->def, MACHINE_DEVICE_DISK);
    guint index;

    if (!g_ptr_array_find((GPtrArray *)disks, disk, &index) ||
        index >= command->in->facts->chains->len)
        return NULL;
    return g_ptr_array_index(command->in->facts->chains, index);
}

static void
json_cache(Json *json, MachineDiskCache cache)
{
    if (cache == MACHINE_CACHE_ABSENT)
        return;
    json_object(json, "cache");
    json_bool(json, "direct", cache == MACHINE_CACHE_NONE || cache == MACHINE_CACHE_DIRECTSYNC);
    json_bool(json, "no-flush", cache == MACHINE_CACHE_UNSAFE);
    json_end(json);
}

static const char *
disk_aio(MachineDiskIo io)
{
    switch (io) {
    case MACHINE_IO_NATIVE:
        return "native";
    case MACHINE_IO_THREADS:
        return "threads";
    case MACHINE_IO_URING:
        return "io_uring";
    case MACHINE_IO_ABSENT:
    case MACHINE_IO_LAST:
        break;
    }
    return NULL;
}

/* What both nodes of a layer say. */
static void
json_common(Json *json, const MachineDisk *disk, const char *node, gboolean is_top,
            gboolean readonly)
{
    json_string(json, "node-name", node);
    json_bool(json, "read-only", readonly);
    json_cache(json, disk->cache);
    if (is_top && disk->discard != MACHINE_DISCARD_ABSENT)
        json_string(json, "discard", disk->discard == MACHINE_DISCARD_UNMAP ? "unmap" : "ignore");
}

static void
disk_file_node(Command *command, const MachineDisk *disk, const ChainLayer *layer, guint depth,
               gboolean readonly)
{
    g_autofree char *node = g_strdup_printf("%s-%u-file", disk->target, depth);
    g_autofree char *name = command_open(command, layer->path, readonly ? "ro" : "rw");
    g_autoptr(GString) text = g_string_new(NULL);
    const char *aio = disk_aio(disk->io);
    Json json = json_start(text);

    json_object(&json, NULL);
    json_string(&json, "driver", layer->is_block ? "host_device" : "file");
    json_string(&json, "filename", name);
    json_common(&json, disk, node, depth == 0, readonly);
    if (aio != NULL)
        json_string(&json, "aio", aio);
    if (disk->shareable && !layer->is_block)
        json_string(&json, "locking", "off");
    json_end(&json);
    command_text(command, "-blockdev", text->str);
}

static const char *
disk_zeroes(MachineDiskZeroes zeroes)
{
    switch (zeroes) {
    case MACHINE_ZEROES_OFF:
        return "off";
    case MACHINE_ZEROES_ON:
        return "on";
    case MACHINE_ZEROES_UNMAP:
        return "unmap";
    case MACHINE_ZEROES_ABSENT:
    case MACHINE_ZEROES_LAST:
        break;
    }
    return NULL;
}

static void
disk_format_node(Command *command, const MachineDisk *disk, const ChainLayer *layer, guint depth,
                 gboolean has_below, gboolean readonly)
{
    g_autofree char *node = g_strdup_printf("%s-%u", disk->target, depth);
    g_autofree char *file = g_strdup_printf("%s-%u-file", disk->target, depth);
    g_autofree char *below = g_strdup_printf("%s-%u", disk->target, depth + 1);
    g_autoptr(GString) text = g_string_new(NULL);
    const char *zeroes = depth == 0 ? disk_zeroes(disk->detect_zeroes) : NULL;
    Json json = json_start(text);

    json_object(&json, NULL);
    json_string(&json, "driver", chain_format_name(layer->format));
    json_common(&json, disk, node, depth == 0, readonly);
    if (zeroes != NULL)
        json_string(&json, "detect-zeroes", zeroes);
    json_string(&json, "file", file);
    if (layer->format != CHAIN_RAW) {
        if (has_below)
            json_string(&json, "backing", below);
        else
            json_null(&json, "backing");
    }
    json_end(&json);
    command_text(command, "-blockdev", text->str);
}

/* Bottom first: a node must be there before it is named. Returns the top's name. (transfer full) */
static char *
disk_nodes(Command *command, const MachineDisk *disk, const GPtrArray *chain)
{
    gboolean readonly = disk->readonly || disk->device == MACHINE_DISK_CDROM;

    for (guint depth = chain->len; depth-- > 0;) {
        const ChainLayer *layer = g_ptr_array_index(chain, depth);

        disk_file_node(command, disk, layer, depth, readonly || depth > 0);
        disk_format_node(command, disk, layer, depth, depth + 1 < chain->len,
                         readonly || depth > 0);
    }
    if (disk->copy_on_read == DOMAIN_SWITCH_ON) {
        g_autofree char *text =
            g_strdup_printf("{\"driver\":\"copy-on-read\",\"node-name\":\"%s-cor\","
                            "\"file\":\"%s-0\"}",
                            disk->target, disk->target);

        command_text(command, "-blockdev", text);
        return g_strconcat(disk->target, "-cor", NULL);
    }
    return g_strconcat(disk->target, "-0", NULL);
}

static char *
disk_driver(const MachineDisk *disk)
{
    gboolean is_cdrom = disk->device == MACHINE_DISK_CDROM;

    switch (disk->bus) {
    case MACHINE_BUS_VIRTIO:
        return virtio_device_name("virtio-blk", disk->model);
    case MACHINE_BUS_SATA:
    case MACHINE_BUS_IDE:
        return g_strdup(is_cdrom ? "ide-cd" : "ide-hd");
    case MACHINE_BUS_SCSI:
        return g_strdup(is_cdrom ? "scsi-cd" : "scsi-hd");
    case MACHINE_BUS_USB:
        return g_strdup("usb-storage");
    case MACHINE_BUS_FDC:
        return g_strdup("floppy");
    case MACHINE_BUS_LAST:
        break;
    }
    g_return_val_if_reached(NULL);
}

/* Where a drive is plugged in: not PCI or USB, which option_device() writes. */
static gboolean
disk_place(const Command *command, Option *option, const MachineDisk *disk, GError **error)
{
    const DomainAddress *address = &disk->info.address;
    MachineControllerType type =
        disk->bus == MACHINE_BUS_SCSI ? MACHINE_CONTROLLER_SCSI : MACHINE_CONTROLLER_SATA;
    const char *controller = NULL;
    g_autofree char *bus = NULL;

    if (address->type != DOMAIN_ADDRESS_DRIVE)
        return TRUE;
    if (disk->bus == MACHINE_BUS_SATA || disk->bus == MACHINE_BUS_SCSI) {
        controller = command_controller(command, type, (int)address->drive.controller);
        if (controller == NULL)
            return command_wrong(command->in, disk->info.line, error,
                                 "<disk>: the address names %s controller %u, which is not there",
                                 machine_controller_type_to_string(type),
                                 address->drive.controller);
    }
    switch (disk->bus) {
    case MACHINE_BUS_IDE:
        bus = g_strdup_printf("ide.%u", address->drive.bus);
        option_string(option, "bus", bus);
        option_uint(option, "unit", address->drive.unit);
        return TRUE;
    case MACHINE_BUS_SATA:
        /* The one that is part of q35 calls its ports ide.N, whatever ours is called. */
        bus = address->drive.controller == 0 && domain_machine_is_q35(command->in->def)
                  ? g_strdup_printf("ide.%u", address->drive.unit)
                  : g_strdup_printf("%s.%u", controller, address->drive.unit);
        option_string(option, "bus", bus);
        return TRUE;
    case MACHINE_BUS_SCSI:
        bus = g_strconcat(controller, ".0", NULL);
        option_string(option, "bus", bus);
        option_uint(option, "channel", address->drive.bus);
        option_uint(option, "scsi-id", address->drive.target);
        option_uint(option, "lun", address->drive.unit);
        return TRUE;
    case MACHINE_BUS_FDC:
        option_uint(option, "unit", address->drive.unit);
        return TRUE;
    case MACHINE_BUS_VIRTIO:
    case MACHINE_BUS_USB:
    case MACHINE_BUS_LAST:
        break;
    }
    return TRUE;
}

static const char *
disk_on_error(MachineDiskOnError policy)
{
    switch (policy) {
    case MACHINE_ONERROR_STOP:
        return "stop";
    case MACHINE_ONERROR_REPORT:
        return "report";
    case MACHINE_ONERROR_IGNORE:
        return "ignore";
    case MACHINE_ONERROR_ENOSPACE:
        return "enospc";
    case MACHINE_ONERROR_ABSENT:
    case MACHINE_ONERROR_LAST:
        break;
    }
    return NULL;
}

/* As the machine type sees the image: what the guest is told of it. */
static void
disk_identity(Option *option, const MachineDisk *disk)
{
    option_string(option, "serial", disk->serial);
    if (disk->wwn != NULL) {
        g_autofree char *wwn = g_strconcat("0x", disk->wwn, NULL);

        option_string(option, "wwn", wwn);
    }
    option_string(option, "vendor", disk->vendor);
    option_string(option, "product", disk->product);
    option_given(option, "rotation_rate", disk->rotation_rate);
    option_switch(option, "removable", disk->removable);
}

static void
disk_behaviour(Option *option, const MachineDisk *disk)
{
    const char *write_error = disk_on_error(disk->error_policy);
    const char *read_error = disk_on_error(disk->rerror_policy);

    if (disk->bus == MACHINE_BUS_VIRTIO) {
        option_switch(option, "ioeventfd", disk->ioeventfd);
        option_switch(option, "event_idx", disk->event_idx);
        option_given(option, "num-queues", disk->queues);
        option_given(option, "queue-size", disk->queue_size);
        option_virtio(option, &disk->virtio);
    }
    if (disk->shareable)
        option_bool(option, "share-rw", TRUE);
    if (disk->cache != MACHINE_CACHE_ABSENT && disk->device == MACHINE_DISK_DISK)
        option_bool(option, "write-cache",
                    disk->cache != MACHINE_CACHE_WRITETHROUGH &&
                        disk->cache != MACHINE_CACHE_DIRECTSYNC);
    /* QEMU has one policy for writes ("enospc" by default) and one for reads. */
    option_string(option, "werror", write_error);
    if (read_error != NULL)
        option_string(option, "rerror", read_error);
    else if (disk->error_policy != MACHINE_ONERROR_ENOSPACE)
        option_string(option, "rerror", write_error);
}

static gboolean
disk_check(const Command *command, const MachineDisk *disk, const char *driver, GError **error)
{
    if (!command_has_device(command, driver))
        return command_refuse(command->in, disk->info.line, error,
                              "<disk>: this QEMU has no device '%s'", driver);
    if ((disk->wwn != NULL || disk->rotation_rate != 0) && disk->bus != MACHINE_BUS_SCSI &&
        disk->bus != MACHINE_BUS_SATA && disk->bus != MACHINE_BUS_IDE)
        return command_refuse(command->in, disk->info.line, error,
                              "<disk>: a disk on bus '%s' has no wwn and no rotation rate",
                              machine_disk_bus_to_string(disk->bus));
    if ((disk->vendor != NULL || disk->product != NULL) && disk->bus != MACHINE_BUS_SCSI)
        return command_refuse(command->in, disk->info.line, error,
                              "<disk>: only disks on bus 'scsi' have <vendor> and <product>");
    if (disk->io == MACHINE_IO_NATIVE && disk->cache != MACHINE_CACHE_NONE &&
        disk->cache != MACHINE_CACHE_DIRECTSYNC)
        return command_wrong(command->in, disk->info.line, error,
                             "<disk>: io='native' works past the page cache only; write "
                             "cache='none' or 'directsync' beside it");
    return TRUE;
}

gboolean
dev_disk(Command *command, gconstpointer device, GError **error)
{
    const MachineDisk *disk = device;
    const GPtrArray *chain = disk_chain(command, disk);
    g_autofree char *driver = disk_driver(disk);
    g_autofree char *top = NULL;
    g_autoptr(Option) option = option_new(driver);

    if (!disk_check(command, disk, driver, error))
        return FALSE;
    if (chain != NULL)
        top = disk_nodes(command, disk, chain);
    else if (disk->device == MACHINE_DISK_DISK)
        return command_wrong(command->in, disk->info.line, error,
                             "<disk>: a hard disk needs a <source>");
    option_string(option, "drive", top);
    if (!disk_place(command, option, disk, error) ||
        !option_device(command, option, &disk->info, error))
        return FALSE;
    option_given(option, "bootindex", boot_index(command->in->def, MACHINE_DEVICE_DISK, disk));
    disk_identity(option, disk);
    disk_behaviour(option, disk);
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}
