/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/watchdog.h - <watchdog> and <panic>: a guest that hangs, and one that gives up. */
#pragma once

#include "conf/domain/device.h"

typedef enum {
    MACHINE_WATCHDOG_I6300ESB,
    MACHINE_WATCHDOG_IB700,
    MACHINE_WATCHDOG_LAST
} MachineWatchdogModel;
ENUM_DECL(machine_watchdog_model, MachineWatchdogModel);

typedef enum {
    MACHINE_WATCHDOG_RESET,
    MACHINE_WATCHDOG_SHUTDOWN,
    MACHINE_WATCHDOG_POWEROFF,
    MACHINE_WATCHDOG_PAUSE,
    MACHINE_WATCHDOG_NONE,
    MACHINE_WATCHDOG_INJECT_NMI,
    MACHINE_WATCHDOG_ACTION_LAST
} MachineWatchdogAction;
ENUM_DECL(machine_watchdog_action, MachineWatchdogAction);

typedef struct {
    DomainDeviceInfo info;
    MachineWatchdogModel model;
    MachineWatchdogAction action;
} MachineWatchdog;

typedef enum {
    MACHINE_PANIC_DEFAULT, /* until domain_machine_complete() */
    MACHINE_PANIC_ISA,
    MACHINE_PANIC_HYPERV,
    MACHINE_PANIC_LAST
} MachinePanicModel;
ENUM_DECL(machine_panic_model, MachinePanicModel);

typedef struct {
    DomainDeviceInfo info;
    MachinePanicModel model;
} MachinePanic;
