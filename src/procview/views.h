/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* procview/views.h - the files: what the host's file says, with the guest's limits put in.
 *
 * Each returns (transfer full) a text, free(), or NULL with errno. @ret_size: its bytes.
 *
 * Used by: procview/main.
 */
#pragma once

#include <stddef.h>

#include "procview/groups.h"

typedef struct {
    Groups groups;
    uint64_t idle_start; /* idle ticks of the allowed processors when the helper began */
    double start;        /* seconds since the host's boot when the helper began */
} Views;

/* Notes the present as the guest's beginning. */
void views_start(Views *views);

/* Total, free and available memory and swap of the guest. Lines that have no meaning for a group
 * (HugePages, DirectMap, Vmalloc, Committed_AS) are the host's. */
char *view_meminfo(const Views *views, size_t *ret_size);

/* Only the processors that the guest may use, numbered from 0. */
char *view_cpuinfo(const Views *views, size_t *ret_size);

/* Likewise; the line "cpu" is their sum. btime is the host's: the start times of processes in /proc
 * count from it. */
char *view_stat(const Views *views, size_t *ret_size);

/* Seconds since the guest's oldest process began, and its processors' idle seconds in that time. */
char *view_uptime(const Views *views, size_t *ret_size);
