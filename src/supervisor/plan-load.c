/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/plan-load.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/plan-ops.h"

static const char *const phase_words[PLAN_PHASE_LAST] = {
    [PLAN_OBJECT] = "object",   [PLAN_HOST] = "host", [PLAN_LINK] = "link", [PLAN_GUEST] = "guest",
    [PLAN_PAYLOAD] = "payload", [PLAN_INIT] = "init", [PLAN_KEEP] = "keep",
};

const char *
plan_phase_word(PlanPhaseId phase)
{
    return phase < PLAN_PHASE_LAST ? phase_words[phase] : NULL;
}

static char *
read_text(int fd, size_t *ret_size, Err *err)
{
    struct stat st;
    size_t at = 0;
    char *text;

    if (fstat(fd, &st) < 0) {
        (void)err_set_errno(err, errno, "cannot read the plan");
        return NULL;
    }
    if (st.st_size <= 0 || st.st_size > PLAN_BYTES_MAX) {
        (void)err_set(err, "config", "the plan is %s", st.st_size > 0 ? "too large" : "empty");
        return NULL;
    }
    text = malloc((size_t)st.st_size + 1);
    while (text && at < (size_t)st.st_size) {
        ssize_t n = pread(fd, text + at, (size_t)st.st_size - at, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            free(text);
            (void)err_set_errno(err, n < 0 ? errno : EIO, "cannot read the plan");
            return NULL;
        }
        at += (size_t)n;
    }
    if (!text) {
        (void)err_set_errno(err, ENOMEM, "cannot read the plan");
        return NULL;
    }
    text[at] = '\0';
    *ret_size = at;
    return text;
}

/* Upper bounds, so that two allocations hold the whole plan. */
static void
count(const char *text, size_t size, size_t *ret_lines, size_t *ret_args)
{
    size_t lines = 0, blanks = 0;

    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n';
        blanks += text[i] == ' ';
    }
    *ret_lines = lines;
    *ret_args = blanks + 2 * lines; /* the first word, the NULL at the end */
}

static int
check_step(const PlanOp *op, int phase, PlanStep *step, Err *err)
{
    const PlanOpInfo *info;
    int n = op->argc - 1;

    step->op = (int)plan_op_find(op->argv[0]);
    info = plan_op_info((PlanOpId)step->op);
    if (!info)
        return err_set(err, "config", "plan line %d: unknown operation '%s'", op->line,
                       op->argv[0]);
    if ((int)info->phase != phase)
        return err_set(err, "config", "plan line %d: '%s' stands outside phase '%s'", op->line,
                       op->argv[0], phase_words[info->phase]);
    if (n < info->min || (info->max >= 0 && n > info->max))
        return err_set(err, "config", "plan line %d: '%s' has %d arguments", op->line, op->argv[0],
                       n);
    return 0;
}

static int
open_phase(Plan *plan, const PlanOp *op, int *phase, PlanStep *at, Err *err)
{
    for (int i = *phase + 1; i < PLAN_PHASE_LAST && op->argc == 2; i++)
        if (strcmp(op->argv[1], phase_words[i]) == 0) {
            *phase = i;
            plan->phase[i].steps = at;
            return 0;
        }
    return err_set(err, "config", "plan line %d: unknown phase, or out of order", op->line);
}

static int
parse(Plan *plan, size_t size, PlanTrust trust, Err *err)
{
    char text[128];
    PlanReader reader;
    PlanOp op;
    PlanStep *step = plan->steps;
    char **args = plan->args;
    int phase = -1, got;
    bool in_phase = true; /* a step before the first phase is outside of it: check_step() says so */

    plan_reader_init(&reader, plan->text, size);
    if (plan_next(&reader, &op, text, sizeof text) != 1 || op.argc != 2 ||
        strcmp(op.argv[0], "lodge-plan") != 0)
        return err_set(err, "config", "this is no plan: line 1 is not \"lodge-plan %d\"",
                       PLAN_VERSION);
    if (strcmp(op.argv[1], "1") != 0 && trust == PLAN_ALL)
        return err_set(err, "config",
                       "the plan has version '%s' and this lodge-supervisor knows "
                       "version %d; use programs of one lodge release",
                       op.argv[1], PLAN_VERSION);
    while ((got = plan_next(&reader, &op, text, sizeof text)) == 1) {
        if (strcmp(op.argv[0], "phase") == 0) {
            in_phase = open_phase(plan, &op, &phase, step, err) == 0;
            if (!in_phase && trust == PLAN_ALL)
                return -1;
            continue;
        }
        if (!in_phase || check_step(&op, phase, step, err) < 0) {
            if (trust == PLAN_ALL)
                return -1;
            continue;
        }
        memcpy(args, op.argv, sizeof *args * ((size_t)op.argc + 1));
        step->argv = args;
        step->argc = op.argc;
        step->line = op.line;
        args += op.argc + 1;
        step++;
        plan->phase[phase].n++;
    }
    return got < 0 && trust == PLAN_ALL ? err_set(err, "config", "%s", text) : 0;
}

int
plan_load(Plan *plan, int fd, PlanTrust trust, Err *err)
{
    size_t size = 0, n_lines, n_args;

    *plan = (Plan){0};
    plan->text = read_text(fd, &size, err);
    if (!plan->text)
        return -1;
    count(plan->text, size, &n_lines, &n_args);
    plan->steps = calloc(n_lines + 1, sizeof *plan->steps);
    plan->args = calloc(n_args + 1, sizeof *plan->args);
    if (!plan->steps || !plan->args) {
        plan_clear(plan);
        return err_set_errno(err, ENOMEM, "cannot read the plan");
    }
    if (parse(plan, size, trust, err) < 0) {
        plan_clear(plan);
        return -1;
    }
    return 0;
}

void
plan_clear(Plan *plan)
{
    free(plan->text);
    free(plan->args);
    free(plan->steps);
    *plan = (Plan){0};
}

const PlanStep *
plan_find(const Plan *plan, PlanPhaseId phase, const char *op)
{
    const PlanPhase *where = &plan->phase[phase];

    for (int i = 0; i < where->n; i++)
        if (strcmp(where->steps[i].argv[0], op) == 0)
            return &where->steps[i];
    return NULL;
}

char **
plan_env(const Plan *plan)
{
    const PlanPhase *phase = &plan->phase[PLAN_INIT];
    size_t n = 0, size = 0;
    char **env, *at;

    for (int i = 0; i < phase->n; i++)
        if (phase->steps[i].op == OP_ENV) {
            n++;
            size += strlen(phase->steps[i].argv[1]) + strlen(phase->steps[i].argv[2]) + 2;
        }
    env = malloc((n + 1) * sizeof *env + size);
    if (!env)
        return NULL;
    at = (char *)(env + n + 1);
    n = 0;
    for (int i = 0; i < phase->n; i++)
        if (phase->steps[i].op == OP_ENV) {
            char *const *argv = phase->steps[i].argv;

            env[n++] = at;
            at = stpcpy(stpcpy(stpcpy(at, argv[1]), "="), argv[2]) + 1;
        }
    env[n] = NULL;
    return env;
}
