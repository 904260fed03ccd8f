/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/libvirt-domain-machine.h - devices, disks, jobs, saved images, screens: what machines have. */
#ifndef LODGE_LIBVIRT_DOMAIN_MACHINE_H
#define LODGE_LIBVIRT_DOMAIN_MACHINE_H

#include <lodge/libvirt-domain-tune.h>
#include <lodge/libvirt-stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- devices ------------------------------------------------------------------------------------- */
typedef enum {
    VIR_DOMAIN_DEVICE_MODIFY_CURRENT = VIR_DOMAIN_AFFECT_CURRENT,
    VIR_DOMAIN_DEVICE_MODIFY_LIVE = VIR_DOMAIN_AFFECT_LIVE,
    VIR_DOMAIN_DEVICE_MODIFY_CONFIG = VIR_DOMAIN_AFFECT_CONFIG,
    VIR_DOMAIN_DEVICE_MODIFY_FORCE = 1 << 2, /* take a medium out of a locked tray */
} virDomainDeviceModifyFlags;

int virDomainAttachDevice(virDomainPtr domain, const char *xml);
int virDomainAttachDeviceFlags(virDomainPtr domain, const char *xml, unsigned int flags);
int virDomainDetachDevice(virDomainPtr domain, const char *xml);
int virDomainDetachDeviceFlags(virDomainPtr domain, const char *xml, unsigned int flags);
int virDomainDetachDeviceAlias(virDomainPtr domain, const char *alias, unsigned int flags);
int virDomainUpdateDeviceFlags(virDomainPtr domain, const char *xml, unsigned int flags);

/* --- disks --------------------------------------------------------------------------------------- */
#define VIR_DOMAIN_BLOCK_STATS_FIELD_LENGTH      VIR_TYPED_PARAM_FIELD_LENGTH
#define VIR_DOMAIN_BLOCK_STATS_READ_BYTES        "rd_bytes"
#define VIR_DOMAIN_BLOCK_STATS_READ_REQ          "rd_operations"
#define VIR_DOMAIN_BLOCK_STATS_READ_TOTAL_TIMES  "rd_total_times"
#define VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES       "wr_bytes"
#define VIR_DOMAIN_BLOCK_STATS_WRITE_REQ         "wr_operations"
#define VIR_DOMAIN_BLOCK_STATS_WRITE_TOTAL_TIMES "wr_total_times"
#define VIR_DOMAIN_BLOCK_STATS_FLUSH_REQ         "flush_operations"
#define VIR_DOMAIN_BLOCK_STATS_FLUSH_TOTAL_TIMES "flush_total_times"
#define VIR_DOMAIN_BLOCK_STATS_ERRS              "errs"

struct _virDomainBlockStats { /* -1: not known */
    long long rd_req;
    long long rd_bytes;
    long long wr_req;
    long long wr_bytes;
    long long errs;
};
typedef struct _virDomainBlockStats virDomainBlockStatsStruct;
typedef virDomainBlockStatsStruct *virDomainBlockStatsPtr;

struct _virDomainBlockInfo {       /* bytes */
    unsigned long long capacity;   /* what the guest sees */
    unsigned long long allocation; /* highest byte in use, of a running guest; else as physical */
    unsigned long long physical;   /* what the image takes on the host */
};
typedef struct _virDomainBlockInfo virDomainBlockInfo;
typedef virDomainBlockInfo *virDomainBlockInfoPtr;

typedef enum {
    VIR_DOMAIN_DISK_ERROR_NONE = 0,
    VIR_DOMAIN_DISK_ERROR_UNSPEC = 1,
    VIR_DOMAIN_DISK_ERROR_NO_SPACE = 2,
    VIR_DOMAIN_DISK_ERROR_LAST
} virDomainDiskErrorCode;

struct _virDomainDiskError {
    char *disk; /* target name; the caller frees it */
    int error;  /* virDomainDiskErrorCode */
};
typedef struct _virDomainDiskError virDomainDiskError;
typedef virDomainDiskError *virDomainDiskErrorPtr;

/* @disk: target ("vda") or source path; BlockStats: "" is all disks together. */
int virDomainGetBlockInfo(virDomainPtr domain, const char *disk, virDomainBlockInfoPtr info,
                          unsigned int flags);
int virDomainBlockStats(virDomainPtr dom, const char *disk, virDomainBlockStatsPtr stats,
                        size_t size);
int virDomainBlockStatsFlags(virDomainPtr dom, const char *disk, virTypedParameterPtr params,
                             int *nparams, unsigned int flags);
/* errors NULL: how many there can be. */
int virDomainGetDiskErrors(virDomainPtr dom, virDomainDiskErrorPtr errors, unsigned int maxerrors,
                           unsigned int flags);

/* --- processors ---------------------------------------------------------------------------------- */
typedef enum {
    VIR_VCPU_OFFLINE = 0,
    VIR_VCPU_RUNNING = 1,
    VIR_VCPU_BLOCKED = 2,
    VIR_VCPU_LAST
} virVcpuState;

typedef enum {
    VIR_VCPU_INFO_CPU_OFFLINE = -1,
    VIR_VCPU_INFO_CPU_UNAVAILABLE = -2,
} virVcpuHostCpuState;

