/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/start.h"

#include <string.h>

#include "core/cleanup.h"
#include "core/launch.h"
#include "core/limits.h"
#include "core/lock.h"
#include "core/stop.h"
#include "core/store.h"
#include "util/error.h"
#include "util/file.h"
#include "vnet/define.h"
#include "vnet/dnsmasq.h"
#include "vnet/firewall.h"
#include "vnet/host-facts.h"
#include "vnet/lookup.h"
#include "vnet/names.h"
#include "vnet/plan.h"
#include "vnet/plug.h"
#include "vnet/ruleset.h"

#define SHARED_DIR "/run/lodge/vnet"

/* Whether the switch @name of br_netfilter is on; it is not even there without that module. */
static gboolean
filters_bridged(const char *name)
{
    g_autofree char *path = g_build_filename("/proc/sys/net/bridge", name, NULL);
    g_autofree char *text = file_read(-1, path, 16, NULL, NULL);

    return text != NULL && *text == '1';
}

static FirewallActions *
look_at_firewalls(const NetworkDef *def, const char *ident, const NetworkFacts *facts)
{
    FirewallNeeds needs = {.name = def->name, .bridge = def->bridge, .ident = ident};
    g_autoptr(FirewallHost) host = firewall_look(facts->nft, def->bridge);

    for (guint i = 0; def->forward != NETWORK_FORWARD_NONE && i < def->ips->len; i++) {
        const NetworkIp *ip = g_ptr_array_index(def->ips, i);

        needs.forwards_v4 = needs.forwards_v4 || !ip->is_v6;
        needs.forwards_v6 = needs.forwards_v6 || ip->is_v6;
    }
    needs.serves = facts->dnsmasq != NULL;
    needs.bridges_v4 = filters_bridged("bridge-nf-call-iptables");
    needs.bridges_v6 = filters_bridged("bridge-nf-call-ip6tables");
    return firewall_decide(host, &needs);
}

typedef struct {
    DriverCtx *ctx;
    Store *store;
    const ObjectLock *lock;
    NetworkDef *def; /* gets what was left open */
    gboolean is_transient;
} StartJob;

static char *
make_dnsmasq_config(const StartJob *job, const NetworkFacts *facts, const char *live_dir,
                    GError **error)
{
    g_autofree char *leases = vnet_lease_file(job->store, job->def->name, job->is_transient);
    g_autofree char *data = g_path_get_dirname(leases);
    g_autofree char *pid = g_build_filename(live_dir, NETWORK_PID_FILE, NULL);
    DnsmasqOptions options = {.lease_file = leases, .pid_file = pid, .user = facts->dnsmasq_user};

    if (!job->is_transient && !file_make_dirs(data, 0700, error))
        return NULL;
    return dnsmasq_config(job->def, &options, error);
}

static gboolean
launch(const StartJob *job, const char *plan, const char *rules, const char *config, GError **error)
{
    g_autofree char *xml = network_def_format(job->def, FALSE);
    const char *files[8] = {NULL};
    LaunchSpec spec = {
        .name = job->def->name,
        .uuid = job->def->uuid,
        .xml = xml,
        .plan = plan,
        .files = files,
        .is_transient = job->is_transient,
        .stdio = {-1, -1, -1},
        .busy_text = "network is already active",
    };
    int n = 0;

    if (rules != NULL) {
        files[n++] = NETWORK_RULES_FILE;
        files[n++] = rules;
    }
    if (config != NULL) {
        files[n++] = NETWORK_DNSMASQ_FILE;
        files[n++] = config;
    }
    return launch_start(job->store, job->lock, &spec, NULL, error);
}

static void
pass_warnings(const DriverCtx *ctx, const FirewallActions *firewall)
{
    for (guint i = 0; ctx->warnings != NULL && firewall != NULL && i < firewall->warnings->len; i++)
        g_ptr_array_add(ctx->warnings, g_strdup(g_ptr_array_index(firewall->warnings, i)));
}

/* Where it stands who needs forwarding. The switch is the host's (the network namespace's), and so is the
 * place, whatever root this house has; only where that cannot be made, each house is on its own. */
static char *
choose_forward_dir(const Store *store)
{
    gboolean is_shared = file_make_dirs(SHARED_DIR, 0700, NULL);

    return g_build_filename(is_shared ? SHARED_DIR : store->live_dir, ".forwarding", NULL);
}

