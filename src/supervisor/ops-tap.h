/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/ops-tap.h - a machine's network devices: plan operations tap and macvtap.
 *
 * Used by: supervisor/ops-machine.
 */
#pragma once

#include "supervisor/guest-priv.h"

/* Both are operations of phase host; see plan.h. */
int tap_make(Guest *guest, const PlanStep *step, Err *err);
int macvtap_make(Guest *guest, const PlanStep *step, Err *err);

/* For `clean` too: guest->links has what the last status named. */
void macvtap_undo(Guest *guest, int number);
