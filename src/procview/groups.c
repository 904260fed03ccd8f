/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "procview/groups.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/io.h"

#define V1_UNLIMITED  (UINT64_C(1) << 62) /* v1 says "none" by a number near 2^63 */
#define PROCESSES_MAX 64                  /* looked at for the oldest */

static bool
has_word(const char *list, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, word, size) == 0 && (at[size] == ',' || at[size] == '\0'))
            return true;
    return false;
}

void
groups_add(Groups *groups, int version, const char *controllers, const char *dir)
{
    groups->any_dir = dir;
    if (has_word(controllers, "memory")) {
        groups->memory_dir = dir;
        groups->memory_version = version;
    }
    if (has_word(controllers, "cpuset")) {
        groups->cpuset_dir = dir;
        groups->cpuset_version = version;
    }
}

static ssize_t
read_text(const char *dir, const char *file, char *text, size_t size)
{
    char path[PATH_MAX];

    if (io_format(path, sizeof path, "%s/%s", dir, file) < 0)
        return -1;
    return io_read_file(AT_FDCWD, path, text, size);
}

static bool
read_number(const char *dir, const char *file, uint64_t *ret)
{
    char text[64];

    if (read_text(dir, file, text, sizeof text) <= 0)
        return false;
    if (strncmp(text, "max", 3) == 0)
        *ret = UINT64_MAX;
    else
        *ret = strtoull(text, NULL, 10);
    return true;
}

/* "KEY NUMBER" lines; 0 when the key is missing. */
static uint64_t
stat_value(const char *text, const char *key)
{
    size_t size = strlen(key);

    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, key, size) == 0 && line[size] == ' ')
            return strtoull(line + size + 1, NULL, 10);
    return 0;
}

static uint64_t
v1_limit(uint64_t value)
{
    return value >= V1_UNLIMITED ? UINT64_MAX : value;
}

static bool
read_v1(const char *dir, GroupsMemory *memory)
{
    char text[16384];
    uint64_t both_limit, both_usage;

    if (read_text(dir, "memory.stat", text, sizeof text) <= 0 ||
        !read_number(dir, "memory.usage_in_bytes", &memory->usage))
        return false;
    memory->limit = v1_limit(stat_value(text, "hierarchical_memory_limit"));
    memory->swap_limit = UINT64_MAX;
    both_limit = stat_value(text, "hierarchical_memsw_limit");
    if (both_limit && v1_limit(both_limit) != UINT64_MAX && memory->limit != UINT64_MAX)
        memory->swap_limit = both_limit > memory->limit ? both_limit - memory->limit : 0;
    if (read_number(dir, "memory.memsw.usage_in_bytes", &both_usage) && both_usage > memory->usage)
        memory->swap_usage = both_usage - memory->usage;
    memory->anon = stat_value(text, "total_rss");
    memory->shmem = stat_value(text, "total_shmem");
    memory->mapped = stat_value(text, "total_mapped_file");
    memory->dirty = stat_value(text, "total_dirty");
    memory->writeback = stat_value(text, "total_writeback");
    memory->active_anon = stat_value(text, "total_active_anon");
    memory->inactive_anon = stat_value(text, "total_inactive_anon");
    memory->active_file = stat_value(text, "total_active_file");
    memory->inactive_file = stat_value(text, "total_inactive_file");
    memory->unevictable = stat_value(text, "total_unevictable");
    return true;
}

/* The smallest value of @file in @dir and the groups above it. */
static uint64_t
smallest(const char *dir, const char *file)
{
    char path[PATH_MAX];
    uint64_t least = UINT64_MAX, value;
    char *slash;

    if (io_format(path, sizeof path, "%s", dir) < 0)
        return least;
    while (read_number(path, file, &value)) {
        if (value < least)
            least = value;
        slash = strrchr(path, '/');
        if (!slash || slash == path)
            break;
        *slash = '\0';
    }
    return least;
}