/* The object's lock is held, and it is off. */
static gboolean
start_locked(const StartJob *job, GError **error)
{
    const Store *store = job->store;
    g_autofree char *ident = network_ident(store->paths->tag, job->def->name);
    g_autofree char *live_dir = store_live_dir(store, job->def->name);
    g_autofree char *forward_dir = choose_forward_dir(store);
    g_autoptr(NetworkFacts) facts = network_facts_gather(store, job->def, error);
    g_autoptr(FirewallActions) firewall = NULL;
    g_autofree char *rules = NULL, *config = NULL, *plan = NULL;

    if (facts == NULL || !network_settle(job->store, job->def, error))
        return FALSE;
    if (facts->nft != NULL) {
        firewall = look_at_firewalls(job->def, ident, facts);
        rules = ruleset_format(
            job->def, &(RulesetOptions){.table = ident, .close_host = firewall->close_host});
    }
    if (facts->dnsmasq != NULL) {
        config = make_dnsmasq_config(job, facts, live_dir, error);
        if (config == NULL)
            return FALSE;
    }
    plan = network_plan_build(&(NetworkPlanInput){
        .def = job->def,
        .paths = store->paths,
        .live_dir = live_dir,
        .ident = ident,
        .forward_dir = forward_dir,
        .nft = facts->nft,
        .dnsmasq = facts->dnsmasq,
        .groups = facts->groups,
        .firewall = firewall,
        .is_transient = job->is_transient,
    });
    if (!launch(job, plan, rules, config, error))
        return FALSE;
    pass_warnings(job->ctx, firewall);
    return TRUE;
}

/* Starts a defined network; @may_run: one that runs already is success. */
static gboolean
start_defined(DriverCtx *ctx, Store *store, const char *name, gboolean may_run, GError **error)
{
    g_autoptr(ObjectLock) lock = object_lock_take(store, name, CORE_LOCK_MS, error);
    g_autoptr(NetworkDef) def = NULL;
    StartJob job = {.ctx = ctx, .store = store};

    if (lock == NULL || !cleanup_object(store, lock, name, NULL, error))
        return FALSE;
    if (store_is_alive(store, name)) {
        if (may_run)
            return TRUE;
        return error_set(error, LODGE_ERROR_STATE, "network is already active");
    }
    if (!vnet_materialize(store, name, error))
        return FALSE;
    def = vnet_read_config(store, name, error);
    if (def == NULL)
        return FALSE;
    job.lock = lock;
    job.def = def;
    return start_locked(&job, error);
}

gboolean
vnet_start(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);

    if (object == NULL)
        return FALSE;
    plug_wait_settled(store, object->name);
    return start_defined(ctx, store, object->name, FALSE, error);
}

gboolean
vnet_start_on_demand(DriverCtx *ctx, const char *name, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);

    return start_defined(ctx, store, name, TRUE, error);
}

ObjectRef *
vnet_create_xml(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(NetworkDef) def = vnet_parse_xml(ctx, xml, flags, warnings, error);
    g_autoptr(StoreObject) known = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    StartJob job = {.ctx = ctx, .store = store, .def = def};

    if (def == NULL || !vnet_check_builtin(store, def, error))
        return NULL;
    lock = object_lock_take(store, def->name, CORE_LOCK_MS, error);
    if (lock == NULL || !cleanup_object(store, lock, def->name, NULL, error))
        return NULL;
    if (store_is_alive(store, def->name)) {
        error_set(error, LODGE_ERROR_STATE, "network is already active as '%s'", def->name);
        return NULL;
    }
    if (!vnet_materialize(store, def->name, error))
        return NULL;
    known = store_find_name(store, def->name, NULL);
    job.lock = lock;
    job.is_transient = known == NULL || !known->is_persistent;
    return start_locked(&job, error) ? object_ref_new(def->name, def->uuid, -1) : NULL;
}

gboolean
vnet_destroy(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(StoreObject) object = vnet_find(store, ref, error);

    if (object == NULL)
        return FALSE;
    if (!object->is_active && !object->is_stuck)
        return error_set(error, LODGE_ERROR_STATE, "network is not active");
    if (!stop_object(store, object->name, error))
        return FALSE;
    if (!object->is_persistent) {
        g_autofree char *leases = vnet_lease_file(store, object->name, FALSE);

        (void)file_remove(-1, leases, FILE_LIVE, NULL); /* of one that was undefined while it ran */
    }
    return TRUE;
}

int
vnet_autostart_all(DriverCtx *ctx, GPtrArray *messages)
{
    g_autoptr(Store) store = vnet_store(ctx);
    g_autoptr(GError) list_error = NULL;
    g_autoptr(GPtrArray) objects = store_list(store, STORE_LIST_INACTIVE, &list_error);
    int failures = 0;

    if (objects == NULL) {
        g_ptr_array_add(messages, g_strdup(list_error->message));
        return 1;
    }
    for (guint i = 0; i < objects->len; i++) {
        const StoreObject *object = g_ptr_array_index(objects, i);
        g_autoptr(GError) error = NULL;

        if (!object->is_autostart || start_defined(ctx, store, object->name, TRUE, &error))
            continue;
        g_ptr_array_add(messages, g_strdup(error->message));
        failures++;
    }
    return failures;
}

int
vnet_reap(DriverCtx *ctx, GError **error)
{
    g_autoptr(Store) store = vnet_store(ctx);

    return cleanup_all(store, NULL);
}
