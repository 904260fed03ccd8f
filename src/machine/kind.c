/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What makes a guest a machine, for the calls that core has for all guests. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conf/machine/machine.h"
#include "core/guest.h"
#include "core/usage.h"
#include "machine/complete.h"
#include "machine/memory.h"
#include "machine/plan.h"
#include "machine/roles.h"
#include "machine/vcpu.h"
#include "util/error.h"

enum { /* VIR_DOMAIN_SHUTDOWN_*, REBOOT_* */
    SHUTDOWN_ACPI = 1,
    SHUTDOWN_AGENT = 2
};
enum { /* VIR_DOMAIN_UNDEFINE_* */
    UNDEFINE_MANAGED_SAVE = 1,
    UNDEFINE_SNAPSHOTS = 2,
    UNDEFINE_NVRAM = 4,
    UNDEFINE_KEEP_NVRAM = 8,
    UNDEFINE_CHECKPOINTS = 16,
    UNDEFINE_TPM = 32,
    UNDEFINE_KEEP_TPM = 64
};
enum { /* VIR_CONNECT_LIST_DOMAINS_* */
    LIST_MANAGEDSAVE = 256,
    LIST_NO_MANAGEDSAVE = 512
};

static const GuestEnding endings[] = {
    {SHUTDOWN_ACPI, "acpi"},
    {SHUTDOWN_AGENT, "agent"},
    {SHUTDOWN_ACPI | SHUTDOWN_AGENT, "any"},
    {0, NULL},
};

static gboolean
kind_check(const DomainDef *def, const char *source, GError **error)
{
    if (!def->machine)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "%s:%d: <domain type='%s'> is no machine; use type='qemu' or 'kvm'",
                         source, def->lines.domain, domain_type_to_string(def->type));
    return TRUE;
}

/* Which console is the face of a serial line, what is implied: nothing of it needs the host. */
static gboolean
kind_stored(DomainDef *def, const char *source, GError **error)
{
    return !def->machine || domain_machine_complete(def, source, def->os.arch, error);
}

static char *
kind_plan(GuestStart *start, char **ret_live_xml, GError **error)
{
    g_autoptr(MachineFacts) facts = NULL;
    MachinePlanInput in = {
        .def = start->def,
        .paths = start->ctx->paths,
        .live_dir = start->live_dir,
        .source = start->source,
        .incoming = start->incoming,
        .incoming_offset = start->incoming_offset,
        .is_transient = start->is_transient,
        .is_paused = (start->flags & GUEST_START_PAUSED) != 0,
        .has_waiter = start->io != NULL,
    };

    if (start->io && (start->io->n_files > 0 || start->io->stdin_fd >= 0 ||
                      start->io->stdout_fd >= 0 || start->io->stderr_fd >= 0)) {
        error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                  "descriptors cannot be given to a machine; it has no init of ours");
        return NULL;
    }
    facts = machine_facts_gather(start->ctx, start->def, start->source, start->hold, error);
    if (!facts || !machine_make_live(start->def, facts, start->live_dir, start->source, error))
        return NULL;
    in.facts = facts;
    *ret_live_xml = domain_def_format(start->def, DOMAIN_FORMAT_SECURE);
    return machine_plan_build(&in, error);
}

/* Paths of ptys, and names of the host's ends of interfaces. */
/* The link to the host's pty, so that the path stays the same from start to start. */
static void
fill_consoles(const char *live_dir, const Status *status, DomainDef *def)
{
    const GPtrArray *faces = machine_devices(def, MACHINE_DEVICE_CONSOLE);
    const char *first = NULL;

    for (guint i = 0; i < status->consoles->len; i++) {
        MachineChardev *chardev = machine_console_at(def, (int)i);

        if (!chardev || !g_ptr_array_index(status->consoles, i))
            continue;
        g_free(chardev->source.path);
        chardev->source.path = g_strdup_printf("%s/console%u", live_dir, i);
        if (i == 0)
            first = chardev->source.path;
    }
    for (guint i = 0; first && i < faces->len; i++) {
        MachineChardev *face = g_ptr_array_index(faces, i);

        if (machine_is_face(def, face) && face->source.type == CHARDEV_PTY) {
            g_free(face->source.path);
            face->source.path = g_strdup(first);
        }
    }
}