static bool
read_v2(const char *dir, GroupsMemory *memory)
{
    char text[16384];

    if (read_text(dir, "memory.stat", text, sizeof text) <= 0 ||
        !read_number(dir, "memory.current", &memory->usage))
        return false;
    memory->limit = smallest(dir, "memory.max");
    memory->swap_limit = smallest(dir, "memory.swap.max");
    (void)read_number(dir, "memory.swap.current",
                      &memory->swap_usage); /* 0 without swap accounting */
    memory->anon = stat_value(text, "anon");
    memory->shmem = stat_value(text, "shmem");
    memory->mapped = stat_value(text, "file_mapped");
    memory->dirty = stat_value(text, "file_dirty");
    memory->writeback = stat_value(text, "file_writeback");
    memory->active_anon = stat_value(text, "active_anon");
    memory->inactive_anon = stat_value(text, "inactive_anon");
    memory->active_file = stat_value(text, "active_file");
    memory->inactive_file = stat_value(text, "inactive_file");
    memory->unevictable = stat_value(text, "unevictable");
    memory->slab_reclaimable = stat_value(text, "slab_reclaimable");
    memory->slab_unreclaimable = stat_value(text, "slab_unreclaimable");
    memory->kernel_stack = stat_value(text, "kernel_stack");
    memory->page_tables = stat_value(text, "pagetables");
    return true;
}

bool
groups_memory(const Groups *groups, GroupsMemory *ret_memory)
{
    *ret_memory = (GroupsMemory){.limit = UINT64_MAX, .swap_limit = UINT64_MAX};
    if (!groups->memory_dir)
        return false;
    return groups->memory_version == 1 ? read_v1(groups->memory_dir, ret_memory)
                                       : read_v2(groups->memory_dir, ret_memory);
}

bool
groups_cpus(const Groups *groups, bool ret_allowed[GROUPS_CPUS_MAX])
{
    const char *file =
        groups->cpuset_version == 1 ? "cpuset.effective_cpus" : "cpuset.cpus.effective";
    char text[4096];
    const char *at = text;
    bool any = false;

    memset(ret_allowed, 0, GROUPS_CPUS_MAX * sizeof *ret_allowed);
    if (!groups->cpuset_dir ||
        (read_text(groups->cpuset_dir, file, text, sizeof text) <= 0 &&
         read_text(groups->cpuset_dir, "cpuset.cpus", text, sizeof text) <= 0))
        return false;
    while (*at >= '0' && *at <= '9') {
        char *end;
        unsigned long first = strtoul(at, &end, 10), last = first;

        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (unsigned long i = first; i <= last && i < GROUPS_CPUS_MAX; i++)
            any = ret_allowed[i] = true;
        at = *end == ',' ? end + 1 : end;
    }
    return any;
}

/* Field 22 of /proc/PID/stat. */
static uint64_t
start_ticks(const Groups *groups, unsigned long pid)
{
    char file[64], text[1024];
    const char *at;

    (void)snprintf(file, sizeof file, "%lu/stat", pid);
    if (read_text(groups->proc, file, text, sizeof text) <= 0 || !(at = strrchr(text, ')')))
        return 0;
    for (int field = 2; field < 22; field++)
        if (!(at = strchr(at + 1, ' ')))
            return 0;
    return strtoull(at, NULL, 10);
}

uint64_t
groups_start_ticks(const Groups *groups)
{
    uint64_t oldest = 0;
    char *text = NULL, path[PATH_MAX], *at;

    if (!groups->any_dir || io_format(path, sizeof path, "%s/cgroup.procs", groups->any_dir) < 0 ||
        io_slurp(AT_FDCWD, path, 1 << 20, &text) < 0)
        return 0;
    at = text;
    for (int i = 0; i < PROCESSES_MAX && *at; i++) {
        uint64_t ticks = start_ticks(groups, strtoul(at, &at, 10));

        if (ticks && (!oldest || ticks < oldest))
            oldest = ticks;
        at += *at == '\n';
    }
    free(text);
    return oldest;
}
