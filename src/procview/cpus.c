/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/io.h"
#include "procview/views.h"

#define HOST_MAX   (16 << 20) /* cpuinfo of a host with thousands of processors */
#define FIELDS_MAX 16         /* of a cpu line */
#define FIELD_IDLE 3

typedef struct {
    bool allowed[GROUPS_CPUS_MAX];
    bool all;
} Cpus;

static void
read_cpus(const Views *views, Cpus *cpus)
{
    cpus->all = !groups_cpus(&views->groups, cpus->allowed);
}

static bool
is_allowed(const Cpus *cpus, unsigned long number)
{
    return cpus->all || (number < GROUPS_CPUS_MAX && cpus->allowed[number]);
}

static char *
read_host(const Views *views, const char *file)
{
    char path[PATH_MAX], *text = NULL;

    if (io_format(path, sizeof path, "%s/%s", views->groups.proc, file) < 0 ||
        io_slurp(AT_FDCWD, path, HOST_MAX, &text) < 0)
        return NULL;
    return text;
}

static char *
finish(FILE *out, char **text)
{
    if (fclose(out) == 0)
        return *text;
    free(*text);
    errno = ENOMEM;
    return NULL;
}

/* A paragraph with a line "processor : N" is one processor; any other (arm's Hardware) is kept. */
static void
put_processor(FILE *out, const char *block, size_t size, const Cpus *cpus, unsigned *next)
{
    const char *key = "processor", *colon;
    unsigned long number;

    colon = strncmp(block, key, strlen(key)) == 0 ? memchr(block, ':', size) : NULL;
    if (!colon) {
        (void)fwrite(block, 1, size, out);
        return;
    }
    number = strtoul(colon + 1, NULL, 10);
    if (!is_allowed(cpus, number))
        return;
    (void)fwrite(block, 1, (size_t)(colon - block), out);
    (void)fprintf(out, ": %u", (*next)++);
    for (colon++; *colon == ' ' || isdigit((unsigned char)*colon); colon++)
        ;
    (void)fwrite(colon, 1, size - (size_t)(colon - block), out);
}

char *
view_cpuinfo(const Views *views, size_t *ret_size)
{
    char *host = read_host(views, "cpuinfo"), *text = NULL;
    unsigned next = 0;
    FILE *out = host ? open_memstream(&text, ret_size) : NULL;
    Cpus cpus;

    if (!out) {
        free(host);
        return NULL;
    }
    read_cpus(views, &cpus);
    for (const char *block = host; *block;) {
        const char *end = strstr(block, "\n\n");
        size_t size = end ? (size_t)(end - block) + 2 : strlen(block);

        put_processor(out, block, size, &cpus, &next);
        block += size;
    }
    free(host);
    return finish(out, &text);
}

/* "cpuN a b c ...": adds the fields to @sum. Returns: how many there are */
static int
add_fields(const char *line, uint64_t *sum)
{
    const char *at = line + strcspn(line, " \n");
    int n = 0;

    while (*at == ' ' && n < FIELDS_MAX) {
        char *end;
        uint64_t value = strtoull(at, &end, 10);

        if (end == at)
            break;
        sum[n++] += value;
        at = end;
    }
    return n;
}

/* Returns: number of N for a line "cpuN", -1 for any other */
static long
cpu_number(const char *line)
{
    if (strncmp(line, "cpu", 3) != 0 || !isdigit((unsigned char)line[3]))
        return -1;
    return strtol(line + 3, NULL, 10);
}

/* Sums of the allowed processors. Returns: the number of fields */
static int
sum_fields(const char *host, const Cpus *cpus, uint64_t sum[FIELDS_MAX])
{
    int n_fields = 0;

    memset(sum, 0, FIELDS_MAX * sizeof *sum);
    for (const char *line = host; *line; line += strcspn(line, "\n") + 1) {
        long number = cpu_number(line);

        if (number >= 0 && is_allowed(cpus, (unsigned long)number))
            n_fields = add_fields(line, sum);
        if (!strchr(line, '\n'))
            break;
    }
    return n_fields;
}

char *
view_stat(const Views *views, size_t *ret_size)
{
    char *host = read_host(views, "stat"), *text = NULL;
    FILE *out = host ? open_memstream(&text, ret_size) : NULL;
    uint64_t sum[FIELDS_MAX];
    unsigned next = 0;
    int n_fields;
    Cpus cpus;

    if (!out) {
        free(host);
        return NULL;
    }
    read_cpus(views, &cpus);
    n_fields = sum_fields(host, &cpus, sum);
    for (const char *line = host; *line;) {
        size_t size = strcspn(line, "\n") + 1;
        long number = cpu_number(line);

        if (strncmp(line, "cpu ", 4) == 0 && n_fields > 0) {
            (void)fputs("cpu ", out);
            for (int i = 0; i < n_fields; i++)
                (void)fprintf(out, " %" PRIu64, sum[i]);
            (void)fputc('\n', out);
        } else if (number < 0) {
            (void)fwrite(line, 1, size, out);
        } else if (is_allowed(&cpus, (unsigned long)number)) {
            size_t name = strcspn(line, " \n");

            (void)fprintf(out, "cpu%u%.*s", next++, (int)(size - name), line + name);
        }
        line += size;
    }
    free(host);
    return finish(out, &text);
}

/* Idle ticks of the allowed processors since the host's boot; their number. */
static uint64_t
idle_ticks(const Views *views, unsigned *ret_n)
{
    char *host = read_host(views, "stat");
    uint64_t sum[FIELDS_MAX] = {0};
    Cpus cpus;

    *ret_n = 0;
    if (!host)
        return 0;
    read_cpus(views, &cpus);
    (void)sum_fields(host, &cpus, sum);
    for (const char *line = host; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        long number = cpu_number(line);

        *ret_n += number >= 0 && is_allowed(&cpus, (unsigned long)number);
    }
    free(host);
    return sum[FIELD_IDLE];
}

static double
since_boot(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
views_start(Views *views)
{
    unsigned n;

    views->start = since_boot();
    views->idle_start = idle_ticks(views, &n);
}

char *
view_uptime(const Views *views, size_t *ret_size)
{
    double ticks = (double)sysconf(_SC_CLK_TCK), start = views->start, up, idle;
    uint64_t first = groups_start_ticks(&views->groups), idle_now;
    unsigned n_cpus;
    char *text;
    int size;

    if (first)
        start = (double)first / ticks;
    up = since_boot() - start;
    if (up < 0)
        up = 0;
    idle_now = idle_ticks(views, &n_cpus);
    idle = idle_now > views->idle_start ? (double)(idle_now - views->idle_start) / ticks : 0;
    if (idle > up * n_cpus) /* after a reboot of the guest the helper is older than the guest */
        idle = up * n_cpus;
    size = asprintf(&text, "%.2f %.2f\n", up, idle);
    if (size < 0) {
        errno = ENOMEM;
        return NULL;
    }
    *ret_size = (size_t)size;
    return text;
}
