/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/vcpu.h - how long the processors of a machine have run.
 *
 * Used by: kind.c, driver.c.
 */
#pragma once

#include "core/guest.h"

/* (transfer full) (element-type DomainVcpu): of a running machine. */
GArray *machine_vcpus(const Guest *self, const Status *status, GError **error);

/* Time of the whole process @pid. FALSE when it is gone. */
gboolean vcpu_read_process(int pid, DomainVcpu *ret_process);

/* From the text of /proc/PID/task/TID/stat. FALSE when it is none. */
gboolean vcpu_read_stat(const char *text, guint64 ticks_per_s, DomainVcpu *ret_vcpu);
