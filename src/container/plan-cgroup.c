/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The control groups of a container: core writes them; here are our defaults and the device rules. */
#include "container/plan.h"

#include "core/plan-groups.h"

static void
plan_add_rule(GPtrArray *rules, const HostDevice *node, const char *access)
{
    g_ptr_array_add(rules,
                    g_strdup_printf("%c %u:%u %s", node->type, node->major, node->minor, access));
}

static GPtrArray *
plan_device_rules(const PlanInput *in)
{
    static const char *const standard[] = {
        "c 1:3 rwm",   /* null */
        "c 1:5 rwm",   /* zero */
        "c 1:7 rwm",   /* full */
        "c 1:8 rwm",   /* random */
        "c 1:9 rwm",   /* urandom */
        "c 5:0 rwm",   /* tty */
        "c 5:2 rwm",   /* ptmx */
        "c 136:* rwm", /* the first 2^20 pseudo terminals of devpts */
    };
    GPtrArray *rules = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(standard); i++)
        g_ptr_array_add(rules, g_strdup(standard[i]));
    for (guint i = 0; i < in->def->hostdevs->len; i++) {
        const DomainHostdev *dev = g_ptr_array_index(in->def->hostdevs, i);
        const HostDevice *node = g_hash_table_lookup(in->facts->devices, dev->source);

        if (dev->type != DOMAIN_HOSTDEV_NET && node)
            plan_add_rule(rules, node, "rwm");
    }
    for (guint i = 0; i < in->def->filesystems->len; i++) {
        const DomainFs *fs = g_ptr_array_index(in->def->filesystems, i);
        const HostDevice *node =
            fs->source ? g_hash_table_lookup(in->facts->devices, fs->source) : NULL;

        if (fs->type == DOMAIN_FS_BLOCK && node)
            plan_add_rule(rules, node, fs->readonly ? "r" : "rw");
        else if (fs->type == DOMAIN_FS_FILE)
            g_ptr_array_add(rules, g_strdup_printf("b @fs%u %s", i, fs->readonly ? "r" : "rw"));
    }
    return rules;
}

gboolean
plan_cgroups(const PlanInput *in, GString *plan, GError **error)
{
    const DomainConfine *confine = &in->def->confine;
    g_autoptr(GPtrArray) rules = confine->all_devices ? NULL : plan_device_rules(in);
    GroupsInput groups = {
        .def = in->def,
        .facts = in->facts,
        .paths = in->paths,
        .folder = "lxc",
        .source = in->source,
        .memory_kib = in->def->current_memory_kib,
        .pids = confine->compat_libvirt ? DOMAIN_UNSET : PLAN_PIDS_DEFAULT,
        .device_rules = rules,
    };

    return plan_groups(&groups, plan, error);
}
