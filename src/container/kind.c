/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What makes a guest a container, for the calls that core has for all guests. */
#include <unistd.h>

#include "container/check.h"
#include "container/facts.h"
#include "container/plan.h"
#include "container/roles.h"
#include "core/usage.h"
#include "util/error.h"

enum { /* VIR_DOMAIN_SHUTDOWN_*, REBOOT_* */
    SHUTDOWN_INITCTL = 4,
    SHUTDOWN_SIGNAL = 8
};

static const GuestEnding endings[] = {
    {SHUTDOWN_INITCTL, "initctl"},
    {SHUTDOWN_SIGNAL, "signal"},
    {0, NULL},
};

/* A normal user may define guests and look at their plans. */
static gboolean
may_start(const GuestStart *start, GError **error)
{
    if (geteuid() == 0 || start->is_dry_run)
        return TRUE;
    return error_set(
        error, LODGE_ERROR_DENIED,
        "cannot start domain '%s': containers need root as yet; define and start it as "
        "root, with -c lxc:///system",
        start->def->name);
}

static char *
kind_plan(GuestStart *start, char **ret_live_xml, GError **error)
{
    const StartIo *io = start->io;
    g_autoptr(HostFacts) facts =
        may_start(start, error)
            ? container_facts_gather(start->ctx, start->def, start->source, start->hold, error)
            : NULL;
    PlanInput in = {
        .def = start->def,
        .facts = facts,
        .paths = start->ctx->paths,
        .live_dir = start->live_dir,
        .source = start->source,
        .is_transient = start->is_transient,
        .has_waiter = io && !io->is_left,
        .is_held = (start->flags & GUEST_START_PAUSED) != 0,
        .n_files = io ? io->n_files : 0,
        .inherit_stdio = io && (io->stdin_fd >= 0 || io->stdout_fd >= 0 || io->stderr_fd >= 0),
    };

    *ret_live_xml = NULL; /* what is stored is what runs */
    return facts ? container_plan_build(&in, error) : NULL;
}

/* Console paths and host-side device names. */
static void
kind_fill_live(const char *live_dir, const Status *status, DomainDef *def)
{
    for (guint i = 0; i < def->consoles->len && i < status->consoles->len; i++) {
        DomainConsole *console = g_ptr_array_index(def->consoles, i);

        if (!g_ptr_array_index(status->consoles, i))
            continue;
        /* The link to the pty, so that the path stays the same from start to start. */
        g_free(console->tty);
        console->tty = g_strdup_printf("%s/console%u", live_dir, i);
    }
    for (guint i = 0; i < def->nets->len && i < status->netdevs->len; i++) {
        DomainNet *net = g_ptr_array_index(def->nets, i);
        const StatusNetdev *netdev = &g_array_index(status->netdevs, StatusNetdev, i);

        g_free(net->host_dev);
        net->host_dev = g_strdup(netdev->host);
    }
}

static void
kind_usage(const char *live_dir, const Status *status, DomainInfo *info)
{
    UsageMemory memory = {0};
    UsageCpu cpu = {0};

    if (usage_memory(status, &memory, NULL))
        info->memory_kib = memory.used_bytes / 1024;
    if (usage_cpu(status, &cpu, NULL))
        info->cpu_time_ns = cpu.total_ns;
}

const GuestKind container_kind = {
    .folder = "lxc",
    .start_flags = GUEST_START_PAUSED,
    .create_flags = GUEST_START_PAUSED | GUEST_START_VALIDATE,
    .destroy_flags = GUEST_DESTROY_REMOVE_LOGS,
    .endings = endings,
    .live_format = DOMAIN_FORMAT_INACTIVE,
    .check = container_def_check,
    .plan = kind_plan,
    .fill_live = kind_fill_live,
    .usage = kind_usage,
    .set_memory = container_set_memory,
    .addresses_inside = container_addresses_inside,
};
