/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/payload.h - confine the calling process as the plan says, become the user, and exec.
 *
 * Runs between clone and exec, in init and in processes that `enter` brings in: no malloc, no log.
 */
#pragma once

#include <sys/types.h>

#include "host/err.h"
#include "supervisor/plan-load.h"

typedef struct {
    uid_t uid;
    gid_t gid;
    gid_t groups[64];
    int n_groups;
    char name[64]; /* "" when the uid has no line in the guest's passwd */
    char home[256];
    char shell[256];
} PayloadUser;

/**
 * payload_find_user:
 * @user: NAME or UID of the plan
 * @group: GROUP or GID; "" for the user's primary group
 * @ret_user: filled from the guest's /etc/passwd and /etc/group, which are opened as the caller
 *   sees them: call it inside the guest
 */
int payload_find_user(const char *user, const char *group, PayloadUser *ret_user, Err *err);

/**
 * payload_confine:
 * @plan: its payload phase
 * @user: (nullable): NULL is root
 *
 * rlimits, keyring, capabilities, user and groups, no-new-privileges, seccomp last, in the order that
 * they need. After it only exec remains to be done.
 */
int payload_confine(const Plan *plan, const PayloadUser *user, Err *err);

/**
 * payload_exec:
 * @argv: program and arguments; a program without '/' is looked up in PATH of @envp
 * Returns: only on failure, "cannot run 'PROGRAM' in the guest: ..."
 */
int payload_exec(char *const *argv, char *const *envp, Err *err);
