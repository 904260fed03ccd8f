/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Start, stop and all between: XML to plan, plan to a supervisor, and requests to that supervisor. */
#include <string.h>

#include "container/check.h"
#include "container/container.h"
#include "container/plan.h"
#include "container/roles.h"
#include "core/control.h"
#include "core/launch.h"
#include "core/limits.h"
#include "core/stop.h"
#include "util/error.h"

enum {
    START_AUTODESTROY = 2,
    START_VALIDATE = 16
}; /* VIR_DOMAIN_START_* */
enum {
    SHUTDOWN_INITCTL = 4,
    SHUTDOWN_SIGNAL = 8
}; /* VIR_DOMAIN_SHUTDOWN_*, REBOOT_* */

/* What a start needs to know. */
typedef struct {
    DriverCtx *ctx;
    Store *store;
    const DomainDef *def;
    const char *source, *xml;
    const StartIo *io; /* NULL: nobody waits */
    gboolean is_transient;
} Start;

/* @hold: of the networks it plugs into; NULL: a dry run */
static char *
start_plan(const Start *start, const char *live_dir, int *hold, GError **error)
{
    const StartIo *io = start->io;
    g_autoptr(HostFacts) facts =
        host_facts_gather(start->ctx, start->def, start->source, hold, error);
    PlanInput in = {
        .def = start->def,
        .facts = facts,
        .paths = start->ctx->paths,
        .live_dir = live_dir,
        .source = start->source,
        .is_transient = start->is_transient,
        .has_waiter = io != NULL,
        .inherit_stdio = io && (io->stdin_fd >= 0 || io->stdout_fd >= 0 || io->stderr_fd >= 0),
    };

    return facts ? container_plan_build(&in, error) : NULL;
}

/* Says which of our own defaults this host could not put in force. */
static void
start_warn(const Start *start, const char *live_dir)
{
    GPtrArray *warnings = start->ctx->warnings;
    g_autoptr(Status) status = warnings ? status_read(live_dir, NULL) : NULL;

    for (guint i = 0; status && i < status->not_enforced->len; i++) {
        const StatusNotEnforced *limit = &g_array_index(status->not_enforced, StatusNotEnforced, i);

        g_ptr_array_add(warnings, g_strdup_printf("domain '%s' runs without '%s': %s",
                                                  start->def->name, limit->file, limit->reason));
    }
}

/* With the object's lock held. */
static gboolean
start_locked(const Start *start, const ObjectLock *lock, int *ret_id, GError **error)
{
    const DomainDef *def = start->def;
    const StartIo *io = start->io;
    g_autofree char *live_dir = store_live_dir(start->store, def->name);
    g_autofree char *plan = NULL;
    int hold = -1;
    gboolean ok;
    LaunchSpec spec = {
        .name = def->name,
        .uuid = def->uuid,
        .xml = start->xml,
        .is_transient = start->is_transient,
        .has_id = TRUE,
        .stdio = {io ? io->stdin_fd : -1, io ? io->stdout_fd : -1, io ? io->stderr_fd : -1},
    };

    if (store_is_alive(start->store, def->name)) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE, "domain '%s' is already running",
                    def->name);
        return FALSE;
    }
    plan = start_plan(start, live_dir, &hold, error);
    spec.plan = plan;
    ok = plan && launch_start(start->store, lock, &spec, ret_id, error);
    if (hold >= 0)
        core_networks()->settle(start->ctx, hold, ok);
    if (ok)
        start_warn(start, live_dir);
    return ok;
}

gboolean
container_start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Container) self = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(DomainDef) def = NULL;
    g_autofree char *xml = NULL;
    g_autofree char *source = NULL;
    Start start = {.ctx = ctx};
    gsize size;
    int id;

    if (!container_check_flags(flags, START_AUTODESTROY, "start", error))
        return FALSE;
    self = container_open(ctx, ref, error);
    lock = self ? object_lock_take(self->store, self->object->name, CORE_LOCK_MS, error) : NULL;
    if (!lock)
        return FALSE;
    if (store_is_alive(self->store, self->object->name)) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE, "domain '%s' is already running",
                    self->object->name);
        return FALSE;
    }
    xml = store_read_config(self->store, self->object->name, &size, error);
    source = g_strconcat(self->object->name, ".xml", NULL);
    def = xml ? domain_def_parse(xml, size, source, FALSE, NULL, error) : NULL;
    if (!def)
        return FALSE;
    start.store = self->store;
    start.def = def;
    start.source = source;
    start.xml = xml;
    if (!start_locked(&start, lock, &id, error))
        return FALSE;
    ref->id = id;
    return TRUE;
}

