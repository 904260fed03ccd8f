/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/domain/domain.h - a guest as its XML describes it: the structs, parse and format.
 *
 * Used by: core (names, uuids), container, machine (later).
 * Knows nothing of: the host. Nothing here opens a file or asks the kernel.
 *
 * Sizes: memory in KiB, file system sizes in bytes. Absent numbers are DOMAIN_UNSET.
 * One file per element family implements parse, format, copy and clear: basic.c os.c
 * features.c tune.c fs.c net.c net-address.c console.c hostdev.c idmap.c lodge-ns.c; refused.c lists
 * what others know and lodge refuses (see ../README.md). What only virtual machines have stands in
 * conf/machine/machine.h.
 */
#pragma once

#include <glib.h>

#include "conf/domain/device.h"
#include "util/enum.h"

#define DOMAIN_UNSET     G_MAXUINT64
#define DOMAIN_UNLIMITED G_GUINT64_CONSTANT(9007199254740991) /* KiB; libvirt's word for no limit */

typedef enum {
    DOMAIN_TYPE_LXC,
    DOMAIN_TYPE_QEMU,
    DOMAIN_TYPE_KVM,
    DOMAIN_TYPE_LAST
} DomainType;
ENUM_DECL(domain_type, DomainType);

typedef enum {
    DOMAIN_ACTION_DESTROY,
    DOMAIN_ACTION_RESTART,
    DOMAIN_ACTION_PRESERVE,       /* parsed; a driver that cannot honour it refuses it */
    DOMAIN_ACTION_RENAME_RESTART, /* likewise */
    DOMAIN_ACTION_LAST
} DomainAction;
ENUM_DECL(domain_action, DomainAction);

/* --- os ------------------------------------------------------------------------------------ */
typedef struct {
    char *name, *value;
} DomainEnv;

typedef struct {
    char *type;         /* "exe" (lxc), "hvm" */
    char *arch;         /* NULL: the host's */
    char *init;         /* NULL: /sbin/init when the root is private, else required */
    char **args;        /* initarg; NULL-terminated, never NULL */
    GArray *env;        /* DomainEnv */
    char *dir;          /* initdir or NULL */
    char *user, *group; /* inituser, initgroup: name or number, or NULL */
    char *cmdline;      /* LIBVIRT_LXC_CMDLINE */
} DomainOs;

/* --- features ------------------------------------------------------------------------------ */
typedef enum {
    DOMAIN_CAPS_DEFAULT,
    DOMAIN_CAPS_ALLOW,
    DOMAIN_CAPS_DENY,
    DOMAIN_CAPS_LAST
} DomainCapsPolicy;
ENUM_DECL(domain_caps_policy, DomainCapsPolicy);

typedef struct {
    gboolean privnet;
    gboolean acpi, apic, pae; /* kept, no meaning for containers */
    gboolean has_capabilities;
    DomainCapsPolicy caps_policy;
    guint64 caps_on;  /* bit n: capability n state='on' */
    guint64 caps_off; /* bit n: capability n state='off' */
} DomainFeatures;

/* Name without CAP_, lower case ("net_admin") <-> kernel number; -1 / NULL when unknown. */
int domain_capability_number(const char *name);
const char *domain_capability_name(int number);

/* --- tuning --------------------------------------------------------------------------------- */
typedef struct {
    char *path;
    guint64 weight, read_iops, write_iops, read_bytes, write_bytes; /* DOMAIN_UNSET when absent */
} DomainBlkioDevice;

typedef struct {
    guint64 mem_hard_kib, mem_soft_kib, mem_swap_kib; /* DOMAIN_UNSET or DOMAIN_UNLIMITED or KiB */
    guint64 cpu_shares, cpu_period_us;
    gint64 cpu_quota_us;   /* G_MININT64 when absent, -1 no limit */
    guint64 blkio_weight;  /* 10-1000 */
    GArray *blkio_devices; /* DomainBlkioDevice */
    char *cpuset;          /* of <vcpu cpuset=>, canonical "0-3,5"; NULL */
    guint vcpus, vcpus_current;
    guint64 pids_max; /* lodge:pids, DOMAIN_UNSET: the default */
} DomainTune;

/* --- file systems --------------------------------------------------------------------------- */
typedef enum {
    DOMAIN_FS_MOUNT,
    DOMAIN_FS_BIND,
    DOMAIN_FS_RAM,
    DOMAIN_FS_FILE,
    DOMAIN_FS_BLOCK,
    DOMAIN_FS_LAST
} DomainFsType;
ENUM_DECL(domain_fs_type, DomainFsType);

typedef struct {
    DomainFsType type;
    char *source;        /* dir / file / dev; NULL for ram */
    char *target;        /* absolute, normalized, no "..", in the guest */
    guint64 usage_bytes; /* ram */
    gboolean readonly;
    int line;
} DomainFs;

