/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/monitor.h - a running machine, its monitor and its agent.
 *
 * Used by: every call of the driver that asks QEMU or the guest.
 */
#pragma once

#include "core/guest.h"
#include "machine/qmp.h"

#define AGENT_TIMEOUT_S 5 /* as libvirt: what -1 means */

/**
 * monitor_open:
 * @ret_self: (out) (optional) (transfer full): the machine
 * @error: LODGE_ERROR_STATE when it does not run, or when QEMU's monitor was given up by the supervisor
 *
 * Returns: (transfer full): its monitor, locked
 */
Qmp *monitor_open(DriverCtx *ctx, const ObjectRef *ref, Guest **ret_self, GError **error);

/* The same of a machine that is open. */
Qmp *monitor_open_guest(const Guest *self, GError **error);

/**
 * agent_ask:
 * @command: "guest-get-osinfo"
 * @arguments: (nullable): JSON object
 * @timeout_s: for its turn and its answer
 *
 * Returns: (transfer full): the answer; its value is json_node_get(root, "return")
 */
JsonTree *agent_ask(const Guest *self, const char *command, const char *arguments, int timeout_s,
                    GError **error);

/* One request to the supervisor; @verb is what messages say: "cannot VERB domain 'x': ...". */
gboolean supervisor_ask(const Guest *self, const char *verb, const char *const *words,
                        GError **error);
