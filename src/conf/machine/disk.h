/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/disk.h - <disk>: hard disks, CD-ROMs and floppies. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef enum {
    MACHINE_DISK_DISK,
    MACHINE_DISK_CDROM,
    MACHINE_DISK_FLOPPY,
    MACHINE_DISK_LAST
} MachineDiskDevice;
ENUM_DECL(machine_disk_device, MachineDiskDevice);

typedef enum {
    MACHINE_BUS_VIRTIO,
    MACHINE_BUS_SATA,
    MACHINE_BUS_SCSI,
    MACHINE_BUS_IDE,
    MACHINE_BUS_USB,
    MACHINE_BUS_FDC,
    MACHINE_BUS_LAST
} MachineDiskBus;
ENUM_DECL(machine_disk_bus, MachineDiskBus);

typedef enum {
    MACHINE_FORMAT_RAW,
    MACHINE_FORMAT_QCOW2,
    MACHINE_FORMAT_LAST
} MachineDiskFormat;
ENUM_DECL(machine_disk_format, MachineDiskFormat);

typedef enum {
    MACHINE_CACHE_ABSENT,
    MACHINE_CACHE_NONE,
    MACHINE_CACHE_WRITETHROUGH,
    MACHINE_CACHE_WRITEBACK,
    MACHINE_CACHE_DIRECTSYNC,
    MACHINE_CACHE_UNSAFE,
    MACHINE_CACHE_LAST
} MachineDiskCache;
ENUM_DECL(machine_disk_cache, MachineDiskCache); /* absent: "default" */

typedef enum {
    MACHINE_ONERROR_ABSENT,
    MACHINE_ONERROR_STOP,
    MACHINE_ONERROR_REPORT,
    MACHINE_ONERROR_IGNORE,
    MACHINE_ONERROR_ENOSPACE, /* error_policy only */
    MACHINE_ONERROR_LAST
} MachineDiskOnError;
ENUM_DECL(machine_disk_on_error, MachineDiskOnError);

typedef enum {
    MACHINE_IO_ABSENT,
    MACHINE_IO_NATIVE,
    MACHINE_IO_THREADS,
    MACHINE_IO_URING,
    MACHINE_IO_LAST
} MachineDiskIo;
ENUM_DECL(machine_disk_io, MachineDiskIo);

typedef enum {
    MACHINE_DISCARD_ABSENT,
    MACHINE_DISCARD_UNMAP,
    MACHINE_DISCARD_IGNORE,
    MACHINE_DISCARD_LAST
} MachineDiskDiscard;
ENUM_DECL(machine_disk_discard, MachineDiskDiscard);

typedef enum {
    MACHINE_ZEROES_ABSENT,
    MACHINE_ZEROES_OFF,
    MACHINE_ZEROES_ON,
    MACHINE_ZEROES_UNMAP,
    MACHINE_ZEROES_LAST
} MachineDiskZeroes;
ENUM_DECL(machine_disk_zeroes, MachineDiskZeroes);

typedef enum {
    MACHINE_STARTUP_ABSENT,
    MACHINE_STARTUP_MANDATORY,
    MACHINE_STARTUP_REQUISITE,
    MACHINE_STARTUP_OPTIONAL,
    MACHINE_STARTUP_LAST
} MachineStartup;
ENUM_DECL(machine_startup, MachineStartup);

/* One layer below the active one, as <backingStore> names it. */
typedef struct {
    gboolean is_block; /* type='block' */
    MachineDiskFormat format;
    char *path;
    guint index; /* live; 0: none */
} MachineDiskLayer;

typedef struct {
    DomainDeviceInfo info;
    MachineDiskDevice device;
    gboolean is_block;        /* type='block'; else 'file' */
    gboolean has_driver;      /* <driver> was there, or a default was filled in */
    MachineDiskFormat format; /* raw when the document says nothing, as libvirt has it */
    MachineDiskCache cache;
    MachineDiskOnError error_policy, rerror_policy;
    MachineDiskIo io;
    MachineDiskDiscard discard;
    MachineDiskZeroes detect_zeroes;
    DomainSwitch ioeventfd, event_idx, copy_on_read;
    guint queues, queue_size; /* 0: not there */
    MachineVirtio virtio;
    char *source; /* NULL: an empty drive (cdrom, floppy) */
    MachineStartup startup;
    guint source_index;    /* live; 0: none */
    GPtrArray *backing;    /* MachineDiskLayer*, from the top down; empty: QEMU's headers decide */
    gboolean backing_ends; /* <backingStore/> at the end: there is no layer below the last one */
    char *target;          /* "vda" */
    MachineDiskBus bus;
    gboolean tray_open;
    DomainSwitch removable; /* usb, scsi */
    guint rotation_rate;    /* 0: not there */
    VirtioModel model;
    gboolean readonly, shareable;
    char *serial, *wwn, *vendor, *product;
} MachineDisk;

/**
 * machine_disk_target_index:
 * "vda" is 0, "sdaa" 26; the two or three letters of the bus are not looked at further.
 *
 * Returns: -1 when @target is no such name (or beyond the last that has a sense)
 */
int machine_disk_target_index(const char *target);
