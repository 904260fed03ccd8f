/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/libvirt-qemu.h - calls that only QEMU guests have: the monitor and the guest agent, as they are. */
#ifndef LODGE_LIBVIRT_QEMU_H
#define LODGE_LIBVIRT_QEMU_H

#include <lodge/libvirt.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT = 0,
    VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP = 1 << 0, /* @cmd is a line of the human monitor */
} virDomainQemuMonitorCommandFlags;

typedef enum {
    VIR_DOMAIN_QEMU_AGENT_COMMAND_MIN = -2,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK = -2,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT = -1,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT = 0,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_SHUTDOWN = 60,
} virDomainQemuAgentCommandTimeoutValues;

typedef enum {
    VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX = 1 << 0,
    VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE = 1 << 1,
} virConnectDomainQemuMonitorEventRegisterFlags;

/* *answer: malloced; what QEMU answered, whole. Errors of QEMU stand in it too. */
int virDomainQemuMonitorCommand(virDomainPtr domain, const char *cmd, char **answer,
                                unsigned int flags);

/* Returns what the agent answered, malloced. @timeout: seconds, or one of the values above. */
char *virDomainQemuAgentCommand(virDomainPtr domain, const char *cmd, int timeout,
                                unsigned int flags);

/* @details: JSON, or NULL. */
typedef void (*virConnectDomainQemuMonitorEventCallback)(virConnectPtr conn, virDomainPtr dom,
                                                         const char *event, long long seconds,
                                                         unsigned int micros, const char *details,
                                                         void *opaque);

/* @dom: or NULL for all guests; @event: its name, or NULL for all. Returns the callback's number. */
int virConnectDomainQemuMonitorEventRegister(virConnectPtr conn, virDomainPtr dom,
                                             const char *event,
                                             virConnectDomainQemuMonitorEventCallback cb,
                                             void *opaque, virFreeCallback freecb,
                                             unsigned int flags);
int virConnectDomainQemuMonitorEventDeregister(virConnectPtr conn, int callbackID);

#ifdef __cplusplus
}
#endif

#endif
