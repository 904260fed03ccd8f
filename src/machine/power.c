/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Buttons of a machine: reset, NMI, sleep; and the table of what only machines do. */
#include "machine/monitor.h"
#include "machine/roles.h"
#include "util/error.h"

static gboolean
power_ask(DriverCtx *ctx, const ObjectRef *ref, const char *word, const char *verb, GError **error)
{
    const char *words[] = {word, NULL};
    g_autoptr(Guest) self = guest_open(ctx, ref, error);

    return self && supervisor_ask(self, verb, words, error);
}

static gboolean
power_reset(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    return power_ask(ctx, ref, "reset", "reset", error);
}

static gboolean
power_inject_nmi(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    return power_ask(ctx, ref, "nmi", "send an NMI to", error);
}

static gboolean
power_pm_wakeup(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);

    if (!status)
        return FALSE;
    if (!status->is_paused || status->pause != STATUS_PAUSE_PMSUSPENDED)
        return error_set(error, LODGE_ERROR_STATE,
                         "cannot wake domain '%s': it does not sleep (see domstate)",
                         self->object->name);
    return supervisor_ask(self, "wake", (const char *[]){"wakeup", NULL}, error);
}

/* @target: VIR_NODE_SUSPEND_TARGET_*. The agent gives no answer to these when all goes well. */
static gboolean
power_pm_suspend(DriverCtx *ctx, const ObjectRef *ref, guint target, GError **error)
{
    static const char *const commands[] = {"guest-suspend-ram", "guest-suspend-disk",
                                           "guest-suspend-hybrid"};
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(JsonTree) answer = NULL;
    g_autoptr(GError) silent = NULL;
    g_autoptr(Status) status = NULL;

    if (!self)
        return FALSE;
    answer = agent_ask(self, commands[target], NULL, AGENT_TIMEOUT_S, &silent);
    if (answer)
        return TRUE;
    status = guest_status(self, NULL);
    if (g_error_matches(silent, LODGE_ERROR, LODGE_ERROR_TIMEOUT) && status &&
        (status->state == STATUS_ENDED ||
         (status->is_paused && status->pause == STATUS_PAUSE_PMSUSPENDED)))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&silent));
    return FALSE;
}

const DomainMachines machine_machines = {
    .reset = power_reset,
    .inject_nmi = power_inject_nmi,
    .pm_suspend = power_pm_suspend,
    .pm_wakeup = power_pm_wakeup,
    .screenshot = machine_screenshot,
    .monitor_command = machine_monitor_command,
    .agent_command = machine_agent_command,
    .fs_info = machine_fs_info,
    .guest_info = machine_guest_info,
    .hostname = machine_hostname,
};
