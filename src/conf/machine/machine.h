/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/machine.h - what only virtual machines have: structs, and what is filled in at define.
 *
 * DomainDef.machine is such a DomainMachine, NULL for containers. What both kinds share stays in
 * DomainDef: names, memory, tune (vcpu, memtune ...), os.type "hvm", os.arch, actions, nets,
 * emulator, metadata. DomainDef's features, filesystems, consoles and hostdevs are the containers'
 * and are empty here.
 *
 * Absent words are the first value of their enum (..._ABSENT or ..._DEFAULT), absent strings NULL,
 * absent numbers 0 or what stands beside them. Devices: see devices.h.
 *
 * Used by: machine, core.
 */
#pragma once

#include "conf/domain/domain.h"
#include "conf/machine/devices.h"

#define MACHINE_QEMU_NS "http://libvirt.org/schemas/domain/qemu/1.0"

/* --- os --------------------------------------------------------------------------------------- */
typedef enum {
    MACHINE_BOOT_FD,
    MACHINE_BOOT_HD,
    MACHINE_BOOT_CDROM,
    MACHINE_BOOT_NETWORK,
    MACHINE_BOOT_LAST
} MachineBoot;
ENUM_DECL(machine_boot, MachineBoot);

typedef enum {
    MACHINE_FIRMWARE_ABSENT, /* the loader that is given, else the machine's own (SeaBIOS) */
    MACHINE_FIRMWARE_BIOS,
    MACHINE_FIRMWARE_EFI, /* to be chosen from the descriptors of the host */
    MACHINE_FIRMWARE_LAST
} MachineFirmware;
ENUM_DECL(machine_firmware, MachineFirmware);

typedef enum {
    MACHINE_LOADER_ABSENT,
    MACHINE_LOADER_ROM,
    MACHINE_LOADER_PFLASH,
    MACHINE_LOADER_LAST
} MachineLoaderType;
ENUM_DECL(machine_loader_type, MachineLoaderType);

typedef struct {
    char *machine; /* "q35", "pc-i440fx-7.2"; NULL: the architecture's default */
    MachineFirmware firmware;
    DomainSwitch enrolled_keys, secure_boot; /* <firmware><feature enabled= name=> */
    char *loader;                            /* path or NULL */
    DomainSwitch loader_readonly, loader_secure, loader_stateless;
    MachineLoaderType loader_type;
    char *nvram, *nvram_template; /* paths or NULL */
    char *kernel, *initrd, *cmdline, *dtb;
    MachineBoot boot[MACHINE_BOOT_LAST]; /* <boot dev=>, in order */
    guint n_boot;
    DomainSwitch bootmenu;
    gint64 bootmenu_timeout_ms; /* -1: not there */
    gint64 reboot_timeout_ms;   /* <bios rebootTimeout=>: -1 never; MACHINE_NO_TIMEOUT: not there */
} MachineOs;
#define MACHINE_NO_TIMEOUT G_MININT64

/* --- features --------------------------------------------------------------------------------- */
typedef enum {
    MACHINE_HYPERV_RELAXED,
    MACHINE_HYPERV_VAPIC,
    MACHINE_HYPERV_SPINLOCKS, /* value: retries */
    MACHINE_HYPERV_VPINDEX,
    MACHINE_HYPERV_RUNTIME,
    MACHINE_HYPERV_SYNIC,
    MACHINE_HYPERV_STIMER, /* direct */
    MACHINE_HYPERV_RESET,
    MACHINE_HYPERV_VENDOR_ID, /* vendor_id */
    MACHINE_HYPERV_FREQUENCIES,
    MACHINE_HYPERV_REENLIGHTENMENT,
    MACHINE_HYPERV_TLBFLUSH,
    MACHINE_HYPERV_IPI,
    MACHINE_HYPERV_EVMCS,
    MACHINE_HYPERV_AVIC,
    MACHINE_HYPERV_LAST
} MachineHyperv;
ENUM_DECL(machine_hyperv, MachineHyperv);

typedef enum {
    MACHINE_KVM_HIDDEN,
    MACHINE_KVM_HINT_DEDICATED,
    MACHINE_KVM_POLL_CONTROL,
    MACHINE_KVM_PV_IPI,
    MACHINE_KVM_DIRTY_RING, /* dirty_ring_size */
    MACHINE_KVM_LAST
} MachineKvm;
ENUM_DECL(machine_kvm, MachineKvm);

typedef enum {
    MACHINE_IOAPIC_ABSENT,
    MACHINE_IOAPIC_KVM,
    MACHINE_IOAPIC_QEMU,
    MACHINE_IOAPIC_LAST
} MachineIoapic;
ENUM_DECL(machine_ioapic, MachineIoapic);

