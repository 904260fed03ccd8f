/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/plan-text.h"

#include <string.h>

#include "supervisor/plan.h"

void
plan_begin(GString *plan)
{
    g_string_append_printf(plan, "lodge-plan %d\n", PLAN_VERSION);
}

static void
append_arg(GString *plan, const char *arg)
{
    gsize old = plan->len;
    gsize size = strlen(arg) * 4 + 4; /* every byte as \xHH, or \e, and the NUL */
    gsize used;

    g_string_set_size(plan, old + size);
    used = plan_escape(arg, plan->str + old, size);
    g_string_set_size(plan, old + used);
}

void
plan_addv(GString *plan, const char *const *argv)
{
    g_string_append(plan, argv[0]);
    for (gsize i = 1; argv[i] != NULL; i++) {
        g_string_append_c(plan, ' ');
        append_arg(plan, argv[i]);
    }
    g_string_append_c(plan, '\n');
}

void
plan_add(GString *plan, const char *op, ...)
{
    const char *arg;
    va_list ap;

    g_string_append(plan, op);
    va_start(ap, op);
    while ((arg = va_arg(ap, const char *)) != NULL) {
        g_string_append_c(plan, ' ');
        append_arg(plan, arg);
    }
    va_end(ap);
    g_string_append_c(plan, '\n');
}
