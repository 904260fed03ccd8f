/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/driver.h - what a driver offers: role tables of at most 20 calls each.
 *
 * A driver keeps nothing in memory between calls; everything is in the files below DriverCtx.paths,
 * so a table is const and every call is thread-safe. A role or call that is NULL is answered in one
 * place (api/) with "not supported by the NAME driver". All calls: return FALSE / NULL / -1 with
 * @error set; out parameters are written on success only.
 *
 * Used by: api (calls), container, vnet (offer).
 */
#pragma once

#include <glib.h>

#include "core/paths.h"

typedef struct {
    Paths *paths;    /* where this connection's files are (root, session, private root) */
    const char *uri; /* canonical: "lxc:///" */
    const struct GuestKind *kind; /* of a driver of guests: core/guest-kind.h; else NULL */
    gboolean read_only;
    const char *xml_source; /* (nullable): what messages call the XML of this call: "web.xml" */
    GPtrArray *
        warnings; /* (nullable): calls add lines that the user should see although they succeeded */
} DriverCtx;

/* Names an object. uuid is authoritative, name is for messages and speed. id -1 when inactive. */
typedef struct {
    char *name;
    guint8 uuid[16];
    int id;
} ObjectRef;

typedef enum { /* libvirt's numbers: VIR_DOMAIN_* */
    DOMAIN_STATE_NOSTATE = 0,
    DOMAIN_STATE_RUNNING = 1,
    DOMAIN_STATE_PAUSED = 3,
    DOMAIN_STATE_SHUTDOWN = 4,
    DOMAIN_STATE_SHUTOFF = 5,
    DOMAIN_STATE_CRASHED = 6,
    DOMAIN_STATE_PMSUSPENDED = 7,
} DomainState;

typedef struct {
    DomainState state;
    int reason; /* libvirt's number for that state */
    guint64 max_mem_kib, memory_kib;
    guint vcpus;
    guint64 cpu_time_ns;
} DomainInfo;

typedef struct {
    char *field; /* "hard_limit" */
    int type; /* libvirt's VIR_TYPED_PARAM_*: INT 1 UINT 2 LLONG 3 ULLONG 4 DOUBLE 5 BOOLEAN 6 STRING 7 */
    union {
        int i;
        unsigned int ui;
        long long l;
        unsigned long long ul;
        double d;
        char b;
        char *s;
    } value;
} Param; /* lists are GArray of Param with param_clear as clear function */

/* Flags have libvirt's values and arrive checked against what the call documents. */

typedef struct {
    /* filter as virConnectListAllDomains; (transfer full) GPtrArray of ObjectRef */
    GPtrArray *(*list)(DriverCtx *ctx, guint flags, GError **error);
    ObjectRef *(*lookup_name)(DriverCtx *ctx, const char *name, GError **error);
    ObjectRef *(*lookup_uuid)(DriverCtx *ctx, const guint8 *uuid, GError **error);
    ObjectRef *(*lookup_id)(DriverCtx *ctx, int id, GError **error);
    /* ret_warnings: (nullable) gets "FILE:LINE: ..." strings */
    ObjectRef *(*define)(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
                         GError **error);
    gboolean (*undefine)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    char *(*get_xml)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*get_state)(DriverCtx *ctx, const ObjectRef *ref, DomainState *ret_state,
                          int *ret_reason, GError **error);
    gboolean (*get_info)(DriverCtx *ctx, const ObjectRef *ref, DomainInfo *ret_info,
                         GError **error);
    gboolean (*is_persistent)(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                              GError **error);
    gboolean (*get_autostart)(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                              GError **error);
    gboolean (*set_autostart)(DriverCtx *ctx, const ObjectRef *ref, gboolean value, GError **error);
    /* type 0 description, 1 title, 2 element */
    char *(*get_metadata)(DriverCtx *ctx, const ObjectRef *ref, int type, const char *ns_uri,
                          guint flags, GError **error);
    gboolean (*set_metadata)(DriverCtx *ctx, const ObjectRef *ref, int type, const char *text,
                             const char *key, const char *ns_uri, guint flags, GError **error);
} DomainObjects;