typedef struct {
    gboolean acpi, apic, pae;
    DomainSwitch apic_eoi, hap, pmu, vmport, vmcoreinfo, pvspinlock;
    DomainSwitch smm;
    guint64 smm_tseg_kib; /* 0: not there */
    gboolean has_hyperv, hyperv_passthrough;
    DomainSwitch hyperv[MACHINE_HYPERV_LAST];
    guint hyperv_spinlocks; /* with SPINLOCKS on */
    DomainSwitch hyperv_stimer_direct;
    char *hyperv_vendor_id;
    gboolean has_kvm;
    DomainSwitch kvm[MACHINE_KVM_LAST];
    guint kvm_dirty_ring_size;
    MachineIoapic ioapic;
    char *gic_version; /* "2", "3", "host"; NULL with has_gic: any */
    gboolean has_gic;
    guint64 tcg_tb_cache_kib; /* 0: not there */
} MachineFeatures;

/* --- cpu -------------------------------------------------------------------------------------- */
typedef enum {
    MACHINE_CPU_CUSTOM,
    MACHINE_CPU_HOST_MODEL,
    MACHINE_CPU_HOST_PASSTHROUGH,
    MACHINE_CPU_MAXIMUM,
    MACHINE_CPU_LAST
} MachineCpuMode;
ENUM_DECL(machine_cpu_mode, MachineCpuMode);

typedef enum {
    MACHINE_CPU_MATCH_EXACT,
    MACHINE_CPU_MATCH_MINIMUM,
    MACHINE_CPU_MATCH_STRICT,
    MACHINE_CPU_MATCH_LAST
} MachineCpuMatch;
ENUM_DECL(machine_cpu_match, MachineCpuMatch);

typedef enum {
    MACHINE_CPU_CHECK_ABSENT,
    MACHINE_CPU_CHECK_NONE,
    MACHINE_CPU_CHECK_PARTIAL,
    MACHINE_CPU_CHECK_FULL,
    MACHINE_CPU_CHECK_LAST
} MachineCpuCheck;
ENUM_DECL(machine_cpu_check, MachineCpuCheck);

typedef enum {
    MACHINE_CPU_FORCE,
    MACHINE_CPU_REQUIRE,
    MACHINE_CPU_OPTIONAL,
    MACHINE_CPU_DISABLE,
    MACHINE_CPU_FORBID,
    MACHINE_CPU_POLICY_LAST
} MachineCpuPolicy;
ENUM_DECL(machine_cpu_policy, MachineCpuPolicy);

typedef struct {
    char *name; /* libvirt's name of a CPU feature: "vmx", "pdpe1gb" */
    MachineCpuPolicy policy;
} MachineCpuFeature;

typedef enum {
    MACHINE_CPU_CACHE_ABSENT,
    MACHINE_CPU_CACHE_EMULATE,
    MACHINE_CPU_CACHE_PASSTHROUGH,
    MACHINE_CPU_CACHE_DISABLE,
    MACHINE_CPU_CACHE_LAST
} MachineCpuCache;
ENUM_DECL(machine_cpu_cache, MachineCpuCache);

typedef struct {
    gboolean is_there; /* FALSE: no <cpu>, QEMU's default */
    gboolean has_mode; /* FALSE: only topology (and the like) was given */
    MachineCpuMode mode;
    MachineCpuMatch match; /* custom with a model */
    MachineCpuCheck check;
    DomainSwitch migratable; /* host-passthrough, maximum */
    char *model;             /* custom; NULL: QEMU's default */
    DomainSwitch fallback;   /* ON allow, OFF forbid */
    char *vendor;
    guint sockets, dies, cores, threads; /* sockets 0: no <topology> */
    MachineCpuCache cache;
    int cache_level; /* -1: not there */
    guint phys_bits; /* <maxphysaddr mode='emulate' bits=>; 0: not there */
    gboolean phys_passthrough;
    GArray *features; /* MachineCpuFeature */
} MachineCpu;

/* --- clock ------------------------------------------------------------------------------------ */
typedef enum {
    MACHINE_CLOCK_UTC,
    MACHINE_CLOCK_LOCALTIME,
    MACHINE_CLOCK_VARIABLE,
    MACHINE_CLOCK_TIMEZONE,
    MACHINE_CLOCK_ABSOLUTE,
    MACHINE_CLOCK_LAST
} MachineClockOffset;
ENUM_DECL(machine_clock_offset, MachineClockOffset);

typedef enum {
    MACHINE_TIMER_PLATFORM,
    MACHINE_TIMER_PIT,
    MACHINE_TIMER_RTC,
    MACHINE_TIMER_HPET,
    MACHINE_TIMER_TSC,
    MACHINE_TIMER_KVMCLOCK,
    MACHINE_TIMER_HYPERVCLOCK,
    MACHINE_TIMER_ARMVTIMER,
    MACHINE_TIMER_LAST
} MachineTimerName;
ENUM_DECL(machine_timer_name, MachineTimerName);