static void
kind_fill_live(const char *live_dir, const Status *status, DomainDef *def)
{
    fill_consoles(live_dir, status, def);
    for (guint i = 0; i < def->nets->len; i++) {
        DomainNet *net = g_ptr_array_index(def->nets, i);

        for (guint k = 0; net->info.alias && k < status->netdevs->len; k++) {
            const StatusNetdev *netdev = &g_array_index(status->netdevs, StatusNetdev, k);

            if (netdev->host && g_strcmp0(netdev->guest, net->info.alias) == 0) {
                g_free(net->host_dev);
                net->host_dev = g_strdup(netdev->host);
            }
        }
    }
}

static void
kind_usage(const char *live_dir, const Status *status, DomainInfo *info)
{
    UsageCpu cpu = {0};
    DomainVcpu process = {0};

    if (usage_cpu(status, &cpu, NULL)) {
        info->cpu_time_ns = cpu.total_ns;
        return;
    }
    if (vcpu_read_process(status->init, &process)) /* a session without groups of its own */
        info->cpu_time_ns = process.time_ns;
}

static void
kind_settle(const GuestStart *start, gboolean is_running)
{
    if (is_running)
        memory_begin_stats(start);
}

static guint
kind_list_bits(DriverCtx *ctx, const StoreObject *object)
{
    return machine_has_managed_save(ctx, object->name) ? LIST_MANAGEDSAVE : LIST_NO_MANAGEDSAVE;
}

static int
kind_console_index(Guest *self, const Status *status, const char *name, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(self, error);
    int index = def ? machine_console_index(def, name) : -1;

    if (def && index < 0)
        error_set(error, LODGE_ERROR_NOT_FOUND,
                  name ? "domain '%s' has no console '%s'; dumpxml shows the aliases"
                       : "domain '%s' has no console; add <console type='pty'/> to its devices",
                  self->object->name, name);
    return index;
}

static gboolean
undefine_nvram(const DomainDef *def, guint flags, GError **error)
{
    const char *nvram = def->machine ? def->machine->os.nvram : NULL;

    if (!nvram || (flags & UNDEFINE_KEEP_NVRAM) || access(nvram, F_OK) < 0)
        return TRUE;
    if (!(flags & UNDEFINE_NVRAM))
        return error_set(error, LODGE_ERROR_STATE,
                         "cannot undefine domain '%s' with variables of its firmware in '%s'; use "
                         "--nvram to remove them or --keep-nvram",
                         def->name, nvram);
    if (unlink(nvram) == 0)
        return TRUE;
    return error_set_errno(error, errno, "cannot remove '%s'", nvram);
}

static gboolean
kind_undefine(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(DomainDef) def = self ? guest_config(self, error) : NULL;

    if (!def)
        return FALSE;
    if (machine_has_managed_save(ctx, self->object->name)) {
        if (!(flags & UNDEFINE_MANAGED_SAVE))
            return error_set(error, LODGE_ERROR_STATE,
                             "cannot undefine domain '%s' while it has a managed save; use "
                             "--managed-save to remove that too",
                             self->object->name);
        if (!machine_drop_managed_save(ctx, self->object->name, error))
            return FALSE;
    }
    return undefine_nvram(def, flags, error);
}

const GuestKind machine_kind = {
    .folder = "qemu",
    .start_flags = GUEST_START_PAUSED | GUEST_START_AUTODESTROY | GUEST_START_FORCE_BOOT,
    .create_flags = GUEST_START_PAUSED | GUEST_START_AUTODESTROY | GUEST_START_VALIDATE,
    .undefine_flags = UNDEFINE_MANAGED_SAVE | UNDEFINE_SNAPSHOTS | UNDEFINE_NVRAM |
                      UNDEFINE_KEEP_NVRAM | UNDEFINE_CHECKPOINTS | UNDEFINE_TPM | UNDEFINE_KEEP_TPM,
    .destroy_flags = GUEST_DESTROY_GRACEFUL | GUEST_DESTROY_REMOVE_LOGS,
    .endings = endings,
    .check = kind_check,
    .stored = kind_stored,
    .complete = machine_complete_host,
    .plan = kind_plan,
    .settle = kind_settle,
    .undefine = kind_undefine,
    .fill_live = kind_fill_live,
    .usage = kind_usage,
    .set_memory = machine_set_live_memory,
    .console_index = kind_console_index,
    .vcpus = machine_vcpus,
    .list_bits = kind_list_bits,
    .addresses_inside = machine_addresses_inside,
    .add_stats = machine_add_stats,
};
