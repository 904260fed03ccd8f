/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "container/check.h"

#include <string.h>
#include <sys/utsname.h>

#include "container/plan.h"
#include "core/tune.h"
#include "host/seccomp.h"
#include "util/error.h"
#include "util/uuid.h"

#define CHECK_CONSOLES_MAX 16 /* ptys that one supervisor serves */

static gboolean G_GNUC_PRINTF(3, 4)
    check_refuse(LodgeErrorCode code, GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_set_error_literal(error, LODGE_ERROR, (int)code, text);
    return FALSE;
}

static gboolean
check_arch(const DomainDef *def, const char *source, GError **error)
{
    struct utsname host;

    if (!def->os.arch || uname(&host) < 0 || strcmp(def->os.arch, host.machine) == 0)
        return TRUE;
    if (strcmp(host.machine, "x86_64") == 0 && strcmp(def->os.arch, "i686") == 0)
        return TRUE;
    return check_refuse(
        LODGE_ERROR_ARGUMENT, error,
        "%s:%d: <os><type arch='%s'>: this host runs %s; containers share its kernel", source,
        def->lines.os, def->os.arch, host.machine);
}

static gboolean
check_os(const DomainDef *def, const char *source, GError **error)
{
    if (def->type != DOMAIN_TYPE_LXC)
        return check_refuse(LODGE_ERROR_UNSUPPORTED_CONFIG, error,
                            "%s:%d: <domain type='%s'> is no container; use type='lxc'", source,
                            def->lines.domain, domain_type_to_string(def->type));
    if (def->os.type && strcmp(def->os.type, "exe") != 0)
        return check_refuse(LODGE_ERROR_ARGUMENT, error,
                            "%s:%d: <os><type>%s</type>: a container has <type>exe</type>", source,
                            def->lines.os, def->os.type);
    if (!def->os.init && !plan_root_fs(def))
        return check_refuse(
            LODGE_ERROR_CONFIG, error,
            "%s:%d: <os> has no <init>, and without a root file system of its own the "
            "container would run the host's; name a program",
            source, def->lines.os);
    return check_arch(def, source, error);
}

static gboolean
check_action(const char *element, DomainAction action, const char *source, int line, GError **error)
{
    switch (action) {
    case DOMAIN_ACTION_DESTROY:
    case DOMAIN_ACTION_RESTART:
    case DOMAIN_ACTION_LAST:
        return TRUE;
    case DOMAIN_ACTION_PRESERVE:
    case DOMAIN_ACTION_RENAME_RESTART:
        break;
    }
    return check_refuse(LODGE_ERROR_UNSUPPORTED_CONFIG, error,
                        "%s:%d: <%s>%s</%s>: a container that ended leaves nothing to keep; use "
                        "destroy or restart",
                        source, line, element, domain_action_to_string(action), element);
}

static gboolean
check_fs(const DomainDef *def, const char *source, GError **error)
{
    /* Mounting over these would hide what lodge itself puts there; below them is fine. */
    static const char *const ours[] = {"/proc", "/sys", "/dev", "/dev/pts", "/dev/shm"};
    gboolean has_root = FALSE;

    for (guint i = 0; i < def->filesystems->len; i++) {
        const DomainFs *fs = g_ptr_array_index(def->filesystems, i);

        for (gsize k = 0; k < G_N_ELEMENTS(ours); k++)
            if (strcmp(fs->target, ours[k]) == 0)
                return check_refuse(LODGE_ERROR_UNSUPPORTED_CONFIG, error,
                                    "%s:%d: <filesystem>: '%s' is made by lodge; mount below it "
                                    "or somewhere else",
                                    source, fs->line, fs->target);
        if (strcmp(fs->target, "/") != 0)
            continue;
        if (fs->type != DOMAIN_FS_MOUNT && fs->type != DOMAIN_FS_FILE &&
            fs->type != DOMAIN_FS_BLOCK)
            return check_refuse(
                LODGE_ERROR_UNSUPPORTED_CONFIG, error,
                "%s:%d: <filesystem type='%s'> cannot be the root; use type='mount', "
                "'file' or 'block'",
                source, fs->line, domain_fs_type_to_string(fs->type));
        if (has_root)
            return check_refuse(LODGE_ERROR_CONFIG, error,
                                "%s:%d: <filesystem>: there is a root file system already", source,
                                fs->line);
        has_root = TRUE;
    }
    return TRUE;
}

