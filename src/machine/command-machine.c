/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What belongs to no device: -machine, -accel, memory, processors, power management. */
#include <string.h>

#include "machine/command.h"

#define RAM_ID_PC   "pc.ram" /* QEMU's own name for it, so that an image restores either way */
#define RAM_ID_VIRT "mach-virt.ram"

static const char *
ram_id(const Command *command)
{
    return domain_machine_is_x86(command->in->def) ? RAM_ID_PC : RAM_ID_VIRT;
}

static gboolean
needs_shared_memory(const Command *command)
{
    const GPtrArray *list = machine_devices(command->in->def, MACHINE_DEVICE_FILESYSTEM);

    for (guint i = 0; i < list->len; i++)
        if (((const MachineFilesystem *)g_ptr_array_index(list, i))->driver == MACHINE_FS_VIRTIOFS)
            return TRUE;
    return command->machine->memory.shared == DOMAIN_SWITCH_ON;
}

static gboolean
has_memory_backend(const Command *command)
{
    const MachineMemory *memory = &command->machine->memory;

    return needs_shared_memory(command) || memory->hugepages ||
           memory->source == MACHINE_MEMORY_MEMFD || memory->immediate == DOMAIN_SWITCH_ON;
}

static gboolean
add_memory(Command *command, GError **error)
{
    const MachineMemory *memory = &command->machine->memory;
    int line = command->machine->lines.memory_backing;
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT "k", command->in->def->memory_kib);
    g_autofree char *size_text = g_strconcat("size=", size, NULL);
    Option *option;

    if (memory->source == MACHINE_MEMORY_FILE)
        return command_refuse(command->in, line, error,
                              "<source type='file'/> is not supported; use type='memfd'");
    if (memory->discard)
        return command_refuse(command->in, line, error,
                              "<discard/> works with memory in files only, which is not supported");
    command_text(command, "-m", size_text);
    if (memory->locked)
        command_text(command, "-overcommit", "mem-lock=on");
    if (!has_memory_backend(command))
        return TRUE;
    option = option_new(memory->hugepages || needs_shared_memory(command) ||
                                memory->source == MACHINE_MEMORY_MEMFD
                            ? "memory-backend-memfd"
                            : "memory-backend-ram");
    option_string(option, "id", ram_id(command));
    option_string(option, "size", size);
    if (memory->hugepages) {
        option_bool(option, "hugetlb", TRUE);
        if (memory->hugepage_kib != 0) {
            g_autofree char *page = g_strdup_printf("%" G_GUINT64_FORMAT "k", memory->hugepage_kib);

            option_string(option, "hugetlbsize", page);
        }
    }
    if (needs_shared_memory(command))
        option_bool(option, "share", TRUE);
    if (memory->immediate == DOMAIN_SWITCH_ON) {
        option_bool(option, "prealloc", TRUE);
        option_given(option, "prealloc-threads", memory->allocation_threads);
    }
    command_take(command, "-object", option);
    return TRUE;
}

static gboolean
add_processors(Command *command, GError **error)
{
    const DomainDef *def = command->in->def;
    const MachineCpu *cpu = &command->machine->cpu;
    guint max = MAX(def->tune.vcpus, 1);
    guint current = def->tune.vcpus_current != 0 ? MIN(def->tune.vcpus_current, max) : max;
    guint sockets = cpu->sockets != 0 ? cpu->sockets : max;
    guint dies = MAX(cpu->dies, 1), cores = cpu->sockets != 0 ? MAX(cpu->cores, 1) : 1;
    guint threads = cpu->sockets != 0 ? MAX(cpu->threads, 1) : 1;
    Option *option;
    g_autofree char *number = g_strdup_printf("%u", current);

    if (cpu->sockets != 0 && (guint64)sockets * dies * cores * threads != max)
        return command_wrong(command->in, command->machine->lines.cpu, error,
                             "<topology>: %u sockets, %u dies, %u cores and %u threads are not "
                             "the %u processors of <vcpu>",
                             sockets, dies, cores, threads, max);
    option = option_new(number);
    if (current != max)
        option_uint(option, "maxcpus", max);
    option_uint(option, "sockets", sockets);
    if (dies > 1)
        option_uint(option, "dies", dies);
    option_uint(option, "cores", cores);
    option_uint(option, "threads", threads);
    command_take(command, "-smp", option);
    return TRUE;
}

static void
add_accel(Command *command)
{
    const MachineFeatures *features = &command->machine->features;
    Option *option = option_new(command_uses_kvm(command->in) ? "kvm" : "tcg");

    if (!command_uses_kvm(command->in))
        option_given(option, "tb-size", features->tcg_tb_cache_kib / 1024);
    else if (features->kvm[MACHINE_KVM_DIRTY_RING] == DOMAIN_SWITCH_ON)
        option_given(option, "dirty-ring-size", features->kvm_dirty_ring_size);
    command_take(command, "-accel", option);
}