typedef struct {
    int stdin_fd, stdout_fd,
        stderr_fd;    /* -1: the console. Otherwise init gets them (create --wait) */
    const int *files; /* (array length=n_files): init gets them as 3, 4, ...; borrowed */
    guint n_files;    /* 0 where the driver has no start_files */
    gboolean is_left; /* nobody waits for its end */
} StartIo;

typedef struct {
    gboolean (*start)(DriverCtx *ctx, ObjectRef *ref, guint flags,
                      GError **error); /* sets ref->id */
    /* the same, and init gets @files as 3, 4, ... */
    gboolean (*start_files)(DriverCtx *ctx, ObjectRef *ref, const int *files, guint n_files,
                            guint flags, GError **error);
    ObjectRef *(*create_xml)(DriverCtx *ctx, const char *xml, const StartIo *io, guint flags,
                             GPtrArray *warnings, GError **error);
    char *(*dry_run)(DriverCtx *ctx, const char *xml_or_null, const ObjectRef *ref_or_null,
                     GError **error);
    gboolean (*destroy)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*shutdown)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*reboot)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*suspend)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    gboolean (*resume)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    /* blocks until the guest has ended for good, status as of wait(2); or until @until_fd (-1: none) can
     * be read, status -1 */
    gboolean (*wait)(DriverCtx *ctx, const ObjectRef *ref, int until_fd, int *ret_wait_status,
                     GError **error);
    gboolean (*send_signal)(DriverCtx *ctx, const ObjectRef *ref, gint64 pid, guint signum,
                            guint flags, GError **error);
} DomainLifecycle;

typedef struct {
    /* (transfer full) descriptor of a stream socket; name NULL: the first. flags FORCE 1 SAFE 2 READONLY 1<<16 (ours) */
    int (*open_console)(DriverCtx *ctx, const ObjectRef *ref, const char *name, guint flags,
                        GError **error);
    gboolean (*resize_console)(DriverCtx *ctx, const ObjectRef *ref, const char *name, int cols,
                               int rows, GError **error);
    /* argv of a program that runs @argv in the guest when exec'd: the CLI execs it (tty, exit status) */
    char **(*enter_command)(DriverCtx *ctx, const ObjectRef *ref, const char *const *argv,
                            const char *const *options, GError **error);
    /* namespace descriptors, for virDomainLxcOpenNamespace; returns count */
    int (*open_namespaces)(DriverCtx *ctx, const ObjectRef *ref, int **ret_fds, GError **error);
} DomainConsoles;

typedef struct {
    int state;       /* VIR_VCPU_* */
    guint64 time_ns; /* it has run */
    int cpu;         /* of the host, where it ran last */
} DomainVcpu;

typedef struct {
    GArray *(*get_memory_params)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*set_memory_params)(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                  guint flags, GError **error);
    GArray *(*get_blkio_params)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*set_blkio_params)(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                 guint flags, GError **error);
    GArray *(*get_sched_params)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*set_sched_params)(DriverCtx *ctx, const ObjectRef *ref, const GArray *params,
                                 guint flags, GError **error);
    gboolean (*set_memory)(DriverCtx *ctx, const ObjectRef *ref, guint64 kib, guint flags,
                           GError **error);
    gboolean (*get_vcpus)(DriverCtx *ctx, const ObjectRef *ref, guint flags, guint *ret_vcpus,
                          GError **error);
    /* totals: cpu_time user_time system_time; per cpu: cpu_time each. (element-type GArray of Param) */
    GPtrArray *(*get_cpu_stats)(DriverCtx *ctx, const ObjectRef *ref, gboolean totals,
                                GError **error);
    /* Param of ULLONG named as libvirt's tags: "actual" "swap_in" "rss" ..., KiB */
    GArray *(*get_memory_stats)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    gboolean (*get_interface_stats)(DriverCtx *ctx, const ObjectRef *ref, const char *dev,
                                    gint64 ret_stats[8], GError **error);
    /* source 0 lease 1 agent 2 arp; (element-type DomainIfaceAddrs) */
    GPtrArray *(*get_interface_addresses)(DriverCtx *ctx, const ObjectRef *ref, guint source,
                                          GError **error);
    GArray *(*get_stats)(DriverCtx *ctx, const ObjectRef *ref, guint groups,
                         GError **error); /* domstats */
    gboolean (*set_vcpus)(DriverCtx *ctx, const ObjectRef *ref, guint vcpus, guint flags,
                          GError **error);
    gboolean (*set_stats_period)(DriverCtx *ctx, const ObjectRef *ref, int seconds, guint flags,
                                 GError **error);
    /* (element-type DomainVcpu): of a running guest */
    GArray *(*get_vcpu_info)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
} DomainResources;