/* --- interfaces ------------------------------------------------------------------------------ */
typedef enum {
    DOMAIN_NET_NETWORK,
    DOMAIN_NET_BRIDGE,
    DOMAIN_NET_DIRECT,
    DOMAIN_NET_ETHERNET,
    DOMAIN_NET_USER, /* machines only: passt, or QEMU's own (slirp) */
    DOMAIN_NET_LAST
} DomainNetType;
ENUM_DECL(domain_net_type, DomainNetType);

typedef enum {
    DOMAIN_DIRECT_VEPA,
    DOMAIN_DIRECT_BRIDGE,
    DOMAIN_DIRECT_PRIVATE,
    DOMAIN_DIRECT_PASSTHROUGH,
    DOMAIN_DIRECT_LAST
} DomainDirectMode;
ENUM_DECL(domain_direct_mode, DomainDirectMode);

typedef struct {
    gboolean is_v6;
    char *address; /* canonical text */
    int prefix;    /* -1: family's full length (32/128) or the class default (v4: 24) as libvirt */
    char *peer;    /* or NULL */
} DomainNetIp;

typedef struct {
    gboolean is_v6;
    char *address; /* network; "0.0.0.0" or "::" with prefix 0 is the default route */
    int prefix;
    char *gateway;
    gint64 metric; /* -1 absent */
} DomainNetRoute;

/* What only the interfaces of machines have; see conf/machine/net.c. */
typedef struct {
    guint start, end, to; /* end: the same as start for one port; to: 0 as start */
    gboolean exclude;
} DomainPortRange;

typedef struct {
    gboolean is_udp;
    char *address, *dev; /* on the host; NULL: any */
    GArray *ranges;      /* DomainPortRange; empty: all */
} DomainPortForward;

typedef enum {
    DOMAIN_NET_DRIVER_ABSENT,
    DOMAIN_NET_DRIVER_QEMU,
    DOMAIN_NET_DRIVER_VHOST,
    DOMAIN_NET_DRIVER_LAST
} DomainNetDriver;
ENUM_DECL(domain_net_driver, DomainNetDriver);

typedef struct {
    DomainNetDriver driver;
    guint queues, rx_queue_size, tx_queue_size; /* 0: not there */
    DomainSwitch ioeventfd, event_idx;
    DomainSwitch iommu, ats, packed, page_per_vq;
    gboolean is_passt;   /* <backend type='passt'>; user without it: 'default', slirp */
    char *passt_log;     /* <backend logFile=> */
    char *user_dev;      /* passt: <source dev=> */
    GPtrArray *forwards; /* DomainPortForward* */
    char *live_bridge;   /* live only: <source bridge=> of type 'network' */
} DomainNetMachine;

typedef struct {
    DomainDeviceInfo info; /* machines only, but for .line */
    DomainNetType type;
    guint8 mac[6]; /* made at define time when absent (52:54:00:x:x:x) and then kept */
    char *source;  /* network name / bridge / parent device; NULL for ethernet */
    DomainDirectMode mode;
    char *
        host_dev; /* <target dev=>: host side; NULL: chosen at start. "vethN"/"vnetN"/"macvlanN" are dropped on parse, as libvirt does with its own */
    char *guest_dev; /* <guest dev=>; NULL: eth0, eth1, ... */
    guint mtu;       /* 0: the network's or the kernel's */
    gboolean link_down;
    char *model;    /* machines: "virtio", "e1000e"; containers ignore it as libvirt's do */
    GArray *ips;    /* DomainNetIp */
    GArray *routes; /* DomainNetRoute */
    DomainNetMachine *machine; /* NULL for containers */
    int line;
} DomainNet;

/* --- character devices, hostdev, idmap, seclabel ----------------------------------------------- */
typedef struct {
    char *tty; /* live only: stable host path; NULL in the inactive XML */
    int port;
} DomainConsole; /* <console type='pty'> and <serial type='pty'> fold into this list, as for LXC */

typedef enum {
    DOMAIN_HOSTDEV_MISC,
    DOMAIN_HOSTDEV_STORAGE,
    DOMAIN_HOSTDEV_NET,
    DOMAIN_HOSTDEV_LAST
} DomainHostdevType;
ENUM_DECL(domain_hostdev_type, DomainHostdevType);

typedef struct {
    DomainHostdevType type; /* mode='capabilities' only */
    char *source;           /* char device, block device, or interface name */
    int line;
} DomainHostdev;

typedef struct {
    guint64 start, target, count;
} DomainIdRange;

typedef enum {
    DOMAIN_SECLABEL_NONE,
    DOMAIN_SECLABEL_LAST
} DomainSeclabelType; /* more with sVirt */

/* --- our namespace, urn:lodge:domain:1 ----------------------------------------------------------
 * <lodge:confine compat='libvirt'>          libvirt's lax set, whole; stored by --compat libvirt
 *   <lodge:seccomp policy='default|none'/>  <lodge:syscall name='keyctl'/>...   (extra allowed calls)
 *   <lodge:new-privileges allow='yes'/>  <lodge:proc masked='no'/>  <lodge:sys writable='yes'/>
 *   <lodge:pids max='N|unlimited'/>  <lodge:devices all='yes'/>
 *   <lodge:proc-view limits='yes'/>          the FUSE view of meminfo, cpuinfo, stat, uptime
 * </lodge:confine>
 */
