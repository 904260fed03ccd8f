/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <cpu>, and what of <features> and <clock> QEMU takes as properties of the processor. */
#include <string.h>

#include "machine/command.h"

#define HYPERV_SPINLOCKS_DEFAULT 0x1fff

static const char *
cpu_model(const Command *command, GError **error)
{
    const MachineCpu *cpu = &command->machine->cpu;
    gboolean is_kvm = command_uses_kvm(command->in);

    if (!cpu->has_mode && cpu->model == NULL)
        return "";
    switch (cpu->mode) {
    case MACHINE_CPU_HOST_MODEL:
    case MACHINE_CPU_HOST_PASSTHROUGH:
        /* Without KVM the nearest to the host is all that TCG has. */
        return is_kvm ? "host" : "max";
    case MACHINE_CPU_MAXIMUM:
        return "max";
    case MACHINE_CPU_CUSTOM:
        if (cpu->model == NULL)
            return "";
        if (command->in->facts->caps != NULL &&
            !qemu_caps_has_cpu(command->in->facts->caps, cpu->model)) {
            (void)command_refuse(command->in, command->machine->lines.cpu, error,
                                 "<cpu>: this QEMU has no model '%s'; 'lodge domcapabilities' "
                                 "lists those it has",
                                 cpu->model);
            return NULL;
        }
        return cpu->model;
    case MACHINE_CPU_LAST:
        break;
    }
    g_return_val_if_reached(NULL);
}

static void
cpu_features(const MachineCpu *cpu, Option *option)
{
    for (guint i = 0; i < cpu->features->len; i++) {
        const MachineCpuFeature *feature = &g_array_index(cpu->features, MachineCpuFeature, i);

        switch (feature->policy) {
        case MACHINE_CPU_FORCE:
        case MACHINE_CPU_REQUIRE:
        case MACHINE_CPU_OPTIONAL:
            option_bool(option, feature->name, TRUE);
            break;
        case MACHINE_CPU_DISABLE:
        case MACHINE_CPU_FORBID:
            option_bool(option, feature->name, FALSE);
            break;
        case MACHINE_CPU_POLICY_LAST:
            break;
        }
    }
}

static void
cpu_cache(const MachineCpu *cpu, Option *option)
{
    switch (cpu->cache) {
    case MACHINE_CPU_CACHE_EMULATE:
        option_bool(option, "l3-cache", TRUE);
        return;
    case MACHINE_CPU_CACHE_PASSTHROUGH:
        option_bool(option, "host-cache-info", TRUE);
        return;
    case MACHINE_CPU_CACHE_DISABLE:
        option_bool(option, "l3-cache", FALSE);
        option_bool(option, "host-cache-info", FALSE);
        return;
    case MACHINE_CPU_CACHE_ABSENT:
    case MACHINE_CPU_CACHE_LAST:
        return;
    }
}

/* Names of QEMU's properties; the others of the enum have more than a switch. */
static const char *const hyperv_names[MACHINE_HYPERV_LAST] = {
    [MACHINE_HYPERV_RELAXED] = "hv-relaxed",
    [MACHINE_HYPERV_VAPIC] = "hv-vapic",
    [MACHINE_HYPERV_VPINDEX] = "hv-vpindex",
    [MACHINE_HYPERV_RUNTIME] = "hv-runtime",
    [MACHINE_HYPERV_SYNIC] = "hv-synic",
    [MACHINE_HYPERV_STIMER] = "hv-stimer",
    [MACHINE_HYPERV_RESET] = "hv-reset",
    [MACHINE_HYPERV_FREQUENCIES] = "hv-frequencies",
    [MACHINE_HYPERV_REENLIGHTENMENT] = "hv-reenlightenment",
    [MACHINE_HYPERV_TLBFLUSH] = "hv-tlbflush",
    [MACHINE_HYPERV_IPI] = "hv-ipi",
    [MACHINE_HYPERV_EVMCS] = "hv-evmcs",
    [MACHINE_HYPERV_AVIC] = "hv-avic",
};

static void
cpu_hyperv(const MachineFeatures *features, Option *option)
{
    if (features->hyperv_passthrough)
        option_bool(option, "hv-passthrough", TRUE);
    for (int i = 0; i < MACHINE_HYPERV_LAST; i++) {
        if (features->hyperv[i] != DOMAIN_SWITCH_ON)
            continue;
        if (hyperv_names[i] != NULL)
            option_bool(option, hyperv_names[i], TRUE);
        else if (i == MACHINE_HYPERV_SPINLOCKS)
            option_hex(option, "hv-spinlocks",
                       features->hyperv_spinlocks != 0 ? features->hyperv_spinlocks
                                                       : HYPERV_SPINLOCKS_DEFAULT);
        else if (i == MACHINE_HYPERV_VENDOR_ID)
            option_string(option, "hv-vendor-id", features->hyperv_vendor_id);
    }
    if (features->hyperv_stimer_direct == DOMAIN_SWITCH_ON)
        option_bool(option, "hv-stimer-direct", TRUE);
}

