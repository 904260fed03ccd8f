/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/capset.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Place is number: the order of linux/capability.h. */
static const char *const capset_names[CAPSET_LAST + 1] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};

static int
number_of(const char *name, size_t size)
{
    if (size > 4 && strncasecmp(name, "cap_", 4) == 0) {
        name += 4;
        size -= 4;
    }
    for (int i = 0; i <= CAPSET_LAST; i++)
        if (strlen(capset_names[i]) == size && strncasecmp(capset_names[i], name, size) == 0)
            return i;
    return -1;
}

int
capset_number(const char *name)
{
    return number_of(name, strlen(name));
}

const char *
capset_name(int number)
{
    return number >= 0 && number <= CAPSET_LAST ? capset_names[number] : NULL;
}

int
capset_parse(const char *list, uint64_t *ret_set, Err *err)
{
    uint64_t set = 0;

    if (strcmp(list, "all") == 0) {
        *ret_set = CAPSET_ALL;
        return 0;
    }
    if (strcmp(list, "none") == 0 || *list == '\0') {
        *ret_set = 0;
        return 0;
    }
    for (const char *at = list;; at++) {
        size_t size = strcspn(at, ",");
        int number = number_of(at, size);

        if (number < 0)
            return err_set(err, "config", "'%.*s' is no capability; see capabilities(7)", (int)size,
                           at);
        set |= UINT64_C(1) << number;
        at += size;
        if (*at == '\0')
            break;
    }
    *ret_set = set;
    return 0;
}

int
capset_bound(uint64_t keep, Err *err)
{
    /* EINVAL: a kernel from before ambient capabilities (4.3), which has none to clear */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
        return err_set_errno(err, errno, "cannot clear the ambient capabilities");
    for (int i = 0; i < 64; i++) {
        int has = prctl(PR_CAPBSET_READ, i, 0, 0, 0);

        if (has < 0 && errno == EINVAL) /* one more than this kernel's last */
            break;
        if (has < 0)
            return err_set_errno(err, errno, "cannot read the bounding set");
        if (has == 0 || keep & UINT64_C(1) << i)
            continue;
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
            return err_set_errno(err, errno, "cannot drop capability %s (%d) from the bounding set",
                                 capset_name(i) ? capset_name(i) : "without a name", i);
    }
    return 0;
}

int
capset_apply(uint64_t keep, Err *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0};

    if (syscall(SYS_capget, &header, data) < 0)
        return err_set_errno(err, errno, "cannot read the capabilities");
    for (int i = 0; i < 2; i++) {
        data[i].permitted &= (uint32_t)(keep >> 32 * i);
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, data) < 0)
        return err_set_errno(err, errno, "cannot set the capabilities");
    return 0;
}
