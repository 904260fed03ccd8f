/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/libvirt-domain-tune.h - limits, statistics and addresses of guests. */
#ifndef LODGE_LIBVIRT_DOMAIN_TUNE_H
#define LODGE_LIBVIRT_DOMAIN_TUNE_H

#include <lodge/libvirt-domain.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- memory and cpus --------------------------------------------------------------------------- */
typedef enum {
    VIR_DOMAIN_MEM_CURRENT = VIR_DOMAIN_AFFECT_CURRENT,
    VIR_DOMAIN_MEM_LIVE = VIR_DOMAIN_AFFECT_LIVE,
    VIR_DOMAIN_MEM_CONFIG = VIR_DOMAIN_AFFECT_CONFIG,
    VIR_DOMAIN_MEM_MAXIMUM = 1 << 2,
} virDomainMemoryModFlags;

typedef enum {
    VIR_DOMAIN_VCPU_CURRENT = VIR_DOMAIN_AFFECT_CURRENT,
    VIR_DOMAIN_VCPU_LIVE = VIR_DOMAIN_AFFECT_LIVE,
    VIR_DOMAIN_VCPU_CONFIG = VIR_DOMAIN_AFFECT_CONFIG,
    VIR_DOMAIN_VCPU_MAXIMUM = 1 << 2,
    VIR_DOMAIN_VCPU_GUEST = 1 << 3,
    VIR_DOMAIN_VCPU_HOTPLUGGABLE = 1 << 4,
} virDomainVcpuFlags;

/* What memory parameters say for "no limit" (KiB). */
#define VIR_DOMAIN_MEMORY_PARAM_UNLIMITED    9007199254740991LL
#define VIR_DOMAIN_MEMORY_FIELD_LENGTH       VIR_TYPED_PARAM_FIELD_LENGTH
#define VIR_DOMAIN_MEMORY_HARD_LIMIT         "hard_limit"
#define VIR_DOMAIN_MEMORY_SOFT_LIMIT         "soft_limit"
#define VIR_DOMAIN_MEMORY_MIN_GUARANTEE      "min_guarantee"
#define VIR_DOMAIN_MEMORY_SWAP_HARD_LIMIT    "swap_hard_limit"
#define VIR_DOMAIN_BLKIO_FIELD_LENGTH        VIR_TYPED_PARAM_FIELD_LENGTH
#define VIR_DOMAIN_BLKIO_WEIGHT              "weight"
#define VIR_DOMAIN_BLKIO_DEVICE_WEIGHT       "device_weight"
#define VIR_DOMAIN_BLKIO_DEVICE_READ_IOPS    "device_read_iops_sec"
#define VIR_DOMAIN_BLKIO_DEVICE_WRITE_IOPS   "device_write_iops_sec"
#define VIR_DOMAIN_BLKIO_DEVICE_READ_BPS     "device_read_bytes_sec"
#define VIR_DOMAIN_BLKIO_DEVICE_WRITE_BPS    "device_write_bytes_sec"
#define VIR_DOMAIN_SCHED_FIELD_LENGTH        VIR_TYPED_PARAM_FIELD_LENGTH
#define VIR_DOMAIN_SCHEDULER_CPU_SHARES      "cpu_shares"
#define VIR_DOMAIN_SCHEDULER_GLOBAL_PERIOD   "global_period"
#define VIR_DOMAIN_SCHEDULER_GLOBAL_QUOTA    "global_quota"
#define VIR_DOMAIN_SCHEDULER_VCPU_PERIOD     "vcpu_period"
#define VIR_DOMAIN_SCHEDULER_VCPU_QUOTA      "vcpu_quota"
#define VIR_DOMAIN_SCHEDULER_EMULATOR_PERIOD "emulator_period"
#define VIR_DOMAIN_SCHEDULER_EMULATOR_QUOTA  "emulator_quota"
#define VIR_DOMAIN_SCHEDULER_IOTHREAD_PERIOD "iothread_period"
#define VIR_DOMAIN_SCHEDULER_IOTHREAD_QUOTA  "iothread_quota"
#define VIR_DOMAIN_SCHEDULER_WEIGHT          "weight"
#define VIR_DOMAIN_SCHEDULER_CAP             "cap"
#define VIR_DOMAIN_SCHEDULER_RESERVATION     "reservation"
#define VIR_DOMAIN_SCHEDULER_LIMIT           "limit"
#define VIR_DOMAIN_SCHEDULER_SHARES          "shares"

