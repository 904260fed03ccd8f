/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/io.h"
#include "procview/views.h"

#define HOST_MAX 65536

typedef struct {
    const char *key;
    uint64_t kib;
} Line;

static uint64_t
host_kib(const char *text, const char *key)
{
    size_t size = strlen(key);

    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, key, size) == 0 && line[size] == ':')
            return strtoull(line + size + 1, NULL, 10);
    return 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t
minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* The lines that the group decides. */
static int
make_lines(const GroupsMemory *m, const char *host, Line *lines)
{
    uint64_t total = least(host_kib(host, "MemTotal"), m->limit / 1024);
    uint64_t swap = least(host_kib(host, "SwapTotal"), m->swap_limit / 1024);
    uint64_t file = m->active_file + m->inactive_file;
    uint64_t available = minus(total, m->usage / 1024);
    int n = 0;

#define LINE(name, value) lines[n++] = (Line){(name), (value)}
    LINE("MemTotal", total);
    /* the host may have less than the limit promises */
    LINE("MemFree", least(available, host_kib(host, "MemFree")));
    LINE("MemAvailable", least(least(available + (file + m->slab_reclaimable) / 1024, total),
                               host_kib(host, "MemAvailable")));
    LINE("Buffers", 0);
    LINE("Cached", (file + m->shmem) / 1024);
    LINE("SwapCached", 0);
    LINE("Active", (m->active_anon + m->active_file) / 1024);
    LINE("Inactive", (m->inactive_anon + m->inactive_file) / 1024);
    LINE("Active(anon)", m->active_anon / 1024);
    LINE("Inactive(anon)", m->inactive_anon / 1024);
    LINE("Active(file)", m->active_file / 1024);
    LINE("Inactive(file)", m->inactive_file / 1024);
    LINE("Unevictable", m->unevictable / 1024);
    LINE("SwapTotal", swap);
    LINE("SwapFree", least(minus(swap, m->swap_usage / 1024), host_kib(host, "SwapFree")));
    LINE("Dirty", m->dirty / 1024);
    LINE("Writeback", m->writeback / 1024);
    LINE("AnonPages", m->anon / 1024);
    LINE("Mapped", m->mapped / 1024);
    LINE("Shmem", m->shmem / 1024);
    LINE("KReclaimable", m->slab_reclaimable / 1024);
    LINE("Slab", (m->slab_reclaimable + m->slab_unreclaimable) / 1024);
    LINE("SReclaimable", m->slab_reclaimable / 1024);
    LINE("SUnreclaim", m->slab_unreclaimable / 1024);
    LINE("KernelStack", m->kernel_stack / 1024);
    LINE("PageTables", m->page_tables / 1024);
#undef LINE
    return n;
}

static void
put_line(FILE *out, const char *line, size_t size, const Line *lines, int n_lines)
{
    size_t key_size = strcspn(line, ":");

    for (int i = 0; i < n_lines; i++)
        if (strlen(lines[i].key) == key_size && strncmp(lines[i].key, line, key_size) == 0) {
            /* the kernel's columns: the colon follows the key, numbers end in column 24 */
            (void)fprintf(out, "%s:%*" PRIu64 " kB\n", lines[i].key,
                          key_size < 16 ? (int)(23 - key_size) : 8, lines[i].kib);
            return;
        }
    (void)fwrite(line, 1, size, out);
}

char *
view_meminfo(const Views *views, size_t *ret_size)
{
    char path[PATH_MAX], host[HOST_MAX], *text = NULL;
    GroupsMemory memory;
    Line lines[32];
    int n_lines = 0;
    FILE *out;

    if (io_format(path, sizeof path, "%s/meminfo", views->groups.proc) < 0 ||
        io_read_file(AT_FDCWD, path, host, sizeof host) < 0)
        return NULL;
    if (groups_memory(&views->groups, &memory))
        n_lines = make_lines(&memory, host, lines);
    out = open_memstream(&text, ret_size);
    if (!out)
        return NULL;
    for (const char *line = host; *line;) {
        size_t size = strcspn(line, "\n") + 1;

        put_line(out, line, size, lines, n_lines);
        line += size;
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
