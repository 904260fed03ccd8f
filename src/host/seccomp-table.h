/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/seccomp-table.h - the shape of what host/seccomp-gen.c writes.
 *
 * Used by: host/seccomp.c and the generated file only.
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#define SECCOMP_ARCHES 2 /* 0: native, 1: the 32-bit one beside it */

typedef struct {
    uint32_t audit_arch;            /* AUDIT_ARCH_*; 0: there is none */
    const struct sock_filter *tree; /* the number is in the accumulator; every path returns */
    size_t n_tree;
} SeccompArch;

typedef struct {
    const char *name;
    int16_t number[SECCOMP_ARCHES]; /* -1: not on that architecture */
} SeccompName;

typedef struct {
    uint64_t caps; /* one of them allows it */
    int16_t number[SECCOMP_ARCHES];
} SeccompCapCall;

extern const SeccompArch seccomp_arches[SECCOMP_ARCHES];
extern const SeccompName seccomp_names[]; /* sorted by name */
extern const size_t seccomp_n_names;
extern const SeccompCapCall seccomp_cap_calls[];
extern const size_t seccomp_n_cap_calls;
