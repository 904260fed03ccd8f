/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/complete-priv.h"
#include "conf/machine/parts-priv.h"
#include "util/error.h"

/* Places that one controller has, by the order that target names are spread over them. */
#define FDC_UNITS       2
#define IDE_UNITS       4
#define SATA_UNITS      6
#define SCSI_UNITS      15 /* 16 of a wide bus; the controller itself is number 7 */
#define SCSI_OWN_ID     7
#define CONTROLLERS_MAX 256

static gboolean
address_of(const MachineDisk *disk, guint index, DomainAddress *ret_address)
{
    *ret_address = (DomainAddress){.type = DOMAIN_ADDRESS_DRIVE};
    switch (disk->bus) {
    case MACHINE_BUS_SCSI:
        ret_address->drive.controller = index / SCSI_UNITS;
        ret_address->drive.unit = index % SCSI_UNITS;
        if (ret_address->drive.unit >= SCSI_OWN_ID)
            ret_address->drive.unit++;
        return TRUE;
    case MACHINE_BUS_SATA:
        ret_address->drive.controller = index / SATA_UNITS;
        ret_address->drive.unit = index % SATA_UNITS;
        return TRUE;
    case MACHINE_BUS_IDE:
        ret_address->drive.controller = index / IDE_UNITS;
        ret_address->drive.bus = index % IDE_UNITS / 2;
        ret_address->drive.unit = index % 2;
        return TRUE;
    case MACHINE_BUS_FDC:
        ret_address->drive.controller = index / FDC_UNITS;
        ret_address->drive.unit = index % FDC_UNITS;
        return TRUE;
    case MACHINE_BUS_VIRTIO:
    case MACHINE_BUS_USB:
    case MACHINE_BUS_LAST:
        break;
    }
    return FALSE;
}

static gboolean
is_there(const MachineDisk *disk, const MachineDisk *other)
{
    const DomainAddress *a = &disk->info.address, *b = &other->info.address;

    return disk != other && disk->bus == other->bus && a->type == DOMAIN_ADDRESS_DRIVE &&
           b->type == DOMAIN_ADDRESS_DRIVE && a->drive.controller == b->drive.controller &&
           a->drive.bus == b->drive.bus && a->drive.target == b->drive.target &&
           a->drive.unit == b->drive.unit;
}

gboolean
complete_drives(DomainDef *def, GError **error)
{
    const GPtrArray *disks = machine_devices(def, MACHINE_DEVICE_DISK);

    for (guint i = 0; i < disks->len; i++) {
        MachineDisk *disk = g_ptr_array_index(disks, i);
        int index = machine_disk_target_index(disk->target);
        DomainAddress address;

        if (disk->info.address.type != DOMAIN_ADDRESS_NONE ||
            !address_of(disk, (guint)MAX(index, 0), &address))
            continue;
        disk->info.address = address;
        if (address.drive.controller >= CONTROLLERS_MAX)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <disk> has the target '%s', too far behind the first; use "
                             "a name nearer to the beginning",
                             disk->info.line, disk->target);
    }
    for (guint i = 0; i < disks->len; i++)
        for (guint j = 0; j < i; j++) {
            const MachineDisk *disk = g_ptr_array_index(disks, i);
            const MachineDisk *other = g_ptr_array_index(disks, j);

            if (is_there(disk, other))
                return error_set(error, LODGE_ERROR_CONFIG,
                                 "%d: <disk> '%s' has the drive address of '%s' (line %d); "
                                 "give one of them another <address>",
                                 disk->info.line, disk->target, other->target, other->info.line);
        }
    return TRUE;
}
