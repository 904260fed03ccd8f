/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/complete.h"

#include <string.h>
#include <sys/utsname.h>

#include "conf/machine/machine.h"
#include "machine/addresses.h"
#include "machine/nvram.h"
#include "util/error.h"

static gboolean
complete_machine_type(DomainDef *def, const QemuCaps *caps, const char *source, GError **error)
{
    MachineOs *os = &def->machine->os;
    QemuMachine machine = {0};
    int line = def->machine->lines.type != 0 ? def->machine->lines.type : def->lines.os;

    if (caps == NULL)
        return TRUE;
    if (!qemu_caps_machine(caps, os->machine, &machine))
        return error_set(error, LODGE_ERROR_CONFIG,
                         "%s:%d: <type machine='%s'>: '%s' has no such machine type; 'lodge "
                         "capabilities' lists those it has",
                         source, line, os->machine, qemu_caps_binary(caps));
    g_free(os->machine);
    os->machine = g_strdup(machine.name);
    if (def->tune.vcpus > machine.max_cpus) {
        (void)error_set(error, LODGE_ERROR_CONFIG,
                        "%s:%d: <vcpu>: machine type '%s' has at most %u processors", source,
                        def->lines.vcpu, machine.name, machine.max_cpus);
        qemu_machine_clear(&machine);
        return FALSE;
    }
    qemu_machine_clear(&machine);
    return TRUE;
}

/* Machine types that lodge knows the buses of. */
static gboolean
check_machine_type(const DomainDef *def, const char *source, GError **error)
{
    int line = def->machine->lines.type != 0 ? def->machine->lines.type : def->lines.os;

    if (domain_machine_is_q35(def) || domain_machine_is_i440fx(def) || domain_machine_is_virt(def))
        return TRUE;
    return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                     "%s:%d: <type machine='%s'> is not supported; use 'q35' or 'pc' (aarch64: "
                     "'virt')",
                     source, line, def->machine->os.machine);
}

gboolean
machine_complete(DomainDef *def, const QemuCaps *caps, const char *source, GError **error)
{
    struct utsname host;
    const char *arch = caps != NULL        ? qemu_caps_arch(caps)
                       : uname(&host) == 0 ? host.machine
                                           : "x86_64";

    if (!domain_machine_complete(def, source, arch, error))
        return FALSE;
    if (caps != NULL && def->emulator == NULL)
        def->emulator = g_strdup(qemu_caps_binary(caps));
    return check_machine_type(def, source, error) &&
           complete_machine_type(def, caps, source, error) && addresses_assign(def, source, error);
}

gboolean
machine_complete_host(DriverCtx *ctx, DomainDef *def, const char *source, GError **error)
{
    g_autofree char *binary = qemu_caps_find_binary(def->os.arch, def->emulator, error);
    g_autoptr(QemuCaps) caps = NULL;

    if (binary == NULL) {
        g_prefix_error(error, "%s: ", source);
        return FALSE;
    }
    caps = qemu_caps_load(ctx->paths, binary, error);
    if (caps == NULL || !machine_complete(def, caps, source, error))
        return FALSE;
    /* Written down, so that undefine knows it and a rename of the default changes nothing. */
    if (def->machine->os.nvram == NULL)
        def->machine->os.nvram = nvram_path(ctx->paths, def, NULL);
    return TRUE;
}