/* How a job is going; ms and bytes. */
typedef struct {
    gboolean is_running;
    int operation; /* VIR_DOMAIN_JOB_OPERATION_* */
    guint64 elapsed_ms, done, total, remaining;
} DomainJob;

typedef struct {
    gboolean (*attach)(DriverCtx *ctx, const ObjectRef *ref, const char *xml, guint flags,
                       GError **error);
    gboolean (*detach)(DriverCtx *ctx, const ObjectRef *ref, const char *xml, guint flags,
                       GError **error);
    gboolean (*detach_alias)(DriverCtx *ctx, const ObjectRef *ref, const char *alias, guint flags,
                             GError **error);
    gboolean (*update)(DriverCtx *ctx, const ObjectRef *ref, const char *xml, guint flags,
                       GError **error);
    /* ret_bytes: capacity, allocation, physical */
    gboolean (*block_info)(DriverCtx *ctx, const ObjectRef *ref, const char *disk,
                           guint64 ret_bytes[3], GError **error);
    /* Param of LLONG with libvirt's names; @disk "": all of them together */
    GArray *(*block_stats)(DriverCtx *ctx, const ObjectRef *ref, const char *disk, GError **error);
    /* targets by name: Param of INT, VIR_DOMAIN_DISK_ERROR_*; ret_max: how many disks there are */
    GArray *(*disk_errors)(DriverCtx *ctx, const ObjectRef *ref, guint *ret_max, GError **error);
} DomainDevices;

typedef struct {
    gboolean (*save)(DriverCtx *ctx, const ObjectRef *ref, const char *to, const char *xml,
                     guint flags, GError **error);
    gboolean (*restore)(DriverCtx *ctx, const char *from, const char *xml, guint flags,
                        GError **error);
    char *(*image_xml)(DriverCtx *ctx, const char *file, guint flags, GError **error);
    gboolean (*managed_save)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*has_managed_save)(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                                 GError **error);
    gboolean (*remove_managed_save)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    char *(*managed_save_xml)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    gboolean (*job)(DriverCtx *ctx, const ObjectRef *ref, gboolean completed, DomainJob *ret_job,
                    GError **error);
    gboolean (*abort)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
} DomainJobs;

typedef struct {
    char *name, *mountpoint, *fstype;
    char **targets; /* of disks, NULL-terminated */
} DomainFsInfo;

/* What only machines do. */
typedef struct {
    gboolean (*reset)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    gboolean (*inject_nmi)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    gboolean (*pm_suspend)(DriverCtx *ctx, const ObjectRef *ref, guint target, GError **error);
    gboolean (*pm_wakeup)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    /* a descriptor to read the picture from; ret_mime: (transfer full) */
    int (*screenshot)(DriverCtx *ctx, const ObjectRef *ref, guint screen, char **ret_mime,
                      GError **error);
    char *(*monitor_command)(DriverCtx *ctx, const ObjectRef *ref, const char *command, guint flags,
                             GError **error);
    /* timeout_s: as virDomainQemuAgentCommand */
    char *(*agent_command)(DriverCtx *ctx, const ObjectRef *ref, const char *command, int timeout_s,
                           GError **error);
    /* (element-type DomainFsInfo) */
    GPtrArray *(*fs_info)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    GArray *(*guest_info)(DriverCtx *ctx, const ObjectRef *ref, guint types, GError **error);
    char *(*hostname)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
} DomainMachines;

typedef struct {
    /* @script: lodge/lodge-keys.h, checked, Linux codes. Blocks until the last line is done */
    gboolean (*send)(DriverCtx *ctx, const ObjectRef *ref, const char *script, GError **error);
} DomainKeys;

typedef struct {
    char *name, *mac;
    GPtrArray *addrs; /* "4|6 ADDRESS PREFIX" strings */
} DomainIfaceAddrs;

typedef struct {
    char *iface, *mac, *iaid, *ip, *hostname, *clientid;
    gint64 expiry; /* seconds since the epoch */
    int type;      /* 0 v4, 1 v6 */
    guint prefix;
} NetworkLease;