static void
cpu_kvm(const Command *command, Option *option)
{
    const MachineFeatures *features = &command->machine->features;

    if (!command_uses_kvm(command->in))
        return; /* TCG shows no KVM to the guest in the first place */
    if (features->kvm[MACHINE_KVM_HIDDEN] == DOMAIN_SWITCH_ON)
        option_bool(option, "kvm", FALSE);
    option_switch(option, "kvm-hint-dedicated", features->kvm[MACHINE_KVM_HINT_DEDICATED]);
    option_switch(option, "kvm-poll-control", features->kvm[MACHINE_KVM_POLL_CONTROL]);
    option_switch(option, "kvm-pv-ipi", features->kvm[MACHINE_KVM_PV_IPI]);
    option_switch(option, "kvm-pv-eoi", features->apic_eoi);
    option_switch(option, "kvm-pv-unhalt", features->pvspinlock);
}

static void
cpu_timers(const Command *command, Option *option)
{
    const GArray *timers = command->machine->clock.timers;

    for (guint i = 0; i < timers->len; i++) {
        const MachineTimer *timer = &g_array_index(timers, MachineTimer, i);

        switch (timer->name) {
        case MACHINE_TIMER_TSC:
            option_given(option, "tsc-frequency", timer->frequency_hz);
            break;
        case MACHINE_TIMER_KVMCLOCK:
            if (command_uses_kvm(command->in))
                option_switch(option, "kvmclock", timer->present);
            break;
        case MACHINE_TIMER_HYPERVCLOCK:
            if (timer->present == DOMAIN_SWITCH_ON)
                option_bool(option, "hv-time", TRUE);
            break;
        case MACHINE_TIMER_PLATFORM:
        case MACHINE_TIMER_PIT:
        case MACHINE_TIMER_RTC:
        case MACHINE_TIMER_HPET:
        case MACHINE_TIMER_ARMVTIMER:
        case MACHINE_TIMER_LAST:
            break;
        }
    }
}

static gboolean
cpu_check(const Command *command, GError **error)
{
    const MachineFeatures *features = &command->machine->features;
    gboolean has_hyperv = features->hyperv_passthrough;

    for (int i = 0; i < MACHINE_HYPERV_LAST; i++)
        has_hyperv |= features->hyperv[i] == DOMAIN_SWITCH_ON;
    if (has_hyperv && !command_uses_kvm(command->in))
        return command_refuse(command->in, command->machine->lines.features, error,
                              "<hyperv> needs KVM, which does not work on this host (%s); remove "
                              "the element",
                              command->in->facts->kvm.reason);
    if (features->hap == DOMAIN_SWITCH_OFF)
        return command_refuse(command->in, command->machine->lines.features, error,
                              "<hap state='off'> is a setting of the host's KVM module, not of a "
                              "machine; remove the element");
    return TRUE;
}

static void
cpu_properties(const Command *command, Option *option)
{
    const MachineCpu *cpu = &command->machine->cpu;
    const GPtrArray *panics = machine_devices(command->in->def, MACHINE_DEVICE_PANIC);

    if (command_uses_kvm(command->in) &&
        (cpu->mode == MACHINE_CPU_HOST_PASSTHROUGH || cpu->mode == MACHINE_CPU_HOST_MODEL))
        option_switch(option, "migratable", cpu->migratable);
    option_string(option, "vendor", cpu->vendor);
    cpu_features(cpu, option);
    cpu_cache(cpu, option);
    option_given(option, "phys-bits", cpu->phys_bits);
    if (cpu->phys_passthrough)
        option_bool(option, "host-phys-bits", TRUE);
    option_switch(option, "pmu", command->machine->features.pmu);
    cpu_hyperv(&command->machine->features, option);
    cpu_kvm(command, option);
    cpu_timers(command, option);
    for (guint i = 0; i < panics->len; i++)
        if (((const MachinePanic *)g_ptr_array_index(panics, i))->model == MACHINE_PANIC_HYPERV)
            option_bool(option, "hv-crash", TRUE);
    if (cpu->check == MACHINE_CPU_CHECK_FULL)
        option_bool(option, "enforce", TRUE);
}

gboolean
command_cpu(Command *command, GError **error)
{
    const char *model = cpu_model(command, error);
    g_autoptr(Option) option = NULL;

    if (model == NULL || !cpu_check(command, error))
        return FALSE;
    /* QEMU's own default has a name, which is needed once it has properties. */
    if (*model == '\0')
        model = domain_machine_is_x86(command->in->def) ? "qemu64" : "max";
    option = option_new(model);
    cpu_properties(command, option);
    command_take(command, "-cpu", g_steal_pointer(&option));
    return TRUE;
}