#define LODGE_DOMAIN_NS "urn:lodge:domain:1"
typedef struct {
    gboolean compat_libvirt;
    gboolean seccomp_none;
    char **syscalls; /* NULL-terminated, never NULL */
    gboolean allow_new_privileges;
    gboolean proc_unmasked;
    gboolean sys_writable;
    gboolean all_devices;
    gboolean proc_view;
} DomainConfine;

/* --- the whole ----------------------------------------------------------------------------------- */
typedef struct DomainMachine DomainMachine; /* conf/machine/machine.h */

typedef struct {
    DomainType type;
    char *name;
    guint8 uuid[16];
    gboolean has_uuid;         /* FALSE only between parse and domain_complete() */
    char *title, *description; /* NULL when absent */
    char *metadata;            /* inner XML of <metadata>, canonical; NULL */
    guint64 memory_kib;        /* maximum */
    guint64 current_memory_kib;
    DomainOs os;
    DomainFeatures features;
    DomainTune tune;
    DomainAction on_poweroff, on_reboot, on_crash;
    GPtrArray *filesystems;        /* DomainFs* in document order */
    GPtrArray *nets;               /* DomainNet* */
    GPtrArray *consoles;           /* DomainConsole* */
    GPtrArray *hostdevs;           /* DomainHostdev* */
    char *emulator;                /* as written, kept for clients that print it back; NULL */
    GArray *idmap_uid, *idmap_gid; /* DomainIdRange; empty: none */
    gboolean has_seclabel;
    DomainConfine confine;
    DomainMachine *machine; /* NULL for containers */
    struct {
        int domain, os, memory, vcpu, memtune, cputune, blkiotune; /* 0: not there */
        int on_poweroff, on_reboot, on_crash, confine, devices;
    } lines; /* for messages of those who check it further */
    int id;  /* live only: -1 when inactive */
} DomainDef;

/**
 * domain_def_parse:
 * @text: (array length=size): the XML
 * @source: name for messages
 * @strict: TRUE (--validate): unknown elements and attributes are an error;
 *   FALSE: they go to @ret_warnings. Known elements that lodge cannot honour are an error always.
 * @ret_warnings: (out) (optional) (transfer full) (element-type utf8): may be NULL
 *
 * Fills every default that does not depend on the host (as libvirt's post-parse does): actions,
 * current memory, vcpus, a MAC for each interface, a console for none? no: only what was given.
 * The uuid is left unset (has_uuid FALSE) when absent; core gives it one.
 *
 * Returns: (transfer full): or NULL with @error "FILE:LINE: ..."
 */
DomainDef *domain_def_parse(const char *text, gsize size, const char *source, gboolean strict,
                            GPtrArray **ret_warnings, GError **error);

/* The same of XML that domain_def_format() printed without INACTIVE (or of libvirt's live XML): what
 * is live only is read too: id, aliases, ttys, chosen ports and sockets. Unknown things are ignored. */
DomainDef *domain_def_parse_live(const char *text, gsize size, const char *source, GError **error);

void domain_def_free(DomainDef *def);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DomainDef, domain_def_free)
DomainDef *domain_def_copy(const DomainDef *def);

typedef enum {
    DOMAIN_FORMAT_INACTIVE = 1 << 0,
    DOMAIN_FORMAT_SECURE = 1 << 1
} DomainFormatFlags;
/* libvirt's element order and indentation (2 spaces, single quotes). (transfer full) */
char *domain_def_format(const DomainDef *def, DomainFormatFlags flags);

/**
 * domain_metadata_get:
 * @uri: namespace of the wanted child of <metadata>
 *
 * Returns: (transfer full): that element as XML from column 0 on, without @uri and its prefix (as it was
 *   given to domain_metadata_set()), with a line feed at the end;
 *   NULL with LODGE_ERROR_NO_METADATA when there is none
 */
char *domain_metadata_get(const DomainDef *def, const char *uri, GError **error);

/**
 * domain_metadata_set:
 * @key: prefix that the element gets; not looked at when @xml is NULL
 * @uri: its namespace; what was there under it before goes
 * @xml: (nullable): one element; NULL removes
 *
 * Returns: FALSE with LODGE_ERROR_SYNTAX, _CONFIG or _ARGUMENT; @def is unchanged then
 */
gboolean domain_metadata_set(DomainDef *def, const char *key, const char *uri, const char *xml,
                             GError **error);

/* A guest name that may become a file, a cgroup and an argument: 1-200 bytes of UTF-8, no '/', no
 * control character, no leading '-' or '.' ... the rule and its message stand in conf/name.c. */
gboolean domain_name_check(const char *name, GError **error);
