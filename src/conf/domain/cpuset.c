/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "util/error.h"

#define CPUS_MAX 16384 /* above the kernel's largest NR_CPUS */

/* Digits at *at -> number; -1 when there are none or too many. */
static int
read_number(const char **at)
{
    int value = 0, digits = 0;

    for (; g_ascii_isdigit(**at) && digits < 6; (*at)++, digits++)
        value = value * 10 + (**at - '0');
    return digits > 0 && !g_ascii_isdigit(**at) && value < CPUS_MAX ? value : -1;
}

/* One "3", "0-7" or "^5" of the list. */
static gboolean
read_item(const char **at, guint8 *cpus, int *highest)
{
    gboolean exclude = **at == '^';
    int first, last;

    *at += exclude;
    first = last = read_number(at);
    if (first < 0)
        return FALSE;
    if (!exclude && **at == '-') {
        (*at)++;
        last = read_number(at);
    }
    if (last < first)
        return FALSE;
    for (int cpu = first; cpu <= last; cpu++)
        cpus[cpu] = !exclude;
    *highest = MAX(*highest, last);
    return TRUE;
}

static char *
print_set(const guint8 *cpus, int highest)
{
    GString *out = g_string_new(NULL);

    for (int cpu = 0; cpu <= highest; cpu++) {
        int last = cpu;

        if (!cpus[cpu])
            continue;
        while (last < highest && cpus[last + 1])
            last++;
        g_string_append_printf(out, out->len > 0 ? ",%d" : "%d", cpu);
        if (last > cpu)
            g_string_append_printf(out, "-%d", last);
        cpu = last;
    }
    return g_string_free(out, FALSE);
}

char *
domain_cpuset_canonical(const char *text, GError **error)
{
    g_autofree guint8 *cpus = g_new0(guint8, CPUS_MAX);
    g_autofree char *canonical = NULL;
    const char *at = text;
    gboolean is_good;
    int highest = 0;

    do {
        at += *at == ',';
        while (*at == ' ')
            at++;
        is_good = read_item(&at, cpus, &highest);
        while (*at == ' ')
            at++;
    } while (is_good && *at == ',');
    if (!is_good || *at != '\0') {
        error_set(error, LODGE_ERROR_CONFIG,
                  "'%.80s' is no list of CPUs (numbers below %d); write it like 0-3,5,^2", text,
                  CPUS_MAX);
        return NULL;
    }
    canonical = print_set(cpus, highest);
    if (*canonical == '\0') {
        error_set(error, LODGE_ERROR_CONFIG, "'%.80s' leaves no CPU; name at least one", text);
        return NULL;
    }
    return g_steal_pointer(&canonical);
}
