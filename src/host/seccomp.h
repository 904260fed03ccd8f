/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/seccomp.h - put the calling process under the policy of data/seccomp-policy.csv.
 *
 * Theory of operation. host/seccomp-gen.c compiles the policy at build time into one BPF tree per
 * architecture (the native one, and the 32-bit one that the kernel also runs). What differs between
 * guests, calls tied to a kept capability and calls named in the plan, is put before the trees as
 * "equal: allow" pairs, so that nothing is compiled at run time and no library is needed.
 *
 *   load arch; native? -> load number, extra pairs, tree; 32-bit? -> load number, extra pairs, tree;
 *   else: kill the process
 *
 * Used by: supervisor (payload), container (names of calls in the XML).
 */
#pragma once

#include <stdint.h>

#include "host/err.h"

/**
 * seccomp_install:
 * @caps: the capabilities that the guest keeps, as of host/capset
 * @names: (array length=n_names): calls allowed besides the policy
 * @err: "config" for a name that no architecture here knows, "limit" for too many names, "denied"
 *   when the process has neither no-new-privileges nor sys_admin
 *
 * For good, for this thread and all that it execs or forks. No allocation.
 * Returns: 0 or -1
 */
int seccomp_install(uint64_t caps, char *const *names, int n_names, Err *err);

/* Whether @name is a system call of an architecture that the filter knows. */
int seccomp_is_call(const char *name);
