/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "container/plan.h"

#include <string.h>

#include "core/guest-log.h"
#include "supervisor/plan.h"
#include "util/error.h"
#include "util/uuid.h"

gboolean
plan_has_own_net(const DomainDef *def)
{
    if (def->nets->len > 0 || def->features.privnet)
        return TRUE;
    for (guint i = 0; i < def->hostdevs->len; i++) {
        const DomainHostdev *dev = g_ptr_array_index(def->hostdevs, i);

        if (dev->type == DOMAIN_HOSTDEV_NET)
            return TRUE;
    }
    return FALSE;
}

const DomainFs *
plan_root_fs(const DomainDef *def)
{
    for (guint i = 0; i < def->filesystems->len; i++) {
        const DomainFs *fs = g_ptr_array_index(def->filesystems, i);

        if (strcmp(fs->target, "/") == 0)
            return fs;
    }
    return NULL;
}

static const char *
plan_action(DomainAction action)
{
    return action == DOMAIN_ACTION_RESTART ? "restart" : "destroy";
}

static void
plan_object(const PlanInput *in, GString *plan)
{
    const DomainDef *def = in->def;
    g_autofree char *events = g_build_filename(in->paths->live, "events", NULL);
    g_autofree char *log = guest_log_path(in->paths, "lxc", def->name);
    char uuid[UUID_TEXT_SIZE];

    uuid_format(def->uuid, uuid);
    plan_add(plan, "phase", "object", NULL);
    plan_add(plan, "kind", "guest", NULL);
    plan_add(plan, "driver", "lxc", NULL);
    plan_add(plan, "name", def->name, NULL);
    plan_add(plan, "uuid", uuid, NULL);
    plan_add(plan, "live", in->live_dir, NULL);
    plan_add(plan, "events", events, NULL);
    plan_add(plan, "log", log, PLAN_LOG_BYTES, PLAN_LOG_KEEP, NULL);
    if (in->is_transient)
        plan_add(plan, "transient", NULL);
    if (in->has_waiter)
        plan_add(plan, "linger", PLAN_LINGER_MS, NULL);
    plan_add(plan, "on", "poweroff", plan_action(def->on_poweroff), NULL);
    plan_add(plan, "on", "reboot", plan_action(def->on_reboot), NULL);
    plan_add(plan, "on", "crash", plan_action(def->on_crash), NULL);
}

static void
plan_id_ranges(GString *plan, const char *kind, const GArray *ranges)
{
    for (guint i = 0; i < ranges->len; i++) {
        const DomainIdRange *range = &g_array_index(ranges, DomainIdRange, i);

        g_string_append_printf(
            plan, "idmap %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n",
            kind, range->start, range->target, range->count);
    }
}

static void
plan_namespaces(const PlanInput *in, GString *plan)
{
    gboolean has_user = in->def->idmap_uid->len > 0 || in->def->idmap_gid->len > 0;

    GString *list = g_string_new("mnt,pid,ipc,uts");

    if (has_user)
        g_string_append(list, ",user");
    if (in->facts->hierarchies->len > 0)
        g_string_append(list, ",cgroup");
    plan_add(plan, "namespaces", list->str, NULL);
    g_string_free(list, TRUE);
    plan_id_ranges(plan, "uid", in->def->idmap_uid);
    plan_id_ranges(plan, "gid", in->def->idmap_gid);
}

/* The guest's name without what a host name may not have: letters, digits, '-' and '.' stay. */
static char *
plan_hostname(const char *name)
{
    GString *host = g_string_new(NULL);

    for (const char *p = name; *p && host->len < 64; p++)
        if (g_ascii_isalnum(*p) || *p == '-' || *p == '.')
            g_string_append_c(host, *p);
    if (host->len == 0)
        g_string_append(host, "guest");
    return g_string_free(host, FALSE);
}

/* Lines that a supervisor would refuse are refused here, where the message can say what to do. */
static gboolean
plan_check_size(const PlanInput *in, const GString *plan, GError **error)
{
    const char *line = plan->str;

    if (plan->len > PLAN_BYTES_MAX) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT,
                    "%s: the plan of '%s' is %" G_GSIZE_FORMAT
                    " bytes long, more than %d; use fewer devices, arguments or variables",
                    in->source, in->def->name, plan->len, PLAN_BYTES_MAX);
        return FALSE;
    }
    while (*line) {
        const char *end = strchr(line, '\n');
        guint args = 1;

        for (const char *p = line; p < end; p++)
            args += *p == ' ';
        if (end - line >= PLAN_LINE_MAX || args > PLAN_ARGS_MAX) {
            g_autofree char *op = g_strndup(line, strcspn(line, " \n"));

            g_set_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT,
                        "%s: operation '%s' of '%s' has %u words in %d bytes; the limits are %d "
                        "and %d",
                        in->source, op, in->def->name, args, (int)(end - line), PLAN_ARGS_MAX,
                        PLAN_LINE_MAX - 1);
            return FALSE;
        }
        line = end + 1;
    }
    return TRUE;
}

char *
container_plan_build(const PlanInput *in, GError **error)
{
    g_autoptr(GString) plan = g_string_sized_new(4096);
    g_autofree char *hostname = plan_hostname(in->def->name);

    plan_begin(plan);
    plan_object(in, plan);

    plan_add(plan, "phase", "host", NULL);
    plan_loops(in, plan);
    if (!plan_cgroups(in, plan, error))
        return NULL;
    plan_proc_view(in, plan);

    plan_add(plan, "phase", "link", NULL);
    if (!plan_network(in, plan, error))
        return NULL;

    plan_add(plan, "phase", "guest", NULL);
    plan_namespaces(in, plan);
    if (!plan_file_systems(in, plan, error))
        return NULL;
    plan_add(plan, "hostname", hostname, NULL);

    plan_add(plan, "phase", "payload", NULL);
    plan_payload(in, plan);

    plan_add(plan, "phase", "init", NULL);
    plan_init(in, plan);

    if (!plan_check_size(in, plan, error))
        return NULL;
    return g_string_free(g_steal_pointer(&plan), FALSE);
}
