/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/plan-ops.h - the one table of operations: name, phase, how many arguments.
 *
 * What each does stands in plan.h; who does it: ops-host.c, ops-net.c, ops-link.c, ops-machine.c (supervisor),
 * guest-child.c (the child), payload.c, init-child.c.
 */
#pragma once

#include "supervisor/plan-load.h"

typedef enum {
    OP_KIND,
    OP_DRIVER,
    OP_NAME,
    OP_UUID,
    OP_LIVE,
    OP_EVENTS,
    OP_LOG,
    OP_TRANSIENT,
    OP_ON,
    OP_LINGER,
    OP_PAUSED,
    OP_INCOMING,
    OP_SUPERVISOR_GROUP,
    OP_CGROUP,
    OP_CGROUP_SET,
    OP_DEVICES,
    OP_PROC_VIEW,
    OP_LOOP,
    OP_BRIDGE,
    OP_SYSCTL,
    OP_BRIDGE_ADDRESS,
    OP_BRIDGE_UP,
    OP_FORWARDING,
    OP_NFT,
    OP_NFT_RULE,
    OP_RUN,
    OP_TAP,
    OP_MACVTAP,
    OP_OPEN,
    OP_LISTEN,
    OP_PAIR,
    OP_MONITOR,
    OP_CONSOLE_SOCKET,
    OP_AGENT,
    OP_COPY,
    OP_HELPER,
    OP_NETNS,
    OP_VETH,
    OP_MACVLAN,
    OP_NETDEV,
    OP_ADDRESS,
    OP_ROUTE,
    OP_NAMESPACES,
    OP_IDMAP,
    OP_ROOT,
    OP_MOUNT,
    OP_BIND,
    OP_MOUNT_DEV,
    OP_TMPFS,
    OP_PROC,
    OP_SYS,
    OP_DEV,
    OP_DEVPTS,
    OP_DEVICE,
    OP_CONSOLE,
    OP_MASK,
    OP_READONLY,
    OP_RESOLV_CONF,
    OP_HOSTNAME,
    OP_RLIMIT,
    OP_KEYRING,
    OP_LABEL,
    OP_CAPABILITIES,
    OP_NO_NEW_PRIVILEGES,
    OP_SECCOMP,
    OP_USER,
    OP_ENV,
    OP_DIR,
    OP_STDIO,
    OP_FILES,
    OP_HOLD,
    OP_GROUPS,
    OP_QMP,
    OP_EXEC,
    OP_KEEP,
    OP_AT_END,
    OP_FAULT, /* known to lodge-supervisor-fault only */
    OP_LAST
} PlanOpId;

typedef struct {
    const char *name;
    PlanPhaseId phase;
    int min, max; /* arguments without the name; max -1: as many as a line holds */
} PlanOpInfo;

/* NULL when unknown to this program */
const PlanOpInfo *plan_op_info(PlanOpId op);
/* OP_LAST when unknown */
PlanOpId plan_op_find(const char *name);
