/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/plan-load.h - a whole plan in memory, checked: known operations, right phase, right count
 * of arguments.
 *
 * Used by: supervisor (guest, enter, clean), container (checks what it wrote, in tests).
 */
#pragma once

#include "host/err.h"
#include "supervisor/plan.h"

typedef enum {
    PLAN_OBJECT,
    PLAN_HOST,
    PLAN_LINK,
    PLAN_GUEST,
    PLAN_PAYLOAD,
    PLAN_INIT,
    PLAN_KEEP,
    PLAN_PHASE_LAST
} PlanPhaseId;

typedef struct {
    char **argv; /* NULL-terminated; argv[0] is the operation */
    int argc;
    int line;
    int op; /* PlanOpId, see plan-ops.h */
} PlanStep;

typedef struct {
    PlanStep *steps;
    int n;
} PlanPhase;

typedef struct {
    char *text;  /* decoded in place */
    char **args; /* all argument vectors */
    PlanStep *steps;
    PlanPhase phase[PLAN_PHASE_LAST];
} Plan;

typedef enum {
    PLAN_ALL, /* every line must be known, and the version */
    PLAN_KNOWN, /* what another release wrote: what is not known is passed over. To take things back only */
} PlanTrust;

/**
 * plan_load:
 * @plan: filled
 * @fd: read from its beginning with pread; borrowed
 * @err: "config", "plan line N: ..."
 */
int plan_load(Plan *plan, int fd, PlanTrust trust, Err *err);
void plan_clear(Plan *plan);

/* The first step of @phase named @op, or NULL. */
const PlanStep *plan_find(const Plan *plan, PlanPhaseId phase, const char *op);
const char *plan_phase_word(PlanPhaseId phase);
/* "NAME=VALUE" of the plan's env lines, NULL at the end, in one allocation; NULL without memory. */
char **plan_env(const Plan *plan);