static gboolean
check_devices(const DomainDef *def, const char *source, GError **error)
{
    if (def->consoles->len > CHECK_CONSOLES_MAX)
        return check_refuse(LODGE_ERROR_LIMIT, error,
                            "%s:%d: <devices> has %u consoles; a container may have %d", source,
                            def->lines.devices, def->consoles->len, CHECK_CONSOLES_MAX);
    for (guint i = 0; def->idmap_uid->len > 0 && i < def->hostdevs->len; i++) {
        const DomainHostdev *dev = g_ptr_array_index(def->hostdevs, i);

        if (dev->type != DOMAIN_HOSTDEV_NET && !g_str_has_prefix(dev->source, "/dev/"))
            return check_refuse(LODGE_ERROR_UNSUPPORTED_CONFIG, error,
                                "%s:%d: <hostdev>: '%s' does not lie in /dev, and elsewhere no "
                                "device can be made in a guest with <idmap>; name it below /dev",
                                source, dev->line, dev->source);
    }
    for (guint i = 0; i < def->nets->len; i++) {
        const DomainNet *net = g_ptr_array_index(def->nets, i);

        if (net->link_down && net->routes->len > 0)
            return check_refuse(LODGE_ERROR_CONFIG, error,
                                "%s:%d: <interface>: the kernel takes no <route> over a device "
                                "with <link state='down'/>; remove one of the two",
                                source, net->line);
        if (net->host_dev && net->type == DOMAIN_NET_DIRECT)
            return check_refuse(LODGE_ERROR_UNSUPPORTED_CONFIG, error,
                                "%s:%d: <interface type='direct'>: the device lies in the guest "
                                "and has no host side; remove <target dev='%s'/>",
                                source, net->line, net->host_dev);
    }
    return TRUE;
}

static gboolean
check_tune(const DomainDef *def, const char *source, GError **error)
{
    const DomainTune *tune = &def->tune;

    if ((tune->cpu_shares != DOMAIN_UNSET && !tune_check_shares(tune->cpu_shares, error)) ||
        (tune->cpu_period_us != DOMAIN_UNSET && !tune_check_period(tune->cpu_period_us, error)) ||
        (tune->cpu_quota_us != G_MININT64 && !tune_check_quota(tune->cpu_quota_us, error))) {
        g_prefix_error(error, "%s:%d: <cputune>: ", source, def->lines.cputune);
        return FALSE;
    }
    if (tune->blkio_weight != DOMAIN_UNSET && !tune_check_weight(tune->blkio_weight, error)) {
        g_prefix_error(error, "%s:%d: <blkiotune>: ", source, def->lines.blkiotune);
        return FALSE;
    }
    if (tune_is_limited(tune->mem_swap_kib) && tune_is_limited(tune->mem_hard_kib) &&
        tune->mem_swap_kib < tune->mem_hard_kib)
        return check_refuse(
            LODGE_ERROR_CONFIG, error,
            "%s:%d: <memtune>: swap_hard_limit counts memory and swap together; make "
            "it at least hard_limit",
            source, def->lines.memtune);
    return TRUE;
}

static gboolean
check_confine(const DomainDef *def, const char *source, GError **error)
{
    for (char **call = def->confine.syscalls; *call; call++)
        if (!seccomp_is_call(*call))
            return check_refuse(LODGE_ERROR_CONFIG, error,
                                "%s:%d: <lodge:syscall name='%s'/>: this processor's kernel has no "
                                "such system call",
                                source, def->lines.confine, *call);
    return TRUE;
}

gboolean
container_def_check(const DomainDef *def, const char *source, GError **error)
{
    return check_os(def, source, error) &&
           check_action("on_poweroff", def->on_poweroff, source, def->lines.on_poweroff, error) &&
           check_action("on_reboot", def->on_reboot, source, def->lines.on_reboot, error) &&
           check_action("on_crash", def->on_crash, source, def->lines.on_crash, error) &&
           check_fs(def, source, error) && check_devices(def, source, error) &&
           check_tune(def, source, error) && check_confine(def, source, error);
}
