/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first process of a container: who it is, what it sees in its environment, what it runs. */
#include "container/plan.h"

#include <string.h>

#include "util/uuid.h"

#define INIT_DEFAULT "/sbin/init"
/* libvirt gives "/bin:/sbin", where today's distributions have few programs of their own. */
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The variables that every container sees. What <initenv> sets comes later and so wins. */
static void
plan_environment(const DomainDef *def, GString *plan)
{
    char uuid[UUID_TEXT_SIZE];

    uuid_format(def->uuid, uuid);
    plan_add(plan, "env", "PATH", PATH_DEFAULT, NULL);
    plan_add(plan, "env", "TERM", "linux", NULL);
    plan_add(plan, "env", "container", "lxc-libvirt", NULL);
    plan_add(plan, "env", "HOME", "/", NULL);
    plan_add(plan, "env", "container_uuid", uuid, NULL);
    plan_add(plan, "env", "LIBVIRT_LXC_UUID", uuid, NULL);
    plan_add(plan, "env", "LIBVIRT_LXC_NAME", def->name, NULL);
    if (def->os.cmdline)
        plan_add(plan, "env", "LIBVIRT_LXC_CMDLINE", def->os.cmdline, NULL);
    for (guint i = 0; i < def->os.env->len; i++) {
        const DomainEnv *env = &g_array_index(def->os.env, DomainEnv, i);

        plan_add(plan, "env", env->name, env->value, NULL);
    }
}

void
plan_init(const PlanInput *in, GString *plan)
{
    const DomainOs *os = &in->def->os;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    if (os->user || os->group)
        plan_add(plan, "user", os->user ? os->user : "0", os->group ? os->group : "", NULL);
    plan_environment(in->def, plan);
    plan_add(plan, "dir", os->dir ? os->dir : "/", NULL);
    if (in->inherit_stdio)
        plan_add(plan, "stdio", "inherit", NULL);
    else
        plan_add(plan, "stdio", in->def->consoles->len > 0 ? "console" : "null", NULL);
    if (in->n_files > 0) {
        g_autofree char *n_files = g_strdup_printf("%u", in->n_files);

        plan_add(plan, "files", n_files, NULL);
    }
    if (in->is_held)
        plan_add(plan, "hold", NULL);
    g_ptr_array_add(argv, (gpointer) "exec");
    g_ptr_array_add(argv, os->init ? os->init : (gpointer)INIT_DEFAULT);
    for (char **arg = os->args; *arg; arg++)
        g_ptr_array_add(argv, *arg);
    g_ptr_array_add(argv, NULL);
    plan_addv(plan, (const char *const *)argv->pdata);
}