struct _virVcpuInfo {
    unsigned int number;
    int state;                  /* virVcpuState */
    unsigned long long cpuTime; /* ns */
    int cpu;                    /* of the host, or virVcpuHostCpuState */
};
typedef struct _virVcpuInfo virVcpuInfo;
typedef virVcpuInfo *virVcpuInfoPtr;

/* A map has a bit for each processor of the host, the lowest bit of the first byte being processor 0. */
#define VIR_CPU_MAPLEN(cpu)                   (((cpu) + 7) / 8)
#define VIR_USE_CPU(cpumap, cpu)              ((cpumap)[(cpu) / 8] |= (1 << ((cpu) % 8)))
#define VIR_UNUSE_CPU(cpumap, cpu)            ((cpumap)[(cpu) / 8] &= ~(1 << ((cpu) % 8)))
#define VIR_CPU_USED(cpumap, cpu)             ((cpumap)[(cpu) / 8] & (1 << ((cpu) % 8)))
#define VIR_GET_CPUMAP(cpumaps, maplen, vcpu) (&((cpumaps)[(vcpu) * (maplen)]))
#define VIR_CPU_USABLE(cpumaps, maplen, vcpu, cpu)                                                 \
    VIR_CPU_USED(VIR_GET_CPUMAP(cpumaps, maplen, vcpu), cpu)

int virDomainGetVcpus(virDomainPtr domain, virVcpuInfoPtr info, int maxinfo, unsigned char *cpumaps,
                      int maplen);
int virDomainSetVcpus(virDomainPtr domain, unsigned int nvcpus);
int virDomainSetVcpusFlags(virDomainPtr domain, unsigned int nvcpus, unsigned int flags);
int virDomainSetMemoryStatsPeriod(virDomainPtr domain, int period, unsigned int flags);

/* --- saved images -------------------------------------------------------------------------------- */
typedef enum {
    VIR_DOMAIN_SAVE_BYPASS_CACHE = 1 << 0,
    VIR_DOMAIN_SAVE_RUNNING = 1 << 1, /* how it goes on when it is restored */
    VIR_DOMAIN_SAVE_PAUSED = 1 << 2,
    VIR_DOMAIN_SAVE_RESET_NVRAM = 1 << 3,
} virDomainSaveRestoreFlags;

typedef enum {
    VIR_DOMAIN_SAVE_IMAGE_XML_SECURE = VIR_DOMAIN_XML_SECURE,
} virDomainSaveImageXMLFlags;

int virDomainSave(virDomainPtr domain, const char *to);
int virDomainSaveFlags(virDomainPtr domain, const char *to, const char *dxml, unsigned int flags);
int virDomainRestore(virConnectPtr conn, const char *from);
int virDomainRestoreFlags(virConnectPtr conn, const char *from, const char *dxml,
                          unsigned int flags);
char *virDomainSaveImageGetXMLDesc(virConnectPtr conn, const char *file, unsigned int flags);
int virDomainManagedSave(virDomainPtr dom, unsigned int flags);
int virDomainManagedSaveRemove(virDomainPtr dom, unsigned int flags);
char *virDomainManagedSaveGetXMLDesc(virDomainPtr domain, unsigned int flags);

/* --- jobs ---------------------------------------------------------------------------------------- */
typedef enum {
    VIR_DOMAIN_JOB_NONE = 0,
    VIR_DOMAIN_JOB_BOUNDED = 1,
    VIR_DOMAIN_JOB_UNBOUNDED = 2,
    VIR_DOMAIN_JOB_COMPLETED = 3,
    VIR_DOMAIN_JOB_FAILED = 4,
    VIR_DOMAIN_JOB_CANCELLED = 5,
    VIR_DOMAIN_JOB_LAST
} virDomainJobType;

typedef enum {
    VIR_DOMAIN_JOB_OPERATION_UNKNOWN = 0,
    VIR_DOMAIN_JOB_OPERATION_START = 1,
    VIR_DOMAIN_JOB_OPERATION_SAVE = 2,
    VIR_DOMAIN_JOB_OPERATION_RESTORE = 3,
    VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN = 4,
    VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT = 5,
    VIR_DOMAIN_JOB_OPERATION_SNAPSHOT = 6,
    VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT = 7,
    VIR_DOMAIN_JOB_OPERATION_DUMP = 8,
    VIR_DOMAIN_JOB_OPERATION_BACKUP = 9,
    VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE = 10,
    VIR_DOMAIN_JOB_OPERATION_LAST
} virDomainJobOperation;

struct _virDomainJobInfo { /* times in ms, sizes in bytes; 0: not known */
    int type;              /* virDomainJobType */
    unsigned long long timeElapsed;
    unsigned long long timeRemaining;
    unsigned long long dataTotal;
    unsigned long long dataProcessed;
    unsigned long long dataRemaining;
    unsigned long long memTotal;
    unsigned long long memProcessed;
    unsigned long long memRemaining;
    unsigned long long fileTotal;
    unsigned long long fileProcessed;
    unsigned long long fileRemaining;
};
typedef struct _virDomainJobInfo virDomainJobInfo;
typedef virDomainJobInfo *virDomainJobInfoPtr;