typedef enum {
    MACHINE_TICK_ABSENT,
    MACHINE_TICK_DELAY,
    MACHINE_TICK_CATCHUP,
    MACHINE_TICK_MERGE,
    MACHINE_TICK_DISCARD,
    MACHINE_TICK_LAST
} MachineTickPolicy;
ENUM_DECL(machine_tick_policy, MachineTickPolicy);

typedef enum {
    MACHINE_TRACK_ABSENT,
    MACHINE_TRACK_BOOT,
    MACHINE_TRACK_GUEST,
    MACHINE_TRACK_WALL,
    MACHINE_TRACK_REALTIME,
    MACHINE_TRACK_LAST
} MachineTimerTrack;
ENUM_DECL(machine_timer_track, MachineTimerTrack);

typedef struct {
    MachineTimerName name;
    DomainSwitch present;
    MachineTickPolicy tickpolicy;
    MachineTimerTrack track;
    guint64 frequency_hz; /* tsc; 0: not there */
} MachineTimer;

typedef struct {
    MachineClockOffset offset;
    gint64 adjustment_s;      /* variable */
    gboolean basis_localtime; /* variable */
    gboolean reset;           /* adjustment='reset' of utc and localtime */
    char *timezone;
    gint64 start_s; /* absolute: seconds since 1970 */
    GArray *timers; /* MachineTimer */
} MachineClock;

/* --- memoryBacking ---------------------------------------------------------------------------- */
typedef enum {
    MACHINE_MEMORY_ABSENT,
    MACHINE_MEMORY_FILE,
    MACHINE_MEMORY_ANONYMOUS,
    MACHINE_MEMORY_MEMFD,
    MACHINE_MEMORY_LAST
} MachineMemorySource;
ENUM_DECL(machine_memory_source, MachineMemorySource);

typedef struct {
    gboolean hugepages;
    guint64 hugepage_kib; /* <page size=>; 0: the host's default size */
    gboolean nosharepages, locked, discard;
    MachineMemorySource source;
    DomainSwitch shared;    /* <access mode=>: ON shared, OFF private; virtiofs needs shared */
    DomainSwitch immediate; /* <allocation mode=>: ON immediate, OFF ondemand */
    guint allocation_threads;
} MachineMemory;

/* --- qemu:commandline -------------------------------------------------------------------------- */
typedef struct {
    char *name, *value; /* value NULL: the variable is there and empty */
} MachineEnv;

/* --- the whole -------------------------------------------------------------------------------- */
struct DomainMachine {
    MachineOs os;
    MachineFeatures features;
    MachineCpu cpu;
    MachineClock clock;
    MachineMemory memory;
    DomainSwitch suspend_to_mem, suspend_to_disk; /* <pm> */
    GPtrArray *devices[MACHINE_DEVICE_LAST];      /* NULL for INTERFACE: use machine_devices() */
    GPtrArray *qemu_args;                         /* char* */
    GArray *qemu_env;                             /* MachineEnv */
    struct {
        int cpu, clock, memory_backing, features, loader, nvram, kernel, initrd, dtb, type,
            qemu_commandline; /* 0: not there */
    } lines;
};

/**
 * domain_machine_complete:
 * @def: a machine as it was parsed
 * @source: name for messages
 * @host_arch: "x86_64": what a document without arch= gets
 *
 * What libvirt fills in when a machine is defined, as far as no host must be asked: arch, machine
 * type ("pc", "virt", not the versioned name), numbers of controllers, the controllers that are
 * always there or that a device needs (pci root, usb, sata, ide, scsi, virtio-serial), drive
 * addresses from target names, keyboard and mouse of a screen, the audio backend of sound, the
 * memory balloon, and a video device for graphics. Running it twice changes nothing.
 * Left to the driver: the versioned machine type, the emulator, pcie-root-ports, addresses of pci,
 * virtio-serial, usb and isa devices, vsock's cid, nvram's path.
 *
 * Returns: FALSE with LODGE_ERROR_CONFIG or _UNSUPPORTED_CONFIG, "FILE:LINE: ...", when what the
 *   document asks for does not fit together
 */
gboolean domain_machine_complete(DomainDef *def, const char *source, const char *host_arch,
                                 GError **error);

/* What the machine type says; NULL and short names included. */
gboolean domain_machine_is_q35(const DomainDef *def);
gboolean domain_machine_is_i440fx(const DomainDef *def);
gboolean domain_machine_is_virt(const DomainDef *def); /* arm and riscv "virt" */
gboolean domain_machine_is_x86(const DomainDef *def);
