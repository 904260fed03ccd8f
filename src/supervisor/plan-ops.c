/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/plan-ops.h"

#include <string.h>

static const PlanOpInfo ops[OP_LAST] = {
    [OP_KIND] = {"kind", PLAN_OBJECT, 1, 1},
    [OP_DRIVER] = {"driver", PLAN_OBJECT, 1, 1},
    [OP_NAME] = {"name", PLAN_OBJECT, 1, 1},
    [OP_UUID] = {"uuid", PLAN_OBJECT, 1, 1},
    [OP_LIVE] = {"live", PLAN_OBJECT, 1, 1},
    [OP_EVENTS] = {"events", PLAN_OBJECT, 1, 1},
    [OP_LOG] = {"log", PLAN_OBJECT, 3, 3},
    [OP_TRANSIENT] = {"transient", PLAN_OBJECT, 0, 0},
    [OP_ON] = {"on", PLAN_OBJECT, 2, 2},
    [OP_LINGER] = {"linger", PLAN_OBJECT, 1, 1},
    [OP_PAUSED] = {"paused", PLAN_OBJECT, 0, 0},
    [OP_INCOMING] = {"incoming", PLAN_OBJECT, 0, 0},
    [OP_SUPERVISOR_GROUP] = {"supervisor-group", PLAN_HOST, 2, 2},
    [OP_CGROUP] = {"cgroup", PLAN_HOST, 3, 3},
    [OP_CGROUP_SET] = {"cgroup-set", PLAN_HOST, 4, 4},
    [OP_DEVICES] = {"devices", PLAN_HOST, 2, -1},
    [OP_PROC_VIEW] = {"proc-view", PLAN_HOST, 1, 1},
    [OP_LOOP] = {"loop", PLAN_HOST, 3, 3},
    [OP_BRIDGE] = {"bridge", PLAN_HOST, 6, 6},
    [OP_SYSCTL] = {"sysctl", PLAN_HOST, 3, 3},
    [OP_BRIDGE_ADDRESS] = {"bridge-address", PLAN_HOST, 2, 2},
    [OP_BRIDGE_UP] = {"bridge-up", PLAN_HOST, 1, 1},
    [OP_FORWARDING] = {"forwarding", PLAN_HOST, 3, 3},
    [OP_NFT] = {"nft", PLAN_HOST, 4, 4},
    [OP_NFT_RULE] = {"nft-rule", PLAN_HOST, 6, -1},
    [OP_RUN] = {"run", PLAN_HOST, 1, -1},
    [OP_TAP] = {"tap", PLAN_HOST, 7, 7},
    [OP_MACVTAP] = {"macvtap", PLAN_HOST, 7, 7},
    [OP_OPEN] = {"open", PLAN_HOST, 3, 4},
    [OP_LISTEN] = {"listen", PLAN_HOST, 5, 5},
    [OP_PAIR] = {"pair", PLAN_HOST, 2, 2},
    [OP_MONITOR] = {"monitor", PLAN_HOST, 1, 2},
    [OP_CONSOLE_SOCKET] = {"console-socket", PLAN_HOST, 2, 2},
    [OP_AGENT] = {"agent", PLAN_HOST, 2, 2},
    [OP_COPY] = {"copy", PLAN_HOST, 2, 2},
    [OP_HELPER] = {"helper", PLAN_HOST, 4, -1},
    [OP_NETNS] = {"netns", PLAN_LINK, 1, 1},
    [OP_VETH] = {"veth", PLAN_LINK, 6, 6},
    [OP_MACVLAN] = {"macvlan", PLAN_LINK, 6, 6},
    [OP_NETDEV] = {"netdev", PLAN_LINK, 2, 2},
    [OP_ADDRESS] = {"address", PLAN_LINK, 3, 3},
    [OP_ROUTE] = {"route", PLAN_LINK, 4, 4},
    [OP_NAMESPACES] = {"namespaces", PLAN_GUEST, 1, 1},
    [OP_IDMAP] = {"idmap", PLAN_GUEST, 4, 4},
    [OP_ROOT] = {"root", PLAN_GUEST, 2, 2},
    [OP_MOUNT] = {"mount", PLAN_GUEST, 3, 3},
    [OP_BIND] = {"bind", PLAN_GUEST, 3, 3},
    [OP_MOUNT_DEV] = {"mount-dev", PLAN_GUEST, 3, 3},
    [OP_TMPFS] = {"tmpfs", PLAN_GUEST, 4, 4},
    [OP_PROC] = {"proc", PLAN_GUEST, 0, 0},
    [OP_SYS] = {"sys", PLAN_GUEST, 1, 1},
    [OP_DEV] = {"dev", PLAN_GUEST, 0, 0},
    [OP_DEVPTS] = {"devpts", PLAN_GUEST, 1, 1},
    [OP_DEVICE] = {"device", PLAN_GUEST, 5, 5},
    [OP_CONSOLE] = {"console", PLAN_GUEST, 1, 1},
    [OP_MASK] = {"mask", PLAN_GUEST, 1, 1},
    [OP_READONLY] = {"readonly", PLAN_GUEST, 1, 1},
    [OP_RESOLV_CONF] = {"resolv-conf", PLAN_GUEST, 0, 0},
    [OP_HOSTNAME] = {"hostname", PLAN_GUEST, 1, 1},
    [OP_RLIMIT] = {"rlimit", PLAN_PAYLOAD, 3, 3},
    [OP_KEYRING] = {"keyring", PLAN_PAYLOAD, 0, 0},
    [OP_LABEL] = {"label", PLAN_PAYLOAD, 2, 2},
    [OP_CAPABILITIES] = {"capabilities", PLAN_PAYLOAD, 1, 1},
    [OP_NO_NEW_PRIVILEGES] = {"no-new-privileges", PLAN_PAYLOAD, 0, 0},
    [OP_SECCOMP] = {"seccomp", PLAN_PAYLOAD, 1, -1},
    [OP_USER] = {"user", PLAN_INIT, 2, 2},
    [OP_ENV] = {"env", PLAN_INIT, 2, 2},
    [OP_DIR] = {"dir", PLAN_INIT, 1, 1},
    [OP_STDIO] = {"stdio", PLAN_INIT, 1, 1},
    [OP_FILES] = {"files", PLAN_INIT, 1, 1},
    [OP_HOLD] = {"hold", PLAN_INIT, 0, 0},
    [OP_GROUPS] = {"groups", PLAN_INIT, 1, -1},
    [OP_QMP] = {"qmp", PLAN_INIT, 1, 2},
    [OP_EXEC] = {"exec", PLAN_INIT, 1, -1},
    [OP_KEEP] = {"keep", PLAN_KEEP, 2, -1},
    [OP_AT_END] = {"at-end", PLAN_KEEP, 1, -1},
#ifdef LODGE_FAULT
    [OP_FAULT] = {"fault", PLAN_OBJECT, 2, 2},
#endif
};

const PlanOpInfo *
plan_op_info(PlanOpId op)
{
    return op < OP_LAST && ops[op].name ? &ops[op] : NULL;
}

PlanOpId
plan_op_find(const char *name)
{
    int op;

    for (op = 0; op < OP_LAST; op++)
        if (ops[op].name && strcmp(ops[op].name, name) == 0)
            break;
    return (PlanOpId)op;
}
