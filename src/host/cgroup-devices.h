/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/cgroup-devices.h - which device nodes the processes of a group may open or make.
 *
 * v1 has files for it, v2 wants a small BPF program, which is written here: no library, no compiler.
 *
 * Used by: supervisor.
 */
#pragma once

#include <stdint.h>

#include "host/err.h"

#define CGROUP_DEVICE_RULES_MAX 128

typedef struct {
    char type;            /* 'c', 'b' or 'a' (all) */
    int64_t major, minor; /* -1: any */
    unsigned access;      /* DEVICE_* */
} DeviceRule;

enum {
    DEVICE_MAKE = 1,
    DEVICE_READ = 2,
    DEVICE_WRITE = 4
}; /* the kernel's BPF_DEVCG_ACC_* */

/* "c 1:3 rwm", "b 7:* r", "a *:* rwm" */
int cgroup_device_parse(const char *text, DeviceRule *ret_rule, Err *err);

/* Everything is denied except what a rule allows. */
int cgroup_devices_apply(int version, int dir_fd, const DeviceRule *rules, int n_rules, Err *err);