typedef enum {
    VIR_DOMAIN_JOB_STATS_COMPLETED = 1 << 0,
    VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED = 1 << 1,
} virDomainGetJobStatsFlags;

#define VIR_DOMAIN_JOB_OPERATION        "operation"
#define VIR_DOMAIN_JOB_TIME_ELAPSED     "time_elapsed"
#define VIR_DOMAIN_JOB_TIME_REMAINING   "time_remaining"
#define VIR_DOMAIN_JOB_DATA_TOTAL       "data_total"
#define VIR_DOMAIN_JOB_DATA_PROCESSED   "data_processed"
#define VIR_DOMAIN_JOB_DATA_REMAINING   "data_remaining"
#define VIR_DOMAIN_JOB_MEMORY_TOTAL     "memory_total"
#define VIR_DOMAIN_JOB_MEMORY_PROCESSED "memory_processed"
#define VIR_DOMAIN_JOB_MEMORY_REMAINING "memory_remaining"
#define VIR_DOMAIN_JOB_MEMORY_BPS       "memory_bps"
#define VIR_DOMAIN_JOB_DISK_TOTAL       "disk_total"
#define VIR_DOMAIN_JOB_DISK_PROCESSED   "disk_processed"
#define VIR_DOMAIN_JOB_DISK_REMAINING   "disk_remaining"
#define VIR_DOMAIN_JOB_SUCCESS          "success"
#define VIR_DOMAIN_JOB_ERRMSG           "errmsg"

int virDomainGetJobInfo(virDomainPtr dom, virDomainJobInfoPtr info);
/* params: end them with virTypedParamsFree(). */
int virDomainGetJobStats(virDomainPtr domain, int *type, virTypedParameterPtr *params, int *nparams,
                         unsigned int flags);
int virDomainAbortJob(virDomainPtr dom);

/* --- the machine itself -------------------------------------------------------------------------- */
typedef enum {
    VIR_NODE_SUSPEND_TARGET_MEM = 0,
    VIR_NODE_SUSPEND_TARGET_DISK = 1,
    VIR_NODE_SUSPEND_TARGET_HYBRID = 2,
    VIR_NODE_SUSPEND_TARGET_LAST
} virNodeSuspendTarget;

int virDomainReset(virDomainPtr domain, unsigned int flags);
int virDomainInjectNMI(virDomainPtr domain, unsigned int flags);
/* By the guest agent; virDomainPMWakeup() ends it. */
int virDomainPMSuspendForDuration(virDomainPtr domain, unsigned int target,
                                  unsigned long long duration, unsigned int flags);
int virDomainPMWakeup(virDomainPtr domain, unsigned int flags);
/* Connects @stream to the picture of a screen. Returns its MIME type, malloced: "image/png". */
char *virDomainScreenshot(virDomainPtr domain, virStreamPtr stream, unsigned int screen,
                          unsigned int flags);

struct _virDomainFSInfo {
    char *mountpoint;
    char *name;
    char *fstype;
    size_t ndevAlias;
    char **devAlias; /* targets of disks: "vda" */
};
typedef struct _virDomainFSInfo virDomainFSInfo;
typedef virDomainFSInfo *virDomainFSInfoPtr;

/* By the guest agent; *info: malloced array, each ended with virDomainFSInfoFree(). Returns how many. */
int virDomainGetFSInfo(virDomainPtr dom, virDomainFSInfoPtr **info, unsigned int flags);
void virDomainFSInfoFree(virDomainFSInfoPtr info);

typedef enum {
    VIR_DOMAIN_GUEST_INFO_USERS = 1 << 0,
    VIR_DOMAIN_GUEST_INFO_OS = 1 << 1,
    VIR_DOMAIN_GUEST_INFO_TIMEZONE = 1 << 2,
    VIR_DOMAIN_GUEST_INFO_HOSTNAME = 1 << 3,
    VIR_DOMAIN_GUEST_INFO_FILESYSTEM = 1 << 4,
    VIR_DOMAIN_GUEST_INFO_DISKS = 1 << 5,
    VIR_DOMAIN_GUEST_INFO_INTERFACES = 1 << 6,
} virDomainGuestInfoTypes;

/* By the guest agent. @types 0: what it can say. */
int virDomainGetGuestInfo(virDomainPtr domain, unsigned int types, virTypedParameterPtr *params,
                          int *nparams, unsigned int flags);

/* --- what a connection can make ------------------------------------------------------------------ */
#define VIR_CONNECT_NATIVE_FORMAT_QEMU_ARGV "qemu-argv"

char *virConnectGetDomainCapabilities(virConnectPtr conn, const char *emulatorbin, const char *arch,
                                      const char *machine, const char *virttype,
                                      unsigned int flags);
char *virConnectDomainXMLToNative(virConnectPtr conn, const char *nativeFormat,
                                  const char *domainXml, unsigned int flags);
char *virConnectDomainXMLFromNative(virConnectPtr conn, const char *nativeFormat,
                                    const char *nativeConfig, unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif
