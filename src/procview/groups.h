/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* procview/groups.h - what the guest's control groups allow it: memory, swap, processors.
 *
 * Used by: procview/meminfo, procview/cpus.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define GROUPS_CPUS_MAX 8192

typedef struct {
    const char *proc;                    /* "/proc"; another directory in tests */
    const char *memory_dir, *cpuset_dir; /* NULL: no such controller */
    int memory_version, cpuset_version;  /* 1 or 2 */
    const char *any_dir; /* some group of the guest, for its processes; NULL: none */
} Groups;

typedef struct {
    uint64_t limit, usage;           /* bytes; UINT64_MAX: no limit */
    uint64_t swap_limit, swap_usage; /* swap alone; UINT64_MAX: no limit */
    uint64_t anon, shmem, mapped, dirty, writeback;
    uint64_t active_anon, inactive_anon, active_file, inactive_file, unevictable;
    uint64_t slab_reclaimable, slab_unreclaimable, kernel_stack, page_tables; /* v1: 0 */
} GroupsMemory;

/* Adds one of the plan's groups; unknown controllers are fine. @controllers, @dir: borrowed for ever. */
void groups_add(Groups *groups, int version, const char *controllers, const char *dir);

/* false when there is no memory controller or it cannot be read. Limits of the groups above count too. */
bool groups_memory(const Groups *groups, GroupsMemory *ret_memory);

/* Marks the processors that the guest may use. false when there is no cpuset, or it cannot be read: then
 * all of them. */
bool groups_cpus(const Groups *groups, bool ret_allowed[GROUPS_CPUS_MAX]);

/* When the guest's oldest process began, in clock ticks since the host's boot; 0 when not known. */
uint64_t groups_start_ticks(const Groups *groups);