typedef struct {
    GPtrArray *(*list)(DriverCtx *ctx, guint flags, GError **error);
    ObjectRef *(*lookup_name)(DriverCtx *ctx, const char *name, GError **error);
    ObjectRef *(*lookup_uuid)(DriverCtx *ctx, const guint8 *uuid, GError **error);
    ObjectRef *(*define)(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
                         GError **error);
    ObjectRef *(*create_xml)(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
                             GError **error);
    gboolean (*start)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    gboolean (*destroy)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    gboolean (*undefine)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    char *(*get_xml)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    char *(*get_bridge)(DriverCtx *ctx, const ObjectRef *ref, GError **error);
    gboolean (*is_active)(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                          GError **error);
    gboolean (*is_persistent)(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                              GError **error);
    gboolean (*get_autostart)(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value,
                              GError **error);
    gboolean (*set_autostart)(DriverCtx *ctx, const ObjectRef *ref, gboolean value, GError **error);
    GPtrArray *(*leases)(DriverCtx *ctx, const ObjectRef *ref, const char *mac_or_null,
                         GError **error); /* NetworkLease */
    /* For guests: bridge and MTU to plug into; starts the network when it is defined and off
     * (on demand, the `default` network only is started so; others are an error that says net-start).
     * hold: (inout): -1 before the first network of a guest; others that want a network that was started
     * here wait until settle(), which must follow, with success or without. */
    gboolean (*plug)(DriverCtx *ctx, const char *network, char **ret_bridge, guint *ret_mtu,
                     int *hold, GError **error);
    /* The start of the guest has ended. keep FALSE: it failed, and a network that was started for it stops
     * again unless somebody uses it. -1 is fine. Keeps errno and errors as they are. */
    void (*settle)(DriverCtx *ctx, int hold, gboolean keep);
    int (*autostart_all)(DriverCtx *ctx,
                         GPtrArray *messages);   /* as Driver.autostart_all, for networks */
    int (*reap)(DriverCtx *ctx, GError **error); /* as Driver.reap, for networks */
} NetworkRole;

typedef struct {
    const char *name;             /* "LXC": virConnectGetType */
    const char *scheme;           /* "lxc", "network" */
    const struct GuestKind *kind; /* for DriverCtx.kind; NULL: a driver without guests */
    const DomainObjects *objects;
    const DomainLifecycle *lifecycle;
    const DomainConsoles *consoles;
    const DomainResources *resources;
    const DomainKeys *keys;
    const DomainDevices *devices;
    const DomainJobs *jobs;
    const DomainMachines *machines;
    const NetworkRole *networks;
    char *(*capabilities)(DriverCtx *ctx, GError **error);
    /* each argument may be NULL: the host's */
    char *(*domain_capabilities)(DriverCtx *ctx, const char *emulator, const char *arch,
                                 const char *machine, const char *type, GError **error);
    char *(*xml_to_native)(DriverCtx *ctx, const char *format, const char *xml, GError **error);
    /* hypervisor version as major*1000000+minor*1000+micro; LXC: the kernel's */
    gboolean (*version)(DriverCtx *ctx, gulong *ret_version, GError **error);
    /* starts what is marked autostart; for the boot unit. Returns the number of failures. */
    int (*autostart_all)(DriverCtx *ctx, GPtrArray *messages);
    /* records guests whose supervisor died as crashed and cleans up after them. Returns how many, -1 */
    int (*reap)(DriverCtx *ctx, GError **error);
} Driver;

/* Drivers of one floor never include each other: what the container driver needs of networks it asks
 * here. api fills the table at start (core_set_networks), tests put their own. */
void core_set_networks(const NetworkRole *role);
const NetworkRole *core_networks(void);

ObjectRef *object_ref_new(const char *name, const guint8 *uuid, int id);
void object_ref_free(ObjectRef *ref);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ObjectRef, object_ref_free)
void param_clear(Param *param);
void network_lease_free(NetworkLease *lease);
/* @mac: (nullable). (transfer full) */
DomainIfaceAddrs *domain_iface_addrs_new(const char *name, const char *mac);
void domain_iface_addrs_free(DomainIfaceAddrs *addrs);
void domain_fs_info_free(DomainFsInfo *info);