static DomainSwitch
timer_present(const Command *command, MachineTimerName name)
{
    const GArray *timers = command->machine->clock.timers;

    for (guint i = 0; i < timers->len; i++)
        if (g_array_index(timers, MachineTimer, i).name == name)
            return g_array_index(timers, MachineTimer, i).present;
    return DOMAIN_SWITCH_ABSENT;
}

static void
machine_timers(Command *command, Option *option)
{
    if (!domain_machine_is_x86(command->in->def))
        return;
    if (timer_present(command, MACHINE_TIMER_PIT) == DOMAIN_SWITCH_OFF)
        option_bool(option, "pit", FALSE);
    if (command_qemu_version(command) >= 6000000)
        option_switch(option, "hpet", timer_present(command, MACHINE_TIMER_HPET));
    else if (timer_present(command, MACHINE_TIMER_HPET) == DOMAIN_SWITCH_OFF)
        command_word(command, "-no-hpet");
}

static void
machine_speaker(const Command *command, Option *option)
{
    const GPtrArray *sounds = machine_devices(command->in->def, MACHINE_DEVICE_SOUND);
    const GPtrArray *audios = machine_devices(command->in->def, MACHINE_DEVICE_AUDIO);

    for (guint i = 0; i < sounds->len; i++) {
        const MachineSound *sound = g_ptr_array_index(sounds, i);
        guint id = sound->audio_id;
        g_autofree char *audio = NULL;

        if (sound->model != MACHINE_SOUND_PCSPK)
            continue;
        if (id == 0 && audios->len > 0)
            id = ((const MachineAudio *)g_ptr_array_index(audios, 0))->id;
        if (id == 0)
            continue;
        audio = g_strdup_printf("audio%u", id);
        option_string(option, "pcspk-audiodev", audio);
        return;
    }
}

static void
machine_x86(const Command *command, Option *option)
{
    const MachineFeatures *features = &command->machine->features;

    option_switch(option, "vmport", features->vmport);
    if (features->ioapic != MACHINE_IOAPIC_ABSENT && command_uses_kvm(command->in))
        option_string(option, "kernel_irqchip",
                      features->ioapic == MACHINE_IOAPIC_QEMU ? "split" : "on");
    machine_speaker(command, option);
}

static gboolean
needs_smm(const Command *command)
{
    const Firmware *firmware = command->in->facts->firmware;

    return command->machine->os.loader_secure == DOMAIN_SWITCH_ON ||
           (firmware != NULL && firmware->needs_smm);
}

static gboolean
add_machine(Command *command, GError **error)
{
    const MachineFeatures *features = &command->machine->features;
    const char *type = command->machine->os.machine;
    g_autoptr(Option) option = option_new(type);
    DomainSwitch smm = needs_smm(command) ? DOMAIN_SWITCH_ON : features->smm;

    option_bool(option, "usb", FALSE);
    option_bool(option, "dump-guest-core", FALSE);
    if (command->machine->memory.nosharepages)
        option_bool(option, "mem-merge", FALSE);
    if (domain_machine_is_x86(command->in->def)) {
        machine_x86(command, option);
        option_switch(option, "smm", smm);
    } else if (features->has_gic) {
        option_string(option, "gic-version",
                      features->gic_version != NULL ? features->gic_version : "3");
    }
    if (!features->acpi)
        option_bool(option, "acpi", FALSE);
    machine_timers(command, option);
    if (has_memory_backend(command))
        option_string(option, "memory-backend", ram_id(command));
    if (!command_firmware(command, option, error))
        return FALSE;
    command_take(command, "-machine", g_steal_pointer(&option));
    if (features->smm_tseg_kib != 0) {
        g_autofree char *text = g_strdup_printf("mch.extended-tseg-mbytes=%" G_GUINT64_FORMAT,
                                                features->smm_tseg_kib / 1024);

        command_text(command, "-global", text);
    }
    if (features->vmcoreinfo == DOMAIN_SWITCH_ON)
        command_take(command, "-device", option_new("vmcoreinfo"));
    return TRUE;
}

static void
add_power(Command *command)
{
    const char *chip = domain_machine_is_q35(command->in->def) ? "ICH9-LPC" : "PIIX4_PM";
    const struct {
        DomainSwitch state;
        const char *name;
    } states[] = {{command->machine->suspend_to_mem, "disable_s3"},
                  {command->machine->suspend_to_disk, "disable_s4"}};

    if (!domain_machine_is_x86(command->in->def))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *text = NULL;

        if (states[i].state == DOMAIN_SWITCH_ABSENT)
            continue;
        text =
            g_strdup_printf("%s.%s=%d", chip, states[i].name, states[i].state == DOMAIN_SWITCH_OFF);
        command_text(command, "-global", text);
    }
}

gboolean
command_machine(Command *command, GError **error)
{
    if (!add_machine(command, error))
        return FALSE;
    add_accel(command);
    if (!command_cpu(command, error) || !add_memory(command, error) ||
        !add_processors(command, error))
        return FALSE;
    add_power(command);
    return command_clock(command, error) && command_boot(command, error);
}
