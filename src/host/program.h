/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/program.h - run a helper program (nft, dnsmasq --test) to its end and keep what it said.
 *
 * The program gets /dev/null or the given descriptor as input, pipes as output, and nothing else:
 * every descriptor above 2 is closed in it, its signals are at their defaults, and it is killed when the
 * calling thread dies.
 *
 * Used by: host/nft, supervisor.
 * libc only. Threads: any.
 */
#pragma once

#include <stddef.h>

#include "host/err.h"

typedef struct {
    const char *const *argv; /* argv[0] is an absolute path; NULL at the end */
    int stdin_fd;            /* borrowed; -1: /dev/null */
    size_t output_max;       /* bytes of its output to keep; 0: none */
    int timeout_ms;          /* then it is killed; 0: 10 s */
} ProgramSpec;

/**
 * program_run:
 * @spec: what to run
 * @ret_output: (out) (nullable) (transfer full): what it wrote on its output, NUL-terminated, cut
 *   at output_max; end it with free(). Written on success only
 * @err: "peer", "PROGRAM: first line that it wrote on its error output"; "not-found", "timeout"
 *
 * Blocking: until the program has ended or timeout_ms.
 *
 * Returns: 0 when it ran and ended with status 0, else -1
 */
int program_run(const ProgramSpec *spec, char **ret_output, Err *err);
