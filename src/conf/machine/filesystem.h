/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/filesystem.h - <filesystem>: a directory of the host in the machine, by 9p or virtiofs. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef enum {
    MACHINE_FS_PATH, /* 9p */
    MACHINE_FS_VIRTIOFS,
    MACHINE_FS_LAST
} MachineFsDriver;
ENUM_DECL(machine_fs_driver, MachineFsDriver);

typedef enum {
    MACHINE_FS_ACCESS_PASSTHROUGH,
    MACHINE_FS_ACCESS_MAPPED,
    MACHINE_FS_ACCESS_SQUASH,
    MACHINE_FS_ACCESS_LAST
} MachineFsAccess;
ENUM_DECL(machine_fs_access, MachineFsAccess);

typedef enum {
    MACHINE_FS_MULTIDEVS_ABSENT,
    MACHINE_FS_MULTIDEVS_REMAP,
    MACHINE_FS_MULTIDEVS_FORBID,
    MACHINE_FS_MULTIDEVS_WARN,
    MACHINE_FS_MULTIDEVS_LAST
} MachineFsMultidevs;
ENUM_DECL(machine_fs_multidevs, MachineFsMultidevs);

typedef enum {
    MACHINE_FS_CACHE_ABSENT,
    MACHINE_FS_CACHE_NONE,
    MACHINE_FS_CACHE_ALWAYS,
    MACHINE_FS_CACHE_LAST
} MachineFsCache;
ENUM_DECL(machine_fs_cache, MachineFsCache);

typedef struct {
    DomainDeviceInfo info;
    MachineFsDriver driver;
    MachineFsAccess access;
    gboolean has_driver; /* <driver> was there */
    VirtioModel model;
    int fmode, dmode; /* mapped: octal numbers; -1: not there */
    MachineFsMultidevs multidevs;
    gboolean wrpolicy_immediate; /* 9p: writeout=immediate */
    guint queue_size;            /* virtiofs; 0: not there */
    MachineVirtio virtio;
    char *source; /* directory of the host */
    char *socket; /* virtiofs: somebody else's daemon; then source is NULL */
    char *target; /* mount tag: any word */
    gboolean readonly;
    /* virtiofs <binary> */
    char *binary; /* NULL: the one that is found */
    DomainSwitch xattr, posix_lock, flock;
    MachineFsCache cache;
    gboolean sandbox_chroot, sandbox_namespace;
    int thread_pool_size; /* -1: not there */
} MachineFilesystem;
