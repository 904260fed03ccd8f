/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/agent-verbs.h - requests that the guest agent answers.
 *
 * Used by: supervisor/machine-verbs.
 */
#pragma once

#include <stdbool.h>

#include "supervisor/loop-priv.h"

/* The request `agent`, see control.h. */
int agent_verb(ControlClient *client, int argc, char **argv, Err *err);

/* Asks the agent to power off or to reboot. @or_acpi: when that fails, the power button is pressed */
int agent_verb_power(ControlClient *client, bool reboot, bool or_acpi, Err *err);

/* machine-verbs.c: the power button. */
int machine_press_power(ControlClient *client, bool reboot, Err *err);