/* Older names of typed parameters, which programs still use. */
typedef virTypedParameterType virSchedParameterType;
typedef struct _virTypedParameter virSchedParameter;
typedef virSchedParameter *virSchedParameterPtr;
typedef virTypedParameterType virMemoryParameterType;
typedef struct _virTypedParameter virMemoryParameter;
typedef virMemoryParameter *virMemoryParameterPtr;
typedef virTypedParameterType virBlkioParameterType;
typedef struct _virTypedParameter virBlkioParameter;
typedef virBlkioParameter *virBlkioParameterPtr;

unsigned long virDomainGetMaxMemory(virDomainPtr domain);
int virDomainSetMaxMemory(virDomainPtr domain, unsigned long memory);
int virDomainSetMemory(virDomainPtr domain, unsigned long memory);
int virDomainSetMemoryFlags(virDomainPtr domain, unsigned long memory, unsigned int flags);
int virDomainGetMaxVcpus(virDomainPtr domain);
int virDomainGetVcpusFlags(virDomainPtr domain, unsigned int flags);
int virDomainSetMemoryParameters(virDomainPtr domain, virTypedParameterPtr params, int nparams,
                                 unsigned int flags);
int virDomainGetMemoryParameters(virDomainPtr domain, virTypedParameterPtr params, int *nparams,
                                 unsigned int flags);
int virDomainSetBlkioParameters(virDomainPtr domain, virTypedParameterPtr params, int nparams,
                                unsigned int flags);
int virDomainGetBlkioParameters(virDomainPtr domain, virTypedParameterPtr params, int *nparams,
                                unsigned int flags);
char *virDomainGetSchedulerType(virDomainPtr domain, int *nparams);
int virDomainGetSchedulerParameters(virDomainPtr domain, virTypedParameterPtr params, int *nparams);
int virDomainGetSchedulerParametersFlags(virDomainPtr domain, virTypedParameterPtr params,
                                         int *nparams, unsigned int flags);
int virDomainSetSchedulerParameters(virDomainPtr domain, virTypedParameterPtr params, int nparams);
int virDomainSetSchedulerParametersFlags(virDomainPtr domain, virTypedParameterPtr params,
                                         int nparams, unsigned int flags);

/* --- statistics -------------------------------------------------------------------------------- */
#define VIR_DOMAIN_CPU_STATS_CPUTIME    "cpu_time"
#define VIR_DOMAIN_CPU_STATS_USERTIME   "user_time"
#define VIR_DOMAIN_CPU_STATS_SYSTEMTIME "system_time"
#define VIR_DOMAIN_CPU_STATS_VCPUTIME   "vcpu_time"

typedef enum {
    VIR_DOMAIN_MEMORY_STAT_SWAP_IN = 0,
    VIR_DOMAIN_MEMORY_STAT_SWAP_OUT = 1,
    VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT = 2,
    VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT = 3,
    VIR_DOMAIN_MEMORY_STAT_UNUSED = 4,
    VIR_DOMAIN_MEMORY_STAT_AVAILABLE = 5,
    VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON = 6,
    VIR_DOMAIN_MEMORY_STAT_RSS = 7,
    VIR_DOMAIN_MEMORY_STAT_USABLE = 8,
    VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE = 9,
    VIR_DOMAIN_MEMORY_STAT_DISK_CACHES = 10,
    VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC = 11,
    VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL = 12,
    VIR_DOMAIN_MEMORY_STAT_NR = 13,
    VIR_DOMAIN_MEMORY_STAT_LAST = VIR_DOMAIN_MEMORY_STAT_NR,
} virDomainMemoryStatTags;

struct _virDomainMemoryStat {
    int tag;
    unsigned long long val;
};
typedef struct _virDomainMemoryStat virDomainMemoryStatStruct;
typedef virDomainMemoryStatStruct *virDomainMemoryStatPtr;