static ObjectRef *
lifecycle_create_xml(DriverCtx *ctx, const char *xml, const StartIo *io, guint flags,
                     GPtrArray *warnings, GError **error)
{
    g_autoptr(Store) store = container_store(ctx);
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(StoreObject) former = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autofree char *text = NULL;
    Start start = {.ctx = ctx, .store = store, .io = io, .source = container_source(ctx)};
    int id;

    if (!container_check_flags(flags, START_AUTODESTROY | START_VALIDATE, "create", error))
        return NULL;
    def = container_def_read(ctx, xml, (flags & START_VALIDATE) != 0, warnings, error);
    lock = def ? object_lock_take(store, def->name, CORE_LOCK_MS, error) : NULL;
    if (!lock)
        return NULL;
    /* A definition of the same name and uuid makes it a start with other settings, as libvirt does. */
    former = store_find_name(store, def->name, NULL);
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    start.def = def;
    start.xml = text;
    start.is_transient = !former || !former->is_persistent;
    if (!start_locked(&start, lock, &id, error))
        return NULL;
    return object_ref_new(def->name, def->uuid, id);
}

static char *
lifecycle_dry_run(DriverCtx *ctx, const char *xml, const ObjectRef *ref, GError **error)
{
    g_autoptr(Store) store = container_store(ctx);
    g_autoptr(Container) self = NULL;
    g_autoptr(DomainDef) def = NULL;
    g_autofree char *live_dir = NULL;
    Start start = {.ctx = ctx, .store = store, .source = container_source(ctx)};

    if (xml) {
        def = container_def_read(ctx, xml, FALSE, ctx->warnings, error);
        start.is_transient = TRUE;
    } else {
        self = container_open(ctx, ref, error);
        def = self ? container_config(self, error) : NULL;
    }
    if (!def)
        return NULL;
    start.def = def;
    live_dir = store_live_dir(store, def->name);
    return start_plan(&start, live_dir, NULL, error);
}

static gboolean
lifecycle_destroy(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Container) self = NULL;

    if (!container_check_flags(flags, 0, "destroy", error))
        return FALSE;
    self = container_open(ctx, ref, error);
    return self && stop_object(self->store, self->object->name, error);
}

/* One request to the supervisor of a running container. */
static gboolean
lifecycle_request(const Container *self, const char *const *words, GError **error)
{
    if (control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot %s domain '%s': ", words[0], self->object->name);
    return FALSE;
}

static gboolean
lifecycle_end(DriverCtx *ctx, const ObjectRef *ref, const char *verb, guint flags, GError **error)
{
    g_autoptr(Container) self = NULL;
    g_auto(GStrv) answer = NULL;
    const char *words[] = {verb, "any", NULL};

    if (!container_check_flags(flags, SHUTDOWN_INITCTL | SHUTDOWN_SIGNAL, verb, error))
        return FALSE;
    self = container_open(ctx, ref, error);
    if (!self || !container_require_active(self, error))
        return FALSE;
    if (flags == SHUTDOWN_INITCTL)
        words[1] = "initctl";
    else if (flags == SHUTDOWN_SIGNAL)
        words[1] = "signal";
    if (!control_request(self->live_dir, words, CORE_REQUEST_MS, &answer, NULL, error)) {
        g_prefix_error(error, "cannot %s domain '%s': ", verb, self->object->name);
        return FALSE;
    }
    /* "METHOD ignored": delivered, but this init has no handler for that signal. */
    if (ctx->warnings && answer && g_strv_contains((const char *const *)answer, "ignored"))
        g_ptr_array_add(ctx->warnings,
                        g_strdup_printf("init of domain '%s' ignores the request to %s; use "
                                        "destroy",
                                        self->object->name, verb));
    return TRUE;
}

static gboolean
lifecycle_shutdown(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return lifecycle_end(ctx, ref, "shutdown", flags, error);
}

static gboolean
lifecycle_reboot(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return lifecycle_end(ctx, ref, "reboot", flags, error);
}

static gboolean
lifecycle_suspend(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    static const char *const words[] = {"suspend", NULL};
    g_autoptr(Container) self = NULL;
    g_autoptr(Status) status = container_open_active(ctx, ref, &self, error);

    if (!status)
        return FALSE;
    /* As libvirt: a second suspend changes nothing and succeeds. */
    return status->is_paused || lifecycle_request(self, words, error);
}

static gboolean
lifecycle_resume(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    static const char *const words[] = {"resume", NULL};
    g_autoptr(Container) self = NULL;
    g_autoptr(Status) status = container_open_active(ctx, ref, &self, error);

    if (!status)
        return FALSE;
    if (!status->is_paused) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE, "domain '%s' is already running",
                    self->object->name);
        return FALSE;
    }
    return lifecycle_request(self, words, error);
}

