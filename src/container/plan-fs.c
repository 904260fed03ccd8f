/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container sees of file systems: its root, /proc, /sys and /dev made by us, then what the XML
 * lists, in its order. Masks stand between the two, so that a path which the XML mounts on purpose
 * wins over a mask. */
#include "container/plan.h"

#include <string.h>

#include "supervisor/plan.h"
#include "util/error.h"

#define PTS_MAX "1024" /* pseudo terminals of one container; the kernel's default for all is 4096 */

static const char *
plan_mode(gboolean readonly)
{
    return readonly ? "ro" : "rw";
}

void
plan_loops(const PlanInput *in, GString *plan)
{
    for (guint i = 0; i < in->def->filesystems->len; i++) {
        const DomainFs *fs = g_ptr_array_index(in->def->filesystems, i);
        g_autofree char *id = g_strdup_printf("fs%u", i);

        if (fs->type == DOMAIN_FS_FILE)
            plan_add(plan, "loop", id, fs->source, plan_mode(fs->readonly), NULL);
    }
}

static gboolean
has_proc_view(const DomainDef *def)
{
    return def->confine.proc_view || def->confine.compat_libvirt;
}

void
plan_proc_view(const PlanInput *in, GString *plan)
{
    g_autofree char *view = g_build_filename(in->live_dir, "proc-view", NULL);

    if (has_proc_view(in->def))
        plan_add(plan, "proc-view", view, NULL);
}

static gboolean
plan_one_fs(const PlanInput *in, GString *plan, guint index, GError **error)
{
    const DomainFs *fs = g_ptr_array_index(in->def->filesystems, index);
    const char *mode = plan_mode(fs->readonly);
    g_autofree char *loop = g_strdup_printf("@fs%u", index);
    g_autofree char *size = NULL;

    switch (fs->type) {
    case DOMAIN_FS_MOUNT:
        plan_add(plan, "mount", fs->source, fs->target, mode, NULL);
        return TRUE;
    case DOMAIN_FS_BIND:
        plan_add(plan, "bind", fs->source, fs->target, mode, NULL);
        return TRUE;
    case DOMAIN_FS_RAM:
        size = g_strdup_printf("%" G_GUINT64_FORMAT, fs->usage_bytes);
        plan_add(plan, "tmpfs", fs->target, size, "755", mode, NULL);
        return TRUE;
    case DOMAIN_FS_FILE:
        plan_add(plan, "mount-dev", loop, fs->target, mode, NULL);
        return TRUE;
    case DOMAIN_FS_BLOCK:
        plan_add(plan, "mount-dev", fs->source, fs->target, mode, NULL);
        return TRUE;
    case DOMAIN_FS_LAST:
        break;
    }
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_INTERNAL, "%s:%d: <filesystem> of unknown type",
                in->source, fs->line);
    return FALSE;
}

static void
plan_host_devices(const PlanInput *in, GString *plan)
{
    for (guint i = 0; i < in->def->hostdevs->len; i++) {
        const DomainHostdev *dev = g_ptr_array_index(in->def->hostdevs, i);
        const HostDevice *node = g_hash_table_lookup(in->facts->devices, dev->source);
        char type[2] = "", major[16], minor[16], mode[16];

        if (dev->type == DOMAIN_HOSTDEV_NET || !node)
            continue;
        type[0] = node->type;
        g_snprintf(major, sizeof(major), "%u", node->major);
        g_snprintf(minor, sizeof(minor), "%u", node->minor);
        g_snprintf(mode, sizeof(mode), "%o", node->mode);
        plan_add(plan, "device", dev->source, type, major, minor, mode, NULL);
    }
}

static void
mount_proc_view(const PlanInput *in, GString *plan)
{
    static const char *const files[] = {"meminfo", "cpuinfo", "stat", "uptime"};

    if (!has_proc_view(in->def))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *source = g_build_filename(in->live_dir, "proc-view", files[i], NULL);
        g_autofree char *target = g_build_filename("/proc", files[i], NULL);

        plan_add(plan, "mount", source, target, "ro", NULL);
    }
}

/* A folder, a block device, or the loop device of an image; none: the host's. */
static void
plan_root(const DomainDef *def, GString *plan, const DomainFs *root)
{
    g_autofree char *loop = NULL;

    for (guint i = 0; root && root->type == DOMAIN_FS_FILE && i < def->filesystems->len; i++)
        if (g_ptr_array_index(def->filesystems, i) == root)
            loop = g_strdup_printf("@fs%u", i);
    plan_add(plan, "root",
             loop   ? loop
             : root ? root->source
                    : "/",
             plan_mode(root && root->readonly), NULL);
}

gboolean
plan_file_systems(const PlanInput *in, GString *plan, GError **error)
{
    const DomainDef *def = in->def;
    const DomainFs *root = plan_root_fs(def);

    plan_root(def, plan, root);
    plan_add(plan, "proc", NULL);
    plan_add(plan, "sys", plan_mode(!def->confine.sys_writable), NULL);
    plan_add(plan, "dev", NULL);
    plan_add(plan, "devpts", PTS_MAX, NULL);
    plan_host_devices(in, plan);
    for (guint i = 0; i < def->consoles->len; i++) {
        char index[16];

        g_snprintf(index, sizeof(index), "%u", i);
        plan_add(plan, "console", index, NULL);
    }
    plan_masks(in, plan);
    mount_proc_view(in, plan);
    for (guint i = 0; i < def->filesystems->len; i++) {
        if (g_ptr_array_index(def->filesystems, i) == root)
            continue;
        if (!plan_one_fs(in, plan, i, error))
            return FALSE;
    }
    /* A guest on the host's root would otherwise reach the control sockets of all other guests. */
    if (!root && !def->confine.compat_libvirt)
        plan_add(plan, "mask", in->paths->live, NULL);
    /* With the host's root a DHCP client in the guest's own network would overwrite the host's file. */
    if (!root && plan_has_own_net(def))
        plan_add(plan, "resolv-conf", NULL);
    return TRUE;
}
