/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/input.h - <input>: keyboards, mice and tablets. */
#pragma once

#include "conf/domain/device.h"
#include "conf/machine/virtio.h"

typedef enum {
    MACHINE_INPUT_MOUSE,
    MACHINE_INPUT_TABLET,
    MACHINE_INPUT_KEYBOARD,
    MACHINE_INPUT_LAST
} MachineInputType;
ENUM_DECL(machine_input_type, MachineInputType);

typedef enum {
    MACHINE_INPUT_BUS_ABSENT, /* until domain_machine_complete() */
    MACHINE_INPUT_BUS_PS2,
    MACHINE_INPUT_BUS_USB,
    MACHINE_INPUT_BUS_VIRTIO,
    MACHINE_INPUT_BUS_LAST
} MachineInputBus;
ENUM_DECL(machine_input_bus, MachineInputBus);

typedef struct {
    DomainDeviceInfo info;
    MachineInputType type;
    MachineInputBus bus;
    MachineVirtio virtio;
} MachineInput;
