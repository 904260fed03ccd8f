/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container's processes may do.
 *
 * Capabilities: <capabilities policy=>
 *   default   our set (or libvirt's, with compat), plus each state='on', minus each 'off'
 *   allow     every capability but those with state='off'
 *   deny      none but those with state='on'
 * net_admin is in our set only when the guest has a network namespace of its own: otherwise it
 * would be the host's network that it administers.
 *
 * A capability is of no use when the system calls that it stands for are filtered: host/seccomp opens
 * the calls of each capability that is kept. */
#include "container/plan.h"

#include <linux/capability.h>
#include <string.h>

#define CAP(n)   (G_GUINT64_CONSTANT(1) << (n))
#define ALL_CAPS (CAP(CAP_LAST_CAP + 1) - 1)

#define DEFAULT_CAPS                                                                               \
    (CAP(CAP_CHOWN) | CAP(CAP_DAC_OVERRIDE) | CAP(CAP_FSETID) | CAP(CAP_FOWNER) |                  \
     CAP(CAP_NET_RAW) | CAP(CAP_SETGID) | CAP(CAP_SETUID) | CAP(CAP_SETFCAP) | CAP(CAP_SETPCAP) |  \
     CAP(CAP_NET_BIND_SERVICE) | CAP(CAP_SYS_CHROOT) | CAP(CAP_KILL) | CAP(CAP_AUDIT_WRITE))

/* What libvirt's driver drops: loading modules, the clock, device nodes, audit and MAC policy. */
#define LIBVIRT_DROPS                                                                              \
    (CAP(CAP_SYS_MODULE) | CAP(CAP_SYS_TIME) | CAP(CAP_MKNOD) | CAP(CAP_AUDIT_CONTROL) |           \
     CAP(CAP_MAC_ADMIN))

/* Files that tell about, or reach, the host behind the guest. */
static const char *const masked_paths[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/key-users",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/dev/block",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/fs/selinux",
};

/* What the host mounts on its /sys, the groups of all its guests among it. A guest that has neither a root nor
 * a network of its own would see it: a sysfs of its own would be the same one once more, and the kernel
 * refuses to mount that on itself. */
static const char *const masked_mounts[] = {
    "/sys/fs/bpf",        "/sys/fs/cgroup",    "/sys/fs/fuse/connections", "/sys/fs/pstore",
    "/sys/kernel/config", "/sys/kernel/debug", "/sys/kernel/security",     "/sys/kernel/tracing",
};

static const char *const readonly_paths[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

static guint64
plan_default_capabilities(const DomainDef *def)
{
    if (def->confine.compat_libvirt)
        return ALL_CAPS & ~LIBVIRT_DROPS;
    return DEFAULT_CAPS | (plan_has_own_net(def) ? CAP(CAP_NET_ADMIN) : 0);
}

guint64
plan_capabilities(const DomainDef *def)
{
    const DomainFeatures *features = &def->features;

    if (!features->has_capabilities)
        return plan_default_capabilities(def);
    switch (features->caps_policy) {
    case DOMAIN_CAPS_DEFAULT:
        return (plan_default_capabilities(def) | features->caps_on) & ~features->caps_off &
               ALL_CAPS;
    case DOMAIN_CAPS_ALLOW:
        return ALL_CAPS & ~features->caps_off;
    case DOMAIN_CAPS_DENY:
        return features->caps_on & ALL_CAPS;
    case DOMAIN_CAPS_LAST:
        break;
    }
    return 0;
}

void
plan_masks(const PlanInput *in, GString *plan)
{
    const DomainConfine *confine = &in->def->confine;

    if (confine->compat_libvirt) {
        plan_add(plan, "readonly", "/proc/sys", NULL);
        return;
    }
    if (confine->proc_unmasked)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(masked_paths); i++)
        plan_add(plan, "mask", masked_paths[i], NULL);
    for (gsize i = 0;
         !plan_root_fs(in->def) && !plan_has_own_net(in->def) && i < G_N_ELEMENTS(masked_mounts);
         i++)
        plan_add(plan, "mask", masked_mounts[i], NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(readonly_paths); i++)
        plan_add(plan, "readonly", readonly_paths[i], NULL);
}

static void
plan_seccomp(const PlanInput *in, GString *plan)
{
    const DomainConfine *confine = &in->def->confine;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    if (confine->seccomp_none || confine->compat_libvirt) {
        plan_add(plan, "seccomp", "none", NULL);
        return;
    }
    g_ptr_array_add(argv, (gpointer) "seccomp");
    g_ptr_array_add(argv, (gpointer) "default");
    for (char **call = confine->syscalls; *call; call++)
        g_ptr_array_add(argv, *call);
    g_ptr_array_add(argv, NULL);
    plan_addv(plan, (const char *const *)argv->pdata);
}

void
plan_payload(const PlanInput *in, GString *plan)
{
    guint64 capabilities = plan_capabilities(in->def);
    g_autoptr(GString) names = g_string_new(NULL);

    plan_add(plan, "keyring", NULL);
    for (int i = 0; i <= CAP_LAST_CAP; i++)
        if (capabilities & CAP(i))
            g_string_append_printf(names, "%s%s", names->len ? "," : "", domain_capability_name(i));
    if (capabilities == ALL_CAPS)
        g_string_assign(names, "all");
    else if (!capabilities)
        g_string_assign(names, "none");
    plan_add(plan, "capabilities", names->str, NULL);
    if (!in->def->confine.allow_new_privileges && !in->def->confine.compat_libvirt)
        plan_add(plan, "no-new-privileges", NULL);
    plan_seccomp(in, plan);
}