/* "REASON exited|signaled N" as wait(2) would say it. */
static gboolean
wait_decode(char **words, int *ret_wait_status)
{
    guint64 number;

    if (g_strv_length(words) < 3)
        return FALSE;
    number = g_ascii_strtoull(words[2], NULL, 10);
    *ret_wait_status =
        strcmp(words[1], "signaled") == 0 ? (int)(number & 0x7f) : (int)((number & 0xff) << 8);
    return TRUE;
}

/* Where to ask how @ref ended: its live directory, which a transient one that has ended keeps for a
 * little while although no lookup finds it any more. (transfer full) */
static char *
wait_place(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(GError) gone = NULL;
    g_autoptr(Container) self = container_open(ctx, ref, &gone);
    g_autoptr(Store) store = NULL;
    g_autofree char *live_dir = NULL;
    g_autoptr(Status) status = NULL;

    if (self)
        return g_steal_pointer(&self->live_dir);
    store = container_store(ctx);
    live_dir = store_live_dir(store, ref->name);
    status = status_read(live_dir, NULL);
    if (status && status->supervisor == ref->id)
        return g_steal_pointer(&live_dir);
    g_propagate_error(error, g_steal_pointer(&gone));
    return NULL;
}

static gboolean
lifecycle_wait(DriverCtx *ctx, const ObjectRef *ref, int *ret_wait_status, GError **error)
{
    static const char *const request[] = {"wait", NULL};
    g_autofree char *live_dir = wait_place(ctx, ref, error);
    g_autoptr(Status) status = NULL;
    g_autoptr(GError) refused = NULL;
    g_auto(GStrv) words = NULL;

    if (!live_dir)
        return FALSE;
    if (control_request(live_dir, request, -1, &words, NULL, &refused) &&
        wait_decode(words, ret_wait_status))
        return TRUE;
    /* It ended before we asked, and as a defined one it left its last status. */
    status = status_read(live_dir, NULL);
    if (status && status->state == STATUS_ENDED && status->has_exit) {
        *ret_wait_status = status->wait_status;
        return TRUE;
    }
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_PEER, "domain '%s' ended without saying how: %s",
                ref->name, refused ? refused->message : "its supervisor gave no status");
    return FALSE;
}

static gboolean
lifecycle_send_signal(DriverCtx *ctx, const ObjectRef *ref, gint64 pid, guint signum, guint flags,
                      GError **error)
{
    g_autoptr(Container) self = NULL;
    g_autofree char *pid_text = g_strdup_printf("%" G_GINT64_FORMAT, pid);
    g_autofree char *signal_text = g_strdup_printf("%u", signum);
    const char *words[] = {"signal", pid_text, signal_text, NULL};

    if (!container_check_flags(flags, 0, "send-process-signal", error))
        return FALSE;
    if (pid == 0 || pid > G_MAXINT32 || pid < -G_MAXINT32) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "'%s' is no process id; use the number that the guest sees, 1 is init, or a "
                    "process group's with '-' before it",
                    pid_text);
        return FALSE;
    }
    if (signum > 64) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "there is no signal %u", signum);
        return FALSE;
    }
    self = container_open(ctx, ref, error);
    return self && container_require_active(self, error) && lifecycle_request(self, words, error);
}

const DomainLifecycle container_lifecycle = {
    .start = container_start,
    .create_xml = lifecycle_create_xml,
    .dry_run = lifecycle_dry_run,
    .destroy = lifecycle_destroy,
    .shutdown = lifecycle_shutdown,
    .reboot = lifecycle_reboot,
    .suspend = lifecycle_suspend,
    .resume = lifecycle_resume,
    .wait = lifecycle_wait,
    .send_signal = lifecycle_send_signal,
};