struct _virDomainInterfaceStats { /* -1: not known */
    long long rx_bytes;
    long long rx_packets;
    long long rx_errs;
    long long rx_drop;
    long long tx_bytes;
    long long tx_packets;
    long long tx_errs;
    long long tx_drop;
};
typedef struct _virDomainInterfaceStats virDomainInterfaceStatsStruct;
typedef virDomainInterfaceStatsStruct *virDomainInterfaceStatsPtr;

typedef enum {
    VIR_DOMAIN_STATS_STATE = 1 << 0,
    VIR_DOMAIN_STATS_CPU_TOTAL = 1 << 1,
    VIR_DOMAIN_STATS_BALLOON = 1 << 2,
    VIR_DOMAIN_STATS_VCPU = 1 << 3,
    VIR_DOMAIN_STATS_INTERFACE = 1 << 4,
    VIR_DOMAIN_STATS_BLOCK = 1 << 5,
    VIR_DOMAIN_STATS_PERF = 1 << 6,
    VIR_DOMAIN_STATS_IOTHREAD = 1 << 7,
    VIR_DOMAIN_STATS_MEMORY = 1 << 8,
    VIR_DOMAIN_STATS_DIRTYRATE = 1 << 9,
    VIR_DOMAIN_STATS_VM = 1 << 10,
} virDomainStatsTypes;

typedef enum {
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE = VIR_CONNECT_LIST_DOMAINS_ACTIVE,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE = VIR_CONNECT_LIST_DOMAINS_INACTIVE,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT = VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT = VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING = VIR_CONNECT_LIST_DOMAINS_RUNNING,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED = VIR_CONNECT_LIST_DOMAINS_PAUSED,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF = VIR_CONNECT_LIST_DOMAINS_SHUTOFF,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER = VIR_CONNECT_LIST_DOMAINS_OTHER,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT = 1 << 29,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING = 1 << 30,
    VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS = 1U << 31,
} virConnectGetAllDomainStatsFlags;

struct _virDomainStatsRecord {
    virDomainPtr dom;
    virTypedParameterPtr params;
    int nparams;
};
typedef struct _virDomainStatsRecord virDomainStatsRecord;
typedef virDomainStatsRecord *virDomainStatsRecordPtr;

int virDomainGetCPUStats(virDomainPtr domain, virTypedParameterPtr params, unsigned int nparams,
                         int start_cpu, unsigned int ncpus, unsigned int flags);
int virDomainMemoryStats(virDomainPtr dom, virDomainMemoryStatPtr stats, unsigned int nr_stats,
                         unsigned int flags);
int virDomainInterfaceStats(virDomainPtr dom, const char *device, virDomainInterfaceStatsPtr stats,
                            size_t size);
int virConnectGetAllDomainStats(virConnectPtr conn, unsigned int stats,
                                virDomainStatsRecordPtr **retStats, unsigned int flags);
int virDomainListGetStats(virDomainPtr *doms, unsigned int stats,
                          virDomainStatsRecordPtr **retStats, unsigned int flags);
void virDomainStatsRecordListFree(virDomainStatsRecordPtr *stats);

/* --- addresses --------------------------------------------------------------------------------- */
typedef enum {
    VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE = 0, /* the network's DHCP server */
    VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT = 1, /* inside the guest */
    VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP = 2,   /* the host's neighbour table */
    VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LAST
} virDomainInterfaceAddressesSource;

struct _virDomainInterfaceIPAddress {
    int type; /* virIPAddrType */
    char *addr;
    unsigned int prefix;
};
typedef struct _virDomainInterfaceIPAddress virDomainIPAddress;
typedef virDomainIPAddress *virDomainIPAddressPtr;

struct _virDomainInterface {
    char *name;
    char *hwaddr;
    unsigned int naddrs;
    virDomainIPAddressPtr addrs;
};
typedef struct _virDomainInterface virDomainInterface;
typedef virDomainInterface *virDomainInterfacePtr;

int virDomainInterfaceAddresses(virDomainPtr dom, virDomainInterfacePtr **ifaces,
                                unsigned int source, unsigned int flags);
void virDomainInterfaceFree(virDomainInterfacePtr iface);

#ifdef __cplusplus
}
#endif

#endif
