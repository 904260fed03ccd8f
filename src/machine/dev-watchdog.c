/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <watchdog> and <panic>: a guest that hangs, and one that gives up. */
#include "machine/command.h"

static const char *
watchdog_action(MachineWatchdogAction action)
{
    switch (action) {
    case MACHINE_WATCHDOG_RESET:
        return "reset";
    case MACHINE_WATCHDOG_SHUTDOWN:
        return "shutdown";
    case MACHINE_WATCHDOG_POWEROFF:
        return "poweroff";
    case MACHINE_WATCHDOG_PAUSE:
        return "pause";
    case MACHINE_WATCHDOG_NONE:
        return "none";
    case MACHINE_WATCHDOG_INJECT_NMI:
        return "inject-nmi";
    case MACHINE_WATCHDOG_ACTION_LAST:
        break;
    }
    return "reset";
}

gboolean
dev_watchdog(Command *command, gconstpointer device, GError **error)
{
    const MachineWatchdog *watchdog = device;
    g_autoptr(Option) option =
        option_new(watchdog->model == MACHINE_WATCHDOG_IB700 ? "ib700" : "i6300esb");

    if (!option_device(command, option, &watchdog->info, error))
        return FALSE;
    command_take(command, "-device", g_steal_pointer(&option));
    command_text(command, "-watchdog-action", watchdog_action(watchdog->action));
    return TRUE;
}

gboolean
dev_panic(Command *command, gconstpointer device, GError **error)
{
    const MachinePanic *panic = device;
    Option *option;

    if (panic->model == MACHINE_PANIC_HYPERV)
        return TRUE; /* a feature of the processor: command-cpu.c */
    if (!domain_machine_is_x86(command->in->def))
        return command_refuse(command->in, panic->info.line, error,
                              "<panic model='isa'>: this machine type has no ISA bus");
    option = option_new("pvpanic");
    if (panic->info.address.type == DOMAIN_ADDRESS_ISA && panic->info.address.isa.iobase != 0)
        option_uint(option, "ioport", panic->info.address.isa.iobase);
    command_take(command, "-device", option);
    return TRUE;
}
